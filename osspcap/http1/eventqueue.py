"""The events of one direction that are not consumed yet.

In: events whose bytes are borrowed from the caller. Out: the same events at the front of a queue, from which bytes are
taken packet by packet; a packet stays until its last byte is taken, so that its boundaries are known. Bytes that
outlive a feed call are copied.
"""

from collections import deque
from collections.abc import Sequence

from osspcap.model.stream import Chunk, End, EndCause, Event, Gap, Train, unrolled


class EventQueue:
    """Events of one direction."""

    def __init__(self) -> None:
        self.queue: deque[Event] = deque()
        """Events not consumed."""
        self.at = 0
        """Bytes consumed of the first of them."""
        self.is_over = False
        """True behind the end of the direction."""
        self.last_frame = 0
        """Packet of the last event fed."""
        self.last_ns = 0
        """Its capture time."""
        self._passed = 0
        self._borrowed = 0

    @property
    def position(self) -> int:
        """Stream offset up to which bytes are consumed."""
        return self.queue[0].offset + self.at if self.queue else self._passed

    def push(self, events: Sequence[Event]) -> None:
        """Append events; their bytes are borrowed until `keep`."""
        if not self.is_over and events:
            self.queue.extend(events)
            self._borrowed += len(events)
            last = events[-1]
            self.last_frame, self.last_ns = last.frame, last.ts_ns

    def skip(self, events: Sequence[Event], count: int) -> Sequence[Event]:
        """Pass over whole packets that somebody else took, at least one; return the events behind them."""
        last = events[count - 1]
        self._passed = _end_of(last)
        self.last_frame, self.last_ns = last.frame, last.ts_ns
        return events[count:]

    def unroll(self) -> None:
        """Put chunks in the place of all trains that are still in the queue."""
        queue = self.queue
        if any(type(event) is Train for event in queue):
            events = unrolled(queue)
            self._borrowed += len(events) - len(queue)
            self.queue.clear()
            self.queue.extend(events)

    def _unroll_first(self, train: Train) -> None:
        """Put the first chunk of the train at the front in front of the others."""
        queue = self.queue
        queue[0] = train.first()
        if len(train) > 1:
            queue.insert(1, train.part(1, len(train)))
            self._borrowed += 1

    def keep(self) -> None:
        """Copy the borrowed bytes that are still in the queue."""
        self.unroll()
        queue = self.queue
        for index in range(max(0, len(queue) - self._borrowed), len(queue)):
            event = queue[index]
            if type(event) is Chunk:
                queue[index] = event._replace(data=memoryview(bytes(event.data)))
        self._borrowed = 0

    def close(self) -> None:
        """Append the end of the capture, unless the direction ended by itself."""
        if not self.is_over and not (self.queue and type(self.queue[-1]) is End):
            offset = _end_of(self.queue[-1]) if self.queue else self._passed
            self.queue.append(End(offset, EndCause.CAPTURE_ENDED, self.last_frame, self.last_ns))

    def _pop(self, passed: int) -> None:
        self.queue.popleft()
        self.at = 0
        self._passed = passed

    def _advance(self, chunk: Chunk, count: int) -> None:
        self.at += count
        if self.at >= len(chunk.data):
            self._pop(chunk.offset + len(chunk.data))


def _end_of(event: Event) -> int:
    if type(event) is Chunk:
        return event.offset + len(event.data)
    if type(event) is Train:
        return event.end
    return event.offset + event.length if type(event) is Gap else event.offset
