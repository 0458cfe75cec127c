"""PRF004 sender-paused: the client makes pauses inside its upload."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence, Severity, Verdict
from osspcap.model.latency import Limit, Phase
from osspcap.model.report import Dissection
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
    """The client makes pauses inside its upload.

    ## What it finds
    Uploads that stand still for most of their time although the server has room for more and has acknowledged
    everything: the client has nothing to send.

    ## Why it matters
    Neither OSS nor the network is slow. The program is late with its data: it computes checksums, reads from a slow
    disk or another download, or passes on a stream that comes in slowly.

    ## How it decides
    Of the time of sending, at least half, and at least a second, lies in silences that the client ends with new data,
    longer than one and a half round trips, with room in the server's window and nothing unacknowledged. The wait for
    `100 Continue` does not count.

    ## False alarms
    A rate limit of the client's own. Where the capture was taken at the server, a slow way from the client may look so.
    """

    code = "PRF004"
    name = "sender-paused"
    severity = Severity.WARNING
    fix = (
        "Profile the program while it uploads: where does the data come from, and what is done to it before sending?",
        "Upload several parts at once (multipart): while one is prepared, the others are sent.",
        "Compare with `ossutil cp` of the same file from the same host: if that is fast, it is the program.",
    )
    sources = ("OSS FAQ, Python SDK (A, B): uploads far slower than with ossutil", "RFC 9293 section 3.8")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each upload that its sender held up."""
        for latency, exchange in slow_exchanges(dissection):
            phase = latency.sending
            if phase is None or not _is_paused(phase, exchange):
                continue
            yield self.finding(
                f"the client makes pauses inside {request_name(exchange)}: {share(phase, Limit.SENDER)} it sends "
                f"nothing although the server has room; {rate(phase)}{request_id_note(exchange)}",
                *line_evidence(exchange),
                *_evidence(dissection, exchange, phase),
                exchanges=(exchange,),
                confidence=Confidence.LIKELY,
                explanation=(
                    "The server had acknowledged everything and had room for more, so neither OSS nor the network is "
                    f"slow: the program was late with its data. {vantage_note(latency)}".strip()
                ),
                fix=(*crc_steps(exchange), *self.fix),
                cause=f"{dissection.connections[exchange.stream].client.host}",
            )


def _is_paused(phase: Phase, exchange: Exchange) -> bool:
    paused_ns = phase.spent_on(Limit.SENDER)
    request = exchange.request
    if request is not None and b"100-continue" in request.raw_head.lower():
        paused_ns -= CONTINUE_NS
        if exchange.interims:
            paused_ns -= max(exchange.interims[0].ts_ns - request.head_end_ns - CONTINUE_NS, 0)
    return paused_ns >= MIN_PAUSED_NS and paused_ns * 2 >= phase.duration_ns


def _evidence(dissection: Dissection, exchange: Exchange, phase: Phase) -> Iterator[Evidence]:
    client = dissection.connections[exchange.stream].client_side
    pauses = [
        pause
        for pause in dissection.pauses.of(exchange.stream)
        if pause.side == client and pause.length and phase.start_ns < pause.end_ns <= phase.end_ns
    ]
    longest = sorted(pauses, key=lambda pause: -pause.duration_ns)[:MAX_SHOWN]
    for pause in sorted(longest):
        observed = f"{format_duration(pause.duration_ns)} after frame {pause.frame_before}"
        expected = "as soon as the server has room"
        yield Evidence(pause.frame_after, exchange.stream, exchange.id, "next data of the client", observed, expected)
