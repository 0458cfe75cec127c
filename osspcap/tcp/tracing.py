"""Follows one connection packet by packet and says of each packet what it is.

In: the connection's packets in file order. Out: one `TracedPacket` each, and the gaps. The state machine is that of
the stream stage, so that a ladder never contradicts the counts of a report: a packet is a retransmission here if it
counts as one there.

Cost: about 10 us a packet; memory as `Flow`.
"""

from osspcap.model.packets import ACK, RST, SYN, PacketTable
from osspcap.model.stream import Connection, Direction, Event, Gap
from osspcap.model.trace import PacketNote, TracedGap, TracedPacket
from osspcap.tcp.flows import Flow
from osspcap.tcp.limits import Limits
from osspcap.tcp.reassembly import MASK, Held
from osspcap.units import FrameNumber, Nanoseconds

MAX_GAPS = 100
"""Gaps kept of one connection."""

_COUNTED = (
    ("retransmitted", PacketNote.RETRANSMISSION),
    ("out_of_order", PacketNote.OUT_OF_ORDER),
    ("duplicate_acks", PacketNote.DUPLICATE_ACK),
    ("zero_windows", PacketNote.ZERO_WINDOW),
    ("keep_alives", PacketNote.KEEP_ALIVE),
)
"""Counts of a direction, and what a packet is called that raises one."""


class StreamTracer:
    """Names the packets of one connection."""

    def __init__(self, connection: Connection) -> None:
        """Begin with the finished facts of the connection; they are not changed."""
        self.gaps: list[TracedGap] = []
        self._client_side = connection.client_side
        self._scales = _scales(connection.directions)
        # The flow writes what it finds into a connection of its own. Its bits are our sides, so nothing is flipped.
        shadow = Connection(
            stream=connection.stream,
            sides=connection.sides,
            directions=(Direction(), Direction()),
            first_frame=connection.first_frame,
            first_ns=connection.first_ns,
            last_frame=connection.last_frame,
            last_ns=connection.last_ns,
        )
        self._directions = shadow.directions
        self._flow = Flow(shadow, 0, Held(), Limits(), shortcuts=False)

    def take(self, table: PacketTable, row: int, side: int, clock_ns: int) -> TracedPacket:
        """Take the next packet.

        Args:
            table: Holds the packet.
            row: Its row there.
            side: Which of the connection's sides sent it.
            clock_ns: Latest time stamp of the capture up to the packet.
        """
        frame, ts_ns = table.frame.item(row), table.ts_ns.item(row)
        seq, ack, flags = table.seq.item(row), table.ack.item(row), table.flags.item(row)
        window, length, captured = (
            table.window.item(row),
            table.payload_length.item(row),
            table.payload_captured.item(row),
        )
        facts = self._directions[side]
        before = [getattr(facts, name) for name, _ in _COUNTED]
        is_repeated_syn = bool(flags & SYN) and facts.initial_sequence == seq
        is_over = self._flow.halves is None
        place = (table.ttl.item(row), table.payload_start.item(row), captured, length)
        events: tuple[list[Event], list[Event]] = ([], [])
        self._flow.take((side, row, frame, ts_ns, clock_ns, seq, ack, flags, window, *place), table, events)
        self._note_gaps(events)
        notes = [note for was, (name, note) in zip(before, _COUNTED, strict=True) if getattr(facts, name) > was]
        if is_repeated_syn:
            notes.append(PacketNote.RETRANSMISSION)
        if captured < length:
            notes.append(PacketNote.CUT)
        if is_over and not flags & RST:
            notes.append(PacketNote.AFTER_CLOSE)
        base = self._flow.base()
        return TracedPacket(
            frame=FrameNumber(frame),
            ts_ns=Nanoseconds(ts_ns),
            from_client=side == self._client_side,
            seq=(seq - base[side]) & MASK if base[side] >= 0 else seq,
            ack=((ack - base[1 - side]) & MASK if base[1 - side] >= 0 else ack) if flags & ACK else None,
            flags=flags,
            length=length,
            window=window if flags & SYN else window << self._scales[side],
            notes=tuple(notes),
        )

    def finish(self) -> list[TracedGap]:
        """End the connection and return its gaps in order of the packet that reveals them."""
        events: tuple[list[Event], list[Event]] = ([], [])
        self._flow.close(events)
        self._note_gaps(events)
        return sorted(self.gaps, key=lambda item: item.gap.frame)

    def _note_gaps(self, events: tuple[list[Event], list[Event]]) -> None:
        for side, found in enumerate(events):
            for event in found:
                if isinstance(event, Gap) and len(self.gaps) < MAX_GAPS:
                    self.gaps.append(TracedGap(side == self._client_side, event))


def _scales(directions: tuple[Direction, Direction]) -> tuple[int, int]:
    """Return how far both windows are shifted: only if both SYNs were captured and both offer it (RFC 7323, 2.2)."""
    low, high = (direction.window_scale for direction in directions)
    return (0, 0) if low is None or high is None else (min(low, 14), min(high, 14))
