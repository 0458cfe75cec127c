"""One direction of a connection: sequence numbers to ordered chunks, gaps and an end.

Policy
- Offsets are 64-bit and count from the byte after the SYN; without a SYN, from the first sequence number that the side
  itself showed. Data below that number is old data and not delivered.
- The first captured byte wins: a segment contributes only what no earlier one brought. Overlapping bytes are compared
  where the earlier ones are still held back; a difference is an anomaly, not a choice.
- A segment behind a hole waits. The hole becomes a `Gap` once it is sure not to be filled: the peer acknowledged it and
  patience has run out since (`Limits.patience_*`), or the peer is not in the capture and patience ran out
  (`blind_patience_*`), or a limit is reached, or the connection is over. A hole that is not acknowledged is one
  that the sender still has to fill, so it is waited for.
- A segment cut by the snap length is delivered as far as it was captured; the rest is a gap at once.
- Bytes of a zero-window probe are stream bytes and delivered; a keep-alive probe repeats an old byte and is not.

Memory: at most `Limits.pending_bytes` and `pending_segments` a direction, 300 bytes otherwise. Cost: O(1) for a segment
in order, O(log n) to find a place behind a hole.
"""

from bisect import bisect_right
from operator import itemgetter
from typing import NamedTuple

from osspcap.model.record import growing_record
from osspcap.model.stream import Chunk, Direction, End, EndCause, Event, Gap, GapCause
from osspcap.tcp.limits import MAX_ACK_ADVANCE, Limits
from osspcap.units import FrameNumber

HALF_SPACE = 1 << 31
MASK = (1 << 32) - 1


def signed(difference: int) -> int:
    """Return a difference of sequence numbers as -2**31 to 2**31 - 1 (RFC 9293 section 3.4)."""
    return ((difference + HALF_SPACE) & MASK) - HALF_SPACE


class Segment(NamedTuple):
    """A segment with payload; while it waits, the part of it that is new."""

    offset: int
    end: int
    """Offset behind the last byte on the wire; `data` is shorter where the packet was cut."""
    data: memoryview
    frame: int
    ts_ns: int
    peer_offset: int
    number: int
    """Count of packets of the connection when it came."""
    clock_ns: int


class Covered(NamedTuple):
    """An advance of the peer's ACK while something waits."""

    offset: int
    number: int
    clock_ns: int


@growing_record
class Held:
    """Bytes held behind holes by all connections together."""

    total: int = 0


_offset_of = itemgetter(0)
_NOTHING_PENDING: list[Segment] = []
_NOTHING_COVERED: list[Covered] = []


