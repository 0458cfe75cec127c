"""From packet tables to streams: the entry of the TCP stage.

In: the tables of one capture, in order. Out: for each connection that had packets in a table, the events of both sides.
Connections are numbered as Wireshark's `tcp.stream`. What comes out does not depend on how the capture is cut into
tables, apart from how the events are spread over deliveries.

Cost: about 0.5 us a packet of orderly bulk traffic, 15 us a connection, 5 us a packet out of the ordinary; memory as
named in `limits`, 2 KiB a connection, and the events of one connection at a time.
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterator
from itertools import pairwise, repeat
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from osspcap.model.packets import ACK, SYN, AddressBook, Int64Column, PacketTable
from osspcap.model.pauses import Pauses
from osspcap.model.stream import Address, Connection, Direction, Event
from osspcap.tcp.flows import Events, Flow, find_starts
from osspcap.tcp.limits import LINGER_NS, Limits
from osspcap.tcp.pauses import PART_WIDTH, Before, Part, PauseCollector, carried
from osspcap.tcp.reassembly import Held
from osspcap.tcp.rows import SortedRows, sort_rows
from osspcap.tcp.shortcuts import resume, take_opening, take_run, takes_runs
from osspcap.tcp.whole import Named, Rests, Whole, gather_whole
from osspcap.units import FrameNumber, Nanoseconds, StreamId

_new = tuple.__new__  # a named tuple's own constructor costs twice as much

NEW = 1 << 62
"""In place of a stream number: beyond all that exist."""


class StreamDelivery(NamedTuple):
    """News of one connection."""

    connection: Connection
    """Its facts, live; complete once both sides had their `End`."""
    events: tuple[list[Event], list[Event]]
    """What side 0 and side 1 sent, each in offset order."""


class _Stretch(NamedTuple):
    """Rows of one connection in a table; sorts in the order of service."""

    stream: int
    """Stream number, or `NEW`."""
    first_row: int
    """Table row of the first."""
    start: int
    """Position in sorted order."""
    end: int
    key: tuple[int, int]
    """Both ends: address number * 65536 + port, lower first."""
    whole: bool
    """The group is orderly as a whole."""


_stream_of = itemgetter(0)


class _Hosts(dict[int, str]):
    """Addresses as text by their number, written out when they are first asked for."""

    def __init__(self, addresses: AddressBook) -> None:
        super().__init__()
        self._addresses = addresses

    def __missing__(self, number: int) -> str:
        host = self[number] = self._addresses.text(number)
        return host


class StreamAssembler:
    """Puts the packets of one capture together, connection by connection."""

    def __init__(
        self,
        addresses: AddressBook,
        *,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        shortcuts: bool = True,
        trains: bool = False,
    ) -> None:
        """Begin a capture.

        Args:
            addresses: The capture's address book.
            limits: Bounds of what is held back.
            shortcuts: False takes every packet singly and in full: same result, slower.
            trains: True leaves long rows of full packets together, as a `Train`.
        """
        self.connections: list[Connection] = []
        """All connections so far; the index is the stream number."""
        self._hosts = _Hosts(addresses)
        self._limits = limits
        self._shortcuts = shortcuts
        self._trains = trains
        self._held = Held()
        self._flows: dict[tuple[int, int], Flow] = {}
        # Orderly connections, most of all: they become flows only if more packets of theirs come.
        self._resting: dict[tuple[int, int], tuple[Connection, Rests, int]] = {}
        self._closing: deque[tuple[int, Flow]] = deque()  # clock when it closed, in that order
        self._clock_ns = 0
        self._pauses = PauseCollector()

    def feed(self, table: PacketTable) -> Iterator[StreamDelivery]:
        """Take the next table; yields one delivery per connection with news, in order of stream number.

        Chunks point into the table's buffer: use them before the next table is read.
        """
        if not len(table):
            return
        rows = sort_rows(table, self._clock_ns, use_runs=self._shortcuts)
        parts: list[Part] = []
        carrying: list[tuple[int, Before]] = []
        # Known connections by number, then new ones by their first packet, which numbers them.
        stretches = sorted(self._stretches(rows))
        whole, whole_parts = self._whole(table, rows, stretches)
        connections, flows, resting = self.connections, self._flows, self._resting
        at = 0
        for stretch in stretches:
            stream, _, start, _, key, is_whole = stretch
            known = flows.get(key)
            if known is not None and stream == NEW and known.halves is not None:
                yield self._reuse(known, table, stretch)
            if is_whole and stream == NEW and whole is not None:
                flows.pop(key, None)
                delivery = next(whole.connections)
                connection = delivery[0]
                connections.append(connection)
                resting[key] = (connection, whole.rests, at)
                at += 1
                yield _new(StreamDelivery, delivery)
                continue
            if known is None or stream == NEW:
                known = flows[key] = self._create(table, rows, stretch)
            else:
                carrying.append((len(parts), carried(known.connection, known.last_seen())))
            parts.append((start, known.connection.stream, known.flip))
            yield self._take(known, table, rows, stretch)
        listed = np.array(parts, np.int64).reshape(-1, PART_WIDTH)
        self._pauses.take(table, rows.columns, np.concatenate((listed, whole_parts)), carrying)
        self._clock_ns = int(rows.columns.clock_ns.max())
        yield from self._retire()

    def finish(self) -> Iterator[StreamDelivery]:
        """End the capture: yields the rest and the ends of every connection that is not over, by stream number."""
        for key in [key for key, (_, rests, at) in self._resting.items() if rests.closed_ns[at] < 0]:
            self._resume(key)
        for flow in sorted(self._flows.values(), key=lambda flow: flow.connection.stream):
            if flow.halves is not None:
                events: Events = ([], [])
                flow.close(events)
                if events[0] or events[1]:
                    yield _delivery(flow, events)
        self._flows.clear()
        self._resting.clear()
        self._closing.clear()

    def pauses(self) -> Pauses:
        """Return the pauses of all connections so far."""
        return self._pauses.finish()

    def _stretches(self, rows: SortedRows) -> list[_Stretch]:
        """Cut the groups of a table into connections."""
        stretches = []
        flows, resting, order = self._flows, self._resting, rows.order
        groups = zip(
            zip(rows.group_low, rows.group_high, strict=True),
            rows.group_row,
            rows.group_start,
            rows.group_end,
            rows.group_syns,
            rows.group_whole,
            strict=True,
        )
        for key, first_row, start, end, syns, whole in groups:
            known = self._resume(key) if key in resting else flows.get(key)
            if not syns and (known is None or (rows.flags[start] & (SYN | ACK)) != SYN):
                stream = NEW if known is None else known.connection.stream
                stretches.append(_new(_Stretch, (stream, first_row, start, end, key, whole)))
                continue
            part = slice(start, end)
            columns = (rows.bit[part], rows.seq[part], rows.ack[part], rows.flags[part])
            base = [-1, -1] if known is None else known.base()
            starts = find_starts(zip(*(column.tolist() for column in columns), strict=True), base)
            stream = NEW if known is None or 0 in starts else known.connection.stream
            for at, until in pairwise([0, *(cut for cut in starts if cut), end - start]):
                stretches.append(_Stretch(stream, int(order[start + at]), start + at, start + until, key, whole))
                stream = NEW
        return stretches

    def _whole(
        self, table: PacketTable, rows: SortedRows, stretches: list[_Stretch]
    ) -> tuple[Whole | None, Int64Column]:
        """Return the new orderly connections in the order of the stretches, and their parts, a row of `Part` each."""
        # The known ones come first.
        new = stretches[bisect_left(stretches, NEW, key=_stream_of) :]
        numbered = enumerate(new, len(self.connections))
        found = [(stream, start, end, *key) for stream, (_, _, start, end, key, whole) in numbered if whole]
        if not found:
            return None, np.empty((0, PART_WIDTH), np.int64)
        streams, start, end, low, high = np.array(found, np.int64).T
        bit = rows.bit[start]
        ends = (np.where(bit, high, low), np.where(bit, low, high))
        sides = zip(*(self._addresses_of(end) for end in ends), strict=True)
        named = Named(streams.tolist(), start, end, sides)
        whole = gather_whole(table, rows.columns, named, as_trains=self._trains)
        return whole, np.stack((start, streams, bit.astype(np.int64)), axis=1)

    def _addresses_of(self, ends: Int64Column) -> Iterator[Address]:
        """Return the addresses of ends: address number * 65536 + port."""
        hosts = map(self._hosts.__getitem__, (ends >> 16).tolist())
        return map(_new, repeat(Address), zip(hosts, (ends & 0xFFFF).tolist(), strict=True))

    def _resume(self, key: tuple[int, int]) -> Flow:
        """Make the flow of an orderly connection of which more packets come, as if it had been there all the time."""
        flow = self._flows[key] = resume(*self._resting.pop(key), self._held, self._limits)
        if flow.closed_ns >= 0:
            if flow.closed_ns + LINGER_NS < self._clock_ns:
                flow.close(([], []))
            else:
                self._closing.append((flow.closed_ns, flow))
        return flow

    def _create(self, table: PacketTable, rows: SortedRows, stretch: _Stretch) -> Flow:
        """Number a connection and name its sides."""
        row = stretch.first_row
        bit, flags = rows.bit.item(stretch.start), rows.flags.item(stretch.start)
        # The receiver of a SYN-ACK sent the SYN.
        flip = bit ^ ((flags & (SYN | ACK)) == SYN | ACK)
        ends = stretch.key[::-1] if flip else stretch.key
        sides = (self._address(ends[0]), self._address(ends[1]))
        frame, ts_ns = FrameNumber(table.frame.item(row)), Nanoseconds(table.ts_ns.item(row))
        connection = Connection(
            stream=StreamId(len(self.connections)),
            sides=sides,
            directions=(Direction(), Direction()),
            first_frame=frame,
            first_ns=ts_ns,
            last_frame=frame,
            last_ns=ts_ns,
            client_side=1 if sides[0].port < sides[1].port else 0,
        )
        self.connections.append(connection)
        return Flow(connection, flip, self._held, self._limits, shortcuts=self._shortcuts)

    def _address(self, end: int) -> Address:
        """Return the address of an end: address number * 65536 + port."""
        return _new(Address, (self._hosts[end >> 16], end & 0xFFFF))

    def _take(self, flow: Flow, table: PacketTable, rows: SortedRows, stretch: _Stretch) -> StreamDelivery:
        """Take a connection's rows in the largest steps that its state allows."""
        events: Events = ([], [])
        was_closed = flow.closed_ns
        if not stretch.whole:
            self._take_stretch(flow, table, rows, stretch, events)
        else:
            for row in rows.rows(table, stretch.start, stretch.end):
                flow.take(row, table, events)
        flow.touch(int(rows.order[stretch.end - 1]), table, stretch.end - stretch.start)
        if was_closed < 0 <= flow.closed_ns:
            self._closing.append((flow.closed_ns, flow))
        return _delivery(flow, events)

    def _take_stretch(
        self, flow: Flow, table: PacketTable, rows: SortedRows, stretch: _Stretch, events: Events
    ) -> None:
        """Take a connection's rows: runs as a whole where its state allows, the others one by one."""
        at = stretch.start
        odd, odd_end = bisect_left(rows.odd_position, at), bisect_left(rows.odd_position, stretch.end)
        first_run, end_run = bisect_left(rows.run_start, at), bisect_left(rows.run_start, stretch.end)
        if not flow.number and take_opening(flow, rows.odd[odd : min(odd + 3, odd_end)], table):
            # The first rows of both directions are never in a run, nor is the ACK of a SYN-ACK.
            at, odd = at + 3, odd + 3
        for run in range(first_run, end_run):
            start, end = rows.run_start[run], rows.run_end[run]
            for row in rows.odd[odd : odd + start - at]:
                flow.take(row, table, events)
            odd += start - at
            if takes_runs(flow, rows, run):
                take_run(flow, rows, run, table.buffer, events, as_trains=self._trains)
            else:
                for row in rows.rows(table, start, end):
                    flow.take(row, table, events)
            at = end
        for row in rows.odd[odd:odd_end]:
            flow.take(row, table, events)

    def _reuse(self, flow: Flow, table: PacketTable, stretch: _Stretch) -> StreamDelivery:
        """End a connection whose addresses and ports begin another."""
        events: Events = ([], [])
        flow.close(events, (int(table.frame[stretch.first_row]), int(table.ts_ns[stretch.first_row])))
        return _delivery(flow, events)

    def _retire(self) -> Iterator[StreamDelivery]:
        """End connections that were closed long enough ago: no packet to come can change them."""
        closing = self._closing
        while closing and closing[0][0] + LINGER_NS < self._clock_ns:
            closed_ns, flow = closing.popleft()
            if flow.halves is None or flow.closed_ns < 0:
                continue
            if flow.closed_ns > closed_ns:
                closing.append((flow.closed_ns, flow))
                continue
            events: Events = ([], [])
            flow.close(events)
            if events[0] or events[1]:
                yield _delivery(flow, events)


def _delivery(flow: Flow, events: Events) -> StreamDelivery:
    """Put the events in order of sides."""
    return _new(StreamDelivery, (flow.connection, events[::-1] if flow.flip else events))
