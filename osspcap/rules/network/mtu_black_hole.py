"""NET012 mtu-black-hole: large packets do not get through, small ones do."""

from collections.abc import Iterator

from osspcap.model.breaks import BlackHole, Breaks
from osspcap.model.finding import Confidence, Evidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule
from osspcap.rules.network._breaks import request_evidence
from osspcap.rules.wording import counted, request_name
from osspcap.units import format_duration

HEADERS_BYTES = 40
"""IPv4 and TCP headers without options."""


class MtuBlackHole(CaptureRule):
    """Large packets do not get through, small ones do.

    ## What it finds
    Connections on which the handshake and small segments pass, and the first large segment is sent again and again
    without ever being acknowledged.

    ## Why it matters
    Some link on the way, often a tunnel or VPN, takes smaller packets than both ends believe, and the ICMP message
    that would say so is filtered. Small requests work, uploads hang until they time out: it looks like a server that
    does not answer.

    ## How it decides
    The same segment, with a payload of 1000 bytes or more, was sent at least three times over a second or longer and
    stayed unacknowledged, and nothing as large was acknowledged before it on the connection. An ICMP message
    "fragmentation needed" or "packet too big" about the connection makes it certain.

    ## False alarms
    A way that breaks down altogether at this very moment looks the same, unless small packets are seen to pass later.
    """

    code = "NET012"
    name = "mtu-black-hole"
    severity = Severity.WARNING
    on_facts = (Breaks,)
    supersedes = ("NET005", "NET006", "NET007", "NET014", "PRF004", "PRF008")
    fix = (
        "Find the size that passes: `ping -M do -s 1472 <server>` on Linux, with smaller numbers until it answers.",
        "Set the MTU of the client's interface or tunnel to that size plus 28, or let the router clamp the MSS of TCP.",
        "Let firewalls pass ICMP type 3 code 4, and ICMPv6 type 2: path MTU discovery needs them.",
        "On Linux `sysctl -w net.ipv4.tcp_mtu_probing=1` lets TCP find the size by itself.",
    )
    sources = ("RFC 1191; RFC 8201", "RFC 2923 section 2.1 (black holes); RFC 4821")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each connection that is stuck."""
        breaks = dissection.facts.get(Breaks)
        for hole in () if breaks is None else breaks.black_holes:
            exchanges = [dissection.exchanges[number] for number in hole.exchanges]
            about = f" in {request_name(exchanges[0])}" if exchanges else ""
            side = "client" if hole.from_client else "server"
            told = f"; {hole.router} says that the next link takes {_mtu(hole)}" if hole.error_frame is not None else ""
            yield self.finding(
                f"a segment of {counted(hole.length, 'byte')} from the {side} does not get through{about}: sent "
                f"{counted(1 + len(hole.frames), 'time')} in {format_duration(hole.last_ns - hole.first_ns)} and never "
                f"acknowledged, while smaller ones pass{told}",
                *(line for exchange in exchanges[:1] for line in request_evidence(exchange)),
                *_evidence(hole),
                exchanges=exchanges,
                streams=(hole.stream,),
                confidence=_confidence(hole),
                cause=f"{side} {dissection.connections[hole.stream].server.host}",
            )


def _mtu(hole: BlackHole) -> str:
    return "smaller packets" if hole.mtu is None else f"{hole.mtu} bytes"


def _confidence(hole: BlackHole) -> Confidence:
    if hole.error_frame is not None:
        return Confidence.CONFIRMED
    return Confidence.LIKELY if hole.alive_frame is not None else Confidence.POSSIBLE


def _evidence(hole: BlackHole) -> Iterator[Evidence]:
    exchange = hole.exchanges[0] if hole.exchanges else None
    for frame in hole.frames:
        yield Evidence(
            frame,
            hole.stream,
            exchange,
            "tcp retransmission",
            f"{counted(hole.length, 'byte')} from stream offset {hole.offset:,}",
            "an acknowledgment",
        )
    if hole.error_frame is not None:
        observed = f"packet too big, from {hole.router}: the next link takes {_mtu(hole)}"
        expected = f"room for {hole.length + HEADERS_BYTES} bytes"
        yield Evidence(hole.error_frame, hole.stream, exchange, "ICMP error", observed, expected)
    if hole.alive_frame is not None:
        yield Evidence(hole.alive_frame, hole.stream, exchange, "later packet of the other side", "it passes")
