"""A body that keeps the index of a video as well, where it stands behind the media data and thus behind the window.

The first boxes of an MP4 file say how long its media data is, so that the window tells at which byte of the body the
index begins; from there on a second window is kept. In and out as `TracedBodyReader`; the `Body` has `late` as well.
Source: ISO/IEC 14496-12 section 4.2. Cost: none for other bodies, some microseconds for a body with such an index.
"""

from collections import deque
from dataclasses import replace

from osspcap.content.body import BodyReader
from osspcap.content.plan import BodyPlan
from osspcap.content.traced_body import TracedBodyReader
from osspcap.model.anomaly import AnomalyName
from osspcap.model.message import Body, LateWindow
from osspcap.model.stream import Chunk, Event
from osspcap.units import FrameNumber

LATE_WINDOW_BYTES = 64 * 1024
"""Bytes kept of the index: each track is described in front of its long tables."""
MAX_BOXES = 16
"""Boxes looked at in front of the media data; a file has about three."""
_NOT_LOOKED_FOR = -2
_NONE = -1
_IN_FRONT = frozenset({b"ftyp", b"free", b"skip", b"wide", b"uuid", b"pnot"})


class IndexedBodyReader(TracedBodyReader):
    """Reads one body and keeps a second window where an index begins."""

    __slots__ = ("_is_broken", "_late", "_late_at", "_late_frame")

    def __init__(self, plan: BodyPlan) -> None:
        super().__init__(plan)
        self._late = bytearray()
        self._late_at = _NOT_LOOKED_FOR
        self._late_frame = 0
        self._is_broken = False

    def _window_filled(self, start: int, data: memoryview, frame: int) -> None:
        """Look for the index, which may begin in the very chunk that filled the window."""
        self._look_for_index()
        if self._wants_more:
            self._keep(start, data, frame)

    def _look_for_index(self) -> None:
        self._late_at = _NONE if self._chunked is not None else index_offset(bytes(self._window))

    def _drain_rest(self, queue: deque[Event], at: int) -> int:
        """Take what stands behind the first window."""
        if self._late_at == _NOT_LOOKED_FOR:  # a hole closed the window
            self._look_for_index()
        at = self._pass_media(queue, at)
        single: deque[Event] = deque()
        while queue and self._wants_more and not self.is_ended:
            event = queue[0]
            if type(event) is not Chunk:
                return at
            single.append(queue.popleft())
            before, data = self._captured + self._missing, event.data[at:]
            at = super()._drain_rest(single, at)
            self._keep(before, data[: self._captured + self._missing - before], event.frame)
            if single:
                queue.appendleft(single.popleft())
        return super()._drain_rest(queue, at) if queue and not self.is_ended else at

    @property
    def _wants_more(self) -> bool:
        return self._late_at >= 0 and not self._is_broken and len(self._late) < LATE_WINDOW_BYTES

    def _pass_media(self, queue: deque[Event], at: int) -> int:
        """Take the chunks in front of the second window, all at once."""
        room = self._late_at - self._captured - self._missing + at
        front: deque[Event] = deque()
        while queue and self._wants_more and type(queue[0]) is Chunk and len(queue[0].data) <= room:
            room -= len(queue[0].data)
            front.append(queue.popleft())
        if front:
            at = super()._drain_rest(front, at)
            queue.extendleft(reversed(front))
        return at

    def _keep(self, before: int, data: memoryview, frame: int) -> None:
        """Keep bytes of the second window; a hole in it ends it."""
        wanted = self._late_at + len(self._late)
        if before > wanted:
            self._is_broken = True
            return
        piece = data[wanted - before : wanted - before + LATE_WINDOW_BYTES - len(self._late)]
        if piece and not self._late:
            self._late_frame = frame
        self._late += piece

    def body(self, *, is_answered_early: bool) -> tuple[Body, list[tuple[AnomalyName, str]]]:
        """Return what is known once the body is closed, with the second window."""
        body, oddities = super().body(is_answered_early=is_answered_early)
        if not self._late:
            return body, oddities
        late = LateWindow(self._late_at, bytes(self._late), FrameNumber(self._late_frame))
        return replace(body, late=late), oddities


def index_offset(window: bytes) -> int:
    """Return the byte behind the media data, if that ends behind the window and no index stands in front; else -1."""
    at = 0
    for _ in range(MAX_BOXES):
        size, kind = int.from_bytes(window[at : at + 4]), window[at + 4 : at + 8]
        if size == 1:
            size = int.from_bytes(window[at + 8 : at + 16])
        if kind == b"mdat" and at + size > len(window):
            return at + size
        if kind not in _IN_FRONT and kind != b"mdat":
            return _NONE
        if size < 8 or at + size + 16 > len(window):
            return _NONE
        at += size
    return _NONE


def body_reader(plan: BodyPlan) -> BodyReader:
    """Return the reader that a plan asks for."""
    if plan.has_index:
        return IndexedBodyReader(plan)
    return TracedBodyReader(plan) if plan.is_traced else BodyReader(plan)
