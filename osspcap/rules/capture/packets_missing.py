"""CAP002 packets-missing: the capturing host dropped packets that crossed the network."""

from collections.abc import Iterator

from osspcap.model.finding import Evidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.model.stream import Connection, Direction
from osspcap.rules.base import CaptureRule
from osspcap.rules.capture._again import command
from osspcap.rules.wording import counted
from osspcap.units import StreamId, format_bytes


class PacketsMissing(CaptureRule):
    """The capturing host dropped packets that crossed the network.

    ## What it finds
    Bytes that the receiver acknowledged although no captured packet carries them.

    ## Why it matters
    The data arrived, so the network is not to blame: the host that recorded was too slow. What the lost packets
    carried is unknown, and checks that need it (body checksums, complete headers) stay undecided.

    ## How it decides
    A TCP receiver acknowledges only what it has (RFC 9293 section 3.8.6). Where an acknowledgment covers bytes
    that the capture lacks, the packet existed and was not recorded. Bytes cut off by the snap length are
    CAP001's. Bytes that nobody acknowledged are not counted: the network may have lost them.

    ## False alarms
    Packets that took another interface or path than the one captured (bonding, asymmetric routing).
    """

    code = "CAP002"
    name = "packets-missing"
    severity = Severity.WARNING
    fix = (
        "Capture again with a larger buffer: `tcpdump -i any -s0 -B 65536 -w oss.pcap host <OSS endpoint>`.",
        "Look at what tcpdump prints when it ends: 'packets dropped by kernel' must be 0.",
    )
    sources = ("RFC 9293 section 3.8.6", "tcpdump(1), option -B")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield one finding for all holes."""
        evidence: list[Evidence] = []
        streams: list[StreamId] = []
        total = 0
        for connection in dissection.connections:
            for side in (0, 1):
                direction = connection.directions[side]
                missing = _dropped_bytes(direction)
                if missing:
                    total += missing
                    streams.append(connection.stream)
                    evidence.append(_hole(connection, side, direction, missing))
        if evidence:
            yield self.finding(
                f"the capture lacks {format_bytes(total)} in {counted(len(set(streams)), 'connection')} that the "
                "receiver acknowledged: the capturing host dropped packets, the network did not",
                *sorted(evidence, key=lambda item: item.frame),
                streams=streams,
                fix=(
                    f"Capture again with a larger buffer: `{command(dissection, streams, options='-s0 -B 65536')}`.",
                    *self.fix[1:],
                ),
                occurrences=len(evidence),
            )


def _dropped_bytes(direction: Direction) -> int:
    """Return the acknowledged bytes of packets that are missing as a whole, not cut."""
    return min(direction.bytes_missing_acknowledged, direction.bytes_missing - direction.bytes_cut_by_snaplen)


def _hole(connection: Connection, side: int, direction: Direction, missing: int) -> Evidence:
    sender = "client" if side == connection.client_side else "server"
    whole = direction.bytes_delivered + direction.bytes_missing
    frame = direction.first_missing_frame
    return Evidence(
        connection.first_frame if frame is None else frame,
        connection.stream,
        None,
        f"TCP data from {sender} {connection.sides[side]}",
        f"{missing} of {whole} bytes acknowledged but not captured",
        "every acknowledged byte in the capture",
    )
