"""PRF008 loss-bound: a transfer is slow because segments get lost."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence, Severity, Verdict
from osspcap.model.latency import Limit, Phase, PhaseName
from osspcap.model.report import Dissection
from osspcap.model.slowness import Slowness
from osspcap.rules.base import CaptureRule
from osspcap.rules.performance._slow import line_evidence, rate, share, slow_exchanges, vantage_note
from osspcap.rules.wording import request_id_note, request_name
from osspcap.units import NS_PER_S, format_duration

MIN_LOST_NS = NS_PER_S
"""Silence from losses that is worth telling."""
MIN_SHARE = 0.3
"""Share of the transfer from which losses decide how long it takes: what is sent slower after them comes on top."""
MAX_SHOWN = 5
"""Silences that the evidence shows, the longest ones."""


class LossBound(CaptureRule):
    """A transfer is slow because segments get lost.

    ## What it finds
    Uploads and downloads that spend a good part of their time silent, until a lost segment is sent again.

    ## Why it matters
    The hosts could go faster; the network between them loses packets, and TCP waits before it repeats them, longer
    each time.

    ## How it decides
    At least a second, and three tenths of the time of sending or receiving, lies in silences that a retransmission by
    the sender ends.

    ## False alarms
    A receiver that stopped answering for a while, as hosts do that sleep or are suspended.
    """

    code = "PRF008"
    name = "loss-bound"
    severity = Severity.WARNING
    on_facts = (Slowness,)
    fix = (
        "Find where segments are lost: `mtr -T -P <port> <server>` from the client, and from elsewhere to compare.",
        "Transfer in parts, several at once, so that a loss stops only one of them.",
        "For long ways use transfer acceleration, or a region near the clients.",
    )
    sources = ("RFC 6298 section 5 (retransmission timer)", "RFC 5681 (congestion control)")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each transfer that losses held up."""
        for latency, exchange in slow_exchanges(dissection):
            for phase in (latency.sending, latency.receiving):
                if phase is None or not _is_lossy(phase):
                    continue
                yield self.finding(
                    f"losses hold up {request_name(exchange)}: {share(phase, Limit.LOSS)} of {phase.name} are silence "
                    f"until something was sent again; {rate(phase)}{request_id_note(exchange)}",
                    *line_evidence(exchange),
                    *_evidence(dissection, exchange, phase),
                    exchanges=(exchange,),
                    confidence=Confidence.LIKELY,
                    explanation=(
                        "The network between client and server loses packets, and TCP waits before it repeats them. "
                        f"{vantage_note(latency)}".strip()
                    ),
                    cause=f"{phase.name} {dissection.connections[exchange.stream].server.host}",
                )


def _is_lossy(phase: Phase) -> bool:
    lost_ns = phase.spent_on(Limit.LOSS)
    return lost_ns >= MIN_LOST_NS and lost_ns >= phase.duration_ns * MIN_SHARE


def _evidence(dissection: Dissection, exchange: Exchange, phase: Phase) -> Iterator[Evidence]:
    client = dissection.connections[exchange.stream].client_side
    sender = client if phase.name is PhaseName.SENDING else 1 - client
    silences = [
        pause
        for pause in dissection.pauses.of(exchange.stream)
        if pause.repeats and pause.side == sender and phase.start_ns < pause.end_ns <= phase.end_ns
    ]
    longest = sorted(silences, key=lambda pause: -pause.duration_ns)[:MAX_SHOWN]
    for pause in sorted(longest):
        observed = (
            f"sent again after {format_duration(pause.duration_ns)} of silence (since frame {pause.frame_before})"
        )
        yield Evidence(pause.frame_after, exchange.stream, exchange.id, "tcp retransmission", observed, "new data")
