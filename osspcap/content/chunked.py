"""The chunked transfer coding as a machine that takes bytes as they come (RFC 9112 section 7.1).

In: pieces of the stream. Out: the data pieces, without framing, handed to a sink in order. The machine says how far it
came; bytes behind the body's end are left alone. Cost: O(1) per chunk and per piece, whatever their sizes. Memory: one
chunk-size line and the trailer section.
"""

from collections.abc import Callable
from enum import Enum, auto

from osspcap.model.anomaly import AnomalyName
from osspcap.model.pattern import pattern

MAX_SIZE_LINE_BYTES = 4 * 1024
"""Longest chunk-size line with its extensions; servers refuse beyond 1 to 16 KiB."""
MAX_SIZE_DIGITS = 15
"""Hexadecimal digits of a chunk size, leading zeros aside: more would pass 2**60 bytes."""
MAX_TRAILER_BYTES = 64 * 1024
"""Longest trailer section."""
_LINE_GUESS_BYTES = 32
"""Bytes looked at first for the end of a size line: nearly all lines are shorter."""

_match_size_line = pattern(rb"[ \t]*+0*+([0-9A-Fa-f]*+)[ \t]*+(;[^\n]*+)?\r?\n").fullmatch


class _State(Enum):
    SIZE = auto()
    DATA = auto()
    DATA_END = auto()
    TRAILERS = auto()
    END = auto()
    BROKEN = auto()


class ChunkedDecoder:
    """Takes a chunked body apart."""

    __slots__ = ("_line", "_remaining", "_state", "has_bare_lf", "oddity", "trailers")

    def __init__(self) -> None:
        self._state = _State.SIZE
        self._remaining = 0
        self._line = bytearray()
        self.trailers = bytearray()
        """Trailer section as captured, with the empty line if it was reached."""
        self.oddity: AnomalyName | None = None
        """Why the framing broke; None while it holds."""
        self.has_bare_lf = False
        """True if a framing line ended without CR."""

    @property
    def is_ended(self) -> bool:
        """True behind the empty line that ends the body."""
        return self._state is _State.END

    @property
    def is_at_start(self) -> bool:
        """True before the first byte."""
        return self._state is _State.SIZE and not self._remaining and not self._line

    @property
    def remaining(self) -> int:
        """Bytes of the current chunk's data still to come; 0 outside of data."""
        return self._remaining if self._state is _State.DATA else 0

    def feed(self, data: memoryview, sink: Callable[[memoryview], object]) -> int:
        """Take bytes; return how many belong to the body. Fewer than given: it ended, or `oddity` says how it broke.

        `sink` gets every data piece. It is not kept, so that decoder and owner form no reference cycle.
        """
        at, size = 0, len(data)
        while at < size:
            state = self._state
            if state is _State.DATA:
                taken = min(self._remaining, size - at)
                sink(data[at : at + taken])
                at += taken
                self.skip(taken)
            elif state is _State.END or state is _State.BROKEN:
                break
            else:
                at += self._take_framing(data, at)
        return at

    def skip(self, count: int) -> None:
        """Pass over data bytes of the current chunk; `count` must not exceed `remaining`."""
        self._remaining -= count
        if not self._remaining:
            self._state = _State.DATA_END

    def _take_framing(self, data: memoryview, at: int) -> int:
        """Take bytes up to the end of a framing line; return how many. Nothing is taken of a line that breaks."""
        limit = self._line_limit()
        part = bytes(data[at : at + _LINE_GUESS_BYTES])
        end = part.find(b"\n")
        if end < 0 and len(part) == _LINE_GUESS_BYTES:
            part = bytes(data[at : at + limit + 1])
            end = part.find(b"\n")
        line = part if end < 0 else part[: end + 1]
        if len(self._line) + len(line) > limit:
            return self._break(_TOO_LONG[self._state])
        self._line += line
        if end < 0:
            return self._break(AnomalyName.BAD_CHUNK_SIZE) if not self._may_grow() else len(line)
        whole = bytes(self._line)
        self._line.clear()
        self.has_bare_lf = self.has_bare_lf or not whole.endswith(b"\r\n")
        if self._state is _State.SIZE:
            return len(line) if self._take_size_line(whole) else 0
        if self._state is _State.DATA_END:
            self._state = _State.SIZE
            return len(line) if whole in (b"\r\n", b"\n") else self._break(AnomalyName.BAD_CHUNK_SIZE)
        self.trailers += whole
        if whole in (b"\r\n", b"\n"):
            self._state = _State.END
        return len(line)

    def _line_limit(self) -> int:
        if self._state is _State.TRAILERS:
            return MAX_TRAILER_BYTES - len(self.trailers)
        return 2 if self._state is _State.DATA_END else MAX_SIZE_LINE_BYTES

    def _may_grow(self) -> bool:
        """Tell whether a framing line without its end can still become valid."""
        if self._state is _State.DATA_END:
            return self._line == b"\r"
        return self._state is not _State.SIZE or bytes(self._line.lstrip(b" \t")[:1]) in _SIZE_STARTS

    def _take_size_line(self, line: bytes) -> bool:
        matched = _match_size_line(line)
        if matched is None or line.lstrip(b" \t")[:1] not in _SIZE_STARTS or len(matched[1]) > MAX_SIZE_DIGITS:
            self._break(AnomalyName.BAD_CHUNK_SIZE)
            return False
        self._remaining = int(matched[1] or b"0", 16)
        # The chunk of size zero is the last; trailer fields and an empty line follow it.
        self._state = _State.DATA if self._remaining else _State.TRAILERS
        return True

    def _break(self, oddity: AnomalyName) -> int:
        self.oddity = oddity
        self._state = _State.BROKEN
        return 0


_TOO_LONG = {
    _State.SIZE: AnomalyName.CHUNK_LINE_TOO_LONG,
    _State.DATA_END: AnomalyName.BAD_CHUNK_SIZE,
    _State.TRAILERS: AnomalyName.TRAILERS_TOO_LARGE,
}
_SIZE_STARTS = {b"", *(bytes((byte,)) for byte in b"0123456789abcdefABCDEF")}
