"""Finds the packets of a few connections in the tables of a capture that was read before.

In: the finished connections of the first reading, and tables in order. Which connection a packet belongs to was settled
then: of all that share its addresses and ports, the last that had begun. Cost: a few column operations a table, and a
binary search for each packet of the chosen addresses and ports.
"""

import ipaddress
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from osspcap.model.packets import AddressBook, PacketTable
from osspcap.model.stream import Address, Connection
from osspcap.units import FrameNumber, StreamId


class ChosenRow(NamedTuple):
    """A packet of a chosen connection."""

    row: int
    """Where in the table it stands."""
    connection: Connection
    side: int
    """Which of the connection's sides sent it."""
    clock_ns: int
    """Latest time stamp of the capture up to it."""


class ChosenRows:
    """Finds the rows of chosen connections in tables."""

    def __init__(self, connections: Sequence[Connection], streams: Collection[StreamId], book: AddressBook) -> None:
        """Index the connections that share addresses and ports with a chosen one."""
        wanted = set(streams)
        self._clock_ns = 0
        self.last_frame = max((connections[stream].last_frame for stream in wanted), default=FrameNumber(0))
        pairs = {frozenset(connections[stream].sides) for stream in wanted}
        self._ends: dict[Address, int] = {}
        for pair in pairs:
            for address in pair:
                self._ends.setdefault(address, _end(address, book))
        self._sorted = np.array(sorted(set(self._ends.values())), np.uint64)
        self._by_pair: dict[tuple[int, int], list[Connection]] = {}
        for connection in connections:
            if frozenset(connection.sides) in pairs:
                self._by_pair.setdefault(self._key(connection.sides), []).append(connection)
        self._wanted = wanted

    def _key(self, sides: tuple[Address, Address]) -> tuple[int, int]:
        first, second = (int(np.searchsorted(self._sorted, self._ends[side])) for side in sides)
        return min(first, second), max(first, second)

    def rows(self, table: PacketTable) -> Iterator[ChosenRow]:
        """Yield the packets of chosen connections in the next table; call it for every table."""
        if not len(table):
            return
        clocks = np.maximum(np.maximum.accumulate(table.ts_ns), self._clock_ns)
        self._clock_ns = clocks.item(-1)
        sender = (table.src.astype(np.uint64) << np.uint64(16)) | table.sport
        receiver = (table.dst.astype(np.uint64) << np.uint64(16)) | table.dport
        known = np.flatnonzero(np.isin(sender, self._sorted) & np.isin(receiver, self._sorted))
        ends = [np.searchsorted(self._sorted, column[known]).tolist() for column in (sender, receiver)]
        frames, times = table.frame[known].tolist(), clocks[known].tolist()
        for row, source, target, frame, clock_ns in zip(known.tolist(), *ends, frames, times, strict=True):
            begun = self._by_pair.get((source, target) if source < target else (target, source), [])
            at = bisect_right(begun, frame, key=_first_frame)
            if at and begun[at - 1].stream in self._wanted:
                found = begun[at - 1]
                side = 0 if int(self._sorted[source]) == self._ends[found.sides[0]] else 1
                yield ChosenRow(row, found, side, clock_ns)


_first_frame = attrgetter("first_frame")


def _end(address: Address, book: AddressBook) -> int:
    return book.number(ipaddress.ip_address(address.host).packed) << 16 | address.port
