"""One direction's bytes to HTTP/2 frames.

In: chunks, gaps and the end of one direction. Out: frames in order. DATA is passed on piece by piece as packets carry
it and never stored; other frames are put together first. A hole inside a frame costs that frame; a hole that swallows a
frame header loses the place, and it is found again at the next packet that begins with a credible header.

Source: RFC 9113 sections 3.4 (preface), 4.1 (frames), 6. Memory: one frame of `MAX_FRAME_BYTES`.
"""

from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

from hyperframe.exceptions import HyperframeError
from hyperframe.frame import ContinuationFrame, DataFrame, Frame, HeadersFrame, PushPromiseFrame

from osspcap.content.draft import Origin
from osspcap.h2.credible import begins_frame
from osspcap.model.stream import Chunk, End, Event, Gap

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
"""What a client sends first, RFC 9113 section 3.4."""
HEADER_BYTES = 9
MAX_FRAME_BYTES = 1024 * 1024
"""Largest frame other than DATA that is put together; programs keep to 16 KiB unless asked."""
_HAS_FIELDS = (HeadersFrame, ContinuationFrame, PushPromiseFrame)


class WholeFrame(NamedTuple):
    """A frame other than DATA."""

    frame: Frame
    origin: Origin
    """Its first byte."""
    end: Chunk
    """The packet with its last byte."""


class DataPart(NamedTuple):
    """Bytes of a DATA frame, padding left out, or a hole in them."""

    stream_id: int
    event: Chunk | Gap


class DataEnd(NamedTuple):
    """A DATA frame is over."""

    stream_id: int
    length: int
    """Bytes that count for flow control: the payload with its padding."""
    ends_stream: bool
    frame: int
    ts_ns: int
    offset: int


class Lost(NamedTuple):
    """Frames are missing or unreadable."""

    stream_id: int
    """Of the one frame that is missing; 0 if any number may be."""
    ends_stream: bool
    may_hold_fields: bool
    """True if a header block may have been in it."""
    frame: int
    ts_ns: int
    is_malformed: bool
    """True if the bytes are there and are no frame."""


Item = WholeFrame | DataPart | DataEnd | Lost | End


class _State(Enum):
    PREFACE = auto()
    HEADER = auto()
    WHOLE = auto()
    """In a frame that is put together."""
    DATA = auto()
    HUNT = auto()
    """The place is lost."""
    OVER = auto()