class Half:
    """State of one direction. Offsets are those of this direction unless a name says otherwise."""

    __slots__ = (
        "ack_known",
        "acked",
        "acked_raw",
        "base",
        "covered",
        "duplicate_acks",
        "empty_only",
        "ended",
        "facts",
        "fin",
        "firm",
        "held",
        "last_ack",
        "last_ack_ns",
        "last_end",
        "next",
        "pending",
        "probe",
        "seen",
        "top",
        "top_ns",
        "ttl",
        "waiting",
        "window",
        "wire_base",
    )

    def __init__(self, facts: Direction, held: Held) -> None:
        """Begin a direction of which nothing is known."""
        self.facts = facts
        self.held = held
        self.wire_base = -1  # what Wireshark calls base_seq; -1 is unset
        self.base = -1  # sequence number of offset 0; -1 is unset
        self.firm = False  # the base is more than a guess from the peer's first ACK
        self.seen = False  # a packet of this side was seen
        self.empty_only = False  # packets of this side were seen, without SYN, and none had payload
        self.next = 0  # every byte below is delivered or stated as a gap
        self.top = 0  # highest sequence number sent, as an offset; a FIN counts
        self.top_ns = 0
        self.ack_known = False
        self.acked = 0  # highest offset the peer acknowledged
        self.acked_raw = 0
        self.last_ack = -1  # ACK number, window, TTL and end of the last packet of this side
        self.last_ack_ns = 0
        self.last_end = -1
        self.window = -1
        self.ttl = -1
        self.duplicate_acks = 0
        self.probe = False  # the last packet was a keep-alive probe
        self.fin = -1  # offset behind the last byte; -1 is no FIN
        self.ended = False
        # Most directions never hold anything back: they share one list until the first segment waits.
        self.pending: list[Segment] = _NOTHING_PENDING
        self.waiting = 0  # bytes in `pending`
        self.covered: list[Covered] = _NOTHING_COVERED

    def begin(self, base: int, *, firm: bool) -> None:
        """Set the sequence number of offset 0 while nothing has been delivered."""
        self.base = base & MASK
        self.firm = firm
        self.top = 0
        if self.ack_known:
            self.acked = signed(self.acked_raw - base)

    def open(self, wire_base: int, base: int, ack: int, window: int, ttl: int, syn_ns: int, last_ns: int) -> None:
        """Stand where a completed handshake leaves a direction."""
        self.wire_base = wire_base
        self.base = self.acked_raw = self.last_end = base
        self.firm = self.seen = self.ack_known = True
        self.top_ns = syn_ns
        self.last_ack = ack
        self.last_ack_ns = last_ns
        self.window = window
        self.ttl = ttl

    def settle(self, seq: int, length: int) -> None:
        """Take the first packet of a side whose SYN was not captured."""
        if self.firm:
            return
        # An idle connection may show itself first by a keep-alive probe: an old byte, or none, one below the next.
        probe = length <= 1 and self.ack_known and self.acked_raw == (seq + 1) & MASK
        self.begin(seq + 1 if probe else seq, firm=True)
        self.empty_only = length == 0

    def first_offset(self, seq: int) -> int:
        """Return the offset of a payload's first byte."""
        offset = self.unwrap(seq)
        if self.empty_only:
            self.empty_only = False
            if offset == 1 and self.next == 0:
                # Nothing but empty packets so far, one below this byte: they were keep-alive probes, not a lost byte.
                self.begin(seq, firm=True)
                return 0
        return offset

    def unwrap(self, seq: int) -> int:
        """Return the offset of a sequence number: the one nearest to what is expected."""
        following = self.next
        return following + ((seq - self.base - following + HALF_SPACE) & MASK) - HALF_SPACE

    def acknowledge(self, ack: int, number: int, clock_ns: int) -> int:
        """Take an ACK number from the peer and return its offset, or -1 if this side's offsets are not known.

        An ACK that jumps further than any window is noise and moves nothing.
        """
        if self.ack_known:
            step = signed(ack - self.acked_raw)
            if 0 < step <= MAX_ACK_ADVANCE:
                self.acked += step
                self.acked_raw = ack
                if self.pending:
                    self.covered.append(Covered(self.acked, number, clock_ns))
                step = 0
            elif step > 0:
                return -1
        else:
            self.ack_known, self.acked_raw, self.acked, step = True, ack, self.unwrap(ack), 0
            if self.pending:
                self.covered.append(Covered(self.acked, number, clock_ns))
        return max(self.acked + step, 0) if self.firm else -1

    def take(self, segment: Segment, out: list[Event]) -> tuple[bool, bool]:
        """Take a segment with payload.

        Returns:
            Whether it brought new bytes, and whether it contradicts bytes still held.
        """
        offset, end, following = segment.offset, segment.end, self.next
        if self.fin >= 0 and end > self.fin:
            end = self.fin
            segment = segment._replace(end=end, data=segment.data[: max(end - offset, 0)])
        if end <= max(offset, following):
            return False, False
        if offset < following:
            segment = segment._replace(offset=following, data=segment.data[following - offset :])
        if not self.pending and offset <= following:
            self._deliver(segment, out)
            return True, False
        new, differs = self._wait(segment)
        if self.pending[0].offset <= following:
            self._drain(out)
        return new, differs

    def holds(self, offset: int, end: int) -> bool:
        """Tell whether all bytes of a range were captured before, or given up as a gap."""
        at = max(offset, self.next)
        for segment in self.pending:
            if at >= end or segment.offset > at:
                break
            at = max(at, segment.end)
        return at >= end

    def _deliver(self, segment: Segment, out: list[Event]) -> None:
        """Deliver a segment that starts at `next`."""
        offset, end, data, frame, ts_ns, peer_offset, _, _ = segment
        captured = len(data)
        if captured:
            out.append(Chunk(offset, data, frame, ts_ns, peer_offset))
            self.facts.bytes_delivered += captured
        self.next = end
        if offset + captured < end:
            self._gap(offset + captured, end, GapCause.SNAPLEN, frame, ts_ns, out)

    def _gap(self, offset: int, end: int, cause: GapCause, frame: int, ts_ns: int, out: list[Event]) -> None:
        """Deliver a gap and count it."""
        length, acknowledged = end - offset, self.ack_known and self.acked >= end
        out.append(Gap(offset, length, cause, acknowledged, frame, ts_ns))
        self.next = end
        facts = self.facts
        if facts.first_missing_frame is None:
            facts.first_missing_frame = FrameNumber(frame)
        if cause is not GapCause.ABORTED:
            facts.bytes_missing += length
        if cause is GapCause.SNAPLEN:
            facts.bytes_cut_by_snaplen += length
        if acknowledged:
            facts.bytes_missing_acknowledged += length

    def _wait(self, segment: Segment) -> tuple[bool, bool]:
        """Put what is new of a segment among the waiting ones."""
        if not self.pending:
            self.pending, self.covered = [], []
        pending = self.pending
        offset, end, data = segment.offset, segment.end, segment.data
        index = bisect_right(pending, offset, key=_offset_of)
        if index and pending[index - 1].end > offset:
            index -= 1
        at, pieces, differs = offset, [], False
        first = index
        while at < end:
            if index == len(pending) or pending[index].offset >= end:
                pieces.append((at, end))
                break
            other = pending[index]
            if at < other.offset:
                pieces.append((at, other.offset))
            low, high = max(offset, other.offset), min(offset + len(data), other.offset + len(other.data))
            if low < high:
                mine = data[low - offset : high - offset]
                differs |= mine != other.data[low - other.offset : high - other.offset]
            at = other.end
            index += 1
        for low, high in pieces:
            copy = memoryview(bytes(data[low - offset : high - offset]))
            place = bisect_right(pending, low, first, key=_offset_of)
            pending.insert(place, segment._replace(offset=low, end=high, data=copy))
            self.waiting += len(copy)
            self.held.total += len(copy)
        if pieces and not self.covered and self.ack_known:
            self.covered.append(Covered(self.acked, segment.number, segment.clock_ns))
        return bool(pieces), differs

    def _drain(self, out: list[Event]) -> None:
        """Deliver what now follows without a hole."""
        pending, count, size = self.pending, 0, 0
        for segment in pending:
            if segment.offset > self.next:
                break
            self._deliver(segment, out)
            count += 1
            size += len(segment.data)
        del pending[:count]
        self.waiting -= size
        self.held.total -= size
        if not pending:
            self.pending, self.covered = _NOTHING_PENDING, _NOTHING_COVERED

    def give_up(self, number: int, clock_ns: int, limits: Limits, out: list[Event], *, peer_seen: bool) -> None:
        """Turn holes into gaps as far as patience has run out."""
        while self.pending:
            behind = self.pending[0]
            if self.ack_known and self.acked >= behind.offset:
                # The first ACK beyond this hole; later holes lie higher, so what is skipped is of no more use.
                while self.covered[0].offset < behind.offset:
                    del self.covered[0]
                since = self.covered[0]
                since_number, since_ns = max(since.number, behind.number), max(since.clock_ns, behind.clock_ns)
                packets, time_ns = limits.patience_packets, limits.patience_ns
            elif peer_seen:
                return
            else:
                since_number, since_ns = behind.number, behind.clock_ns
                packets, time_ns = limits.blind_patience_packets, limits.blind_patience_ns
            if number - since_number < packets and clock_ns - since_ns < time_ns:
                return
            self.skip_hole(GapCause.NOT_CAPTURED, out)

    def skip_hole(self, cause: GapCause, out: list[Event]) -> None:
        """State the first hole as a gap and deliver what waits directly behind it."""
        behind = self.pending[0]
        self._gap(self.next, behind.offset, cause, behind.frame, behind.ts_ns, out)
        self._drain(out)

    def reaches_fin(self) -> bool:
        """Tell whether all that the FIN closes has been delivered."""
        return self.fin >= 0 and self.next >= self.fin and not self.ended

    def finish(self, cause: EndCause, frame: int, ts_ns: int, last: tuple[int, int], out: list[Event]) -> None:
        """Deliver everything that waits, the gap at the end if there is one, and the end.

        Args:
            cause: Why it ends, if no FIN tells.
            frame: Packet that ends it, if no FIN tells.
            ts_ns: Its time.
            last: Frame and time of the last packet of the connection.
            out: Takes the events.
        """
        if self.ended:
            return
        while self.pending:
            known = cause is not EndCause.RST or (self.ack_known and self.acked >= self.pending[0].offset)
            self.skip_hole(GapCause.NOT_CAPTURED if known else GapCause.ABORTED, out)
        # An ACK of one byte more than was ever seen acknowledges a FIN that the capture lacks.
        acked = self.acked if self.ack_known and self.acked > self.next + 1 else self.next
        if self.fin > self.next:
            self._gap(self.next, self.fin, GapCause.NOT_CAPTURED, *last, out)
        elif self.fin < 0 and acked > self.next:
            still_open = cause is EndCause.CAPTURE_ENDED
            self._gap(self.next, acked, GapCause.CAPTURE_ENDED if still_open else GapCause.NOT_CAPTURED, *last, out)
        self.end(cause, frame, ts_ns, out)

    def end(self, cause: EndCause, frame: int, ts_ns: int, out: list[Event]) -> None:
        """Deliver the end: that of the FIN if there was one."""
        self.ended = True
        # A FIN below what was held makes that worthless.
        self.held.total -= self.waiting
        self.waiting = 0
        self.pending, self.covered = _NOTHING_PENDING, _NOTHING_COVERED
        facts = self.facts
        if self.fin >= 0 and facts.fin_frame is not None and facts.fin_ns is not None:
            cause, frame, ts_ns = EndCause.FIN, facts.fin_frame, facts.fin_ns
        out.append(End(self.next, cause, frame, ts_ns))
