"""Two texts of several lines beside each other: which lines differ, and where in them.

Made for strings to sign: some ten lines, of which one or two differ. Longer texts are compared up to a limit, so that
the cost stays some milliseconds whatever was captured.
"""

from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import NamedTuple

MAX_LINES = 400
"""Lines of each text that are compared."""
CONTEXT = 40
"""Characters of a very long line that are kept on each side of its difference."""


class DiffLine(NamedTuple):
    """A line of the joined view."""

    sign: str
    """` ` in both texts, `-` only in the one seen, `+` only in the one expected."""
    text: str
    start: int
    """The characters from here to `end` differ from the line's counterpart; both 0 where nothing does."""
    end: int


def diff_lines(seen: str, expected: str) -> Iterator[DiffLine]:
    """Yield the lines of both texts in order; a changed line is followed by what it should be."""
    old, new = seen.split("\n")[:MAX_LINES], expected.split("\n")[:MAX_LINES]
    for kind, old_start, old_end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from (DiffLine(" ", line, 0, 0) for line in old[old_start:old_end])
            continue
        for left, right in zip_longest(old[old_start:old_end], new[new_start:new_end]):
            yield from _pair(left, right)


def _pair(left: str | None, right: str | None) -> Iterator[DiffLine]:
    if left is None or right is None:
        if left is not None:
            yield DiffLine("-", left, 0, len(left))
        if right is not None:
            yield DiffLine("+", right, 0, len(right))
        return
    before = _common(left, right)
    after = min(_common(left[::-1], right[::-1]), len(left) - before, len(right) - before)
    yield DiffLine("-", left, before, len(left) - after)
    yield DiffLine("+", right, before, len(right) - after)


def _common(left: str, right: str) -> int:
    """Return how many characters both begin with."""
    for position, (one, other) in enumerate(zip(left, right, strict=False)):
        if one != other:
            return position
    return min(len(left), len(right))


def cut_around(line: DiffLine, limit: int) -> DiffLine:
    """Return a line of at most some `limit` characters: what is far from its difference is left out."""
    if len(line.text) <= limit:
        return line
    start = max(0, line.start - CONTEXT)
    stop = min(len(line.text), max(line.end + CONTEXT, start + limit))
    before, after = ("..." if start else ""), ("..." if stop < len(line.text) else "")
    shift = len(before) - start
    return DiffLine(line.sign, before + line.text[start:stop] + after, line.start + shift, line.end + shift)
