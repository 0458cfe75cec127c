"""PRF007 high-latency: the server is far away from the client."""

from collections.abc import Iterator

from osspcap.model.finding import Evidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.model.slowness import FarServer, Slowness
from osspcap.network.placing import place
from osspcap.rules.base import CaptureRule
from osspcap.rules.wording import counted
from osspcap.units import format_duration

MAX_SHOWN = 5
"""Connections that the evidence shows."""


class HighLatency(CaptureRule):
    """The server is far away from the client.

    ## What it finds
    Servers of OSS whose connections take a tenth of a second or more for a round trip.

    ## Why it matters
    Each request costs at least one round trip, a new connection one to three more, and a single connection carries no
    more than a window of data in each.

    ## How it decides
    The median of the handshakes' round trips (SYN to ACK) of all connections between client and server that carried
    OSS requests is 100 ms or more.

    ## False alarms
    A way that was slow at the time of the capture only.
    """

    code = "PRF007"
    name = "high-latency"
    severity = Severity.INFO
    on_facts = (Slowness,)
    fix = (
        "Use a bucket in a region near the clients, or transfer acceleration (`oss-accelerate.aliyuncs.com`).",
        "Keep connections, and send several requests at once: waiting times then overlap.",
        "Look for a VPN or proxy that takes the traffic on a detour.",
    )
    sources = ("RFC 7323 section 1.1 (window and round trip)", "OSS documentation: transfer acceleration")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each client and server that are far apart."""
        slowness = dissection.facts.get(Slowness)
        for far in () if slowness is None else slowness.far:
            placing = place(dissection.connections[far.streams[0]])
            yield self.finding(
                f"a round trip between client {far.client} and server {far.server} takes "
                f"{format_duration(far.rtt_ns)} (median of {counted(len(far.streams), 'connection')})",
                *_evidence(far, dissection),
                streams=far.streams,
                explanation=(
                    "Each request costs at least one round trip, a new connection one to three more. "
                    f"The capture was taken {placing.vantage}: {placing.reason}."
                ),
            )


def _evidence(far: FarServer, dissection: Dissection) -> Iterator[Evidence]:
    for stream in far.streams[:MAX_SHOWN]:
        handshake = dissection.connections[stream].handshake
        if handshake is not None and handshake.ack_frame is not None and handshake.rtt_ns is not None:
            observed = f"{format_duration(handshake.rtt_ns)} after the SYN (frame {handshake.syn_frame})"
            yield Evidence(handshake.ack_frame, stream, None, "ACK of the handshake", observed, "less than 100 ms")
