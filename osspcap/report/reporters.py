"""The formats a report can be written in.

A format is one module with a function `write_reports(views, layout)` that yields text, or UTF-8 where there may be much
of it, and one line in `FORMATS`. What it is given is sorted, grouped and masked already (`view.ReportView`); what it
yields is read once more for secrets and then written. Modules are imported when their format is asked for.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import field
from importlib import import_module
from typing import TYPE_CHECKING

from osspcap.model.record import record

if TYPE_CHECKING:
    from osspcap.report.view import ReportView

FORMATS = {
    "text": "osspcap.report.text",
    "json": "osspcap.report.jsonreport",
    "ndjson": "osspcap.report.ndjson",
    "markdown": "osspcap.report.markdown",
    "html": "osspcap.report.htmlreport",
    "har": "osspcap.report.har",
    "sarif": "osspcap.report.sarif",
}
"""Format to its module, in the order in which help lists them."""

NEED_PACKETS = frozenset({"html"})
"""Formats that show packets: for them the capture is read a second time (`Options.trace`)."""

DEFAULT_WIDTH = 80
"""Columns where no terminal says otherwise."""


@record
class Layout:
    """How the reports of one run are laid out."""

    width: int = DEFAULT_WIDTH
    """Columns of text."""
    color: bool = False
    """Whether terminal escapes for colours and bold are wanted."""
    findings_only: bool = False
    """Leave out the tables of exchanges and connections."""
    is_terminal: bool = False
    """True if a person reads the output as it comes."""
    is_batch: bool = False
    """True if several captures were named: the output then has a place for each, and for those that failed."""
    errors: Sequence[tuple[str, str]] = field(default_factory=list)
    """Path and message of inputs that could not be read; complete when all views have been taken."""


Pieces = Iterator[str] | Iterator[bytes]
"""Text, or UTF-8 where there may be much of it."""
WriteReports = Callable[["Iterator[ReportView]", Layout], Pieces]
"""Yields the output of all reports in pieces; takes each view when the one before has been written."""


def encoded(piece: str | bytes) -> bytes:
    """Return a piece of a report as UTF-8; lone surrogates become escapes."""
    return piece if isinstance(piece, bytes) else piece.encode("utf-8", "backslashreplace")


def reporter(name: str) -> WriteReports:
    """Return what writes a format of `FORMATS`."""
    write: WriteReports = import_module(FORMATS[name]).write_reports
    return write
