"""HTTP messages as captured: the head byte for byte, the body as numbers and a bounded window."""

import re
from collections.abc import Iterator
from dataclasses import field
from enum import StrEnum

from osspcap.model.anomaly import Anomaly
from osspcap.model.headform import HeadForm
from osspcap.model.headshape import HeadShape
from osspcap.model.record import record
from osspcap.model.seen import Seen
from osspcap.model.stream import Gap
from osspcap.units import FrameNumber, Nanoseconds

_LINE_END = re.compile(rb"\r?\n")
_BLANKS = b" \t\r\n\x0b\x0c"


@record
class Field:
    """One header field line, its bytes kept."""

    raw_name: bytes
    """Name as captured, case kept."""
    raw_value: bytes
    """Value without surrounding blanks; folded lines joined by a space."""
    frame: FrameNumber
    """Packet in which the line starts."""

    @property
    def name(self) -> str:
        """Name as text (Latin-1), case kept."""
        return self.raw_name.decode("latin-1")

    @property
    def value(self) -> str:
        """Value as text: UTF-8 if it is valid UTF-8, else Latin-1, so that no byte is lost."""
        try:
            return self.raw_value.decode()
        except UnicodeDecodeError:
            return self.raw_value.decode("latin-1")


class Fields:
    """The header section of one message: ordered, duplicates, case and odd bytes kept.

    Lookups ignore case. Made on demand from a message's head and not kept: parse once per use, not once per lookup.
    """

    __slots__ = ("_by_name", "lines")

    def __init__(self, lines: tuple[Field, ...]) -> None:
        self.lines = lines
        """Field lines in wire order."""
        by_name: dict[bytes, list[Field]] = {}
        for line in lines:
            by_name.setdefault(line.raw_name.lower(), []).append(line)
        self._by_name = by_name

    def __iter__(self) -> Iterator[Field]:
        """Iterate over the lines in wire order."""
        return iter(self.lines)

    def __len__(self) -> int:
        """Count of field lines."""
        return len(self.lines)

    def __contains__(self, name: str) -> bool:
        """Tell whether a field of that name is there, in any case."""
        return name.lower().encode() in self._by_name

    def first(self, name: str) -> Field | None:
        """Return the first line of that name, in any case."""
        found = self._by_name.get(name.lower().encode())
        return found[0] if found else None

    def all(self, name: str) -> tuple[Field, ...]:
        """Return all lines of that name, in wire order."""
        return tuple(self._by_name.get(name.lower().encode(), ()))

    def get(self, name: str, default: str = "") -> str:
        """Return the text of the first line of that name."""
        found = self.first(name)
        return default if found is None else found.value

    def starting(self, prefix: str) -> tuple[Field, ...]:
        """Return the lines whose name starts with a prefix, in any case: `x-oss-meta-`."""
        wanted = prefix.lower().encode()
        return tuple(line for line in self.lines if line.raw_name.lower().startswith(wanted))


def parse_fields(raw_head: bytes, frames: tuple[tuple[int, int], ...]) -> Fields:
    """Split a head into its field lines, tolerantly: bare LF, folded lines, a missing colon (name only).

    Args:
        raw_head: Start line and field lines; the empty line at the end may be missing.
        frames: Pairs (offset in `raw_head`, frame), ascending: from that offset on, bytes come from that frame.

    Source: RFC 9112 section 5.
    """
    lines: list[Field] = []
    single_frame = FrameNumber(frames[0][1]) if len(frames) == 1 else None
    line_end = _LINE_END.search(raw_head)
    offset = line_end.end() if line_end else len(raw_head)
    while offset < len(raw_head):
        line_end = _LINE_END.search(raw_head, offset)
        raw_line = raw_head[offset : line_end.start() if line_end else len(raw_head)]
        if not raw_line:
            break
        if raw_line[:1] in (b" ", b"\t") and lines:
            last = lines[-1]
            lines[-1] = Field(last.raw_name, (last.raw_value + b" " + raw_line.strip(_BLANKS)).strip(), last.frame)
        else:
            name, _, value = raw_line.partition(b":")
            frame = single_frame if single_frame is not None else frame_at(frames, offset)
            lines.append(Field(name.rstrip(_BLANKS), value.strip(_BLANKS), frame))
        offset = line_end.end() if line_end else len(raw_head)
    return Fields(tuple(lines))


def _shaped_fields(raw_head: bytes, shape: HeadShape, frame: FrameNumber) -> Fields:
    """Split a head in which nothing is odd; the same as `parse_fields`, at a third of its cost."""
    lines = raw_head.split(b"\r\n")
    return Fields(
        tuple(
            Field(name, lines[number][len(name) + 1 :].strip(_BLANKS), frame)
            for number, name in enumerate(shape.raw_names, 1)
        )
    )


def frame_at(frames: tuple[tuple[int, int], ...], offset: int) -> FrameNumber:
    """Return the packet that carries the byte at an offset, given pairs (offset, frame) in ascending order."""
    found = frames[0][1]
    for start, frame in frames:
        if start > offset:
            break
        found = frame
    return FrameNumber(found)


class Framing(StrEnum):
    """How the length of a body was known: the clauses of RFC 9112 section 6.3."""

    NONE = "none"
    """No body: HEAD, 1xx, 204, 304, request without length, CONNECT 2xx."""
    CONTENT_LENGTH = "content-length"
    CHUNKED = "chunked"
    UNTIL_CLOSE = "until-close"
    STREAM_END = "stream-end"
    """HTTP/2: END_STREAM."""


