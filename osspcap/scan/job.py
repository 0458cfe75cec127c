"""The pure map of a scan: one task in, one outcome out, the same wherever it runs (worker process, cluster, here)."""

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from osspcap.analysis import Options, analyze
from osspcap.errors import CaptureError, OsspcapError, UnknownFormatError
from osspcap.model.report import Report
from osspcap.report.lastcheck import LastCheck
from osspcap.report.reporters import NEED_PACKETS, Layout, encoded, reporter
from osspcap.report.view import ReportView
from osspcap.scan.discovery import is_url, without_path
from osspcap.scan.outcome import Found, Outcome, State, Task
from osspcap.scan.summary import summarize
from osspcap.tls.keylog import NO_KEYS, KeyLog

LEAK = "internal error: the result still held a secret and was thrown away; please report it"
HASHED_BYTES = 1 << 20
"""Read at a time to compare a file with what is known of it."""


def analyze_one(task: Task, key_log: KeyLog = NO_KEYS) -> Outcome:
    """Analyze one capture. Whatever is wrong with it becomes the outcome's state and reason.

    Args:
        task: What to analyze, and how.
        key_log: Secrets to decrypt TLS with; never part of the outcome.

    Raises:
        OSError: The report cannot be written: that is no fault of the capture.
        MemoryError: There is not enough of it.
    """
    started = time.perf_counter()
    outcome = _analyze(task, key_log)
    return replace(outcome, seconds=round(time.perf_counter() - started, 3))


def _analyze(task: Task, key_log: KeyLog) -> Outcome:
    found, place = task.found, task.place or task.found.path
    try:
        before = _as_it_is(found, place)
        if task.known_sha256 and _sha256_of(place) == task.known_sha256:
            return Outcome(before, State.UNCHANGED, sha256=task.known_sha256)
        report = _report(task, place, key_log)
        if _as_it_is(found, place) != before:
            reason = "was written to while it was read; run the scan again when it is complete, or use --follow"
            return Outcome(before, State.CHANGED, reason)
        view = ReportView(report)
        outcome = summarize(view, Outcome(before, State.DONE))
    except UnknownFormatError as error:
        state = State.NO_CAPTURE if is_url(place) else State.UNREADABLE
        return Outcome(found, state, without_path(str(error), place))
    except CaptureError as error:
        return Outcome(found, State.UNREADABLE, without_path(str(error), place))
    except OsspcapError as error:
        return Outcome(found, State.DEFECT, str(error))
    except (MemoryError, OSError):
        raise
    except Exception as error:  # noqa: BLE001 - a defect costs one capture, not the batch
        return Outcome(found, State.DEFECT, _told_defect(error))
    return _with_report(view, task, outcome)


def _told_defect(error: Exception) -> str:
    """Say what failed and where; not the message, which may quote the capture unmasked."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = "" if trace is None else f" in {Path(trace.tb_frame.f_code.co_filename).name}, line {trace.tb_lineno}"
    return f"internal error: {type(error).__name__}{where}; please report it at the project's issue tracker"


def _report(task: Task, place: str, key_log: KeyLog) -> Report:
    settings = task.settings
    shows_packets = settings.report in NEED_PACKETS
    options = Options(select=settings.select, ignore=settings.ignore, key_log=key_log, trace=shows_packets)
    if not is_url(place):
        report = analyze(place, options)
        report.capture.path = task.found.path
        return report
    from osspcap.scan.remote import open_remote, shown_url  # noqa: PLC0415 - fsspec is an extra

    try:
        with open_remote(place) as stream:
            report = analyze("-", options, stdin=stream)
    except CaptureError as error:
        raise type(error)(str(error).removeprefix("standard input: ")) from error
    report.capture.path = shown_url(place)
    return report


def _as_it_is(found: Found, place: str) -> Found:
    """Return size and time as they are now; what cannot be asked is found out when the file is opened."""
    if is_url(place):
        from osspcap.scan.remote import version_of  # noqa: PLC0415 - fsspec is an extra

        size, mtime_ns, etag = version_of(place)
        return replace(found, size=size, mtime_ns=mtime_ns, etag=etag)
    with suppress(OSError, ValueError):
        status = os.stat(place)  # noqa: PTH116 - surrogates pass unchanged
        return replace(found, size=status.st_size, mtime_ns=status.st_mtime_ns)
    return found


def _sha256_of(place: str) -> str:
    if is_url(place):
        return ""  # reading it is the dear part
    digest = sha256()
    with suppress(OSError), open(place, "rb", buffering=0) as file:  # noqa: PTH123 - as above
        while piece := file.read(HASHED_BYTES):
            digest.update(piece)
        return digest.hexdigest()
    return ""


def _with_report(view: ReportView, task: Task, outcome: Outcome) -> Outcome:
    """Write the report of the capture beside the others, or put it into the outcome.

    The report, and the rows that go into the store, are searched for known secrets once more.
    """
    check = LastCheck(view.known_secrets())
    if check.find(repr((outcome.facts, outcome.findings, outcome.exchanges)).encode("utf-8", "backslashreplace")):
        return Outcome(outcome.found, State.DEFECT, LEAK)
    if not task.settings.report:
        return outcome
    pieces = _checked(reporter(task.settings.report)(iter([view]), Layout()), check)
    try:
        if not task.report_path:
            return replace(outcome, report=b"".join(pieces))
        _write(Path(task.report_path), pieces)
    except _SecretError:
        return Outcome(outcome.found, State.DEFECT, LEAK)
    return outcome


class _SecretError(Exception):
    """A report holds a secret."""


def _checked(pieces: Iterable[str | bytes], check: LastCheck) -> Iterator[bytes]:
    for piece in pieces:
        chunk = encoded(piece)
        if check.find(chunk) is not None:
            raise _SecretError
        yield chunk


def _write(target: Path, pieces: Iterable[bytes]) -> None:
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with temporary.open("wb") as file:
            file.writelines(pieces)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
