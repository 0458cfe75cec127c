"""Connections that a table holds from SYN to the last packet, and in which every packet is orderly.

Short connections are most of the connections of many captures. What such a one leaves behind - counts, chunks, ends,
the state that later packets meet - follows from its columns, so it is computed for all of them at once and only put
down one by one. It is what `Flow.take` would leave, packet by packet.

In: sorted rows and which of them continue their direction. Out: the connections, by group of `rows`.
"""

import numpy as np
import numpy.typing as npt

from osspcap.model.packets import ACK, FIN, RST, SYN, Int64Column, PacketTable, UInt8Column, UInt16Column, UInt32Column
from osspcap.model.record import record
from osspcap.model.stream import Chunk

Indexes = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

_CONTROL = SYN | ACK | FIN | RST
_new = tuple.__new__  # a named tuple's own constructor costs twice as much


@record
class Columns:
    """Columns of a table in sorted order, as in `PacketTable` unless said."""

    order: Int64Column
    """Position to table row."""
    bit: UInt8Column
    """Which of the two ends sent it."""
    seq: UInt32Column
    ack: UInt32Column
    end: UInt32Column
    """Sequence number behind the packet; SYN and FIN count."""
    flags: UInt8Column
    length: Int64Column
    window: UInt16Column
    ttl: UInt8Column
    ts_ns: Int64Column
    clock_ns: Int64Column
    """Latest time stamp up to the row in file order, earlier tables included: a clock that never runs back."""


@record
class WholeSide:
    """What one direction did: lists with an item per connection; then its chunks."""

    packets: list[int]
    data_packets: list[int]
    size: list[int]
    """Payload bytes."""
    first_data_frame: list[int]
    """Unused without data, as is the next."""
    last_data_frame: list[int]
    first_seq: list[int]
    """Sequence number of the SYN."""
    last_end: list[int]
    """Sequence number behind the last packet."""
    last_ack: list[int]
    last_ns: list[int]
    """Time of the last packet."""
    top_ns: list[int]
    """Time of the last packet that advanced the sequence number."""
    window: list[int]
    """Window of the last packet."""
    ttl: list[int]
    options: list[tuple[int, int]]
    """Start and end of the SYN's options in the buffer."""
    fins: list[int]
    """FIN packets."""
    fin_frame: list[int]
    """Unused without FIN, as are the next two."""
    fin_ns: list[int]
    fin_clock_ns: list[int]
    chunk_start: list[int]
    """Index of the first chunk; one more at the end."""
    chunks: list[Chunk]


@record
class Whole:
    """The orderly connections of a table: lists with an item per connection."""

    bit: list[int]
    """Bit of the initiator."""
    opening: list[tuple[int, int, int, int, int, int]]
    """Frame and time of SYN, SYN-ACK and ACK."""
    last_frame: list[int]
    last_ns: list[int]
    sides: tuple[WholeSide, WholeSide]
    """What the initiator sent and what the other end sent."""


def find_whole(columns: Columns, starts: Indexes, stops: Indexes, continues: Mask) -> Indexes:
    """Return the numbers of the groups that are orderly connections, ascending.

    Args:
        columns: The rows.
        starts: Position of each group's first row.
        stops: Position behind its last.
        continues: Which rows continue their direction and show nothing that counts as a fact of its own, but a FIN.
    """
    groups = np.flatnonzero(stops - starts >= 3)
    groups = groups[_is_opening(columns, starts[groups])]
    if not len(groups):
        return groups
    odd = np.flatnonzero(~continues)
    orderly: Indexes = groups[np.searchsorted(odd, starts[groups] + 3) == np.searchsorted(odd, stops[groups])]
    return orderly


def _is_opening(columns: Columns, syn: Indexes) -> Mask:
    """Tell where SYN, SYN-ACK and ACK stand in a row and are just that."""
    synack, final = syn + 1, syn + 2
    bit, seq, ack, flags, window = columns.bit, columns.seq, columns.ack, columns.flags, columns.window
    one = np.uint32(1)
    ok: Mask = (
        (flags[syn] & _CONTROL == SYN) & (flags[synack] & _CONTROL == SYN | ACK) & (flags[final] & _CONTROL == ACK)
    )
    ok &= (bit[syn] != bit[synack]) & (bit[syn] == bit[final])
    ok &= (ack[synack] == seq[syn] + one) & (ack[final] == seq[synack] + one) & (seq[final] == seq[syn] + one)
    ok &= (columns.length[syn] + columns.length[synack] + columns.length[final]) == 0
    ok &= (window[synack] != 0) & (window[final] != 0) & (columns.ttl[syn] == columns.ttl[final])
    ok &= (ack[final] != ack[syn]) | (window[final] != window[syn])
    return ok


