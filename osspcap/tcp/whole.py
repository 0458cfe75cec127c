"""Connections that a table holds from SYN to the last packet, and in which every packet is orderly.

Short connections are most of the connections of many captures. What such a one leaves behind - counts, chunks, ends,
the state that later packets meet - follows from its columns, so it is computed for all of them at once and handed out
one by one. It is what `Flow.take` would leave, packet by packet.

In: sorted rows, which of them continue their direction, and the connections asked for. Out: those connections. Cost:
3 us a connection and 0.5 us a packet with payload.
"""

from collections.abc import Iterator
from itertools import chain, islice, pairwise, repeat
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from osspcap.model.packets import ACK, FIN, RST, SYN, Int64Column, PacketTable, UInt8Column, UInt16Column, UInt32Column
from osspcap.model.record import record
from osspcap.model.stream import (
    Address,
    Chunk,
    Connection,
    ConnectionEnd,
    Direction,
    End,
    EndCause,
    Event,
    Handshake,
    RoleSource,
    Train,
    TrainColumns,
)
from osspcap.tcp.handshake import read_all_options

Indexes = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

MIN_TRAIN = 16
"""Shorter trains cost more than their chunks."""
MIN_TRAIN_BYTES = 1_000
"""Payload a packet, on average, from which on packets are taken for pieces of large bodies and not for messages."""
_CONTROL = SYN | ACK | FIN | RST
_BLOCK = 512
"""Chunks whose numbers are taken from the columns together: few enough to stay in the cache until they are used."""
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
class Rests:
    """What later packets of orderly connections are compared with, and their facts do not tell: an item for each."""

    bit: UInt8Column
    """Which of the two ends side 0 is."""
    closed_ns: Int64Column
    """Clock at the second FIN; -1 if there are not both."""
    window: tuple[UInt16Column, UInt16Column]
    """Last window that either side advertised."""
    last_ns: tuple[Int64Column, Int64Column]
    """Time of the last packet of either side."""
    top_ns: tuple[Int64Column, Int64Column]
    """Time of the last packet of either side that advanced its sequence number."""


@record
class Whole:
    """The orderly connections of a table that are asked for; side 0 of each is its initiator."""

    connections: Iterator[tuple[Connection, tuple[list[Event], list[Event]]]]
    """Each with its events by side, made when it is asked for."""
    rests: Rests


class Named(NamedTuple):
    """The orderly connections of a table that are asked for: an item per connection."""

    stream: list[int]
    start: Indexes
    """Position of the first row."""
    stop: Indexes
    """Position behind the last row."""
    sides: Iterator[tuple[Address, Address]]


class _Part(NamedTuple):
    """The rows of one direction of all connections."""

    rows: Indexes
    """Their positions."""
    bound: Indexes
    """Where in these each connection begins, and the end."""

    @property
    def first(self) -> Indexes:
        """First rows of the connections."""
        return self.rows[self.bound[:-1]]

    @property
    def last(self) -> Indexes:
        """Last rows of the connections."""
        return self.rows[self.bound[1:] - 1]

    def only(self, mask: Mask) -> "_Part":
        """Keep some of the rows."""
        chosen = np.flatnonzero(mask)
        return _Part(self.rows[chosen], np.searchsorted(chosen, self.bound))

    def ends(self, otherwise: Indexes) -> tuple[Mask, Indexes, Indexes]:
        """Return which connections have a row here, and the first and the last one; where there is none, any."""
        low, high = self.bound[:-1], self.bound[1:]
        some = self.rows if len(self.rows) else otherwise[:1]
        return high > low, some[np.minimum(low, len(some) - 1)], some[np.maximum(high - 1, 0)]


@record
class _Side:
    """What one direction did: an item per connection."""

    facts: Iterator[Direction]
    events: Iterator[list[Event]]
    fins: Mask
    """Whether it sent a FIN; the next two are unused without."""
    fin_frame: Int64Column
    fin_clock_ns: Int64Column
    window: UInt16Column
    """As in `Rests`, like the next two."""
    last_ns: Int64Column
    top_ns: Int64Column


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


