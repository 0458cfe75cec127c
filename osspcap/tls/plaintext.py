"""The plaintext of one direction as stream events, as if it had been sent in clear.

In: contents of records and what is missing between them. Out: chunks, gaps and an end with offsets of the plaintext.
A chunk names the packet that completed its record. How far that packet acknowledges the other direction is translated
into the plaintext over there once both directions have been read (`translate`).

Memory: `MAX_MARKS` pairs of offsets.
"""

from bisect import bisect_right

from osspcap.model.stream import Chunk, End, Event, Gap, GapCause
from osspcap.tls.items import Record
from osspcap.tls.recognise import MAX_RECORD_BYTES, RECORD_HEADER_BYTES

MAX_MARKS = 8_192
"""Records whose place in the plaintext is remembered; acknowledgements older than that count as one of the oldest."""
_new = tuple.__new__  # a named tuple's own constructor costs twice as much


class Plaintext:
    """Plaintext of one direction."""

    __slots__ = ("_ends", "_offsets", "events", "offset")

    def __init__(self) -> None:
        self.events: list[Event] = []
        """What was found since the last `take`; acknowledgements are still those of the records."""
        self.offset = 0
        """Bytes of plaintext so far, missing ones included."""
        self._ends: list[int] = []  # stream offset behind each record
        self._offsets: list[int] = []  # plaintext offset behind it

    def add(self, content: memoryview, record: Record) -> None:
        """Add the content of a record."""
        if content:
            chunk = (self.offset, content, record.frame, record.ts_ns, record.peer_offset)
            self.events.append(_new(Chunk, chunk))
            self.offset += len(content)

    def miss(self, length: int, gap: Gap, cause: GapCause | None = None) -> None:
        """Add a gap of a length, for the reason of a gap in the stream unless another is given."""
        if length > 0:
            why = gap.cause if cause is None else cause
            self.events.append(Gap(self.offset, length, why, gap.acknowledged, gap.frame, gap.ts_ns))
            self.offset += length

    def end(self, end: End) -> None:
        """End the direction."""
        self.events.append(end._replace(offset=self.offset))

    def mark(self, end: int) -> None:
        """Note that a record ends at a stream offset."""
        self._ends.append(end)
        self._offsets.append(self.offset)
        if len(self._ends) > 2 * MAX_MARKS:
            del self._ends[:MAX_MARKS], self._offsets[:MAX_MARKS]

    def acknowledged(self, peer_offset: int) -> int:
        """Translate an acknowledgement of the stream into one of the plaintext; -1 if it is not known.

        The other side has only what came in whole records.
        """
        if peer_offset < 0 or not self._ends:
            return min(peer_offset, 0)
        index = bisect_right(self._ends, peer_offset) - 1
        if index < 0:
            return 0
        if index == len(self._ends) - 1 and peer_offset - self._ends[index] > MAX_RECORD_BYTES + RECORD_HEADER_BYTES:
            return -1  # it acknowledges what the capture shows later, or never
        return self._offsets[index]

    def take(self, peer: "Plaintext") -> list[Event]:
        """Hand out the events since the last time, with acknowledgements of the other direction's plaintext."""
        events, self.events = self.events, []
        for index, event in enumerate(events):
            if type(event) is Chunk:
                offset, data, frame, ts_ns, peer_offset = event
                events[index] = _new(Chunk, (offset, data, frame, ts_ns, peer.acknowledged(peer_offset)))
        return events
