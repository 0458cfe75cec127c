"""The lines of two texts for terminals, their differences marked by signs and carets, and by colour if there is any."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from osspcap.report.linediff import DiffLine, cut_around, diff_lines
from osspcap.report.styles import EXPECTED, QUIET, SEEN
from osspcap.report.terminal import escape_line

MAX_LINES = 80
"""Lines shown; strings to sign have a dozen."""
MAX_CHARACTERS = 600
"""Characters of one line shown around its difference."""
_STYLES = {" ": "", "-": SEEN, "+": EXPECTED}


def diff_view(seen: str, expected: str, width: int) -> RenderableType:
    """Return both texts joined: `-` lines were seen, `+` lines expected, carets stand under what differs.

    Args:
        seen: The text on the wire.
        expected: What it should be.
        width: Columns; longer lines are broken, each part with its own carets.
    """
    rows = [row for line in diff_lines(seen, expected) for row in _rows(line, max(16, width - 2))]
    if len(rows) > MAX_LINES:
        rows = [*rows[:MAX_LINES], Text(f"{len(rows) - MAX_LINES} more lines: -f json", QUIET)]
    return Group(*rows)


def _rows(line: DiffLine, width: int) -> Iterator[Text]:
    shown = _escaped(cut_around(line, MAX_CHARACTERS))
    style = _STYLES[shown.sign]
    for start in range(0, max(1, len(shown.text)), width):
        part = shown.text[start : start + width]
        first, last = (min(max(edge - start, 0), width) for edge in (shown.start, shown.end))
        row = Text(f"{shown.sign if start == 0 else ' '} ", style)
        row.append(part[:first], style)
        row.append(part[first:last], f"{style} bold" if style else "")
        row.append(part[last:], style)
        yield row
        if first < last:
            yield Text("  " + " " * first + "^" * (last - first), style)


def _escaped(line: DiffLine) -> DiffLine:
    """Escape what a terminal would act on; the marks move with the text."""
    before, inside = escape_line(line.text[: line.start]), escape_line(line.text[line.start : line.end])
    text = before + inside + escape_line(line.text[line.end :])
    return DiffLine(line.sign, text, len(before), len(before) + len(inside))
