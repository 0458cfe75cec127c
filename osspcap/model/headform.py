"""The form of a head: what stays the same from message to message of one client or server, and what changes.

A shape tells the names of a head; a form tells its values too, but for those that are new in every message (dates,
lengths, request IDs, checksums, signatures). What follows from the constant part is found out once for a form: who is
addressed, by which SDK, how a line reads in a report.
"""

from typing import NamedTuple

from osspcap.model.headshape import HeadShape


class FormLine(NamedTuple):
    """A header line of a form: `name`, `:`, `start`, and where it is variable, a value and `end`."""

    name: bytes
    """As captured."""
    start: bytes
    """What follows the colon up to the variable part, blanks included; all of it if there is none."""
    end: bytes = b""
    """What follows the variable part: a quotation mark, or nothing."""
    variable: int = -1
    """Index in `Message.values` of what stands between; -1 for none."""

    def raw_value(self, values: tuple[bytes, ...]) -> bytes:
        """Return what stands behind the colon in a message with these variable parts, without blanks around it."""
        if self.variable < 0:
            return self.start.strip()
        return (self.start + values[self.variable] + self.end).strip()


class HeadForm:
    r"""Names and constant values of plain heads. Compared by identity: use it as a key of what follows from it.

    A head has a form only if it has a shape. Variable parts are words of printable ASCII without blanks, quotation
    marks and any of `%:=@\`, dates in the form of RFC 9110 section 5.6.7, or Base64, so that no part of them needs an
    escape.
    """

    __slots__ = ("_template", "lines", "shape")

    def __init__(self, shape: HeadShape, lines: tuple[FormLine, ...]) -> None:
        self.shape = shape
        self.lines = lines
        """One for each of `shape.names`."""
        self._template = b""

    def head(self, start_line: bytes, values: tuple[bytes, ...]) -> bytes:
        """Return the head that has these variable parts, as it was captured."""
        if not self._template:
            self._template = b"".join(_line_template(line) for line in self.lines) + b"\r\n\r\n"
        return start_line + self._template % values

    def line(self, name: bytes) -> FormLine | None:
        """Return the first line of a name in lower case."""
        number = self.shape.lines.get(name)
        return None if number is None else self.lines[number - 1]


def _line_template(line: FormLine) -> bytes:
    constant = b"\r\n%b:%b" % (line.name, line.start)
    variable = b"" if line.variable < 0 else b"%b"
    return constant.replace(b"%", b"%%") + variable + line.end.replace(b"%", b"%%")
