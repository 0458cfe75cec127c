"""Gathers a head that does not stand in one packet.

In: packets, from the first byte of a start line on. Out: the head up to its empty line, or as much as there is. Bytes
that cannot be a start line are refused at once, so that a body taken for a head does not swallow what follows it.
Cost: linear, also for packets of one byte. Memory: `MAX_HEAD_BYTES`.
"""

from enum import Enum, auto

from osspcap.content.draft import Origin
from osspcap.http1.head import (
    RequestLine,
    StatusLine,
    may_grow_into_start_line,
    parse_cut_start_line,
    parse_request_line,
    parse_status_line,
)
from osspcap.http1.recognise import starts_registered_request, starts_response
from osspcap.model.stream import Chunk

MAX_HEAD_BYTES = 256 * 1024
"""Longest header section that is read; servers refuse beyond 8 to 64 KiB."""
KEPT_HEAD_BYTES = 64 * 1024
"""Kept of a header section that is longer."""
_JUDGED_PREFIX_BYTES = 256
"""Bytes of a start line without an end that are judged: what decides stands in front."""


class Growth(Enum):
    """What became of a head with another packet."""

    MORE = auto()
    """It goes on in the next packet; this one is used up."""
    WHOLE = auto()
    """Its empty line is here."""
    REFUSED = auto()
    """It is none; nothing of this packet was taken."""
    TOO_LARGE = auto()
    """The limit is reached."""


class HeadBuffer:
    """The bytes of one head, and the packets they came in."""

    __slots__ = ("_bytes", "_has_start_line", "_is_request", "end_ns", "frames", "origin", "used")

    def __init__(self, *, is_request: bool) -> None:
        self._is_request = is_request
        self._bytes = bytearray()
        self._has_start_line = False
        self.frames: list[tuple[int, int]] = []
        """Pairs (offset in the head, frame)."""
        self.end_ns = 0
        """Capture time of the last packet."""
        self.used = 0
        """Bytes taken of the last packet."""
        self.origin: Origin | Chunk | None = None
        """Where the head starts; None if none is being gathered."""

    def begin(self, origin: Origin | Chunk) -> None:
        """Begin a head."""
        self.origin = origin

    def clear(self) -> None:
        """Forget the head."""
        self._bytes = bytearray()
        self._has_start_line = False
        self.frames = []
        self.origin = None

    def add(self, chunk: Chunk, at: int) -> Growth:
        """Add a packet's bytes from `at` on, up to the empty line or the limit."""
        head, data = self._bytes, chunk.data
        known = len(head)
        room = MAX_HEAD_BYTES - known
        if known and not self._has_start_line and not at and self._starts(data):
            return Growth.REFUSED  # a start line stands where this one should have gone on
        head += data[at : at + room]
        if not self._has_start_line and not self._is_plausible(known):
            del head[known:]
            return Growth.REFUSED
        if len(head) > known and (not self.frames or self.frames[-1][1] != chunk.frame):
            self.frames.append((known, chunk.frame))
        self.end_ns = chunk.ts_ns
        end = find_head_end(head, max(0, known - 3))
        if end >= 0:
            self.used = end - known
            del head[end:]
            return Growth.WHOLE
        self.used = len(head) - known
        return Growth.TOO_LARGE if len(head) >= MAX_HEAD_BYTES else Growth.MORE

    def whole(self) -> tuple[bytes, tuple[tuple[int, int], ...]]:
        """Return the head and its frames, and forget them."""
        raw_head, frames = bytes(self._bytes), tuple(self.frames)
        self.clear()
        return raw_head, frames

    def cut(self) -> tuple[bytes, RequestLine | StatusLine | None]:
        """Return what there is of the head, and its start line if that says enough."""
        raw_head = bytes(self._bytes[:KEPT_HEAD_BYTES])
        raw_line, line_end, _ = raw_head.partition(b"\n")
        if line_end:
            return raw_head, self._parse(raw_line.removesuffix(b"\r"))
        return raw_head, parse_cut_start_line(raw_line, is_request=self._is_request)

    def _starts(self, data: memoryview) -> bool:
        return starts_registered_request(data) if self._is_request else starts_response(data)

    def _parse(self, line: bytes) -> RequestLine | StatusLine | None:
        return parse_request_line(line) if self._is_request else parse_status_line(line)

    def _is_plausible(self, known: int) -> bool:
        """Tell whether the head has a start line or can still get one; its first `known` bytes hold no line end."""
        line_end = self._bytes.find(b"\n", known)
        if line_end < 0:
            return may_grow_into_start_line(bytes(self._bytes[:_JUDGED_PREFIX_BYTES]), is_request=self._is_request)
        self._has_start_line = self._parse(bytes(self._bytes[:line_end]).removesuffix(b"\r")) is not None
        return self._has_start_line


def find_head_end(head: bytes | bytearray, start: int = 0) -> int:
    """Return the offset behind the first empty line, or -1.

    Source: RFC 9112 section 2.2: a bare LF may stand for CRLF.
    """
    end = head.find(b"\n\r\n", start)
    bare = head.find(b"\n\n", start, len(head) if end < 0 else end)
    if bare >= 0:
        return bare + 2
    return end + 3 if end >= 0 else -1
