"""Standard input kept for a second reading: in memory, then in a nameless temporary file, up to a limit."""

import io
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

MAX_MEMORY_BYTES = 32 * 1024 * 1024
"""Bytes kept in memory; what is more goes to a file that has no name and vanishes with the process."""
MAX_SPOOLED_BYTES = 1024 * 1024 * 1024
"""Bytes kept at all: a pipe may run for days."""


class Spool(io.RawIOBase):
    """Passes on what is read from a stream, and keeps a copy; a context manager."""

    def __init__(self, stream: BinaryIO, *, limit: int = MAX_SPOOLED_BYTES, memory: int = MAX_MEMORY_BYTES) -> None:
        """Begin in front of the first byte.

        Args:
            stream: What is read.
            limit: Bytes kept; a longer input is not kept at all.
            memory: Bytes up to which no file is used.
        """
        self._stream = stream
        self._left = limit
        self._copy: SpooledTemporaryFile[bytes] | None = SpooledTemporaryFile(max_size=memory)  # noqa: SIM115 - closed by close

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer; 0 at the end."""
        got: int | None
        if isinstance(self._stream, (io.RawIOBase, io.BufferedIOBase)):
            got = self._stream.readinto(buffer)
        else:
            data = self._stream.read(len(buffer))
            got = len(data)
            buffer[:got] = data
        if got:
            self._keep(memoryview(buffer)[:got])
        return got or 0

    def _keep(self, data: memoryview) -> None:
        if self._copy is None:
            return
        self._left -= len(data)
        try:
            if self._left >= 0:
                self._copy.write(data)
        except OSError:  # no room where temporary files go: the first reading must not suffer
            self._left = -1
        if self._left < 0:
            self._drop()

    def isatty(self) -> bool:
        """Tell whether somebody types what is read."""
        return self._stream.isatty()

    def again(self) -> BinaryIO | None:
        """Return what was read so far, from its start; None if it was too much to keep."""
        if self._copy is None:
            return None
        self._copy.seek(0)
        return cast("BinaryIO", self._copy)

    def close(self) -> None:
        """Drop the copy; the stream stays open."""
        self._drop()
        super().close()

    def _drop(self) -> None:
        if self._copy is not None:
            self._copy.close()
            self._copy = None
