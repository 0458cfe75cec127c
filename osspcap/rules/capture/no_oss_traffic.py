"""CAP006 no-oss-traffic: nothing in the capture looks like OSS."""

from collections import Counter
from collections.abc import Iterator

from osspcap.model.attempts import Connecting, Subject
from osspcap.model.finding import Confidence, Evidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.model.stream import Connection
from osspcap.oss.address import bare_host, parse_host, parse_token_service_host
from osspcap.rules.base import CaptureRule
from osspcap.rules.wording import counted, shortened
from osspcap.units import FrameNumber, StreamId

USUAL_PORTS = frozenset({80, 443})
"""Where OSS listens; bytes there that could not be read may have been for it."""
NAMED_IN_SUMMARY = 3
"""Names of each kind that the summary quotes; the evidence holds more."""
NAMED_IN_EVIDENCE = 15
"""Names of each kind that become evidence."""

_Names = dict[str, tuple[int, Connection]]
"""Name to how many connections have it, and the first of them."""


class NoOssTraffic(CaptureRule):
    """Nothing in the capture looks like OSS.

    ## What it finds
    A capture in which no request goes to OSS, no answer comes from it, and no TLS connection names one of its
    endpoints.

    ## Why it matters
    The fault that is looked for is not in this file: wrong interface, wrong host, wrong filter, or wrong moment.

    ## How it decides
    OSS is told by its endpoint names and by its answers, whatever the port. The evidence lists what was there
    instead: Host headers, TLS server names, and the ports of everything else. If a connection never got as far as
    naming its host (not accepted, encrypted without a server name, cut, or not captured from its beginning), it may
    have been meant for OSS, and the rule says that it cannot decide.

    ## False alarms
    A custom domain of a bucket seen only in TLS: its name does not show that OSS is behind it.
    """

    code = "CAP006"
    name = "no-oss-traffic"
    severity = Severity.WARNING
    fix = (
        "On the machine that sends the requests, run `tcpdump -i any -s0 -w oss.pcap host <OSS endpoint>`.",
        "Put in the host name that the program connects to, for example rokid.oss-cn-hangzhou.aliyuncs.com.",
        "Repeat the failing request while tcpdump runs, then end it with Ctrl-C.",
        "If a proxy is configured, capture its address and port instead: `host <proxy> and port <port>`.",
    )
    sources = ("OSS FAQ, Python SDK (A): what to submit with a ticket", "Blog on capturing signature errors (C)")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding, or an undecided where connections stayed nameless."""
        if any(exchange.operation is not None for exchange in dissection.exchanges):
            return
        if any(connection.sni and _names_oss(connection.sni) for connection in dissection.connections):
            return
        if _was_tried(dissection):
            return
        hosts = _first_hosts(dissection)
        nameless = [c for c in dissection.connections if _hides_its_host(c, hosts.get(c.stream))]
        if nameless:
            servers = ", ".join(dict.fromkeys(str(connection.server) for connection in nameless[:NAMED_IN_SUMMARY]))
            yield self.undecided(
                f"{counted(len(nameless), 'connection')} (to {servers}) never showed the name of a host: "
                "OSS may have been meant"
            )
            return
        http, server_names, ports = _inventory(dissection, hosts)
        seen = [
            *(_evidence("request header Host", host, *found) for host, found in _most_common(http)),
            *(_evidence("TLS server name", name, *found) for name, found in _most_common(server_names)),
            *(_evidence("server port", port, *found) for port, found in _most_common(ports)),
        ]
        yield self.finding(
            f"nothing in {counted(dissection.capture.packets, 'packet')} looks like OSS traffic"
            + _what_was_there(http, server_names, ports),
            *(seen or [_nothing(dissection)]),
            confidence=Confidence.LIKELY if server_names else Confidence.CONFIRMED,
        )


def _was_tried(dissection: Dissection) -> bool:
    """Tell whether the client got no further than to look up an endpoint of OSS, or to call at its address."""
    connecting = dissection.facts.get(Connecting)
    if connecting is None:
        return False
    subjects = {item.subject for item in connecting.failed_names} | {item.subject for item in connecting.attempts}
    return bool(connecting.private_answers) or Subject.OSS in subjects


def _names_oss(host: str) -> bool:
    return parse_host(host) is not None or parse_token_service_host(bare_host(host)) is not None


def _first_hosts(dissection: Dissection) -> dict[StreamId, str]:
    """Return the Host header of the first request of each stream, empty if it has none."""
    # Later entries win, so the capture is read backwards.
    requests = {item.stream: item.request for item in reversed(dissection.exchanges) if item.request is not None}
    return {stream: request.fields().get("Host") for stream, request in requests.items()}


def _hides_its_host(connection: Connection, host: str | None) -> bool:
    """Tell whether a connection may have been meant for OSS without having said so."""
    has_data = any(direction.data_packets for direction in connection.directions)
    match connection.protocol:
        case "tls":
            return connection.sni is None
        case "tcp" if has_data:
            was_read = connection.handshake is not None and not any(d.bytes_missing for d in connection.directions)
            return not was_read and connection.server.port in USUAL_PORTS
        case "tcp":
            return connection.handshake is not None
        case _:
            return host is None or (not host and connection.from_client.bytes_missing > 0)


def _inventory(dissection: Dissection, hosts: dict[StreamId, str]) -> tuple[_Names, _Names, _Names]:
    """Return the Host headers, the TLS server names, and the ports of what is neither HTTP nor named TLS."""
    http: _Names = {}
    server_names: _Names = {}
    ports: _Names = {}
    for connection in dissection.connections:
        host = hosts.get(connection.stream)
        if connection.sni:
            _add(server_names, connection.sni, connection)
        elif host is None:
            _add(ports, str(connection.server.port), connection)
        else:
            _add(http, host or connection.server.host, connection)
    return http, server_names, ports


def _add(names: _Names, name: str, connection: Connection) -> None:
    count, first = names.get(name, (0, connection))
    names[name] = (count + 1, first)


def _most_common(names: _Names, limit: int = NAMED_IN_EVIDENCE) -> list[tuple[str, tuple[int, Connection]]]:
    return sorted(names.items(), key=lambda item: (-item[1][0], item[1][1].stream))[:limit]


def _what_was_there(http: _Names, server_names: _Names, ports: _Names) -> str:
    parts = []
    for kind, names in (("HTTP to", http), ("TLS to", server_names), ("TCP port", ports)):
        if names:
            quoted = ", ".join(shortened(name, 80) for name, _ in _most_common(names, NAMED_IN_SUMMARY))
            more = f" and {len(names) - NAMED_IN_SUMMARY} more" if len(names) > NAMED_IN_SUMMARY else ""
            parts.append(f"{kind} {quoted}{more}")
    return f"; it holds {'; '.join(parts)}" if parts else "; it holds no TCP connection"


def _evidence(field: str, name: str, count: int, first: Connection) -> Evidence:
    observed = name if count == 1 else f"{name} ({counted(count, 'connection')})"
    return Evidence(first.first_frame, first.stream, None, field, observed, "an OSS endpoint")


def _nothing(dissection: Dissection) -> Evidence:
    """Describe a capture without a TCP connection by what else it holds."""
    known = {**dissection.capture.other_protocols, **dissection.capture.undecoded}
    others = Counter({name: part.count for name, part in known.items()})
    observed = ", ".join(f"{name} ({count:,})" for name, count in others.most_common(NAMED_IN_EVIDENCE))
    frame = FrameNumber(min(1, dissection.capture.packets))
    return Evidence(
        frame, None, None, "protocols", observed or "no packet at all", "TCP connections to an OSS endpoint"
    )
