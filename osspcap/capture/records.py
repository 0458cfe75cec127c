"""What a container walker hands to the decoder: the packet records of a piece of the file, as columns."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

from osspcap.model.packets import Int64Column, stretches
from osspcap.model.record import growing_record

MAX_PACKET_BYTES = 262_144
"""Largest captured length of a packet that a writer produces: libpcap's MAXIMUM_SNAPLEN, Wireshark's limit too."""

MAX_BATCH_RECORDS = 131_072
"""Most records handed on at once; bounds the columns (about 250 bytes a record while decoding) at 32 MiB."""

SLACK_BYTES = 256
"""Bytes behind the data of every buffer, so that reading a fixed number of header bytes never leaves the buffer."""


@growing_record
class Damage:
    """Why a file cannot be read beyond a place."""

    offset: int
    """Offset in the buffer of the record that is damaged."""
    text: str
    """What is wrong with it, as a sentence without a subject: `claims 4294967295 captured bytes`."""


@growing_record
class RecordBatch:
    """Consecutive packet records of a buffer; all columns have one row for each record."""

    start: Int64Column
    """Offset in the buffer of the first captured byte."""
    captured: Int64Column
    """Captured bytes."""
    original: Int64Column
    """Bytes on the wire; never less than captured."""
    ts_ns: Int64Column
    """Capture time, ns since 1970 UTC."""
    link: npt.NDArray[np.int32]
    """Link type; negative for records that Wireshark numbers but that are no packets."""
    consumed: int
    """Offset in the buffer behind the last record handed on."""
    needed: int
    """Bytes that must be in the buffer from `consumed` on before the next record can be read."""
    damage: Damage | None = None
    """Why reading must stop here; None if it may go on."""

    def __len__(self) -> int:
        """Count of records."""
        return len(self.start)


class Walker(Protocol):
    """A container format: finds the packet records in a piece of a file. Keeps its state between pieces."""

    def walk(self, buffer: bytearray, start: int, end: int) -> RecordBatch:
        """Return the records that lie wholly in `buffer[start:end]`, at most `MAX_BATCH_RECORDS`.

        Args:
            buffer: Holds at least `SLACK_BYTES` behind `end`.
            start: Offset of the first byte not consumed yet.
            end: Offset behind the last byte read.

        Raises:
            Nothing on bad input: what cannot be read becomes `RecordBatch.damage`.
        """
        ...


def gather(buffer: bytearray, dtype: np.dtype[np.void], positions: Int64Column) -> npt.NDArray[np.void]:
    """Copy one fixed-size header from each position into an array of that structure.

    Args:
        buffer: Every position has at least `dtype.itemsize` bytes behind it.
        dtype: Structure of the header.
        positions: int64 (n,): offsets in the buffer.

    Returns:
        Array (n,) of `dtype`, contiguous.
    """
    return stretches(buffer, dtype.itemsize)[positions].view(dtype)