class FrameReader:
    """Reads the frames of one direction.

    Args of the constructor:
        expects_preface: True for a client from the start of its stream.
        is_mid_stream: The first bytes may lie within a frame.
    """

    __slots__ = ("_frame", "_header", "_held", "_is_holed", "_length", "_origin", "_padding", "_remaining", "_state")

    def __init__(self, *, expects_preface: bool, is_mid_stream: bool = False) -> None:
        self._state = _State.HUNT if is_mid_stream else _State.PREFACE if expects_preface else _State.HEADER
        self._header = bytearray()
        self._held = bytearray()
        self._frame: Frame | None = None
        self._origin = Origin(0, 0, 0, -1)
        self._length = 0
        self._remaining = 0
        self._padding: int | None = 0
        """Of a DATA frame: bytes at its end that are padding; None before the byte that says so."""
        self._is_holed = False

    def feed(self, event: Event) -> Iterator[Item]:
        """Take the next event; yield the frames it completes and the data it brings."""
        if self._state is _State.OVER:
            return
        if isinstance(event, Chunk):
            yield from self._take_chunk(event)
        elif isinstance(event, Gap):
            yield from self._take_gap(event)
        elif isinstance(event, End):
            self._state = _State.OVER
            yield event

    def _take_chunk(self, chunk: Chunk) -> Iterator[Item]:
        at, size = 0, len(chunk.data)
        if self._state is _State.HUNT:
            if not begins_frame(bytes(chunk.data)):
                return
            self._state = _State.HEADER
        while at < size and self._state is not _State.HUNT:
            if self._state is _State.PREFACE:
                piece = bytes(chunk.data[at : at + len(PREFACE) - len(self._held)])
                at += len(piece)
                if not self._fits_preface(piece):
                    yield Lost(0, False, True, chunk.frame, chunk.ts_ns, True)
            elif self._state is _State.HEADER:
                if not self._header:
                    self._origin = Origin(chunk.offset + at, chunk.frame, chunk.ts_ns, chunk.peer_offset)
                take = min(HEADER_BYTES - len(self._header), size - at)
                self._header += chunk.data[at : at + take]
                at += take
                if len(self._header) == HEADER_BYTES:
                    yield from self._begin(chunk)
            else:
                take = min(self._remaining, size - at)
                self._remaining -= take
                if self._state is _State.DATA:
                    yield from self._pass_data(chunk, at, take)
                else:
                    self._held += chunk.data[at : at + take]
                at += take
                if not self._remaining:
                    yield from self._end(chunk)

    def _fits_preface(self, piece: bytes) -> bool:
        self._held += piece
        if not PREFACE.startswith(self._held):
            self._held.clear()
            self._state = _State.HUNT
            return False
        if len(self._held) == len(PREFACE):
            self._held.clear()
            self._state = _State.HEADER
        return True

    def _begin(self, chunk: Chunk) -> Iterator[Item]:
        raw_header = bytes(self._header)
        self._header.clear()
        self._length = self._remaining = int.from_bytes(raw_header[:3])
        self._is_holed = False
        try:
            frame, _ = Frame.parse_frame_header(memoryview(raw_header))
        except HyperframeError:  # a frame of the connection on a stream, or the reverse
            frame = None
        self._frame = frame
        if isinstance(frame, DataFrame):
            self._state = _State.DATA
            self._padding = None if "PADDED" in frame.flags else 0
        elif self._length > MAX_FRAME_BYTES:
            self._state = _State.HUNT
            yield Lost(0, False, True, chunk.frame, chunk.ts_ns, True)
            return
        else:
            self._state = _State.WHOLE
        if not self._remaining:
            yield from self._end(chunk)

    def _pass_data(self, chunk: Chunk, at: int, size: int) -> Iterator[Item]:
        assert self._frame is not None  # noqa: S101 - holds in this state
        if self._padding is None and size:
            self._padding = chunk.data[at]
            at += 1
            size -= 1
        behind = self._remaining - (self._padding or 0)
        size = size if behind >= 0 else max(0, size + behind)
        if size:
            event = Chunk(chunk.offset + at, chunk.data[at : at + size], chunk.frame, chunk.ts_ns, -1)
            yield DataPart(self._frame.stream_id, event)

    def _end(self, last: Chunk | Gap) -> Iterator[Item]:
        """Close the current frame, whose last byte lies in this packet or hole."""
        frame, state = self._frame, self._state
        self._state = _State.HEADER
        raw = bytes(self._held)
        self._held.clear()
        if state is _State.DATA:
            assert frame is not None  # noqa: S101 - holds in this state
            ends = "END_STREAM" in frame.flags
            yield DataEnd(frame.stream_id, self._length, ends, last.frame, last.ts_ns, last.offset)
            return
        if frame is None or self._is_holed or isinstance(last, Gap):
            yield self._lost(frame, last, is_malformed=not self._is_holed)
            return
        try:
            frame.parse_body(memoryview(raw))
        except (HyperframeError, ValueError, IndexError):
            yield self._lost(frame, last, is_malformed=True)
            return
        yield WholeFrame(frame, self._origin, last)

    @staticmethod
    def _lost(frame: Frame | None, last: Chunk | Gap, *, is_malformed: bool) -> Lost:
        if frame is None:
            return Lost(0, False, True, last.frame, last.ts_ns, is_malformed)
        ends = "END_STREAM" in frame.flags
        return Lost(frame.stream_id, ends, isinstance(frame, _HAS_FIELDS), last.frame, last.ts_ns, is_malformed)

    def _take_gap(self, gap: Gap) -> Iterator[Item]:
        length = gap.length
        if self._state in (_State.WHOLE, _State.DATA):
            taken = min(length, self._remaining)
            self._remaining -= taken
            length -= taken
            self._is_holed = True
            if self._state is _State.DATA:
                yield from self._pass_hole(gap, taken)
            if not self._remaining:
                yield from self._end(gap)
        if length and self._state is not _State.HUNT:
            self._header.clear()
            self._held.clear()
            self._state = _State.HUNT
            yield Lost(0, False, True, gap.frame, gap.ts_ns, False)

    def _pass_hole(self, gap: Gap, size: int) -> Iterator[Item]:
        assert self._frame is not None  # noqa: S101 - holds in this state
        if self._padding is None:  # the byte that says how much is padding is in the hole: take it that none is
            self._padding = 0
            size -= 1
        behind = self._remaining - self._padding
        size = size if behind >= 0 else max(0, size + behind)
        if size:
            yield DataPart(self._frame.stream_id, gap._replace(length=size))
