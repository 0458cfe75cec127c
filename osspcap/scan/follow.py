"""Captures as they are completed: watches directories in which `tcpdump -G` or `-C` rotates its files.

When is a capture complete? Where the system tells (Linux, local file systems), when no process has it open for writing.
Elsewhere when the next file of the same rotation has appeared, or when it has not grown for a while. A capture that is
written to later all the same has another size and time, and is analyzed again.
"""

import os
import re
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event
from typing import Any

from osspcap.errors import UnreadableCaptureError, UsageError
from osspcap.scan.discovery import DEFAULT_BOUNDS, Bounds, discover, is_url, look_at
from osspcap.scan.outcome import Found

SETTLE_S = 10.0
"""Without growth a capture counts as complete after this, where nothing better tells."""
QUIET_S = 0.3
"""A capture is looked at this long after its last change, so that a burst of writes costs one look."""
WAKE_MS = 250
"""How often waiting captures are looked at."""

_digits = re.compile(r"\d+")


def is_being_written(path: str) -> bool | None:
    """Tell whether a process has a file open for writing; None where the system does not say.

    Asks for a read lease, which Linux grants only on files that nobody writes to, and gives it back at once.
    """
    try:
        import fcntl  # noqa: PLC0415 - not on every system

        set_lease, shared, none = fcntl.F_SETLEASE, fcntl.F_RDLCK, fcntl.F_UNLCK
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except (ImportError, AttributeError, OSError, ValueError):
        return None
    try:
        fcntl.fcntl(descriptor, set_lease, shared)
        fcntl.fcntl(descriptor, set_lease, none)
    except BlockingIOError:
        return True
    except OSError:  # another owner's file, or a file system without leases
        return None
    finally:
        os.close(descriptor)
    return False


@dataclass(slots=True)
class _Waiting:
    """A file that may be a capture in the making."""

    signature: tuple[int, int]
    """Size and time when last seen."""
    since: float
    """When they last changed; seconds of the monotonic clock."""


class Closing:
    """Files that were written to, until they are complete."""

    def __init__(
        self,
        bounds: Bounds = DEFAULT_BOUNDS,
        settle_s: float = SETTLE_S,
        *,
        is_written: Callable[[str], bool | None] = is_being_written,
    ) -> None:
        """Begin with nothing.

        Args:
            bounds: What is analyzed at all.
            settle_s: Seconds without growth after which a file is complete, where nothing better tells.
            is_written: Tells whether a file is open for writing.
        """
        self._bounds = bounds
        self._settle_s = settle_s
        self._is_written = is_written
        self._waiting: dict[str, _Waiting] = {}
        self._newest: dict[tuple[str, str], str] = {}
        """File that appeared last, by rotation."""

    def touch(self, paths: Iterable[str], now: float) -> None:
        """Note files that appeared or were written to, all at about one time."""
        seen = [(status.st_mtime_ns, path, status) for path in paths if (status := _status(path)) is not None]
        for _, path, status in sorted(seen, key=lambda item: item[:2]):
            signature = (status.st_size, status.st_mtime_ns)
            waiting = self._waiting.get(path)
            if waiting is None:
                self._newest[_rotation(path)] = path
                self._waiting[path] = _Waiting(signature, now)
            elif waiting.signature != signature:
                waiting.signature, waiting.since = signature, now

    def complete(self, now: float) -> list[Found]:
        """Take out and return the captures that are complete; files that are none are dropped."""
        found = []
        for path, waiting in list(self._waiting.items()):
            status = _status(path)
            if status is None:
                del self._waiting[path]
            elif (status.st_size, status.st_mtime_ns) != waiting.signature:
                waiting.signature, waiting.since = (status.st_size, status.st_mtime_ns), now
            elif self._is_complete(path, now - waiting.since):
                del self._waiting[path]
                with suppress(UnreadableCaptureError):
                    capture = look_at(path, status, self._bounds)
                    if capture is not None:
                        found.append(capture)
        return found

    def _is_complete(self, path: str, quiet_s: float) -> bool:
        if quiet_s < QUIET_S:
            return False
        is_written = self._is_written(path)
        if is_written is None:
            return quiet_s >= self._settle_s or self._newest.get(_rotation(path)) != path
        return not is_written


