"""END011 plain-http-used: signed requests go over the network in clear."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence, Severity, Verdict
from osspcap.model.operation import Role
from osspcap.model.report import Dissection
from osspcap.model.usual import UsualExchange
from osspcap.rules.base import CaptureRule
from osspcap.rules.wording import counted, request_name

_ROLES = (Role.OSS, Role.STS)


class PlainHttpUsed(CaptureRule):
    """Signed requests go over the network in clear.

    ## What it finds
    Requests with a signature that were sent without TLS, one finding for the whole capture.

    ## Why it matters
    Whoever is on the way can read the data, use a signed URL or token until it expires, and change what is not signed.
    Proxies do change plain HTTP, which is behind many signature errors. For analysis it is a help: all can be read.

    ## How it decides
    The requests stood in clear in the capture, on a connection without TLS.

    ## False alarms
    Captures behind a device that ends TLS, and networks that are closed.
    """

    code = "END011"
    name = "plain-http-used"
    severity = Severity.INFO
    fix = (
        "Put `https://` in front of the endpoint in the configuration; some SDKs take HTTP where none stands.",
        "Do not turn off certificate checks to get it working; install the root certificates instead.",
    )
    sources = ("OSS documentation: use HTTPS", "OSS FAQ, Python SDK (A): compare HTTP with HTTPS")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield one finding if any signed request was sent in clear."""
        # HTTP was read without TLS in between: no key log opened it and no tunnel names a server.
        are_plain = [connection.protocol == "http/1.1" and not connection.tls for connection in dissection.connections]
        plain = [
            item
            for item in dissection.exchanges
            if (item.meaning.signature is not None if type(item) is UsualExchange else _is_signed(item))
            and are_plain[item.stream]
        ]
        first = plain[0] if plain else None
        if first is None or first.request is None or first.operation is None:
            return
        host = "" if first.operation.endpoint is None else f" to {first.operation.endpoint.host}"
        seen = first.request.seen_start_line()
        yield self.finding(
            f"{counted(len(plain), 'signed request')}{host} sent in clear over HTTP, first {request_name(first)}",
            Evidence.of(seen, stream=first.stream, exchange=first.id, expected="the same over TLS"),
            streams={item.stream for item in plain},
        )


def _is_signed(exchange: Exchange) -> bool:
    operation = exchange.operation
    return operation is not None and operation.signature is not None and operation.role in _ROLES
