"""The shape of a head: which fields it has, in which order. Clients and servers repeat theirs in message after message.

What follows from the names alone (which value stands in which line, which stages have anything to look at) is found
out once for a shape and not once for a message.
"""

MAX_SHAPED_HEAD_BYTES = 4_096
"""Longer heads have no shape: what is known of names must not fill the memory with hostile ones."""
MAX_SHAPES = 1_024
"""Shapes remembered; a capture holds a few dozen. Beyond that all are forgotten and learnt anew."""


class HeadShape:
    r"""Names of the field lines of a plain head. Compared by identity: use it as a key of what follows from it.

    A head has a shape only if nothing about it is odd: a start line, then one line `name:value` a field, each name a
    token, no control characters, no folding, each line ended by CRLF, the empty line reached. So
    `raw_head.split(b"\r\n")` gives the start line and, from 1 on, one line for each of `names`.
    """

    __slots__ = ("lines", "names", "raw_names")

    def __init__(self, raw_names: tuple[bytes, ...]) -> None:
        self.raw_names = raw_names
        """Names as captured, in wire order."""
        self.names = tuple(name.lower() for name in raw_names)
        """The same in lower case."""
        self.lines = {name: number for number, name in reversed(list(enumerate(self.names, 1)))}
        """By lower-case name, the number of its first line; the start line is 0."""

    def value(self, line: bytes, number: int) -> bytes:
        """Return what stands behind the colon of a line, blanks kept."""
        return line[len(self.raw_names[number - 1]) + 1 :]


_shapes: dict[tuple[bytes, ...], HeadShape] = {}


def shape_of(raw_names: tuple[bytes, ...]) -> HeadShape:
    """Return the shape of a plain head by the names of its lines, as captured; the same object for equal names."""
    shape = _shapes.get(raw_names)
    if shape is None:
        if len(_shapes) >= MAX_SHAPES:
            _shapes.clear()
        shape = _shapes[raw_names] = HeadShape(raw_names)
    return shape
