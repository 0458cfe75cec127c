"""A body that remembers which packet carries which of its bytes: of forms and videos, whose parts are evidence.

In and out as `BodyReader`; the `Body` has `frames` as well. While the window is open it takes one chunk at a time, a
microsecond each, so that only bodies ask for it whose parts are looked at.
"""

from collections import deque
from dataclasses import replace

from osspcap.content.body import BodyReader
from osspcap.content.plan import BodyPlan
from osspcap.model.anomaly import AnomalyName
from osspcap.model.message import Body
from osspcap.model.stream import Chunk, Event

MAX_FRAMES = 8_192
"""Packets remembered: a window of 1 MiB has 720 of the usual size."""


class TracedBodyReader(BodyReader):
    """Reads one body and notes where each chunk of its window comes from."""

    __slots__ = ("_frames",)

    def __init__(self, plan: BodyPlan) -> None:
        super().__init__(plan)
        self._frames: list[tuple[int, int]] = []

    @property
    def takes_trains(self) -> bool:
        """Each chunk is looked at."""
        return False

    def drain(self, queue: deque[Event], at: int) -> int:
        """Take chunks off the queue until the body ends or no chunk follows; returns as `BodyReader.drain`."""
        single: deque[Event] = deque()
        while queue and self._is_window_open and not self.is_ended:
            event = queue[0]
            if type(event) is not Chunk:
                return at
            single.append(queue.popleft())
            before, start, data = self.window_size, self._captured, event.data[at:]
            at = super().drain(single, at)
            if self.window_size > before and len(self._frames) < MAX_FRAMES:
                self._frames.append((before, event.frame))
            if not self._is_window_open:
                self._window_filled(start, data[: self._captured - start], event.frame)
            if single:
                queue.appendleft(single.popleft())
                return at
        return self._drain_rest(queue, at) if queue and not self.is_ended else at

    def _window_filled(self, start: int, data: memoryview, frame: int) -> None:
        """Take note of the chunk that filled the window: where it begins, and what of it belongs to the body."""

    def _drain_rest(self, queue: deque[Event], at: int) -> int:
        """Take what stands behind the window."""
        return super().drain(queue, at)

    def body(self, *, is_answered_early: bool) -> tuple[Body, list[tuple[AnomalyName, str]]]:
        """Return what is known once the body is closed, with the packets of its window."""
        body, oddities = super().body(is_answered_early=is_answered_early)
        return replace(body, frames=tuple(self._frames)), oddities
