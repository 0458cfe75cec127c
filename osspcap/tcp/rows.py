"""Rows of a table sorted by connection, and the runs of them that need no second look.

In: one `PacketTable`. Out: the same rows ordered by connection and, inside it, by file order; groups (one address and
port pair each); *runs*: stretches of rows that are certain to be plain data or ACK, so that a connection in a clean
state takes them in one step; connections that are orderly as a whole (`whole`). All other rows are handed out as tuples
for the packet-by-packet path. A row is plain if, compared with the row before it in the same direction, it continues
the sequence exactly, its ACK moves forward only, and nothing in it counts as a fact of its own (no SYN, FIN, RST, zero
window, duplicate ACK, cut payload, new TTL).

Cost: one sort of 8-byte keys and about eighty column operations a table; 100 bytes a row while it is worked on.
"""

import numpy as np
import numpy.typing as npt

from osspcap.model.packets import ACK, FIN, RST, SYN, Int64Column, PacketTable, UInt8Column, UInt32Column
from osspcap.model.record import record
from osspcap.model.stream import TrainColumns
from osspcap.tcp.whole import Columns, Indexes, Mask, find_whole

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


@record
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
    """Index of the run's first row with payload in the columns below; one more at the end."""
    columns: TrainColumns
    """Of the rows with payload: offsets count from the run's first byte of the direction, steps from its first ACK."""


@record
class SortedRows:
    """A table's rows by connection. Positions count in sorted order."""

    order: Int64Column
    """Position to table row."""
    bit: UInt8Column
    """1 if the sender is the higher of the two (address, port) pairs."""
    seq: UInt32Column
    ack: UInt32Column
    flags: UInt8Column
    group_row: list[int]
    """Table row of the first row of each group, ascending."""
    group_start: list[int]
    """Position of the first row of each group."""
    group_end: list[int]
    """Position behind its last row."""
    group_low: list[int]
    """Lower end of the group's pair: address number * 65536 + port."""
    group_high: list[int]
    group_syns: list[int]
    """SYN rows without ACK in the group, its first row not counted."""
    group_whole: list[bool]
    """Whether the group is an orderly connection from SYN on; its rows are in no run and not among the odd ones."""
    run_start: list[int]
    run_end: list[int]
    run_sides: tuple[RunSide, RunSide]
    """The runs as the rows of bit 0 and of bit 1 tell them."""
    odd_position: list[int]
    """Positions outside runs and whole connections, ascending."""
    odd: list[Row]
    """The rows at these positions."""
    columns: Columns
    """All columns in sorted order."""

    def rows(self, table: PacketTable, start: int, end: int) -> list[Row]:
        """Return rows of a stretch, for a connection whose state does not allow to take it as a whole."""
        return _tuples(table, self, np.arange(start, end))


