"""One connection while its packets come in: both directions, the handshake, how it closes, and when that is final.

Packets come one by one (`take`) or, while nothing is out of the ordinary, many at once (`shortcuts`).

A RST closes nothing by itself: it may be forged, so segments that still fit are delivered and put off the end. Once RST
or both FINs are `LINGER_NS` in the past, the connection is over: what waits is delivered, its state is dropped, and
later packets only count.
"""

from collections.abc import Iterable

from osspcap.model.anomaly import AnomalyName
from osspcap.model.packets import ACK, FIN, RST, SYN, PacketTable
from osspcap.model.stream import (
    Connection,
    ConnectionEnd,
    EndCause,
    Event,
    GapCause,
    Reset,
    RoleSource,
)
from osspcap.tcp.facts import count, record, set_client_side
from osspcap.tcp.handshake import HandshakeWatch, read_syn
from osspcap.tcp.limits import LINGER_NS, MAX_ACK_ADVANCE, MAX_RESETS, Limits
from osspcap.tcp.reassembly import MASK, Half, Held, Segment
from osspcap.tcp.rows import Row
from osspcap.units import FrameNumber, Nanoseconds

Events = tuple[list[Event], list[Event]]
"""Events by bit of the sender."""
_new = tuple.__new__  # a named tuple's own constructor costs twice as much


def find_starts(rows: Iterable[tuple[int, int, int, int]], base: list[int]) -> list[int]:
    """Return where in the rows of one address and port pair a new connection starts, by the rule of Wireshark 4.0.

    A SYN without ACK starts one if its sequence number differs from the base of its direction. The base is that of the
    first packet of the direction (less one unless it is a SYN), or one less than the first ACK of the other direction,
    whichever comes first. A SYN-ACK moves the base and starts nothing; nor does a SYN that repeats the number of an
    earlier connection, even after FIN or RST.

    Args:
        rows: bit, seq, ack, flags of each packet in file order.
        base: Both directions' base at the start, -1 where unset; changed to that at the end.
    """
    starts = []
    for index, (bit, seq, ack, flags) in enumerate(rows):
        if flags & SYN:
            if flags & ACK:
                base[bit] = seq
            elif base[bit] not in (-1, seq):
                starts.append(index)
                base[:] = (-1, -1)
        if base[bit] < 0:
            base[bit] = seq if flags & SYN else (seq - 1) & MASK
        if flags & ACK and base[1 - bit] < 0:
            base[1 - bit] = (ack - 1) & MASK
    return starts


