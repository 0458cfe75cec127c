"""Silences inside connections: what stood open when a connection fell silent, and who ended it.

Where a transfer lost its time is told by its silences. They are kept as columns for the whole capture and become
objects for the connections that somebody asks about.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from osspcap.model.packets import Int64Column, UInt8Column, UInt32Column
from osspcap.units import FrameNumber, Nanoseconds, StreamId

Int32Column = npt.NDArray[np.int32]
BoolColumn = npt.NDArray[np.bool_]


class Pause(NamedTuple):
    """A stretch of a connection without a packet in either direction."""

    start_ns: Nanoseconds
    """Time of the packet before it."""
    end_ns: Nanoseconds
    """Time of the packet that ends it."""
    frame_before: FrameNumber
    frame_after: FrameNumber
    side: int
    """Which of the connection's sides (0 or 1) ended it."""
    length: int
    """Payload bytes of the packet that ended it."""
    repeats: bool
    """That packet begins below what its side had sent before."""
    outstanding: tuple[int, int]
    """Bytes that side 0 and side 1 had sent and the other one had not acknowledged; -1 if unknown."""
    window: tuple[int, int]
    """Last window that side 0 and side 1 advertised, raw; -1 if unknown."""

    @property
    def duration_ns(self) -> int:
        """How long it lasted."""
        return self.end_ns - self.start_ns


class PauseColumns(NamedTuple):
    """Pauses of many connections; all columns have the same length."""

    stream: Int32Column
    start_ns: Int64Column
    end_ns: Int64Column
    frame_before: UInt32Column
    frame_after: UInt32Column
    side: UInt8Column
    length: Int32Column
    repeats: BoolColumn
    outstanding_0: Int32Column
    outstanding_1: Int32Column
    window_0: Int32Column
    window_1: Int32Column


class Pauses:
    """All pauses of a capture that last at least `min_ns`."""

    __slots__ = ("_columns", "min_ns")

    def __init__(self, columns: PauseColumns | None = None, min_ns: int = 0) -> None:
        """Take columns sorted by stream, and by time inside a stream; None for a capture without pauses."""
        self._columns = columns
        self.min_ns = min_ns
        """Shorter ones are not kept. Larger than usual where a capture has more pauses than are kept."""

    def __len__(self) -> int:
        """Count of pauses in the capture."""
        return 0 if self._columns is None else len(self._columns.stream)

    def of(self, stream: StreamId) -> list[Pause]:
        """Return the pauses of one connection in order of time."""
        columns = self._columns
        if columns is None:
            return []
        first, end = np.searchsorted(columns.stream, (stream, stream + 1)).tolist()
        if first == end:
            return []
        lists = [column[first:end].tolist() for column in columns[1:]]
        return [
            Pause(start, end, before, after, side, length, repeats, (out_0, out_1), (window_0, window_1))
            for start, end, before, after, side, length, repeats, out_0, out_1, window_0, window_1 in zip(
                *lists, strict=True
            )
        ]


NO_PAUSES = Pauses()
"""Of a capture in which no connection fell silent."""
