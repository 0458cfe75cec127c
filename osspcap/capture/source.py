"""An input as it lies on disk or comes through a pipe: read once, counted, and hashed beside the work.

SHA-256 runs at about a third of the speed of everything else here, so a thread does it (hashlib gives up the
interpreter lock); small inputs are hashed in line, where a thread would cost more than it saves.
"""

import errno
import hashlib
import io
import os
import stat
import sys
from queue import SimpleQueue
from threading import Thread
from typing import BinaryIO

from osspcap.capture.detect import shown
from osspcap.errors import UnreadableCaptureError

READ_BYTES = 256 * 1024
"""Bytes read at a time where the reader asks for no amount of its own."""

_INLINE_BYTES = 1024 * 1024
"""Total up to which the hash is computed in line."""

_QUEUED_PIECES = 8
"""Pieces that may wait for the hash before reading waits for it; bounds memory where reading is the faster one."""


class _Digest:
    """SHA-256 of pieces in order, computed by a thread once there is enough of it."""

    def __init__(self) -> None:
        self._sha = hashlib.sha256()
        self._thread: Thread | None = None
        self._todo: SimpleQueue[bytes | memoryview | None] = SimpleQueue()
        self._done: SimpleQueue[None] = SimpleQueue()
        self._waiting = 0
        self._total = 0

    def update(self, piece: bytes | memoryview) -> None:
        """Hash a piece; it must not change until `wait` has returned."""
        self._total += len(piece)
        if self._total <= _INLINE_BYTES:
            self._sha.update(piece)
            return
        if self._thread is None:
            self._thread = Thread(target=self._work, name="osspcap-sha256", daemon=True)
            self._thread.start()
        self.wait(_QUEUED_PIECES - 1)
        self._todo.put(piece)
        self._waiting += 1

    def _work(self) -> None:
        """Hash what is queued, until None comes."""
        while (piece := self._todo.get()) is not None:
            self._sha.update(piece)
            del piece  # a view kept here would keep its buffer from being used again
            self._done.put(None)

    def wait(self, unfinished: int = 0) -> None:
        """Return when all pieces handed in are hashed, but for the last `unfinished` ones."""
        while self._waiting > unfinished:
            self._done.get()
            self._waiting -= 1

    def close(self) -> None:
        """End the thread."""
        self.wait()
        if self._thread is not None:
            self._todo.put(None)
            self._thread.join()
            self._thread = None

    def hexdigest(self) -> str:
        """Return the hash of all pieces handed in."""
        self.wait()
        return self._sha.hexdigest()


class RawInput:
    """The bytes of an input, undecoded."""

    def __init__(
        self,
        stream: io.RawIOBase | io.BufferedIOBase | BinaryIO,
        name: str,
        *,
        total_bytes: int | None = None,
        is_owned: bool = False,
    ) -> None:
        """Wrap a stream that is open for reading.

        Args:
            stream: Gives the bytes.
            name: The input as messages call it.
            total_bytes: Size of the input; None if it is not known beforehand.
            is_owned: `close` closes the stream too.
        """
        self.name = name
        self.total_bytes = total_bytes
        self.bytes_read = 0
        self.failure = ""
        """Why the device stopped giving bytes, if it failed after the first ones; empty otherwise."""
        self._stream = stream
        self._is_owned = is_owned
        self._taken = 0  # how many bytes of the last read had been read, and hashed, before
        self._pushed_back = b""
        self._digest = _Digest()

    def peek(self, count: int) -> bytes:
        """Return the first bytes, fewer only if the input ends; they are read again afterwards."""
        self._pushed_back = self.read(count)
        return self._pushed_back

    def read(self, count: int) -> bytes:
        """Return the next bytes, fewer only if the input ends."""
        data = bytearray(count)
        with memoryview(data) as view:
            got = self._fill(view)
        piece = bytes(data[:got]) if got < count else bytes(data)
        self._digest.update(piece[self._taken :])
        return piece

    def readinto(self, view: memoryview) -> int:
        """Fill the view and return how much was filled: all of it unless the input ends.

        The bytes must not change before `settle` has returned.
        """
        got = self._fill(view)
        self._digest.update(view[self._taken : got])
        return got

    def _fill(self, view: memoryview) -> int:
        """Fill the view with what was pushed back and what the stream gives."""
        got = self._taken = min(len(self._pushed_back), len(view))
        view[:got] = self._pushed_back[:got]
        self._pushed_back = self._pushed_back[got:]
        while got < len(view) and not self.failure:
            count = self._read_some(view[got:])
            if not count:
                break
            got += count
            self.bytes_read += count
        return got

    def _read_some(self, view: memoryview) -> int:
        """Read once; 0 at the end or where the device fails."""
        try:
            if isinstance(self._stream, (io.RawIOBase, io.BufferedIOBase)):
                return self._stream.readinto(view) or 0
            data = self._stream.read(len(view))
        except OSError as error:
            if not self.bytes_read:
                raise unreadable(self.name, error) from error
            self.failure = f"reading failed: {error.strerror or error}"
            return 0
        view[: len(data)] = data
        return len(data)

    def settle(self) -> None:
        """Return when no piece is needed for the hash any more."""
        self._digest.wait()

    def finish(self) -> str:
        """Read what is left, for the hash only, and return the SHA-256 of the whole input in hex."""
        while self.read(READ_BYTES):
            pass
        return self._digest.hexdigest()

    def close(self) -> None:
        """End the hash and close the stream, if it is owned."""
        self._digest.close()
        if self._is_owned:
            self._stream.close()


def unreadable(name: str, error: OSError) -> UnreadableCaptureError:
    """Build the error for a file that the system does not let us read."""
    match error.errno:
        case errno.ENOENT | errno.ENOTDIR:
            text = "there is no such file; check the path"
        case errno.EACCES | errno.EPERM:
            text = "permission denied; captures of root are often readable by root only: `sudo chmod a+r FILE`"
        case errno.EISDIR:
            text = "is a directory; give the capture files in it, for example `DIR/*.pcap`"
        case _:
            text = f"cannot be read: {error.strerror or error}"
    return UnreadableCaptureError(f"{name}: {text}")


def open_raw(path: str | os.PathLike[str], stdin: BinaryIO | None) -> RawInput:
    """Open a file, or standard input for `-`.

    Raises:
        UnreadableCaptureError: The path is missing, a directory or not permitted, or standard input is a terminal.
    """
    text = os.fspath(path)
    if text == "-":
        if stdin is None and sys.stdin is None:
            raise UnreadableCaptureError("-: standard input is closed; pipe a capture into it or name a file")
        stream = sys.stdin.buffer if stdin is None else stdin
        if stream.isatty():
            raise UnreadableCaptureError(
                "-: standard input is a terminal; pipe a capture into it: `tcpdump -s0 -w - | osspcap analyze -`"
            )
        return RawInput(stream, "standard input")
    name = shown(text)
    try:
        opened = open(text, "rb", buffering=0)  # noqa: PTH123, SIM115 - text is not a Path; RawInput closes it
        status = os.fstat(opened.fileno())
    except OSError as error:
        raise unreadable(name, error) from error
    except ValueError as error:  # a NUL in the path
        raise UnreadableCaptureError(f"{name}: is not a possible path ({error}); check the path") from error
    is_regular = stat.S_ISREG(status.st_mode)
    return RawInput(opened, name, total_bytes=status.st_size if is_regular else None, is_owned=True)