def gather_whole(table: PacketTable, columns: Columns, starts: Indexes, stops: Indexes) -> Whole:
    """Compute what orderly connections leave; `starts` and `stops` are those of their groups, at least one."""
    order, bit = columns.order, columns.bit
    sizes = stops - starts
    positions = np.repeat(starts - np.cumsum(sizes) + sizes, sizes) + np.arange(int(sizes.sum()))
    by_initiator = bit[positions] == np.repeat(bit[starts], sizes)
    opening = [column for position in (starts, starts + 1, starts + 2) for column in _places(table, order[position])]
    last = stops - 1
    bases = (columns.seq[starts] + np.uint32(1), columns.seq[starts + 1] + np.uint32(1))
    first = _side(table, columns, positions[by_initiator], starts, stops, bases)
    second = _side(table, columns, positions[~by_initiator], starts, stops, bases[::-1])
    return Whole(
        bit=bit[starts].tolist(),
        opening=list(zip(*opening, strict=True)),
        last_frame=table.frame[order[last]].tolist(),
        last_ns=columns.ts_ns[last].tolist(),
        sides=(first, second),
    )


def _places(table: PacketTable, rows: Int64Column) -> tuple[list[int], list[int]]:
    return table.frame[rows].tolist(), table.ts_ns[rows].tolist()


def _side(
    table: PacketTable,
    columns: Columns,
    rows: Indexes,
    starts: Indexes,
    stops: Indexes,
    bases: tuple[UInt32Column, UInt32Column],
) -> WholeSide:
    """Gather one direction; `rows` are its positions, `bases` the sequence numbers of offset 0 here and over there."""
    order, ts_ns = columns.order, columns.ts_ns
    low, high = np.searchsorted(rows, starts), np.searchsorted(rows, stops)
    first, last = rows[low], rows[high - 1]
    data = rows[columns.length[rows] != 0]
    data_low, data_high = np.searchsorted(data, starts), np.searchsorted(data, stops)
    fin = rows[columns.flags[rows] & FIN != 0]
    fin_low, fin_high = np.searchsorted(fin, starts), np.searchsorted(fin, stops)
    # Where a connection has none, any will do: the counts say that it is not to be used.
    some_data, some_fin = data if len(data) else first[:1], fin if len(fin) else first[:1]
    first_data = some_data[np.minimum(data_low, len(some_data) - 1)]
    last_data = some_data[np.maximum(data_high - 1, 0)]
    fins, fin_at = fin_high - fin_low, some_fin[np.minimum(fin_low, len(some_fin) - 1)]
    syn = order[first]
    options = table.options_start[syn]
    top_ns = np.where(fins != 0, ts_ns[fin_at], np.where(data_high > data_low, ts_ns[last_data], ts_ns[first]))
    return WholeSide(
        packets=(high - low).tolist(),
        data_packets=(data_high - data_low).tolist(),
        size=(columns.end[last] - bases[0] - fins.astype(np.uint32)).tolist(),
        first_data_frame=table.frame[order[first_data]].tolist(),
        last_data_frame=table.frame[order[last_data]].tolist(),
        first_seq=columns.seq[first].tolist(),
        last_end=columns.end[last].tolist(),
        last_ack=columns.ack[last].tolist(),
        last_ns=ts_ns[last].tolist(),
        top_ns=top_ns.tolist(),
        window=columns.window[last].tolist(),
        ttl=columns.ttl[last].tolist(),
        options=list(zip(options.tolist(), (options + table.options_length[syn]).tolist(), strict=True)),
        fins=fins.tolist(),
        fin_frame=table.frame[order[fin_at]].tolist(),
        fin_ns=ts_ns[fin_at].tolist(),
        fin_clock_ns=columns.clock_ns[fin_at].tolist(),
        chunk_start=[*data_low.tolist(), len(data)],
        chunks=_chunks(table, columns, data, data_high - data_low, bases),
    )


def _chunks(
    table: PacketTable,
    columns: Columns,
    data: Indexes,
    counts: Indexes,
    bases: tuple[UInt32Column, UInt32Column],
) -> list[Chunk]:
    """Make the chunks of one direction of all connections; `counts` tells how many each has."""
    index = columns.order[data]
    start = table.payload_start[index]
    buffer = table.buffer
    rows = zip(
        (columns.seq[data] - np.repeat(bases[0], counts)).tolist(),
        start.tolist(),
        (start + columns.length[data]).tolist(),
        table.frame[index].tolist(),
        columns.ts_ns[data].tolist(),
        (columns.ack[data] - np.repeat(bases[1], counts)).tolist(),
        strict=True,
    )
    return [_new(Chunk, (offset, buffer[s:e], frame, ts, acked)) for offset, s, e, frame, ts, acked in rows]
