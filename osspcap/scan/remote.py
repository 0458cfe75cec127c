"""Captures behind URLs, by fsspec: `s3://`, `oss://` (ossfs), `gs://`, `http://`, `memory://`.

Listing tells size and version, and nothing of the content; whether an object is a capture is told by the worker that
opens it. Objects are read as a stream, once, and never copied to the disk. Credentials come from where the storage's
library finds them (environment, profile); a user and password inside a URL are used and never stored or shown.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, BinaryIO

from osspcap.capture.detect import shown
from osspcap.errors import UnreadableCaptureError, UsageError
from osspcap.report.masking import Masking
from osspcap.scan.discovery import Bounds, Discovery, capture_id
from osspcap.scan.outcome import Found, State

INSTALL = "URLs need fsspec: `pip install 'osspcap[cloud]'`, and the package of the storage (ossfs, s3fs, gcsfs)"
_TIMES = ("mtime", "LastModified", "last_modified", "updated", "created")
_VERSIONS = ("ETag", "etag", "md5Hash", "checksum")
_USER = re.compile(r"//[^/@]*@")


def shown_url(url: str) -> str:
    """Return a URL fit for the store and for people: without user, password and signatures."""
    return shown(Masking().plain(_USER.sub("//", url, count=1)))


def list_remote(root: str, bounds: Bounds, result: Discovery) -> Iterator[Found]:
    """Yield every object below a URL that may be a capture; problems go into the result.

    Raises:
        UsageError: fsspec or the storage's package is not installed.
    """
    file_system, path = _file_system(root)
    try:
        entries: dict[str, dict[str, Any]] = file_system.find(path, maxdepth=bounds.max_depth + 1, detail=True)
    except Exception as error:  # noqa: BLE001 - every storage's library has errors of its own
        result.problems.append(
            (shown_url(root), f"cannot be listed: {_told(error)}; check the URL and the credentials")
        )
        return
    if not entries:
        result.problems.append((shown_url(root), "holds no objects; check the URL"))
    for number, (name, facts) in enumerate(sorted(entries.items())):
        if number >= bounds.max_files:
            reason = f"holds more than {bounds.max_files:,} objects; the rest was not looked at"
            result.problems.append((shown_url(root), reason))
            return
        yield _found(_whole_url(root, file_system, name), facts, bounds)


@contextmanager
def open_remote(url: str) -> Iterator[BinaryIO]:
    """Open an object for reading, from its start to its end.

    Raises:
        UnreadableCaptureError: The storage refuses.
        UsageError: fsspec or the storage's package is not installed.
    """
    file_system, path = _file_system(url)
    try:
        stream = file_system.open(path, "rb", compression=None)
    except Exception as error:
        raise UnreadableCaptureError(f"{shown_url(url)}: cannot be opened: {_told(error)}") from error
    with stream:
        yield stream


def version_of(url: str) -> tuple[int, int, str]:
    """Return size, time and version of an object as they are now; zeros where the storage does not tell."""
    file_system, path = _file_system(url)
    try:
        return _facts(file_system.info(path))
    except Exception as error:
        raise UnreadableCaptureError(f"{shown_url(url)}: cannot be opened: {_told(error)}") from error


def _file_system(url: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise UsageError(f"{shown_url(url)}: {INSTALL}") from error
    try:
        file_system, path = url_to_fs(url, use_listings_cache=False)
    except ImportError as error:
        raise UsageError(f"{shown_url(url)}: {_told(error)}; {INSTALL}") from error
    except ValueError as error:
        raise UsageError(f"{shown_url(url)}: {_told(error)}") from error
    return file_system, path


def _whole_url(root: str, file_system: Any, name: str) -> str:
    """Put the part in front that listings leave out: protocol, and user where the URL has one."""
    found = _USER.search(root)
    url = str(file_system.unstrip_protocol(name))
    return _USER.sub(found[0], url) if found and _USER.search(url) else url


def _found(url: str, facts: dict[str, Any], bounds: Bounds) -> Found:
    size, mtime_ns, etag = _facts(facts)
    reason = ""
    if size > bounds.max_size:
        reason = f"has {size:,} bytes, more than the {bounds.max_size:,} of --max-size; raise it to analyze"
    return Found(capture_id(url), url, size, mtime_ns, etag, reason, State.TOO_LARGE if reason else State.DONE)


def _facts(facts: dict[str, Any]) -> tuple[int, int, str]:
    size = facts.get("size")
    etag = next((str(facts[name]) for name in _VERSIONS if facts.get(name)), "")
    moment = next((facts[name] for name in _TIMES if facts.get(name)), None)
    return int(size or 0), _nanoseconds(moment), etag[:200]


def _nanoseconds(moment: Any) -> int:
    """Return a time; to the microsecond, because one storage tells it with more digits in a listing than alone."""
    if isinstance(moment, datetime):
        moment = moment.timestamp()
    return round(moment * 1_000_000) * 1_000 if isinstance(moment, (int, float)) else 0


def _told(error: Exception) -> str:
    """Return an error of a library on one line, without what a URL in it may hold."""
    text = " ".join(str(error).split()) or type(error).__name__
    return shown(Masking().text(_USER.sub("//", text)))[:500]
