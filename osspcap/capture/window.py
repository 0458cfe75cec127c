"""A window that moves over the decoded bytes of a file: what is not consumed yet stays, the rest is replaced.

A buffer is used again, which saves the page faults of fresh memory, but only once nobody looks at it any more: a table
that a caller keeps stays valid. Memory: one buffer of a chunk, plus what callers keep.
"""

from typing import Protocol

from osspcap.capture.records import SLACK_BYTES

_FIRST_BYTES = 1024 * 1024
"""First chunk of an input of unknown size; each later one is twice as long, up to the chunk size."""

_KEPT_BUFFERS = 2


class ByteSource(Protocol):
    """Gives the decoded bytes of a file in order."""

    def readinto(self, view: memoryview) -> int:
        """Fill the view and return how much was filled: all of it unless the bytes end."""
        ...


class Window:
    """The piece of a file that is in memory."""

    def __init__(self, source: ByteSource, chunk_bytes: int, expected_bytes: int | None) -> None:
        """Begin before the first byte.

        Args:
            source: Gives the bytes.
            chunk_bytes: How much to hold at once, at least 1; more only where one record needs it.
            expected_bytes: Size of the file, if it is known.
        """
        self.buffer = bytearray(SLACK_BYTES)
        self.start = 0
        """Offset in `buffer` of the first byte not consumed."""
        self.end = 0
        """Offset in `buffer` behind the last byte read."""
        self.is_complete = False
        """True once the source has ended: `end` is the end of the file."""
        self._source = source
        self._chunk_bytes = chunk_bytes
        self._next_bytes = min(chunk_bytes, _FIRST_BYTES if expected_bytes is None else expected_bytes + 1)
        self._base = 0
        self._kept: list[bytearray] = []

    def offset(self, position: int) -> int:
        """Return the offset in the file of a place in the buffer."""
        return self._base + position

    def refill(self, needed: int) -> bool:
        """Drop what is consumed and read on; False if there is nothing more to read.

        Args:
            needed: How many bytes from `start` on the next record takes; the window grows to hold them.
        """
        if self.is_complete:
            return False
        held = self.end - self.start
        rest = self.buffer[self.start : self.end]
        target = self._take(max(self._next_bytes, needed, held + 1))
        self._next_bytes = min(self._next_bytes * 2, self._chunk_bytes)
        target[:held] = rest
        limit = len(target) - SLACK_BYTES
        got = self._source.readinto(memoryview(target)[held:limit])
        self._base += self.start
        self.buffer, self.start, self.end = target, 0, held + got
        self.is_complete = held + got < limit
        return got > 0

    def _take(self, capacity: int) -> bytearray:
        """Return a buffer that nobody looks at, used before or new."""
        size = capacity + SLACK_BYTES
        for buffer in self._kept:
            if len(buffer) == size and _is_free(buffer):
                return buffer
        buffer = bytearray(size)
        self._kept = [*(kept for kept in self._kept if len(kept) == size), buffer][-_KEPT_BUFFERS:]
        return buffer


def _is_free(buffer: bytearray) -> bool:
    """Tell whether no view of the buffer is left: Python refuses to resize a bytearray that has one."""
    last = buffer[-1]
    try:
        del buffer[-1]
    except BufferError:
        return False
    buffer.append(last)
    return True
