"""Rows of a table sorted by connection, and the runs of them that need no second look.

In: one `PacketTable`. Out: the same rows ordered by connection and, inside it, by file order; groups (one address and
port pair each); *runs*: stretches of rows that are certain to be plain data or ACK, so that a connection in a clean
state takes them in one step. All other rows are handed out as tuples for the packet-by-packet path. A row is plain if,
compared with the row before it in the same direction, it continues the sequence exactly, its ACK moves forward only,
and nothing in it counts as a fact of its own (no SYN, FIN, RST, zero window, duplicate ACK, cut payload, new TTL).

Cost: one sort of 8-byte keys and about forty column operations a table; 60 bytes a row while the table is worked on.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from osspcap.model.packets import ACK, FIN, RST, SYN, Int64Column, PacketTable, UInt8Column, UInt32Column

Indexes = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

RUN_BLOCK = 1024
"""Rows after which a run is broken off, so that the sums below stay under 2**31."""
MAX_RUN_ACK_STEP = 1 << 20
"""Largest step of the ACK number inside a run, bytes; 1024 such steps stay below half the sequence space."""
MIN_RUN = 4
"""Shorter runs cost more to set up than to walk."""

Row = tuple[int, int, int, int, int, int, int, int, int, int, int, int, int]
"""bit, table row, frame, ts_ns, clock_ns, seq, ack, flags, window, ttl, payload start, captured, length."""

_MIX = np.uint64(0x9E3779B97F4A7C15)
_MIX_2 = np.uint64(0xC2B2AE3D27D4EB4F)


@dataclass(frozen=True, slots=True)
class RunSide:
    """What one direction does in each run: six lists with an item per run, unused where `count` is 0; then data."""

    count: list[int]
    """Rows of the direction in the run."""
    first_ack: list[int]
    """ACK number of its first row."""
    end: list[int]
    """Sequence number behind its last row."""
    last_ack: list[int]
    window: list[int]
    """Window of its last row."""
    ts_ns: list[int]
    """Time of its last row."""
    data: list[int]
    """Index of the run's first row with payload in the lists below; one more at the end."""
    offset: list[int]
    """Payload bytes of the direction before this row in the run."""
    ack_step: list[int]
    """How far the ACK is beyond the direction's first in the run."""
    payload_start: list[int]
    payload_end: list[int]
    frame: list[int]
    data_ns: list[int]
    """Time of the row."""


@dataclass(frozen=True, slots=True)
class SortedRows:
    """A table's rows by connection. Positions count in sorted order."""

    order: Int64Column
    """Position to table row."""
    bit: UInt8Column
    """1 if the sender is the higher of the two (address, port) pairs."""
    seq: UInt32Column
    ack: UInt32Column
    flags: UInt8Column
    clock_ns: Int64Column
    """Latest time stamp up to the row in file order, earlier tables included: a clock that never runs back."""
    group_start: list[int]
    """Position of the first row of each group, and the count of rows at the end."""
    group_low: list[int]
    """Lower end of the group's pair: address number * 65536 + port."""
    group_high: list[int]
    group_syns: list[int]
    """SYN rows without ACK in the group, its first row not counted."""
    run_start: list[int]
    run_end: list[int]
    run_sides: tuple[RunSide, RunSide]
    """The runs as the rows of bit 0 and of bit 1 tell them."""
    odd_position: list[int]
    """Positions outside runs, ascending."""
    odd: list[Row]
    """The rows at these positions."""

    def rows(self, table: PacketTable, start: int, end: int) -> list[Row]:
        """Return rows of a run, for a connection whose state does not allow to take it as a whole."""
        return _tuples(table, self, np.arange(start, end))