@record
class LateWindow:
    """Bytes kept of a body behind its window."""

    offset: int
    """Body offset of the first one."""
    data: bytes
    frame: FrameNumber
    """Packet with the first one."""


@record
class Body:
    """What is known of a message body. Lengths are in bytes after transfer decoding (chunk framing removed)."""

    framing: Framing = Framing.NONE
    announced: int | None = 0
    """Length by Content-Length (0 with no body); None where only the framing tells (chunked, until close)."""
    captured: int = 0
    """Bytes present in the capture."""
    missing: int = 0
    """Bytes known to be missing: gaps inside the body and announced bytes that never came."""
    complete: bool = True
    """True if the body's end was seen and no byte of it is missing."""
    ended: bool = True
    """True if the body's end was seen, holes or not."""
    reason: str = ""
    """Why it is incomplete, in words; empty if it is complete."""
    holes: tuple[Gap, ...] = ()
    """First 16 gaps; offsets are body offsets."""
    window: bytes = b""
    """First captured bytes without a hole, up to the window limit, transfer-decoded, content coding kept."""
    content: bytes = b""
    """The window with its content coding (gzip, deflate, br) removed within bounds; `window` itself if there is none.
    Empty if the coding is unknown or broken from its first byte."""
    md5: bytes | None = None
    """MD5 of the whole body as on the wire; None unless the body is complete and a header made it useful."""
    crc64: int | None = None
    """CRC-64/XZ of the whole body; None likewise."""
    first_frame: FrameNumber | None = None
    """Packet with the first captured body byte; None without one."""
    last_frame: FrameNumber | None = None
    """Packet with the last captured body byte."""
    raw_trailers: bytes = b""
    """Trailer section of a chunked body, as captured."""
    frames: tuple[tuple[int, int], ...] = ()
    """Of a form: pairs (offset in `window`, frame), ascending. Empty for other bodies, and for those in one packet."""
    content_crc64: int | None = None
    """CRC-64/XZ of the body without its content coding; None unless there is one, `crc64` is known, and the window
    holds all of the body."""

    late: LateWindow | None = None
    """Of a video whose index stands behind its media data: the beginning of the index."""

    def frame_at(self, offset: int) -> FrameNumber | None:
        """Return the packet with the byte at an offset of the window, the first of the body where none is noted."""
        return frame_at(self.frames, offset) if self.frames else self.first_frame


NO_BODY = Body()
"""Shared by all messages without a body."""


@record
class Message:
    """One HTTP request or response."""

    is_request: bool
    frame: FrameNumber
    """Packet with the first byte of the start line."""
    ts_ns: Nanoseconds
    """Its capture time."""
    head_end_ns: Nanoseconds
    """Capture time of the packet that completed the head."""
    end_frame: FrameNumber
    """Packet with the last captured byte of the message."""
    end_ns: Nanoseconds
    """Its capture time."""
    start_offset: int
    """Stream offset of the start line; -1 on HTTP/2."""
    peer_offset: int
    """How far the first packet acknowledges the other direction; -1 if unknown."""
    raw_head: bytes
    """Start line and field lines as captured, with the empty line if it was reached. On HTTP/2: the decoded field
    section, one `name: value` a line behind a start line that HTTP/1.1 would have."""
    head_frames: tuple[tuple[int, int], ...]
    """Pairs (offset in `raw_head`, frame), ascending."""
    version: str
    """`HTTP/1.1`, `HTTP/1.0`, `HTTP/2`."""
    method: str = ""
    """Request: as on the wire; empty in a response."""
    target: str = ""
    """Request: request target as on the wire, bytes above 0x7F as Latin-1; empty in a response."""
    status: int = 0
    """Response: status code; 0 in a request."""
    reason: str = ""
    """Response: reason phrase, Latin-1; empty in a request."""
    body: Body = NO_BODY
    anomalies: tuple[Anomaly, ...] = ()
    """First 32 oddities."""
    shape: HeadShape | None = field(default=None, compare=False, repr=False)
    """Of a head in which nothing is odd, if the parser had it at hand; says nothing that `raw_head` does not."""
    form: HeadForm | None = field(default=None, compare=False, repr=False)
    """Of a head like many before it; likewise."""
    values: tuple[bytes, ...] = field(default=(), compare=False, repr=False)
    """The parts of the head that its form leaves open."""

    def fields(self) -> Fields:
        """Parse the header section. Costs microseconds each time: call once and pass the result on."""
        if self.shape is not None and len(self.head_frames) == 1:
            return _shaped_fields(self.raw_head, self.shape, FrameNumber(self.head_frames[0][1]))
        return parse_fields(self.raw_head, self.head_frames)

    @property
    def kind(self) -> str:
        """`request` or `response`, as evidence names it."""
        return "request" if self.is_request else "response"

    def seen(self, line: Field) -> Seen[str]:
        """Return a header field of this message as a fact with its origin."""
        return Seen(line.value, line.frame, f"{self.kind} header {line.name}", line.raw_value)

    def seen_start_line(self) -> Seen[str]:
        """Return the start line as a fact: `PUT /key HTTP/1.1` or `HTTP/1.1 403 Forbidden`."""
        raw = self.raw_head.partition(b"\n")[0].rstrip(b"\r")
        return Seen(raw.decode("latin-1"), self.frame, "request line" if self.is_request else "status line", raw)