def follow(
    roots: Sequence[str],
    analyze: Callable[[list[Found]], None],
    stop: Event,
    *,
    bounds: Bounds = DEFAULT_BOUNDS,
    skip: Sequence[str] = (),
    settle_s: float = SETTLE_S,
) -> None:
    """Hand over captures as they are completed, those first that are there already; until told to stop.

    Args:
        roots: Directories.
        analyze: Called several times a second, with the captures that have been completed since, often none.
        stop: Ends it when set.
        bounds: How far to go below the directories.
        skip: Directories that are not looked into.
        settle_s: As for `Closing`.

    Raises:
        UsageError: watchfiles is not installed, or one of the roots is no local directory.
    """
    watch = _watch()
    for root in roots:
        if is_url(root) or not os.path.isdir(root):  # noqa: PTH112 - surrogates pass unchanged
            raise UsageError(f"--follow: {root} is no local directory; files and URLs cannot be watched")
    closing = Closing(bounds, settle_s)
    names = _Names(roots, bounds, skip)
    is_first = True
    with _lease_breaks_ignored():
        for changes in watch(*roots, stop_event=stop, rust_timeout=WAKE_MS, yield_on_timeout=True, watch_filter=None):
            # What is there when watching has begun; later whatever the events name, directories with all they hold.
            changed = list(roots) if is_first else [path for _, path in changes]
            is_first = False
            now = time.monotonic()
            closing.touch(names.files(changed), now)
            analyze(closing.complete(now))


class _Names:
    """Files as a scan names them: events name them by absolute paths."""

    def __init__(self, roots: Sequence[str], bounds: Bounds, skip: Sequence[str]) -> None:
        self._bounds = bounds
        self._skip = skip
        self._skipped = tuple(_absolute(path) + os.sep for path in skip)
        self._roots = [(_absolute(root) + os.sep, os.path.normpath(root)) for root in roots]
        self._roots += [(os.path.realpath(root) + os.sep, os.path.normpath(root)) for root in roots]

    def files(self, changed: Iterable[str]) -> Iterator[str]:
        """Yield the files behind what has changed: a directory stands for the captures in it."""
        for path in changed:
            if _absolute(path).startswith(self._skipped):
                continue
            name = self._named(path)
            is_root = os.path.normpath(path) in {root for _, root in self._roots}
            if os.path.islink(name) and not (is_root or self._bounds.follow_symlinks):  # noqa: PTH114 - as above
                continue
            if os.path.isdir(name):  # noqa: PTH112 - likewise
                yield from (found.path for found in discover([name], self._bounds, skip=self._skip).captures)
            else:
                yield name

    def _named(self, path: str) -> str:
        whole = _absolute(path)
        for absolute, root in self._roots:
            if whole.startswith(absolute):
                return os.path.join(root, whole[len(absolute) :])  # noqa: PTH118 - likewise
        return path


def _absolute(path: str) -> str:
    return os.path.abspath(path)  # noqa: PTH100 - likewise


def _rotation(path: str) -> tuple[str, str]:
    """Return what the files of one rotation have in common: directory, and name without its counters and times."""
    folder, name = os.path.split(path)
    return folder, _digits.sub("#", name)


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116 - as above
    except (OSError, ValueError):
        return None


def _watch() -> Any:
    try:
        from watchfiles import watch  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise UsageError("--follow needs watchfiles: `pip install 'osspcap[follow]'`") from error
    return watch


@contextmanager
def _lease_breaks_ignored() -> Iterator[None]:
    """Whoever opens a file in the instant of its lease makes the kernel send SIGIO, which would end this process."""
    try:
        before = signal.signal(signal.SIGIO, signal.SIG_IGN)
    except (AttributeError, ValueError):  # another system, or not the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGIO, before)
