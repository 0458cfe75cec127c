"""CAP003 one-direction-only: of a conversation, only one side was recorded."""

from collections.abc import Iterator

from osspcap.model.capture import CaptureInfo
from osspcap.model.finding import Evidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.model.stream import Connection
from osspcap.rules.base import CaptureRule
from osspcap.rules.capture._again import command
from osspcap.rules.wording import counted
from osspcap.units import NS_PER_S

ANSWER_DUE_NS = NS_PER_S
"""By when a peer must have acknowledged: at most 0.5 s of delay (RFC 9293 section 3.8.6.3) and as much for the path."""


class OneDirectionOnly(CaptureRule):
    """Of a conversation, only one side was recorded.

    ## What it finds
    Connections with data from one side and not a single packet of the other.

    ## Why it matters
    Half of every exchange is missing: requests without answers, or answers without requests. Times, errors and
    signatures cannot be judged, and lost packets cannot be told from unrecorded ones.

    ## How it decides
    A conversation goes on only if the peer answers, at least with acknowledgments. The rule fires if one side sent
    data in several packets, or one that must have been acknowledged before the capture ended, and the other side has
    no packet at all. Data that is sent again and again does not count: there the peer really is silent.

    ## False alarms
    A capture that ends within the first moments of a connection that began before it.
    """

    code = "CAP003"
    name = "one-direction-only"
    severity = Severity.WARNING
    fix = (
        "Capture where both directions pass: on the client itself, with `-i any` if it has several interfaces.",
        "Filter by host and not by `src` or `dst`: `tcpdump -i any -s0 -w oss.pcap host <OSS endpoint>`.",
    )
    sources = ("RFC 9293 section 3.8.6.3", "tcpdump(1), option -i; pcap-filter(7), host")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield one finding for all such connections."""
        found = [
            (connection, side)
            for connection in dissection.connections
            for side in (0, 1)
            if not connection.directions[1 - side].packets and _expects_answer(connection, side, dissection.capture)
        ]
        if found:
            again = command(dissection, [connection.stream for connection, _ in found])
            yield self.finding(
                f"{counted(len(found), 'connection')} of {len(dissection.connections):,} "
                f"{'was' if len(found) == 1 else 'were'} captured in one direction only",
                *(_evidence(connection, side) for connection, side in found[:50]),
                streams=[connection.stream for connection, _ in found],
                fix=(
                    self.fix[0],
                    f"Filter by host and not by `src` or `dst`: `{again}`.",
                ),
                occurrences=len(found),
            )


def _expects_answer(connection: Connection, side: int, capture: CaptureInfo) -> bool:
    sent = connection.directions[side]
    fresh_packets = sent.data_packets - sent.retransmitted
    if fresh_packets <= sent.retransmitted:
        return False  # no data, or the same data over and over
    capture_end = connection.last_ns if capture.last_packet_ns is None else capture.last_packet_ns
    return fresh_packets > 1 or capture_end - connection.first_ns >= ANSWER_DUE_NS


def _evidence(connection: Connection, side: int) -> Evidence:
    sent = connection.directions[side]
    sender, peer = connection.sides[side], connection.sides[1 - side]
    return Evidence(
        connection.first_frame if sent.first_data_frame is None else sent.first_data_frame,
        connection.stream,
        None,
        f"TCP packets of {sender} and {peer}",
        f"{counted(sent.packets, 'packet')} from {sender}, none from {peer}",
        "packets of both",
    )
