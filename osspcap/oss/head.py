"""The few header fields that every exchange is asked for, read without splitting the head.

`Message.fields()` costs as much as all of the classification: a healthy exchange needs six values out of thirty lines.
`Head` finds a field by one search over the lower-cased head. Folded heads are put into the usual shape first,
by way of `Message.fields()`; blanks before a colon are found on a second try. Where the parser knew the head's shape,
nothing is searched: the shape tells in which line a field stands.
"""

from osspcap.model.message import Fields, Message
from osspcap.model.pattern import pattern
from osspcap.model.seen import Seen
from osspcap.units import FrameNumber

_FOLD = pattern(rb"\n[ \t]")


class Head:
    """One message's head. Fields are asked for by needle: line feed, lower-case name, colon."""

    __slots__ = ("_fields", "_lines", "_lower", "_raw", "_shape", "message")

    def __init__(self, message: Message) -> None:
        self.message = message
        self._fields: Fields | None = None
        self._shape = message.shape
        self._lines: list[bytes] | None = None
        self._lower = b""
        self._raw = message.raw_head
        if self._shape is None:
            self._straighten()

    def _straighten(self) -> None:
        raw = self.message.raw_head
        if _FOLD.search(raw) is not None:
            raw = b"\n" + b"\n".join(line.raw_name + b":" + line.raw_value for line in self.fields())
        self._raw = raw
        self._lower = raw.lower()

    def fields(self) -> Fields:
        """Return the head's field lines, split once at most."""
        if self._fields is None:
            self._fields = self.message.fields()
        return self._fields

    def has(self, needle: bytes) -> bool:
        """Tell whether the lower-cased head contains a needle; a needle without colon finds names by prefix."""
        if self._shape is not None and needle.startswith(b"\n"):
            if needle.endswith(b":"):
                return needle[1:-1] in self._shape.lines
            if b":" not in needle:
                return any(name.startswith(needle[1:]) for name in self._shape.lines)
        return needle in self._lowered()

    def _lowered(self) -> bytes:
        if not self._lower:
            self._lower = self._raw.lower()
        return self._lower

    def raw_value(self, needle: bytes) -> bytes:
        """Return the bytes behind the colon of the first field of that name, blanks kept; empty if there is none."""
        if self._shape is not None:
            number = self._shape.lines.get(needle[1:-1])
            if number is None:
                return b""
            if self._lines is None:
                self._lines = self._raw.split(b"\r\n")
            return self._lines[number][len(needle) - 1 :]
        at = self._lower.find(needle)
        if at < 0:
            at = self._lower.find(needle[:-1] + b" ")
            colon = self._lower.find(b":", at)
            if at < 0 or colon < 0 or self._lower[at + len(needle) - 1 : colon].strip():
                return b""
            start = colon + 1
        else:
            start = at + len(needle)
        end = self._raw.find(b"\n", start)
        return self._raw[start:end] if end >= 0 else self._raw[start:]

    def value(self, needle: bytes) -> str:
        """Return the value of the first field of that name, without blanks around it; empty if there is none.

        UTF-8 if it is valid UTF-8, else Latin-1, as `Field.value`.
        """
        return decode_value(self.raw_value(needle))

    def seen(self, needle: bytes) -> Seen[str] | None:
        """Return the first field of that name as a fact with its origin; None if there is none or it is empty."""
        raw = self.raw_value(needle).strip()
        if not raw:
            return None
        message = self.message
        frames = message.head_frames
        if len(frames) != 1:
            return self._seen_line(needle)
        if self._shape is not None:
            name = self._shape.raw_names[self._shape.lines[needle[1:-1]] - 1]
        else:
            at = self._lower.find(needle)
            if at < 0:
                return self._seen_line(needle)
            name = self._raw[at + 1 : at + len(needle) - 1]
        return Seen(
            decode_value(raw), FrameNumber(frames[0][1]), f"{message.kind} header {name.decode('latin-1')}", raw
        )

    def _seen_line(self, needle: bytes) -> Seen[str] | None:
        line = self.fields().first(needle[1:-1].decode("latin-1"))
        return None if line is None else self.message.seen(line)


def decode_value(raw: bytes) -> str:
    """Return a field value's text without blanks around it: UTF-8 if it is valid UTF-8, else Latin-1."""
    try:
        return raw.decode().strip()
    except UnicodeDecodeError:
        return raw.decode("latin-1").strip()