def sort_rows(table: PacketTable, clock_ns: int, *, use_runs: bool = True) -> SortedRows:
    """Sort a table of at least one row by connection and find its runs.

    Args:
        table: The packets.
        clock_ns: Latest time stamp of all earlier tables.
        use_runs: False hands out every row singly; the result of the stage is the same.
    """
    sender = (table.src.astype(np.uint64) << np.uint64(16)) | table.sport
    receiver = (table.dst.astype(np.uint64) << np.uint64(16)) | table.dport
    low, high = np.minimum(sender, receiver), np.maximum(sender, receiver)
    order = _order(low, high)
    low, high = low[order], high[order]
    fresh = np.empty(len(order), np.bool_)
    fresh[0] = True
    np.logical_or(low[1:] != low[:-1], high[1:] != high[:-1], out=fresh[1:])
    starts = np.flatnonzero(fresh)
    bit = (sender > receiver).view(np.uint8)[order]
    flags = table.flags[order]
    syns = np.cumsum(((flags & (SYN | ACK)) == SYN) & ~fresh)
    bounds = np.append(starts, len(order))
    in_group = syns[bounds[1:] - 1] - syns[starts]
    clock = np.maximum(np.maximum.accumulate(table.ts_ns), clock_ns)
    seq, ack = table.seq[order], table.ack[order]
    runs = _runs(table, order, bit, fresh, seq, ack, flags, use_runs=use_runs)
    odd_position = np.flatnonzero(~runs.inside)
    rows = SortedRows(
        order=order,
        bit=bit,
        seq=seq,
        ack=ack,
        flags=flags,
        clock_ns=clock[order],
        group_start=bounds.tolist(),
        group_low=low[starts].tolist(),
        group_high=high[starts].tolist(),
        group_syns=in_group.tolist(),
        run_start=runs.start.tolist(),
        run_end=runs.end.tolist(),
        run_sides=runs.sides,
        odd_position=odd_position.tolist(),
        odd=[],
    )
    rows.odd.extend(_tuples(table, rows, odd_position))
    return rows


def _order(low: npt.NDArray[np.uint64], high: npt.NDArray[np.uint64]) -> Int64Column:
    """Return the stable order that brings rows of one pair together.

    A pair has up to 96 bits. Its hash shares a word with the row number, so that one plain sort of words does it; where
    two pairs share a hash, which neighbours tell, the exact and slower sort takes over.
    """
    count = len(low)
    row_bits = np.uint64(max(count - 1, 1).bit_length())
    mixed = low * _MIX + high * _MIX_2
    mixed ^= mixed >> np.uint64(32)
    mixed *= _MIX
    words = ((mixed >> row_bits) << row_bits) | np.arange(count, dtype=np.uint64)
    words.sort()
    order = (words & np.uint64((1 << int(row_bits)) - 1)).astype(np.int64)
    words >>= row_bits
    same = words[1:] == words[:-1]
    by_low, by_high = low[order], high[order]
    if bool(np.any(same & ((by_low[1:] != by_low[:-1]) | (by_high[1:] != by_high[:-1])))):
        return np.lexsort((high, low)).astype(np.int64)
    return order


@dataclass(frozen=True, slots=True)
class _Runs:
    """What `_runs` finds; fields as in `SortedRows`."""

    inside: Mask
    start: Indexes
    end: Indexes
    sides: tuple[RunSide, RunSide]


def _runs(
    table: PacketTable,
    order: Int64Column,
    bit: UInt8Column,
    fresh: Mask,
    seq: UInt32Column,
    ack: UInt32Column,
    flags: UInt8Column,
    *,
    use_runs: bool,
) -> _Runs:
    """Find the runs and how each leaves its connection."""
    length = table.payload_length[order]
    end = seq + length.astype(np.uint32) + ((flags & (SYN | FIN)) != 0)
    window, ts_ns = table.window[order], table.ts_ns[order]
    sides = (np.flatnonzero(bit == 0), np.flatnonzero(bit))
    plain = np.zeros(len(order) + 1, np.bool_)
    if use_runs:
        # What a row can show alone. ECE, CWR, PSH and URG change nothing about the stream.
        single = ((flags & (SYN | FIN | RST | ACK)) == ACK) & (window != 0)
        single &= length == table.payload_captured[order]
        group = np.cumsum(fresh, dtype=np.int64)
        ttl = table.ttl[order]
        for rows in sides:
            plain[rows] = _plain(rows, single, group, seq, ack, end, flags, window, ttl, length)
        plain[:-1:RUN_BLOCK] = False
    edges = np.flatnonzero(np.diff(plain.view(np.int8), prepend=np.int8(0)))
    start, stop = edges[::2], edges[1::2]
    long = stop - start >= MIN_RUN
    start, stop = start[long], stop[long]
    marks = np.zeros(len(order) + 1, np.int8)
    marks[start] += 1
    marks[stop] -= 1
    inside = np.cumsum(marks[:-1], dtype=np.int8).view(np.bool_)
    low, high = (
        _run_side(table, order, rows, start, stop, inside, seq, ack, end, length, window, ts_ns) for rows in sides
    )
    return _Runs(inside, start, stop, (low, high))


