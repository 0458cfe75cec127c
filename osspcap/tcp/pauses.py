"""Finds the pauses of all connections, table by table.

A pause is a step in time between two packets of a connection. What stood open at its beginning (bytes under way,
windows) is read from the last packet of each direction before it, or, where that lies in an earlier table, from the
state that the connection had when the table began. So the result does not depend on how the capture was cut.

Cost: one difference and one comparison a row (about 10 ns), 1 us a connection and table, column operations for the
rows that end a pause. Memory: 50 bytes a pause, `MAX_PAUSES` of them; behind that the shortest are dropped.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from osspcap.model.packets import RST, Int64Column, PacketTable
from osspcap.model.pauses import NO_PAUSES, PauseColumns, Pauses
from osspcap.model.stream import Connection
from osspcap.tcp.rows import latest
from osspcap.tcp.whole import Columns, Indexes

MIN_PAUSE_NS = 5_000_000
"""Shorter silences are part of the flow: longer than delays inside a host, shorter than most ways through the world."""
MAX_PAUSES = 200_000
"""Pauses kept of a capture."""

Part = tuple[int, int, int]
"""Rows of one connection in a table: position of the first, stream, bit of side 0."""
PART_WIDTH = 3
Before = tuple[int, ...]
"""What a connection brings along from earlier tables: time and frame of its last packet; end, ACK number and window
last seen of bit 0, and of bit 1. -1 where there is none."""

_START, _STREAM, _FLIP, _LAST_NS, _LAST_FRAME = range(5)
_WIDTH = 11
_STATE = (5, 8), (8, 11)
"""Where to find end, ACK number and window by bit, behind those of `Part` and the others of `Before`."""


def carried(connection: Connection, last_seen: Sequence[int]) -> Before:
    """Return what a connection brings along into the next table; `last_seen` is its flow's."""
    return (connection.last_ns, connection.last_frame, *last_seen)


def _find_late(columns: Columns) -> Indexes:
    """Return the positions of rows that come late after the row before them, whatever connection that is of."""
    ts_ns = columns.ts_ns
    return np.flatnonzero((ts_ns[1:] - ts_ns[:-1]) >= MIN_PAUSE_NS) + 1


class PauseCollector:
    """Gathers the pauses of a capture."""

    def __init__(self, limit: int = MAX_PAUSES) -> None:
        """Begin a capture; `limit` pauses are kept."""
        self._limit = limit
        self._min_ns = MIN_PAUSE_NS
        self._kept: list[PauseColumns] = []
        self._count = 0

    def take(
        self, table: PacketTable, columns: Columns, parts: Int64Column, carrying: list[tuple[int, Before]]
    ) -> None:
        """Take the pauses of a table.

        Args:
            table: The table.
            columns: Its rows in sorted order.
            parts: int64 (n, 3): a `Part` for each connection, in any order; all rows are in one of them.
            carrying: What some bring along, by index in `parts`.
        """
        known = np.full((_WIDTH, len(parts)), -1, np.int64)
        known[:PART_WIDTH] = parts.T
        for index, before in carrying:
            known[PART_WIDTH:, index] = before
        known = known[:, np.argsort(known[_START])]
        starts, last_ns = known[_START], known[_LAST_NS]
        is_start = np.zeros(len(columns.order), np.intp)
        is_start[starts] = 1
        owner = np.cumsum(is_start) - 1
        ends_across = starts[(last_ns >= 0) & (columns.ts_ns[starts] - last_ns >= MIN_PAUSE_NS)]
        late = _find_late(columns)
        # The row before a part's first one belongs to another connection.
        position = np.concatenate((late[is_start[late] == 0], ends_across))
        if len(position):
            self._add(_columns(table, columns, position, known, owner[position]))

    def _add(self, added: PauseColumns) -> None:
        self._kept.append(_choose(added, added.end_ns - added.start_ns >= self._min_ns))
        self._count += len(self._kept[-1].stream)
        while self._count > self._limit:
            # The last threshold is the same however the capture was cut: the smallest that keeps few enough of all.
            self._min_ns *= 2
            self._kept = [_choose(part, part.end_ns - part.start_ns >= self._min_ns) for part in self._kept]
            self._count = sum(len(part.stream) for part in self._kept)

    def finish(self) -> Pauses:
        """Return all pauses."""
        if not self._count:
            return NO_PAUSES
        whole = PauseColumns(*(np.concatenate(pieces) for pieces in zip(*self._kept, strict=True)))
        self._kept = [whole]
        order = np.argsort(whole.stream.astype(np.int64) << 32 | whole.frame_after)
        return Pauses(_choose(whole, order), self._min_ns)


