"""PRF001 client-receive-window: the client does not read as fast as the response comes."""

from collections.abc import Iterator

from osspcap.model.finding import Confidence, Severity, Verdict
from osspcap.model.latency import Latency, Limit, Phase
from osspcap.model.report import Dissection
from osspcap.model.slowness import Slowness
from osspcap.rules.base import CaptureRule
from osspcap.rules.performance._slow import (
    crc_steps,
    is_held_up,
    line_evidence,
    rate,
    share,
    slow_exchanges,
    vantage_note,
    window_evidence,
)
from osspcap.rules.wording import request_id_note, request_name
from osspcap.units import format_duration


class ClientReceiveWindow(CaptureRule):
    """The client does not read as fast as the response comes.

    ## What it finds
    Downloads that stand still for most of their time because the client's receive window is full or shut: data lies
    in the client's buffers, and the program does not fetch it.

    ## Why it matters
    Neither OSS nor the network is slow; more bandwidth or another endpoint will not help. The program is busy with
    something else: checksums in slow code, writing to a slow disk, or handling each piece before it reads the next.

    ## How it decides
    Of a second or more of receiving, at least half was spent in silences at whose beginning the window that the
    client had advertised left no room for another segment. Downloads above 50 MB/s are let pass.

    ## False alarms
    A program that reads slowly on purpose: a player that has buffered enough, a rate limit of the client.
    """

    code = "PRF001"
    name = "client-receive-window"
    severity = Severity.WARNING
    on_facts = (Slowness,)
    fix = (
        "Profile the program while it downloads: what does it do between two reads of the body?",
        "Read in larger pieces, and hand them to another thread for checking, unpacking and writing.",
        "Download large objects in several ranges at once (resumable download of the SDK, or ossutil).",
    )
    sources = (
        "OSS FAQ, Python SDK (A, B): downloads far slower than with ossutil",
        "RFC 9293 section 3.8.6 (window management)",
    )

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each download that its reader held up."""
        for latency, exchange in slow_exchanges(dissection):
            phase = latency.receiving
            if phase is None or not is_held_up(phase):
                continue
            yield self.finding(
                f"the client reads the response to {request_name(exchange)} too slowly: its receive window is full or "
                f"shut for {share(phase, Limit.RECEIVER)}; {rate(phase)}{request_id_note(exchange)}",
                *line_evidence(exchange),
                *window_evidence(dissection, exchange, phase, of_client=True),
                exchanges=(exchange,),
                confidence=Confidence.CONFIRMED,
                explanation=_explanation(latency, phase),
                fix=(*crc_steps(exchange), *self.fix),
                cause=f"{dissection.connections[exchange.stream].client.host}",
            )


def _explanation(latency: Latency, phase: Phase) -> str:
    shut = f", of which it was 0 for {format_duration(phase.zero_window_ns)}" if phase.zero_window_ns else ""
    held_ns = phase.spent_on(Limit.RECEIVER)
    told = (
        "Data lies in the client's buffers and the program does not fetch it, so TCP makes the server wait. The window "
        f"was too small for another segment for {format_duration(held_ns)}{shut}; all else took "
        f"{format_duration(phase.duration_ns - held_ns)}. Neither OSS nor the network is slow."
    )
    return f"{told} {vantage_note(latency)}".strip()
