"""Heads like those before: one regular expression reads what is known to come.

In: a packet and where a message starts in it. Out: the whole head, its shape and its Content-Length, at two thirds of
the cost of reading it as if for the first time. A pattern is learnt from a plain head once enough like it were seen. It
matches plain heads only: names as literal bytes, values without control characters, line ends CRLF.

Memory: `MAX_PATTERNS` for each kind of start line, of which there are a few hundred at most.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from osspcap.http1.head import StatusLine
from osspcap.model.headshape import MAX_SHAPED_HEAD_BYTES, HeadShape, shape_of

LEARNT_AFTER = 16
"""Heads of one shape until a pattern is made of it: making one costs as much as reading a few hundred heads."""
MAX_PATTERNS = 4
"""Patterns tried for one kind of start line, newest first; a client sends one to three shapes a method."""
MAX_COUNTED = 1_024
"""Shapes whose heads are counted."""

find_names = re.compile(rb"\n([^:\r\n]+):").findall
_VALUE = rb":[\t -\xff]*+"
_CAUGHT_VALUE = rb":([\t -\xff]*+)"
_CRC64 = b"x-oss-hash-crc64ecma"


class Usual(NamedTuple):
    """What is known of heads of one shape behind one kind of start line."""

    match: Callable[[memoryview, int], re.Match[bytes] | None]
    """Group 0 is the head, the first ones are the start line's."""
    shape: HeadShape
    length_group: int
    """Group of Content-Length; 0 without such a field."""
    has_crc64: bool
    """True if the server states a CRC-64 of the body."""
    line: StatusLine | None = None
    """Of responses: what the start line says, which is literal."""


class UsualHeads:
    """Patterns by what a start line begins with."""

    def __init__(self) -> None:
        self.known: dict[bytes, tuple[Usual, ...]] = {}
        """By the bytes that tell which patterns may match."""
        self._counts: dict[tuple[bytes, HeadShape], int] = {}

    def learn(
        self, key: bytes, start: bytes, start_groups: int, raw_head: bytes, line: StatusLine | None = None
    ) -> HeadShape | None:
        """Return the shape of a plain head, and make a pattern of it if there were enough like it.

        Args:
            key: The bytes by which its pattern will be looked up.
            start: Pattern of the start line, with as many groups as the next argument says.
            start_groups: See above.
            raw_head: A head in which nothing is odd, with at most one Content-Length.
            line: The parsed status line.
        """
        if len(raw_head) > MAX_SHAPED_HEAD_BYTES:
            return None
        shape = shape_of(tuple(find_names(raw_head)))
        count = self._counts.get((start, shape), 0) + 1
        if count == 1 and len(self._counts) >= MAX_COUNTED:
            self._counts.clear()
        self._counts[start, shape] = count
        if count == LEARNT_AFTER:
            found = _usual(start, start_groups, shape, line)
            self.known[key] = (found, *self.known.get(key, ()))[:MAX_PATTERNS]
            del self._counts[start, shape]
        return shape


def _usual(start: bytes, start_groups: int, shape: HeadShape, line: StatusLine | None) -> Usual:
    parts = [start]
    length_group = 0
    for raw_name, name in zip(shape.raw_names, shape.names, strict=True):
        is_length = name == b"content-length"
        length_group = start_groups + 1 if is_length else length_group
        parts.append(re.escape(raw_name) + (_CAUGHT_VALUE if is_length else _VALUE))
    pattern = re.compile(rb"\r\n".join(parts) + rb"\r\n\r\n")
    return Usual(pattern.match, shape, length_group, _CRC64 in shape.lines, line)