def _choose(columns: PauseColumns, chosen: Any) -> PauseColumns:
    return PauseColumns(*(column[chosen] for column in columns))


def _columns(
    table: PacketTable, columns: Columns, position: Indexes, known: npt.NDArray[np.int64], owner: Indexes
) -> PauseColumns:
    """Return the pauses that end at some rows; `owner` is the column of `known` that has the connection of each."""
    starts, flip = known[_START][owner], known[_FLIP][owner]
    across = position == starts
    before = np.maximum(position - 1, 0)
    states = [_state(columns, bit, position, starts, known, owner) for bit in (0, 1)]
    under_way = [_outstanding(states[bit], states[1 - bit]) for bit in (0, 1)]
    bit = columns.bit[position].astype(np.int64)
    own_end = np.where(bit == 0, states[0][0], states[1][0])
    length = columns.length[position]
    behind = (columns.seq[position] - own_end.astype(np.uint32)).astype(np.int32)
    return PauseColumns(
        stream=known[_STREAM][owner].astype(np.int32),
        start_ns=np.where(across, known[_LAST_NS][owner], columns.ts_ns[before]),
        end_ns=columns.ts_ns[position],
        frame_before=np.where(across, known[_LAST_FRAME][owner], table.frame[columns.order[before]]).astype(np.uint32),
        frame_after=table.frame[columns.order[position]].astype(np.uint32),
        side=(bit ^ flip).astype(np.uint8),
        length=length.astype(np.int32),
        repeats=(length > 0) & (own_end >= 0) & (behind < 0),
        outstanding_0=np.where(flip == 0, *under_way),
        outstanding_1=np.where(flip == 0, *under_way[::-1]),
        window_0=np.where(flip == 0, states[0][2], states[1][2]).astype(np.int32),
        window_1=np.where(flip == 0, states[1][2], states[0][2]).astype(np.int32),
    )


def _state(
    columns: Columns,
    bit: int,
    position: Indexes,
    starts: Int64Column,
    known: npt.NDArray[np.int64],
    owner: Indexes,
) -> list[Int64Column]:
    """Return end, ACK number and window of the last row of one bit before each position; -1 where there is none."""
    last = latest((columns.bit == bit) & (columns.flags & RST == 0))[position]
    is_earlier = np.flatnonzero(last < starts)
    state = []
    seen: tuple[npt.NDArray[Any], ...] = (columns.end, columns.ack, columns.window)
    for column, carried_at in zip(seen, range(*_STATE[bit]), strict=True):
        values: Int64Column = column[last].astype(np.int64)
        values[is_earlier] = known[carried_at][owner[is_earlier]]
        state.append(values)
    return state


def _outstanding(sender: list[Int64Column], receiver: list[Int64Column]) -> npt.NDArray[np.int32]:
    """Return the bytes under way: what the sender sent less what the receiver acknowledged; -1 if unknown."""
    end, ack = sender[0], receiver[1]
    ahead = (end.astype(np.uint32) - ack.astype(np.uint32)).astype(np.int32)
    return np.where((end < 0) | (ack < 0), np.int32(-1), np.maximum(ahead, np.int32(0)))