def sort_rows(table: PacketTable, clock_ns: int, *, use_runs: bool = True) -> SortedRows:
    """Sort a table of at least one row by connection and find what can be taken in one step.

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
    fresh = _begins(low, high)
    starts = np.flatnonzero(fresh)
    stops = np.append(starts[1:], len(order))
    columns = _columns(table, order, (sender > receiver).view(np.uint8), clock_ns)
    syns = np.cumsum(((columns.flags & (SYN | ACK)) == SYN) & ~fresh)
    sizes = stops - starts
    plain, continues = _plain_rows(table, columns, np.repeat(starts, sizes), use_runs=use_runs)
    is_whole = np.zeros(len(starts), np.bool_)
    is_whole[find_whole(columns, starts, stops, continues)] = True
    inside = np.repeat(is_whole, sizes)
    runs = _runs(table, columns, plain & ~inside)
    inside |= _cover(len(order), runs.start, runs.end)
    odd = np.flatnonzero(~inside)
    by_row = np.argsort(order[starts])
    starts, stops = starts[by_row], stops[by_row]
    rows = SortedRows(
        order=order,
        bit=columns.bit,
        seq=columns.seq,
        ack=columns.ack,
        flags=columns.flags,
        group_row=order[starts].tolist(),
        group_start=starts.tolist(),
        group_end=stops.tolist(),
        group_low=low[starts].tolist(),
        group_high=high[starts].tolist(),
        group_syns=(syns[stops - 1] - syns[starts]).tolist(),
        group_whole=is_whole[by_row].tolist(),
        run_start=runs.start.tolist(),
        run_end=runs.end.tolist(),
        run_sides=runs.sides,
        odd_position=odd.tolist(),
        odd=[],
        columns=columns,
    )
    rows.odd.extend(_tuples(table, rows, odd))
    return rows


def _begins(low: npt.NDArray[np.uint64], high: npt.NDArray[np.uint64]) -> Mask:
    """Tell which of sorted rows begin a group."""
    fresh = np.empty(len(low), np.bool_)
    fresh[0] = True
    np.logical_or(low[1:] != low[:-1], high[1:] != high[:-1], out=fresh[1:])
    return fresh


def _columns(table: PacketTable, order: Int64Column, bit: UInt8Column, clock_ns: int) -> Columns:
    """Bring the columns of a table into order."""
    seq, flags, length = table.seq[order], table.flags[order], table.payload_length[order]
    clock = np.maximum(np.maximum.accumulate(table.ts_ns), clock_ns)
    return Columns(
        order=order,
        bit=bit[order],
        seq=seq,
        ack=table.ack[order],
        end=seq + length.astype(np.uint32) + ((flags & (SYN | FIN)) != 0),
        flags=flags,
        length=length,
        window=table.window[order],
        ttl=table.ttl[order],
        ts_ns=table.ts_ns[order],
        clock_ns=clock[order],
    )


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


@record
class _Runs:
    """What `_runs` finds; fields as in `SortedRows`."""

    start: Indexes
    end: Indexes
    sides: tuple[RunSide, RunSide]


def _cover(count: int, start: Indexes, stop: Indexes) -> Mask:
    """Return which of the positions lie in one of several stretches that do not overlap."""
    marks = np.zeros(count + 1, np.int8)
    marks[start] += 1
    marks[stop] -= 1
    return np.cumsum(marks[:-1], dtype=np.int8).view(np.bool_)


def _plain_rows(table: PacketTable, columns: Columns, first: Indexes, *, use_runs: bool) -> tuple[Mask, Mask]:
    """Tell which rows are plain, and which are that but for a FIN; none if `use_runs` is false.

    Args:
        table: The packets.
        columns: Its rows in sorted order.
        first: Position of the first row of the group of each row.
        use_runs: False finds none.
    """
    if not use_runs:
        return np.zeros(len(first), np.bool_), np.zeros(len(first), np.bool_)
    seq, ack, end, flags, ttl, length = (
        columns.seq,
        columns.ack,
        columns.end,
        columns.flags,
        columns.ttl,
        columns.length,
    )
    is_low = columns.bit == 0
    before = np.where(is_low, latest(is_low), latest(~is_low))
    fin = (flags & FIN) != 0
    ack_step = ack - ack[before]
    # What a row can show alone. ECE, CWR, PSH and URG change nothing about the stream.
    continues: Mask = ((flags & (SYN | RST | ACK)) == ACK) & (columns.window != 0)
    continues &= length == table.payload_captured[columns.order]
    # The first row of a direction continues nothing.
    continues &= (before >= first) & (seq == end[before]) & (ttl == ttl[before])
    continues &= (ack_step <= MAX_RUN_ACK_STEP) & ((flags[before] & (ACK | RST)) == ACK)
    # tshark calls it a duplicate ACK where nothing but the time differs.
    continues &= (length != 0) | (ack_step != 0) | (columns.window != columns.window[before]) | fin
    if fin.any():
        # Only ACKs follow a FIN orderly.
        follows_fin = np.where(is_low, latest(fin & is_low), latest(fin & ~is_low)) >= first
        continues &= ~follows_fin | ((length == 0) & ~fin)
    return continues & ~fin, continues


def latest(mask: Mask) -> Indexes:
    """Return for each row the last position before it at which the mask holds, -1 for none."""
    found = np.full(len(mask), -1)
    np.maximum.accumulate(np.where(mask[:-1], np.arange(len(mask) - 1), -1), out=found[1:])
    return found


def _runs(table: PacketTable, columns: Columns, plain: Mask) -> _Runs:
    """Find the runs and how each leaves its connection."""
    padded = np.zeros(len(plain) + 1, np.int8)
    padded[:-1] = plain
    padded[:-1:RUN_BLOCK] = 0
    edges = np.flatnonzero(np.diff(padded, prepend=np.int8(0)))
    start, stop = edges[::2], edges[1::2]
    long = stop - start >= MIN_RUN
    start, stop = start[long], stop[long]
    inside = _cover(len(plain), start, stop)
    bit = columns.bit
    low, high = (
        _run_side(table, columns, rows, start, stop, inside) for rows in (np.flatnonzero(bit == 0), np.flatnonzero(bit))
    )
    return _Runs(start, stop, (low, high))


def _run_side(
    table: PacketTable, columns: Columns, rows: Indexes, start: Indexes, stop: Indexes, inside: Mask
) -> RunSide:
    """Gather one direction's part of all runs; `rows` are the positions of its rows."""
    seq, ack, length = columns.seq, columns.ack, columns.length
    before, behind = np.searchsorted(rows, start), np.searchsorted(rows, stop)
    # Where a run has no row of the direction, any will do: `count` says that it is not to be used.
    some = rows if len(rows) else np.zeros(1, np.intp)
    first, last = some[np.minimum(before, len(some) - 1)], some[np.maximum(behind - 1, 0)]
    data_rows = rows[inside[rows] & (length[rows] != 0)]
    run = np.searchsorted(start, data_rows, side="right") - 1
    index = columns.order[data_rows]
    payload_start = table.payload_start[index]
    return RunSide(
        count=(behind - before).tolist(),
        first_ack=ack[first].tolist(),
        end=columns.end[last].tolist(),
        last_ack=ack[last].tolist(),
        window=columns.window[last].tolist(),
        ts_ns=columns.ts_ns[last].tolist(),
        data=[*np.searchsorted(data_rows, start).tolist(), len(data_rows)],
        columns=TrainColumns(
            offset=seq[data_rows] - seq[first[run]],
            start=payload_start,
            stop=payload_start + length[data_rows],
            frame=table.frame[index],
            ts_ns=columns.ts_ns[data_rows],
            ack_step=ack[data_rows] - ack[first[run]],
        ),
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
            rows.columns.clock_ns[positions].tolist(),
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
