"""PRF004 sender-paused: the sender makes pauses inside an upload or a download."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence, Finding, Severity, Verdict
from osspcap.model.latency import Latency, Limit, Phase, PhaseName
from osspcap.model.report import Dissection
from osspcap.model.slowness import Slowness
from osspcap.rules.base import CaptureRule
from osspcap.rules.performance._slow import crc_steps, line_evidence, rate, share, slow_exchanges, vantage_note
from osspcap.rules.wording import request_id_note, request_name
from osspcap.units import NS_PER_S, format_duration

MIN_PAUSED_NS = NS_PER_S
"""Pauses that sum up to less bother nobody."""
CONTINUE_NS = 1_200_000_000
"""What clients wait at most for `100 Continue` before they send the body all the same (curl: 1 s)."""
MAX_SHOWN = 5
"""Pauses that the evidence shows, the longest ones."""


class SenderPaused(CaptureRule):
    """The sender makes pauses inside an upload or a download.

    ## What it finds
    Uploads and downloads that stand still for most of their time although the receiver has room for more and has
    acknowledged everything: the sender has nothing to send.

    ## Why it matters
    Neither the network nor the receiver is slow. In an upload the program is late with its data: it computes
    checksums, reads from a slow disk, or passes on a stream that comes in slowly. In a download the server, or a proxy
    in its place, is.

    ## How it decides
    Of the time of sending, at least half, and at least a second, lies in silences that the sender ends with new data,
    longer than one and a half round trips, with room in the receiver's window and nothing unacknowledged. The wait for
    `100 Continue` does not count. A download with `x-oss-traffic-limit` is as slow as the client asked: an info.

    ## False alarms
    A rate limit of the sender's own. Where the capture was taken at the receiver, a slow way may look so.
    """

    code = "PRF004"
    name = "sender-paused"
    severity = Severity.WARNING
    on_facts = (Slowness,)
    fix = (
        "Profile the program while it uploads: where does the data come from, and what is done to it before sending?",
        "Upload several parts at once (multipart): while one is prepared, the others are sent.",
        "Compare with `ossutil cp` of the same file from the same host: if that is fast, it is the program.",
    )
    sources = ("OSS FAQ, Python SDK (A, B): uploads far slower than with ossutil", "RFC 9293 section 3.8")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each transfer that its sender held up."""
        for latency, exchange in slow_exchanges(dissection):
            for phase in (latency.sending, latency.receiving):
                if phase is not None and _is_paused(phase, exchange):
                    yield self._finding(dissection, latency, exchange, phase)

    def _finding(self, dissection: Dissection, latency: Latency, exchange: Exchange, phase: Phase) -> Finding:
        connection = dissection.connections[exchange.stream]
        by_client = phase.name is PhaseName.SENDING
        sender, receiver = ("client", "server") if by_client else ("server", "client")
        about = request_name(exchange) if by_client else f"the response to {request_name(exchange)}"
        is_asked_for = not by_client and _limits_itself(exchange)
        limit = "; the request asks for a limit (x-oss-traffic-limit)" if is_asked_for else ""
        return self.finding(
            f"the {sender} makes pauses inside {about}: {share(phase, Limit.SENDER)} it sends nothing although the "
            f"{receiver} has room; {rate(phase)}{limit}{request_id_note(exchange)}",
            *line_evidence(exchange),
            *_evidence(dissection, exchange, phase),
            exchanges=(exchange,),
            severity=Severity.INFO if is_asked_for else Severity.WARNING,
            confidence=Confidence.LIKELY,
            explanation=(
                f"The {receiver} had acknowledged everything and had room for more, so neither it nor the network is "
                f"slow: the {sender} was late with its data. {vantage_note(latency)}".strip()
            ),
            fix=(*crc_steps(exchange), *self.fix) if by_client else _DOWNLOAD_FIX,
            cause=f"{sender} {(connection.client if by_client else connection.server).host}",
        )


_DOWNLOAD_FIX = (
    "If a proxy, gateway or CDN stands in front of OSS, compare with a download that goes around it.",
    "Look for bandwidth limits of the bucket, the account or the request (`x-oss-traffic-limit`).",
    "If OSS is reached directly and no limit applies, open a ticket with the request ID.",
)


def _limits_itself(exchange: Exchange) -> bool:
    request = exchange.request
    if request is None:
        return False
    return "x-oss-traffic-limit" in request.target or b"x-oss-traffic-limit:" in request.raw_head.lower()


def _is_paused(phase: Phase, exchange: Exchange) -> bool:
    paused_ns = phase.spent_on(Limit.SENDER)
    request = exchange.request
    is_upload = phase.name is PhaseName.SENDING
    if is_upload and request is not None and b"100-continue" in request.raw_head.lower():
        paused_ns -= CONTINUE_NS
        if exchange.interims:
            paused_ns -= max(exchange.interims[0].ts_ns - request.head_end_ns - CONTINUE_NS, 0)
    return paused_ns >= MIN_PAUSED_NS and paused_ns * 2 >= phase.duration_ns


def _evidence(dissection: Dissection, exchange: Exchange, phase: Phase) -> Iterator[Evidence]:
    client = dissection.connections[exchange.stream].client_side
    by_client = phase.name is PhaseName.SENDING
    side = client if by_client else 1 - client
    pauses = [
        pause
        for pause in dissection.pauses.of(exchange.stream)
        if pause.side == side and pause.length and phase.start_ns < pause.end_ns <= phase.end_ns
    ]
    longest = sorted(pauses, key=lambda pause: -pause.duration_ns)[:MAX_SHOWN]
    for pause in sorted(longest):
        observed = f"{format_duration(pause.duration_ns)} after frame {pause.frame_before}"
        field = f"next data of the {'client' if by_client else 'server'}"
        expected = "as soon as the receiver has room"
        yield Evidence(pause.frame_after, exchange.stream, exchange.id, field, observed, expected)
