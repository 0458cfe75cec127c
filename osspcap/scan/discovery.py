"""Directories -> the captures in them, told by their first bytes.

Names decide nothing, with one exception: a file that is called a capture and is none (empty, cut, of a format that is
not read) is listed with the reason, because silence about it would be taken for health. Cost: one read of 512 bytes a
file; compressed files are opened up to the first bytes of their content.
"""

import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256

from osspcap.capture.decompress import Decompressor
from osspcap.capture.detect import PREFIX_BYTES, detect_compression, detect_container, shown
from osspcap.capture.source import open_raw
from osspcap.errors import CaptureError, UnreadableCaptureError
from osspcap.scan.outcome import Found, State

MAX_FILES = 1_000_000
"""Files looked at in one scan; a tree that has more is scanned up to there, and it is said."""

_is_url = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+(?:::[A-Za-z0-9+.:-]+)?://").match
_is_called_capture = re.compile(r"\.(?:pcapng|ntar|pcap|cap|dmp)(?![a-z])", re.IGNORECASE).search


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far discovery goes."""

    max_depth: int = 32
    """Directories below the one given."""
    max_size: int = 64 << 30
    """Bytes; larger files are listed and not analyzed."""
    follow_symlinks: bool = False
    """Enter links to directories and read linked files."""
    max_files: int = MAX_FILES


DEFAULT_BOUNDS = Bounds()


@dataclass(slots=True)
class Discovery:
    """What was found."""

    captures: list[Found] = field(default_factory=list)
    """Largest first, then by path; each file once."""
    others: int = 0
    """Files that are no captures."""
    problems: list[tuple[str, str]] = field(default_factory=list)
    """Path and reason of what could not be looked into."""


def is_url(path: str) -> bool:
    """Tell a URL (`s3://bucket/dir`) from a path."""
    return _is_url(path) is not None


def capture_id(path: str) -> int:
    """Return the number that stands for a file in every run: 63 bits of the SHA-256 of its absolute path or its URL."""
    whole = path if is_url(path) else os.path.abspath(path)  # noqa: PTH100 - Path would raise on NUL
    return int.from_bytes(sha256(os.fsencode(whole)).digest()[:8]) >> 1


def largest_first(captures: Iterable[Found]) -> list[Found]:
    """Sort so that the longest work starts first and nothing depends on the order of the file system."""
    return sorted(captures, key=lambda found: (-found.size, os.fsencode(found.path)))


def discover(roots: Iterable[str], bounds: Bounds = DEFAULT_BOUNDS, *, skip: Iterable[str] = ()) -> Discovery:
    """Find the captures in directories (or files) and URLs.

    Args:
        roots: As the user gave them; a link given here is followed.
        bounds: How far to go.
        skip: Directories that are not entered: the scan's own results.
    """
    result = Discovery()
    by_id: dict[int, Found] = {}
    skipped = {identity for path in skip if (identity := _identity(path)) is not None}
    for root in roots:
        if is_url(root):
            from osspcap.scan.remote import list_remote  # noqa: PLC0415 - fsspec is an extra

            walk = list_remote(root, bounds, result)
        else:
            walk = _Walk(bounds, result, skipped).captures(os.path.normpath(root) if root else root)
        for found in walk:
            by_id.setdefault(found.id, found)
    result.captures = largest_first(by_id.values())
    return result


def look_at(path: str, status: os.stat_result, bounds: Bounds, *, is_named: bool = False) -> Found | None:
    """Return the capture at a path; None if it is none and nothing (its name, the user) says it should be.

    Raises:
        UnreadableCaptureError: The file cannot be opened, and nothing says that it is a capture.
    """
    found = Found(capture_id(path), path, status.st_size, status.st_mtime_ns)
    try:
        if not stat.S_ISREG(status.st_mode):
            return None
        _check_magic(path)
    except CaptureError as error:
        if is_named or _is_called_capture(os.path.basename(path)):  # noqa: PTH119 - surrogates pass
            return replace(found, problem=without_path(str(error), path), state=State.UNREADABLE)
        if isinstance(error, UnreadableCaptureError):
            raise
        return None
    if status.st_size > bounds.max_size:
        reason = f"has {status.st_size:,} bytes, more than the {bounds.max_size:,} of --max-size; raise it to analyze"
        return replace(found, problem=reason, state=State.TOO_LARGE)
    return found


def without_path(message: str, path: str) -> str:
    """Return an error message without the path in front, which stands beside it wherever a scan shows it."""
    return message.removeprefix(f"{shown(path)}: ")


def _check_magic(path: str) -> None:
    """Raise what `open_capture` would, at the cost of the first bytes only."""
    raw = open_raw(path, None)
    try:
        prefix = raw.peek(PREFIX_BYTES)
        compression = detect_compression(prefix)
        if compression is not None:
            prefix = Decompressor(raw, compression).peek(PREFIX_BYTES)
        detect_container(prefix, raw.name, compression)
    finally:
        raw.close()


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)  # noqa: PTH116 - bytes and surrogates pass unchanged
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


class _Walk:
    """One walk through a directory tree, without recursion: depth is the file system's to choose."""

    def __init__(self, bounds: Bounds, result: Discovery, skipped: set[tuple[int, int]]) -> None:
        self._bounds = bounds
        self._result = result
        self._entered = set(skipped)
        self._looked_at = 0

    def captures(self, root: str) -> Iterator[Found]:
        """Yield the captures at or below a path."""
        try:
            status = os.stat(root)  # noqa: PTH116 - as above
        except (OSError, ValueError) as error:
            self._complain(root, error)
            return
        if not stat.S_ISDIR(status.st_mode):
            found = look_at(root, status, self._bounds, is_named=True)
            if found is None:
                self._result.problems.append((shown(root), "is neither a directory nor a file that can be analyzed"))
            else:
                yield found
            return
        todo = [(root, 0)]
        while todo:
            folder, depth = todo.pop()
            if not self._enter(folder):
                continue
            for entry in self._entries(folder):
                if self._looked_at >= self._bounds.max_files:
                    reason = f"holds more than {self._bounds.max_files:,} files; the rest was not looked at"
                    self._result.problems.append((shown(root), reason))
                    return
                found = self._entry(entry, depth, todo)
                if found is not None:
                    yield found

    def _entry(self, entry: os.DirEntry[str], depth: int, todo: list[tuple[str, int]]) -> Found | None:
        """Return the capture that an entry is, or put the directory that it is on the list."""
        follows = self._bounds.follow_symlinks
        try:
            if entry.is_dir(follow_symlinks=follows):
                if depth < self._bounds.max_depth:
                    todo.append((entry.path, depth + 1))
                else:
                    reason = f"lies deeper than the {self._bounds.max_depth} directories of --max-depth; not entered"
                    self._result.problems.append((shown(entry.path), reason))
                return None
            if not entry.is_file(follow_symlinks=follows):
                return None
            self._looked_at += 1
            found = look_at(entry.path, entry.stat(follow_symlinks=follows), self._bounds)
        except OSError as error:
            self._complain(entry.path, error)
            return None
        except UnreadableCaptureError as error:
            self._result.problems.append((shown(entry.path), without_path(str(error), entry.path)))
            return None
        self._result.others += found is None
        return found

    def _enter(self, folder: str) -> bool:
        """Tell whether a directory is to be read; each one is once, whatever links lead there."""
        identity = _identity(folder)
        if identity is None or identity in self._entered:
            return False
        self._entered.add(identity)
        return True

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                return sorted(entries, key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            self._complain(folder, error)
            return []

    def _complain(self, path: str, error: OSError | ValueError) -> None:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        self._result.problems.append((shown(path), f"cannot be read: {reason}; check the path and its permissions"))