def gather_whole(table: PacketTable, columns: Columns, named: Named, *, as_trains: bool = False) -> Whole:
    """Return what orderly connections, at least one, leave behind; large bodies as trains if wanted."""
    order, starts, last = columns.order, named.start, named.stop - 1
    sizes = named.stop - starts
    bounds = np.append(0, np.cumsum(sizes))
    positions = np.repeat(starts - bounds[:-1], sizes) + np.arange(int(bounds[-1]))
    by_initiator = columns.bit[positions] == np.repeat(columns.bit[starts], sizes)
    one, two = _sides(table, columns, positions, by_initiator, bounds, as_trains=as_trains)
    places = [column[order[starts + at]].tolist() for at in range(3) for column in (table.frame, table.ts_ns)]
    connections = map(
        Connection,
        named.stream,
        named.sides,
        zip(one.facts, two.facts, strict=True),
        *places[:2],
        table.frame[order[last]].tolist(),
        columns.ts_ns[last].tolist(),
        sizes.tolist(),
        map(Handshake, *places[:2], repeat(1), *places[2:]),
        repeat(0),
        repeat(RoleSource.HANDSHAKE),
        *_ends(one, two),
    )
    return Whole(
        connections=zip(connections, zip(one.events, two.events, strict=True), strict=True),
        rests=Rests(
            bit=columns.bit[starts],
            closed_ns=np.where(one.fins & two.fins, np.maximum(one.fin_clock_ns, two.fin_clock_ns), -1),
            window=(one.window, two.window),
            last_ns=(one.last_ns, two.last_ns),
            top_ns=(one.top_ns, two.top_ns),
        ),
    )


def _sides(
    table: PacketTable, columns: Columns, positions: Indexes, by_initiator: Mask, bounds: Indexes, *, as_trains: bool
) -> tuple[_Side, _Side]:
    """Gather both directions.

    Args:
        table: The packets.
        columns: Its rows in sorted order.
        positions: Positions of all rows of one connection after another.
        by_initiator: Which of them the initiator sent.
        bounds: Where in these each connection begins, and the end.
        as_trains: Whether large bodies are trains.
    """
    rows = np.flatnonzero(by_initiator), np.flatnonzero(~by_initiator)
    one, two = (_Part(positions[part], np.searchsorted(part, bounds)) for part in rows)
    return (
        _side(table, columns, one, two, as_trains=as_trains),
        _side(table, columns, two, one, as_trains=as_trains),
    )


def _side(table: PacketTable, columns: Columns, own: _Part, other: _Part, *, as_trains: bool) -> _Side:
    """Gather one direction."""
    order, ts_ns, length = columns.order, columns.ts_ns, columns.length
    first, last = own.first, own.last
    syn = order[first]
    base = columns.seq[first] + np.uint32(1)
    data, fin = own.only(length[own.rows] != 0), own.only(columns.flags[own.rows] & FIN != 0)
    has_data, first_data, last_data = data.ends(first)
    has_fin, fin_at, _ = fin.ends(first)
    size = columns.end[last] - base - has_fin
    counts = np.diff(data.bound)
    packets = np.diff(own.bound).tolist()
    fin_frame, fin_ns = _or_none(table.frame[order[fin_at]], has_fin), _or_none(ts_ns[fin_at], has_fin)
    size_list = size.tolist()
    facts = map(
        Direction,
        packets,
        counts.tolist(),
        size_list,
        (columns.ack[other.last] - base).tolist(),
        columns.seq[first].tolist(),
        *zip(*read_all_options(table.buffer, table.options_start[syn], table.options_length[syn]), strict=True),
        ({ttl: count} for ttl, count in zip(columns.ttl[last].tolist(), packets, strict=True)),
        fin_frame,
        fin_ns,
        _or_none(table.frame[order[first_data]], has_data),
        _or_none(table.frame[order[last_data]], has_data),
    )
    bases = np.repeat(base, counts), np.repeat(columns.seq[other.first] + np.uint32(1), counts)
    ends = map(_new, repeat(End), zip(size_list, repeat(EndCause.FIN), fin_frame, fin_ns))
    numbers = _numbers(table, columns, data.rows, *bases)
    is_long = (counts > MIN_TRAIN) & (size >= MIN_TRAIN_BYTES * counts) & as_trains
    chunks, trains = _pieces(table.buffer, numbers, data.bound, size_list, is_long)
    return _Side(
        facts=facts,
        events=_events(chunks, np.where(is_long, 1, counts).tolist(), trains, ends),
        fins=has_fin,
        fin_frame=table.frame[order[fin_at]],
        fin_clock_ns=columns.clock_ns[fin_at],
        window=columns.window[last],
        last_ns=ts_ns[last],
        top_ns=np.where(has_fin, ts_ns[fin_at], np.where(has_data, ts_ns[last_data], ts_ns[first])),
    )