class Flow:
    """A connection in the making. Its halves are numbered by *bit*: which of the two ends is the higher number."""

    __slots__ = (
        "closed_ns",
        "connection",
        "flip",
        "halves",
        "handshake",
        "last",
        "last_rows",
        "limits",
        "number",
        "reset",
        "rtt_ns",
        "shortcuts",
        "wire_base",
    )

    def __init__(self, connection: Connection, flip: int, held: Held, limits: Limits, *, shortcuts: bool) -> None:
        """Begin a connection; `flip` is the bit of side 0. Without shortcuts every packet goes the whole way."""
        self.shortcuts = shortcuts
        self.connection = connection
        self.flip = flip
        self.limits = limits
        directions = connection.directions
        # None once the connection is over
        self.halves: tuple[Half, Half] | None = (Half(directions[flip], held), Half(directions[1 - flip], held))
        self.handshake = HandshakeWatch()
        self.rtt_ns = 0
        self.number = 0  # packets taken
        self.last = (0, 0)  # frame and time of the last packet that was taken singly
        self.closed_ns = -1  # clock at RST, the second FIN, or the last new data behind them
        self.reset: tuple[int, int] | None = None  # frame and time of the first RST
        # Kept when the halves are gone, like the end, ACK number and window of the last row of either.
        self.wire_base = (-1, -1)
        self.last_rows = [-1] * 6

    def base(self) -> list[int]:
        """Return both directions' base as Wireshark keeps it."""
        return list(self.wire_base) if self.halves is None else [half.wire_base for half in self.halves]

    def last_seen(self) -> list[int]:
        """Return end, ACK number and window of the last row of bit 0, then of bit 1; -1 for what is unknown."""
        if self.halves is None:
            return self.last_rows
        low, high = self.halves
        return [low.last_end, low.last_ack, low.window, high.last_end, high.last_ack, high.window]

    def take(self, row: Row, table: PacketTable, out: Events) -> None:
        """Take one packet; events go to the list of the bit that sent the bytes."""
        bit, _, frame, ts_ns, clock_ns, seq, ack, flags, window, ttl, start, captured, length = row
        if 0 <= self.closed_ns < clock_ns - LINGER_NS:
            self.close(out)
        self.number = number = self.number + 1
        self.last = (frame, ts_ns)
        if self.halves is None:
            self._take_late(row)
            return
        half = self.halves[bit]
        peer = self.halves[1 - bit]
        if not length and self.shortcuts and self._take_quiet(row, half, peer, out[bit]):
            return
        facts = half.facts
        facts.packets += 1
        if flags & SYN:
            half.wire_base = seq
        elif half.wire_base < 0:
            half.wire_base = (seq - 1) & MASK
        if flags & ACK and peer.wire_base < 0:
            peer.wire_base = (ack - 1) & MASK
        if flags & RST:
            self._take_reset(row, table, half, peer)
            return
        facts.ttls[ttl] = facts.ttls.get(ttl, 0) + 1
        half.ttl = ttl
        if flags & SYN:
            self._take_syn(row, table, half)
        elif not half.seen:
            half.settle(seq, length)
        peer_offset = self._take_ack(row, peer) if flags & ACK else -1
        count(half, peer, frame, ts_ns, seq, ack, flags, window, length, self.rtt_ns)
        if length:
            first = half.first_offset(seq + 1 if flags & SYN else seq)
            data = table.buffer[start : start + captured]
            segment = _new(Segment, (first, first + length, data, frame, ts_ns, peer_offset, number, clock_ns))
            self._take_data(half, segment, out[bit])
        if flags & FIN:
            self._take_fin(half, half.unwrap(seq + (1 if flags & SYN else 0)) + length, row)
        if half.pending or peer.pending:
            self._settle_holes(row, half, peer, out)
        elif half.next >= half.fin >= 0 and not half.ended:
            half.end(EndCause.FIN, frame, ts_ns, out[bit])

    def _take_ack(self, row: Row, peer: Half) -> int:
        """Take the ACK number of a packet; returns its offset in the other direction, -1 if unknown."""
        bit, _, frame, ts_ns, clock_ns, _, ack, flags, *_ = row
        if peer.base < 0:
            # In a connection whose start was captured, the first ACK acknowledges the SYN.
            peer.begin(ack, firm=self.handshake.initiator >= 0)
        if self.handshake.awaits_ack() and not flags & SYN:
            self.handshake.see_ack(bit ^ self.flip, frame, ts_ns)
            self.rtt_ns = self.handshake.rtt_ns()
        return peer.acknowledge(ack, self.number, clock_ns)

    def _take_quiet(self, row: Row, half: Half, peer: Half, out: list[Event]) -> bool:
        """Take an ACK or FIN without payload, in order while nothing waits; tell whether it was one.

        It does what `take` would do, without the questions whose answer is known.
        """
        _, _, frame, ts_ns, _, seq, ack, flags, window, ttl, *_ = row
        facts, following = half.facts, half.next
        step = (ack - peer.acked_raw) & MASK
        if (
            flags & (SYN | RST | ACK) != ACK
            or window == 0
            or half.window == 0
            or step > MAX_ACK_ADVANCE
            or (step == 0 and ack == half.last_ack and window == half.window)
            or seq != half.last_end
            or seq != (half.base + half.top) & MASK
            or not (half.seen and peer.ack_known)
            or half.pending
            or peer.pending
            or self.handshake.awaits_ack()
        ):
            return False
        if flags & FIN:
            if half.fin >= 0 or half.top != following:
                return False
            self._take_fin(half, following, row)
            half.top = following + 1
            half.top_ns = ts_ns
            half.last_end = (seq + 1) & MASK
            half.end(EndCause.FIN, frame, ts_ns, out)
        facts.packets += 1
        facts.ttls[ttl] = facts.ttls.get(ttl, 0) + 1
        half.ttl = ttl
        peer.acked += step
        peer.acked_raw = ack
        if ack != half.last_ack:
            half.duplicate_acks = 0
            half.last_ack = ack
        half.last_ack_ns = ts_ns
        half.window = window
        half.probe = False
        return True

    def _settle_holes(self, row: Row, half: Half, peer: Half, out: Events) -> None:
        """Give up holes that will not be filled, and end what its FIN closes."""
        bit, _, frame, ts_ns, clock_ns, *_ = row
        peer_seen = peer.facts.packets > 0
        half.give_up(self.number, clock_ns, self.limits, out[bit], peer_seen=peer_seen)
        peer.give_up(self.number, clock_ns, self.limits, out[1 - bit], peer_seen=True)
        for each, events in ((half, out[bit]), (peer, out[1 - bit])):
            if each.reaches_fin():
                each.end(EndCause.FIN, frame, ts_ns, events)

    def _take_late(self, row: Row) -> None:
        """Count a packet of a connection that is over."""
        bit, _, frame, _, _, seq, ack, flags, window, ttl, _, _, length = row
        base = list(self.wire_base)
        find_starts([(bit, seq, ack, flags)], base)
        self.wire_base = (base[0], base[1])
        facts = self.connection.directions[bit ^ self.flip]
        facts.packets += 1
        if not flags & RST:
            facts.ttls[ttl] = facts.ttls.get(ttl, 0) + 1
            end = (seq + length + ((flags & (SYN | FIN)) != 0)) & MASK
            self.last_rows[3 * bit : 3 * bit + 3] = (end, ack, window)
        if length:
            record(self.connection, AnomalyName.DATA_AFTER_CLOSE, frame)

    def _take_syn(self, row: Row, table: PacketTable, half: Half) -> None:
        """Take the SYN of a packet: where offsets begin, who is the client, what was negotiated."""
        bit, index, frame, ts_ns, _, seq, _, flags, *_ = row
        connection, facts, handshake = self.connection, half.facts, self.handshake
        side = bit ^ self.flip
        if flags & ACK:
            handshake.see_synack(side, frame, ts_ns)
        else:
            handshake.see_syn(side, frame, ts_ns)
            if self.reset is not None and not half.next:
                # A refused SYN is tried again with the same number: Wireshark keeps the stream, so do we.
                self.reset, self.closed_ns = None, -1
                connection.end, connection.end_frame = ConnectionEnd.OPEN, None
        if connection.role_source is RoleSource.PORT:
            set_client_side(connection, handshake.initiator, RoleSource.HANDSHAKE)
        if facts.initial_sequence is not None and half.base == (seq + 1) & MASK:
            return
        if half.next == 0 and not half.pending:
            half.begin(seq + 1, firm=True)
            start = table.options_start.item(index)
            read_syn(facts, seq, table.buffer[start : start + table.options_length.item(index)])

    def _take_reset(self, row: Row, table: PacketTable, half: Half, peer: Half) -> None:
        """Record a RST. Its numbers move nothing, for it may be forged."""
        bit, index, frame, ts_ns, clock_ns, seq, ack, flags, window, ttl, *_ = row
        facts, connection, has_ack = half.facts, self.connection, bool(flags & ACK)
        kept = facts.resets
        if not isinstance(kept, list):
            kept = facts.resets = []
        if len(kept) < MAX_RESETS:
            offset = half.unwrap(seq) if half.base >= 0 else -1
            peer_offset = peer.unwrap(ack) if has_ack and peer.base >= 0 else -1
            where = FrameNumber(frame), Nanoseconds(ts_ns)
            ip_id = int(table.ip_id[index])
            kept.append(Reset(*where, ttl, ip_id, window, max(offset, -1), max(peer_offset, -1), has_ack))
        if self.reset is None:
            self.reset = (frame, ts_ns)
        if self.closed_ns < 0:
            self.closed_ns = clock_ns
        if connection.end is ConnectionEnd.OPEN:
            side, handshake = bit ^ self.flip, self.handshake
            connection.end_frame = FrameNumber(frame)
            if handshake.syn_count and handshake.synack is None and side != handshake.initiator and not half.next:
                connection.end = ConnectionEnd.REFUSED
            else:
                by_client = side == connection.client_side
                connection.end = ConnectionEnd.RST_CLIENT if by_client else ConnectionEnd.RST_SERVER

    def _take_data(self, half: Half, segment: Segment, out: list[Event]) -> None:
        """Take payload and keep the limits."""
        facts, frame = half.facts, segment.frame
        facts.data_packets += 1
        if not half.probe:
            if facts.first_data_frame is None:
                facts.first_data_frame = FrameNumber(frame)
            facts.last_data_frame = FrameNumber(frame)
        if half.ended or (half.fin >= 0 and segment.end > half.fin):
            if segment.end > half.fin:
                record(self.connection, AnomalyName.DATA_AFTER_CLOSE, frame)
            if half.ended:
                return
        new, differs = half.take(segment, out)
        if differs and not half.probe:
            record(self.connection, AnomalyName.OVERLAP_DIFFERS, frame)
        if new and self.closed_ns >= 0:
            self.closed_ns = segment.clock_ns
        if half.pending:
            limits = self.limits
            while half.pending and (
                half.waiting > limits.pending_bytes
                or len(half.pending) > limits.pending_segments
                or half.held.total > limits.pending_bytes_total
            ):
                record(self.connection, AnomalyName.PENDING_LIMIT, frame)
                half.skip_hole(GapCause.NOT_CAPTURED, out)

    def _take_fin(self, half: Half, offset: int, row: Row) -> None:
        """Take a FIN; it takes effect once everything before it is delivered or given up."""
        bit, _, frame, ts_ns, clock_ns, *_ = row
        connection = self.connection
        if half.fin >= 0 or offset < half.next:
            return
        half.fin = offset
        half.facts.fin_frame, half.facts.fin_ns = FrameNumber(frame), Nanoseconds(ts_ns)
        if connection.end is ConnectionEnd.OPEN:
            by_client = bit ^ self.flip == connection.client_side
            connection.end = ConnectionEnd.FIN_CLIENT if by_client else ConnectionEnd.FIN_SERVER
            connection.end_frame = FrameNumber(frame)
        if self.closed_ns < 0 and self.halves is not None and self.halves[0].fin >= 0 and self.halves[1].fin >= 0:
            self.closed_ns = clock_ns

    def touch(self, row: int, table: PacketTable, packets: int) -> None:
        """Bring the connection's record up to date after its packets of a table; `row` is the last of them."""
        connection = self.connection
        connection.packets += packets
        connection.last_frame = FrameNumber(table.frame.item(row))
        connection.last_ns = Nanoseconds(table.ts_ns.item(row))
        self._publish()

    def _publish(self) -> None:
        """Show what is known of the handshake."""
        connection = self.connection
        known = connection.handshake
        if self.handshake.initiator >= 0 and (
            known is None or known.ack_frame is None or known.syn_count != self.handshake.syn_count
        ):
            connection.handshake = self.handshake.facts()

    def close(self, out: Events, reused_by: tuple[int, int] | None = None) -> None:
        """Deliver what is left and both ends, and drop the state.

        Args:
            out: Takes the events.
            reused_by: Frame and time of the SYN that begins another connection of the same addresses and ports.
        """
        if self.halves is None:
            return
        connection, handshake = self.connection, self.handshake
        # After RST or both FINs all packets come singly; before, it is only the caller who ends a connection.
        last = self.last if self.closed_ns >= 0 else (connection.last_frame, connection.last_ns)
        if self.reset is not None:
            cause, (frame, ts_ns) = EndCause.RST, self.reset
        elif reused_by is not None:
            cause, (frame, ts_ns) = EndCause.REUSED, reused_by
        else:
            cause, (frame, ts_ns) = EndCause.CAPTURE_ENDED, last
        for half, events in zip(self.halves, out, strict=True):
            half.finish(cause, frame, ts_ns, last, events)
            half.facts.acknowledged = half.acked if half.ack_known else None
        if connection.end is ConnectionEnd.OPEN:
            if handshake.syn_count and handshake.syn_count == self.number:
                connection.end = ConnectionEnd.UNANSWERED
            elif reused_by is not None:
                connection.end, connection.end_frame = ConnectionEnd.REUSED, FrameNumber(frame)
        self._publish()
        self.wire_base = (self.halves[0].wire_base, self.halves[1].wire_base)
        self.last_rows = self.last_seen()
        self.halves = None