def _plain(
    rows: Indexes,
    single: Mask,
    group: Int64Column,
    seq: UInt32Column,
    ack: UInt32Column,
    end: UInt32Column,
    flags: UInt8Column,
    window: npt.NDArray[np.uint16],
    ttl: UInt8Column,
    length: Int64Column,
) -> Mask:
    """Tell which rows of one direction continue the row before them; the first of a connection never does."""
    plain = single[rows]
    if not len(rows):
        return plain
    plain[0] = False
    now, before = rows[1:], rows[:-1]
    ack_step = ack[now] - ack[before]
    ok = (group[now] == group[before]) & (seq[now] == end[before]) & (ttl[now] == ttl[before])
    ok &= (ack_step <= MAX_RUN_ACK_STEP) & ((flags[before] & (ACK | RST)) == ACK)
    # tshark calls it a duplicate ACK where nothing but the time differs.
    ok &= (length[now] != 0) | (ack_step != 0) | (window[now] != window[before])
    plain[1:] &= ok
    return plain


def _run_side(
    table: PacketTable,
    order: Int64Column,
    rows: Indexes,
    start: Indexes,
    stop: Indexes,
    inside: Mask,
    seq: UInt32Column,
    ack: UInt32Column,
    end: UInt32Column,
    length: Int64Column,
    window: npt.NDArray[np.uint16],
    ts_ns: Int64Column,
) -> RunSide:
    """Gather one direction's part of all runs; `rows` are the positions of its rows."""
    before, behind = np.searchsorted(rows, start), np.searchsorted(rows, stop)
    # Where a run has no row of the direction, any will do: `count` says that it is not to be used.
    some = rows if len(rows) else np.zeros(1, np.intp)
    first, last = some[np.minimum(before, len(some) - 1)], some[np.maximum(behind - 1, 0)]
    data_rows = rows[inside[rows] & (length[rows] != 0)]
    run = np.searchsorted(start, data_rows, side="right") - 1
    index = order[data_rows]
    payload_start = table.payload_start[index]
    return RunSide(
        count=(behind - before).tolist(),
        first_ack=ack[first].tolist(),
        end=end[last].tolist(),
        last_ack=ack[last].tolist(),
        window=window[last].tolist(),
        ts_ns=ts_ns[last].tolist(),
        data=[*np.searchsorted(data_rows, start).tolist(), len(data_rows)],
        offset=(seq[data_rows] - seq[first[run]]).tolist(),
        ack_step=(ack[data_rows] - ack[first[run]]).tolist(),
        payload_start=payload_start.tolist(),
        payload_end=(payload_start + length[data_rows]).tolist(),
        frame=table.frame[index].tolist(),
        data_ns=ts_ns[data_rows].tolist(),
    )


def _tuples(table: PacketTable, rows: SortedRows, positions: Indexes) -> list[Row]:
    """Turn rows at sorted positions into tuples."""
    index = rows.order[positions]
    return list(
        zip(
            rows.bit[positions].tolist(),
            index.tolist(),
            table.frame[index].tolist(),
            table.ts_ns[index].tolist(),
            rows.clock_ns[positions].tolist(),
            rows.seq[positions].tolist(),
            rows.ack[positions].tolist(),
            rows.flags[positions].tolist(),
            table.window[index].tolist(),
            table.ttl[index].tolist(),
            table.payload_start[index].tolist(),
            table.payload_captured[index].tolist(),
            table.payload_length[index].tolist(),
            strict=True,
        )
    )
