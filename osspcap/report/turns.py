"""Two processes write one report: pieces are made in turns, some here and some in a forked copy of this process.

In: how many pieces there are, and what makes one of its number. Out: the pieces in order, the same that one process
would make. The copy hands its pieces over through a pipe and waits where it is too far ahead, so that no more than a
few pieces are ever held. What it does not deliver, for whatever reason, is made here.

A copy needs no more memory than what it changes: it must be made while nothing else runs in this process.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress

MIN_PIECES = 16
"""Fewer are made here: copying the process costs as much as a few of them."""
PIPE_BYTES = 1_048_576
"""Of the pipe: two or three pieces. As much as Linux grants everybody."""
_TURNS = (False, True, False, True, True)
"""Which pieces are the copy's, over and over: this process also reads the pieces once more, and writes them."""
_LENGTH_BYTES = 8

Make = Callable[[int], bytes]
"""Makes the piece of a number; the same piece wherever and whenever it is called."""


def available_processors() -> int:
    """Count the processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def in_turns(make: Make, count: int) -> Iterator[bytes]:
    """Yield pieces 0 to `count` - 1."""
    turns = [_TURNS[number % len(_TURNS)] for number in range(count)]
    copy = _Copy(make, [number for number, is_copys in enumerate(turns) if is_copys]) if count >= MIN_PIECES else None
    try:
        for number, is_copys in enumerate(turns):
            piece = copy.next_piece() if is_copys and copy is not None else None
            yield make(number) if piece is None else piece
    finally:
        if copy is not None:
            copy.end()


class _Copy:
    """A forked copy of this process that makes some of the pieces."""

    def __init__(self, make: Make, numbers: list[int]) -> None:
        self._process = 0
        self._pipe = -1
        try:
            self._pipe, theirs = os.pipe()
        except OSError:
            return
        _widen(theirs)
        try:
            self._process = os.fork()
        except OSError:
            pass
        else:
            if not self._process:
                os.close(self._pipe)  # else it would wait for itself when the other process is gone
                _deliver(make, numbers, theirs)
        os.close(theirs)

    def next_piece(self) -> bytes | None:
        """Return the next of its pieces; None if it delivers no more."""
        if not self._process:
            return None
        length = _read(self._pipe, _LENGTH_BYTES)
        piece = None if length is None else _read(self._pipe, int.from_bytes(length))
        if piece is None:
            self.end()
        return piece

    def end(self) -> None:
        """End the copy, wherever it is; idempotent."""
        if self._pipe >= 0:
            os.close(self._pipe)
            self._pipe = -1
        if self._process:
            with suppress(ProcessLookupError):
                os.kill(self._process, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(self._process, 0)
            self._process = 0


def _widen(pipe: int) -> None:
    try:
        from fcntl import F_SETPIPE_SZ, fcntl  # noqa: PLC0415 - not on every system

        fcntl(pipe, F_SETPIPE_SZ, PIPE_BYTES)
    except (ImportError, OSError):
        pass  # then it waits more often


def _deliver(make: Make, numbers: list[int], pipe: int) -> None:
    """Make the pieces and write each behind its length; never returns."""
    try:
        for number in numbers:
            piece = make(number)
            data = memoryview(len(piece).to_bytes(_LENGTH_BYTES) + piece)
            while data:
                data = data[os.write(pipe, data) :]
    finally:
        # Whatever happened is told by what is missing: the first process makes it, and meets the same error.
        os._exit(0)


def _read(pipe: int, length: int) -> bytes | None:
    """Return so many bytes; None if there are not that many."""
    parts: list[bytes] = []
    while length:
        part = os.read(pipe, min(length, PIPE_BYTES))
        if not part:
            return None
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
