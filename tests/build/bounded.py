"""Runs the whole program on damaged captures, in this process and within a time limit."""

import json
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from osspcap.analysis import analyze
from osspcap.errors import CaptureError
from osspcap.report.jsonreport import report_pieces
from osspcap.report.text import format_report
from osspcap.report.view import ReportView

ACTIVE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]")
"""Characters that act on a terminal or an editor instead of being shown."""
DEFECT = "internal error"
"""What the report says of a rule that raised."""
TIME_LIMIT_S = 20
"""Far beyond what a capture of some kilobytes takes on a loaded machine: what exceeds it hangs."""


class TooSlowError(Exception):
    """The analysis did not end in time."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise `TooSlowError` in the block when the time is up."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TooSlowError(f"no answer within {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def survives(path: Path) -> bool:
    """Analyze a file and write every kind of report; tell whether it could be read as a capture.

    Raises:
        Exception: Whatever the program lets through; only `CaptureError` is an answer.
    """
    with time_limit(TIME_LIMIT_S):
        try:
            report = analyze(path)
        except CaptureError as error:
            if "\n" in str(error):
                raise AssertionError("the message has more than one line") from error
            return False
        view = ReportView(report)
        written = b"".join(report_pieces(view)).decode()
        json.loads(written)
        text = format_report(view)
    if active := ACTIVE.search(text + written):
        raise AssertionError(f"control character {active[0]!r} reached a report")
    if defects := [item for item in report.undecided if DEFECT in item.reason]:
        raise AssertionError(f"a rule raised: {defects[0].rule} {defects[0].reason}")
    return True