def _or_none(values: Int64Column, is_there: Mask) -> list[int | None]:
    found: list[int | None] = values.tolist()
    for at in np.flatnonzero(~is_there).tolist():
        found[at] = None
    return found


def _numbers(
    table: PacketTable, columns: Columns, data: Indexes, base: UInt32Column, peer_base: UInt32Column
) -> TrainColumns:
    """Return the numbers of one direction of all connections; the bases are those of the connection of each row."""
    index = columns.order[data]
    start = table.payload_start[index]
    return TrainColumns(
        columns.seq[data] - base,
        start,
        start + columns.length[data],
        table.frame[index],
        columns.ts_ns[data],
        columns.ack[data] - peer_base,
    )


def _pieces(
    buffer: memoryview, numbers: TrainColumns, bound: Indexes, sizes: list[int], is_long: Mask
) -> tuple[Iterator[Chunk], Iterator[Train | None]]:
    """Return the chunks of all connections, one after another, and the train that each has behind its last chunk.

    Of a long one, the first packet stands alone, for it tells what the connection speaks; the others are a train.

    Args:
        buffer: The table's.
        numbers: Of the rows with payload.
        bound: Where in these each connection begins, and the end.
        sizes: Payload bytes of each.
        is_long: Which connections have trains.
    """
    if not is_long.any():
        return _chunks(buffer, numbers), repeat(None)
    counts = np.diff(bound)
    rides = np.repeat(is_long, counts)
    rides[bound[:-1][is_long]] = False
    columns = TrainColumns._make(column[rides] for column in numbers)
    stops = np.cumsum(np.where(is_long, counts - 1, 0)).tolist()
    trains = (
        Train(buffer, columns, slice(low, high), base=0, end=size, acked=0) if low < high else None
        for (low, high), size in zip(pairwise([0, *stops]), sizes, strict=True)
    )
    alone = ~rides
    return _chunks(buffer, TrainColumns._make(column[alone] for column in numbers)), trains


def _chunks(buffer: memoryview, numbers: TrainColumns) -> Iterator[Chunk]:
    """Make chunks of their numbers."""

    def block(at: int) -> Iterator[Chunk]:
        offset, begin, end, frame, ts_ns, acked = (column[at : at + _BLOCK].tolist() for column in numbers)
        pieces = (buffer[low:high] for low, high in zip(begin, end, strict=True))
        return map(_new, repeat(Chunk), zip(offset, pieces, frame, ts_ns, acked, strict=True))

    return chain.from_iterable(map(block, range(0, len(numbers.offset), _BLOCK)))


def _events(
    chunks: Iterator[Chunk], counts: list[int], trains: Iterator[Train | None], ends: Iterator[End]
) -> Iterator[list[Event]]:
    """Yield the events of one connection after another; an end without a frame is none."""
    for count, train, end in zip(counts, trains, ends, strict=False):
        events: list[Event] = list(islice(chunks, count))
        if train is not None:
            events.append(train)
        if end[2] is not None:
            events.append(end)
        yield events


def _ends(one: _Side, two: _Side) -> tuple[list[ConnectionEnd], list[int | None]]:
    """Tell how the connections ended, and in which packet: the first FIN."""
    is_second = two.fins & ~(one.fins & (one.fin_frame < two.fin_frame))
    is_first = one.fins & ~is_second
    names = np.where(is_first, 0, np.where(is_second, 1, 2)).tolist()
    frames = np.where(is_first, one.fin_frame, two.fin_frame)
    return [_ENDS[name] for name in names], _or_none(frames, one.fins | two.fins)


_ENDS = (ConnectionEnd.FIN_CLIENT, ConnectionEnd.FIN_SERVER, ConnectionEnd.OPEN)
