"""Pieces of a report that a second process makes ahead, while this one is still finding out what else to report.

In: how many pieces there are, and what makes one of its number. Out: the pieces in order, the same that one process
would make. A forked copy of this process begins at once and puts what it made into a temporary file; from when on the
pieces are asked for, both make those that are left. Each takes the number of its next piece out of a pipe, so that
nothing is made twice. What the copy does not deliver, for whatever reason, is made here.

Memory: what the copy changes, and a few pieces. The file is as large as what was made ahead, and has no name.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import BinaryIO

MIN_PIECES = 16
"""Fewer are made here: copying the process costs as much as a few of them."""
MAX_PIECES = 16_000
"""As many numbers as a pipe holds."""
MAX_HELD = 8
"""Pieces that are held here while an earlier one is being made by the copy."""
_NUMBER_BYTES = 4
_RECORD_BYTES = 16
"""Number, length and place in the file of a piece that the copy made."""

Make = Callable[[int], bytes]
"""Makes the piece of a number; the same piece wherever and whenever it is called."""


def available_processors() -> int:
    """Count the processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


class Ahead:
    """Pieces 0 to `count` - 1, of which a copy of this process makes some from now on."""

    def __init__(self, make: Make, count: int) -> None:
        """Begin. The copy is of the calling thread only; `make` must not need another.

        Args:
            make: Makes a piece.
            count: How many there are.
        """
        self._make = make
        self._count = count
        self._process = 0
        self._file: BinaryIO | None = None
        self._numbers = self._records = -1
        self._places: dict[int, tuple[int, int]] = {}
        if MIN_PIECES <= count <= MAX_PIECES:
            with suppress(OSError):
                self._begin()

    def _begin(self) -> None:
        from tempfile import TemporaryFile  # noqa: PLC0415 - large reports only

        self._file = TemporaryFile()  # noqa: SIM115 - closed by `end`
        self._numbers, numbers = os.pipe()
        self._records, records = os.pipe()
        try:
            os.set_blocking(numbers, False)
            os.write(numbers, b"".join(number.to_bytes(_NUMBER_BYTES) for number in range(self._count)))
            self._process = os.fork()
            if not self._process:
                os.close(self._records)  # else it would wait for itself when the other process is gone
                os.close(numbers)
                self._deliver(records)
        finally:
            os.close(numbers)
            os.close(records)

    def __iter__(self) -> Iterator[bytes]:
        """Yield the pieces in order, once."""
        own: dict[int, bytes] = {}
        try:
            for number in range(self._count):
                while self._process and number not in own and number not in self._places:
                    self._read_records(wait=False)
                    if number in self._places or not self._process:
                        break
                    taken = self._next_number() if len(own) < MAX_HELD else None
                    if taken is None:
                        self._read_records(wait=True)
                    else:
                        own[taken] = self._make(taken)
                yield own.pop(number) if number in own else self._made(number)
        finally:
            self.end()

    def end(self) -> None:
        """End the copy, wherever it is, and give everything back; idempotent."""
        self._stop()
        for pipe in (self._numbers, self._records):
            if pipe >= 0:
                os.close(pipe)
        self._numbers = self._records = -1
        if self._file is not None:
            self._file.close()
            self._file = None

    def _made(self, number: int) -> bytes:
        place = self._places.pop(number, None)
        if place is None or self._file is None:
            return self._make(number)
        return os.pread(self._file.fileno(), *place)

    def _next_number(self) -> int | None:
        """Take the number of a piece that nobody makes yet; None if there is none."""
        taken = os.read(self._numbers, _NUMBER_BYTES)
        return int.from_bytes(taken) if taken else None

    def _read_records(self, *, wait: bool) -> None:
        """Take in what the copy made; a copy that makes no more is ended."""
        os.set_blocking(self._records, wait)
        try:
            data = os.read(self._records, 4_096 * _RECORD_BYTES)
        except BlockingIOError:
            return
        if not data:
            self._stop()
        for at in range(0, len(data), _RECORD_BYTES):
            number, length = int.from_bytes(data[at : at + 4]), int.from_bytes(data[at + 4 : at + 8])
            self._places[number] = (length, int.from_bytes(data[at + 8 : at + _RECORD_BYTES]))

    def _stop(self) -> None:
        if self._process:
            with suppress(ProcessLookupError):
                os.kill(self._process, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(self._process, 0)
            self._process = 0

    def _deliver(self, records: int) -> None:
        """Make pieces until none is left; never returns."""
        at = 0
        try:
            assert self._file is not None  # noqa: S101 - opened by the caller
            while (number := self._next_number()) is not None:
                piece = self._make(number)
                self._file.write(piece)
                self._file.flush()
                os.write(records, number.to_bytes(4) + len(piece).to_bytes(4) + at.to_bytes(8))
                at += len(piece)
        finally:
            # Whatever happened is told by what is missing: the first process makes it, and meets the same error.
            os._exit(0)
