"""END005 internal-endpoint-from-outside: an internal endpoint is used where its network cannot be reached."""

from collections.abc import Iterator, Sequence

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence, Severity, Verdict
from osspcap.model.operation import Network
from osspcap.model.report import Dissection
from osspcap.model.stream import Connection, ConnectionEnd
from osspcap.oss.address import bare_host, parse_host
from osspcap.rules.base import CaptureRule
from osspcap.rules.wording import counted, shortened

PORTS = frozenset({80, 443})
"""Where OSS listens."""
OSS_SECOND_OCTETS = range(98, 119)
"""Internal endpoints resolve to 100.98.0.0 to 100.118.255.255. Source: OSS documentation, internal endpoints."""
SHARED_SECOND_OCTETS = range(64, 128)
"""100.64.0.0/10, the shared address space that these lie in (RFC 6598); others use it as well."""
MAX_SHOWN = 10
"""Connections whose evidence the finding shows."""


class InternalEndpointFromOutside(CaptureRule):
    """An internal endpoint is used where its network cannot be reached.

    ## What it finds
    Connections to addresses of OSS's internal endpoints whose SYNs nobody answers.

    ## Why it matters
    Endpoints with `-internal` resolve everywhere, to addresses that exist only inside Alibaba Cloud, in the bucket's
    own region. From anywhere else the connection times out, whatever the program tries.

    ## How it decides
    No SYN to port 80 or 443 of such an address was answered. Addresses from 100.98.0.0 to 100.118.255.255 count by
    themselves; others of 100.64.0.0/10 only where the capture names an internal endpoint (Host header or TLS server
    name), since carriers and VPNs use them too.

    ## False alarms
    Hosts inside Alibaba Cloud whose security group or route shuts these addresses out; VPNs with such addresses.
    """

    code = "END005"
    name = "internal-endpoint-from-outside"
    severity = Severity.ERROR
    supersedes = ("NET001",)
    fix = (
        "Outside Alibaba Cloud, or in another region, use the public endpoint: `https://oss-<region>.aliyuncs.com`.",
        "Inside the bucket's region, let the security group and routes pass 100.64.0.0/10 on ports 80 and 443.",
        "From a private line or VPN, route 100.64.0.0/10 into the VPC first.",
    )
    sources = ("OSS documentation: regions and endpoints, internal endpoints", "RFC 6598")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield one finding for all such connections."""
        silent = [item for item in dissection.connections if _is_unanswered(item)]
        if not silent:
            return
        name = _internal_name(dissection)
        own = [item for item in silent if name or _second_octet(item) in OSS_SECOND_OCTETS]
        if not own:
            return
        servers = ", ".join(dict.fromkeys(item.server.host for item in own[:3]))
        meant = f" ({shortened(name, 100)})" if name else ""
        yield self.finding(
            f"nobody answers at {servers}, where OSS's internal endpoints{meant} are: the client is outside their "
            f"network ({counted(len(own), 'connection')} not accepted)",
            *(_evidence(item) for item in own[:MAX_SHOWN]),
            streams=[item.stream for item in own],
            confidence=Confidence.LIKELY,
            fix=_fix(name, self.fix),
            occurrences=len(own),
        )


def _is_unanswered(connection: Connection) -> bool:
    """Tell whether SYNs to an address of the shared space stayed without an answer."""
    if connection.end is not ConnectionEnd.UNANSWERED or connection.server.port not in PORTS:
        return False
    return _second_octet(connection) in SHARED_SECOND_OCTETS


def _second_octet(connection: Connection) -> int:
    """Return the second byte of the server's address, -1 if it is no 100.x.x.x."""
    parts = connection.server.host.split(".")
    return int(parts[1]) if len(parts) == 4 and parts[0] == "100" else -1


def _internal_name(dissection: Dissection) -> str:
    """Return the first internal endpoint that the capture names; empty if it names none."""
    names = [connection.sni for connection in dissection.connections if connection.sni]
    internal = next((name for name in names if _is_internal(name)), "")
    return internal or _in_requests(dissection.exchanges)


def _in_requests(exchanges: Sequence[Exchange]) -> str:
    for exchange in exchanges:
        endpoint = None if exchange.operation is None else exchange.operation.endpoint
        if endpoint is not None and endpoint.network is Network.INTERNAL:
            return endpoint.host
    return ""


def _is_internal(name: str) -> bool:
    parts = parse_host(bare_host(name))
    return parts is not None and parts.endpoint.network is Network.INTERNAL


def _fix(name: str, fix: tuple[str, ...]) -> tuple[str, ...]:
    parts = parse_host(bare_host(name)) if name else None
    if parts is None or parts.endpoint.region is None:
        return fix
    public = parts.endpoint.service_host.replace("-internal", "")
    return (f"Outside Alibaba Cloud, or in another region, use `https://{public}`.", *fix[1:])


def _evidence(connection: Connection) -> Evidence:
    return Evidence(
        connection.first_frame,
        connection.stream,
        None,
        "tcp SYN to",
        str(connection.server),
        "SYN, ACK from the server",
    )
