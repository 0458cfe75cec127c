"""One row of a document: where it stands, and the rule that tells it, shown by a capture that holds the fault.

The documents are those that rules cite by letter: A, the English FAQ of the Python SDK; B, its Chinese version; C, a
blog article on it; D, the English guide to errors of 2019; E, the Chinese guide of 2022.
"""

from collections.abc import Callable
from dataclasses import dataclass

from osspcap.analysis import analyze
from osspcap.model.report import Report
from tests.build.analyze import analyze_capture
from tests.build.wire import Capture

Made = Callable[[], Capture | bytes | str]
"""Makes a capture, or names one in `fixtures`."""

SECTIONS = {
    "A": ("multipart upload", "ossutil is faster", "403 on another system", "macOS fork", "retry policies"),
    "B": ("multipart upload", "ossutil is faster", "403 on another system", "macOS fork", "other errors"),
    "C": ("installation", "crcmod import", "ossutil is faster", "urllib3", "403 on another system"),
    "D": ("front matter", "1", "2", "3", "4", "5", "6"),
    "E": ("front matter", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"),
}
"""Sections of each document, in order."""


@dataclass(frozen=True)
class Row:
    """A section, table row or example that a rule tells."""

    places: tuple[str, ...]
    """`D 1, AccessDenied`: letter, section, and what the row is known by."""
    rule: str
    """Code."""
    made: Made
    also: tuple[str, ...] = ()
    """Further rules that may tell a fault of their own in the same capture."""


@dataclass(frozen=True)
class Without:
    """A section, table row or example that needs no rule."""

    places: tuple[str, ...]
    reason: str


def report_on(made: Made) -> Report:
    """Analyze the capture of a row."""
    capture = made()
    return analyze(capture) if isinstance(capture, str) else analyze_capture(capture)


def section_of(place: str) -> tuple[str, str]:
    """Return letter and section of a place."""
    letter, _, rest = place.partition(" ")
    return letter, rest.partition(", ")[0]
