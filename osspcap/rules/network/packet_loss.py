"""NET011 packet-loss: segments between client and server get lost."""

from collections.abc import Iterator

from osspcap.model.breaks import Breaks, Loss
from osspcap.model.finding import Confidence, Evidence, Severity, Verdict
from osspcap.model.latency import Vantage
from osspcap.model.report import Dissection
from osspcap.network.placing import place
from osspcap.network.subjects import may_be_oss
from osspcap.rules.base import CaptureRule
from osspcap.rules.wording import counted
from osspcap.units import format_duration

MIN_LOST = 3
"""Fewer lost segments are the way of any network."""
MIN_RATIO = 0.01
"""Share of lost segments from which TCP gets slow over any distance (Mathis et al., 1997: with 1% and 50 ms, 2.9
Mbit/s a connection)."""
SMALL_RATIO = 0.05
"""Share that takes the place of the other one where few segments were sent."""
FEW_LOST = 10
"""Below so many losses, the second share counts."""


class PacketLoss(CaptureRule):
    """Segments between client and server get lost.

    ## What it finds
    Retransmissions in one direction between a client and a server of OSS, above what networks usually lose.

    ## Why it matters
    TCP repairs losses, but it waits for it and sends slower afterwards: from about one per cent on, throughput over
    distance falls to a fraction, and transfers run into timeouts.

    ## How it decides
    Retransmitted data packets over all data packets of a direction, summed over all connections of the pair: at least
    1% with ten or more, or 5% with three or more. Retransmissions of what the receiver had already acknowledged, and
    probes of a full window, do not count; nor do packets that the capture merely holds twice. Connections that have
    nothing to do with OSS are told as info; so are, in a capture without any, those that cannot be OSS.

    ## False alarms
    A capture point that sees some packets twice (bridges, mirror ports) may look like loss if it is only some.
    """

    code = "NET011"
    name = "packet-loss"
    severity = Severity.WARNING
    on_facts = (Breaks,)
    fix = (
        "Find where it is lost: `mtr -T -P <port> <server>` from the client, in both directions if possible.",
        "Try from a wired network, or another one: wireless links, VPNs and full uplinks lose most.",
        "For long distances use transfer acceleration, or a bucket in a region near the clients.",
        "Upload and download in parts, several at once: a loss then slows down one of them only.",
    )
    sources = ("RFC 9293 section 3.8.1; RFC 5681", "Wireshark tcp.analysis.retransmission")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each pair and direction with losses."""
        breaks = dissection.facts.get(Breaks)
        if breaks is None or not breaks.losses:
            return
        of_oss = {exchange.stream for exchange in dissection.exchanges if exchange.is_oss}
        known = {exchange.stream for exchange in dissection.exchanges}
        stuck = {hole.stream for hole in breaks.black_holes}
        for loss in breaks.losses:
            if stuck.issuperset(loss.streams):
                continue  # told as what it is
            if loss.lost < MIN_LOST or loss.ratio < (MIN_RATIO if loss.lost >= FEW_LOST else SMALL_RATIO):
                continue
            is_relevant = bool(of_oss.intersection(loss.streams))
            if not of_oss:
                is_relevant = any(may_be_oss(dissection.connections[stream], known) for stream in loss.streams)
            way = f"from client {loss.client} to server {loss.server}"
            if not loss.from_client:
                way = f"from server {loss.server} to client {loss.client}"
            waited = f", after {format_duration(loss.waited_ns)} of silence" if loss.waited_ns else ""
            yield self.finding(
                f"{loss.lost:,} of {counted(loss.segments, 'data packet')} ({loss.ratio:.1%}) {way} had to be sent "
                f"again{waited}",
                *_evidence(loss),
                streams=loss.streams,
                severity=Severity.WARNING if is_relevant else Severity.INFO,
                confidence=Confidence.LIKELY,
                explanation=_explanation(loss, dissection),
                occurrences=len(loss.streams),
            )


def _evidence(loss: Loss) -> Iterator[Evidence]:
    side = "client" if loss.from_client else "server"
    for frame, stream in loss.frames:
        yield Evidence(frame, stream, None, "tcp retransmission", f"data that the {side} had sent before", "new data")


def _explanation(loss: Loss, dissection: Dissection) -> str:
    placing = place(dissection.connections[loss.streams[0]])
    near_sender = placing.vantage is (Vantage.CLIENT if loss.from_client else Vantage.SERVER)
    if placing.vantage is Vantage.UNKNOWN:
        return ""
    where = "behind the point of capture" if near_sender else "before or behind the point of capture"
    return (
        "TCP repairs losses, but it waits for it and sends slower afterwards. The capture was taken "
        f"{placing.vantage} ({placing.reason}), so what is repeated was lost {where}."
    )
