"""TLS records of one direction. Sans-IO.

In: stream events. Out, one at a time when asked: whole records, records that a hole tore, stretches in which no record
could be told, and the end. The reader stops whenever its user does not ask, so that client and server can be read in
the order in which they depend on each other.

    in step   every record begins where the one before it ended
    lost      a hole swallowed the beginning of a record: candidates for one are looked for in the bytes behind it, and
              the user says whether one is genuine (it authenticates, or other records follow it)

Memory: one record, and `MAX_WINDOW_BYTES` while lost. Cost: a copy of the bytes of records that span packets.

Source: RFC 8446 section 5.1, RFC 5246 section 6.2.1.
"""

import re
from collections import deque
from collections.abc import Iterable

from osspcap.model.stream import Chunk, End, EndCause, Event, Gap, GapCause
from osspcap.tls.items import Candidate, Hole, Item, Record, Torn
from osspcap.tls.recognise import RECORD_HEADER_BYTES, is_header

MAX_STRAY_BYTES = 512
"""Bytes kept of what is no record."""
MAX_WINDOW_BYTES = 128 * 1024
"""Bytes that are searched at once for the next record; a record that begins in them fits in too."""
_HEADER = RECORD_HEADER_BYTES
_find_header = re.compile(rb"[\x14-\x17]\x03[\x00-\x04][\x00-\x48]", re.DOTALL).search

_PATTERN_BYTES = 4
_NO_DATA = memoryview(b"")

_new = tuple.__new__  # a named tuple's own constructor costs twice as much


class RecordReader:
    """Reads the records of one direction."""

    __slots__ = (
        "_at",
        "_first",
        "_gap",
        "_head",
        "_held",
        "_length",
        "_lost_from",
        "_marks",
        "_need",
        "_queue",
        "_scan",
        "_start",
        "_window",
        "is_over",
        "stray",
    )

    def __init__(self) -> None:
        self._queue: deque[Event] = deque()
        self._at = 0  # bytes of the queue's first chunk that are used up
        self._head = b""  # header of the record at hand, or the part of it that is there
        self._first: Chunk | None = None  # packet with its first byte; its data is not looked at
        self._start = 0  # its stream offset
        self._held = bytearray()
        self._length = 0
        self._need = 0  # bytes of its payload that are still to come; 0 between records
        self._gap: Gap | None = None  # first hole in it, or the one that got the reader lost
        self._lost_from = -1  # offset from which on no record is known; -1 while in step
        self._window = bytearray()
        self._marks: list[tuple[int, Chunk]] = []  # window position of each packet's first byte in it
        self._scan = 0
        self.is_over = False
        """The end was handed out."""
        self.stray: Chunk | None = None
        """The first bytes that are no record where one was due, at most `MAX_STRAY_BYTES`; None if there are none."""

    def push(self, events: Iterable[Event]) -> None:
        """Take the next events of the direction."""
        self._queue.extend(events)

    def keep(self) -> None:
        """Copy what is not used up: call when the events' bytes are about to become invalid."""
        queue = self._queue
        for index, event in enumerate(queue):
            if type(event) is Chunk and type(event.data.obj) is not bytes:
                queue[index] = event._replace(data=memoryview(bytes(event.data)))

    @property
    def waiting(self) -> tuple[int, int]:
        """Events and bytes that were pushed and not yet read."""
        return len(self._queue), sum(len(event.data) for event in self._queue if type(event) is Chunk)

    @property
    def is_lost(self) -> bool:
        """Tell whether the next record is being looked for."""
        return self._lost_from >= 0

    def next(self) -> Item | None:
        """Return what comes next; None if more bytes are needed to tell."""
        while True:
            if self._lost_from >= 0:
                return self._search()
            if not self._queue:
                return None
            if self._need and self._gap is None:
                self._fill()
                if not self._queue:
                    return None
            event = self._queue[0]
            if type(event) is Chunk:
                item = self._take_chunk(event)
            elif type(event) is Gap:
                self._queue.popleft()
                item = self._take_gap(event)
            else:
                item = self._take_end(event)  # type: ignore[arg-type] # the only kind that is left
            if item is not None:
                return item

    def _take_chunk(self, chunk: Chunk) -> Item | None:
        data, at = chunk.data, self._at
        available = len(data) - at
        if not self._need:
            known = len(self._head)
            if not known:
                self._first, self._start = chunk, chunk.offset + at
            taken = bytes(data[at : at + _HEADER - known])
            self._head = head = self._head + taken
            at += len(taken)
            available -= len(taken)
            if len(head) < _HEADER:
                self._use_up()
                return None
            length = head[3] << 8 | head[4]
            if not is_header(head[0], head[1] << 8 | head[2], length):
                self._lose(self._start, None, (head, chunk))
                return None
            self._length = length
            if length <= available:
                self._advance(at + length, len(data))
                return self._record(data[at : at + length], chunk)
            self._need = length
        if available < self._need:
            if self._gap is None:
                self._held += data[at:]
            self._need -= available
            self._use_up()
            return None
        end = at + self._need
        if self._gap is None:
            self._held += data[at:end]
        self._need = 0
        self._advance(end, len(data))
        return self._finish(chunk)

    def _fill(self) -> None:
        """Take the packets that lie wholly inside the record at hand: most of those of a large one."""
        queue, held, need, at = self._queue, self._held, self._need, self._at
        while queue:
            event = queue[0]
            if type(event) is not Chunk:
                break
            size = len(event.data) - at
            if size >= need:
                break
            held += event.data[at:] if at else event.data
            need -= size
            at = 0
            del queue[0]
        self._need, self._at = need, at

    def _use_up(self) -> None:
        self._queue.popleft()
        self._at = 0

    def _advance(self, at: int, length: int) -> None:
        if at == length:
            self._use_up()
        else:
            self._at = at

    def _record(self, payload: bytearray | memoryview, chunk: Chunk) -> Record:
        head, first = self._head, self._first
        self._head = b""
        peer_offset = -1 if first is None else first.peer_offset
        version = head[1] << 8 | head[2]
        return _new(Record, (head[0], version, payload, chunk.frame, chunk.ts_ns, peer_offset, self._start))

    def _finish(self, chunk: Chunk) -> Record | Torn:
        """Hand out the record whose last byte has come."""
        if self._gap is not None:
            return self._torn(self._gap)
        held, self._held = self._held, bytearray()
        return self._record(held, chunk)

    def _torn(self, gap: Gap) -> Torn:
        head, held, first = self._head, self._held, self._first
        self._head, self._held, self._gap, self._need = b"", bytearray(), None, 0
        frame, ts_ns = (gap.frame, gap.ts_ns) if first is None else (first.frame, first.ts_ns)
        return Torn(head[0], head[1] << 8 | head[2], self._length, bytes(held), gap, frame, ts_ns, self._start)

    def _take_gap(self, gap: Gap) -> Item | None:
        if not self._need:
            self._lose(self._start if self._head else gap.offset, gap, None)
            return None
        if self._gap is None:
            self._gap = gap
        if gap.length <= self._need:
            self._need -= gap.length
            return None if self._need else self._torn(self._gap)
        end = gap.offset + self._need
        torn = self._torn(self._gap)
        self._lose(end, gap, None)
        return torn

    def _take_end(self, end: End) -> Item:
        """Hand out what the end cut off, then the end itself."""
        if self._need:
            cause = GapCause.CAPTURE_ENDED if end.cause is EndCause.CAPTURE_ENDED else GapCause.ABORTED
            missing = Gap(end.offset, self._need, cause, False, end.frame, end.ts_ns)
            return self._torn(self._gap or missing)
        self._queue.popleft()
        self._head = b""
        self.is_over = True
        return end

    # --- lost ---

    def _lose(self, offset: int, gap: Gap | None, begun: tuple[bytes, Chunk] | None) -> None:
        """Begin to look for the next record; `begun` is what was taken for a header and is none, and its packet."""
        self._lost_from, self._gap = offset, gap
        self._window.clear()
        self._marks.clear()
        self._scan = 0
        self._held.clear()
        if begun is not None:
            # It may be spread over packets: those in front of the last are named by the first of them.
            head, chunk = begun
            first = self._first or chunk
            self._marks.append((0, first._replace(offset=offset, data=_NO_DATA)))
            self._window += head
            taken = offset + len(head) - chunk.offset
            if self.stray is None:
                data = head + bytes(chunk.data[taken : taken + MAX_STRAY_BYTES])
                self.stray = chunk._replace(offset=offset, data=memoryview(data[:MAX_STRAY_BYTES]))
            self._gap = Gap(offset, 1, GapCause.NOT_CAPTURED, False, chunk.frame, chunk.ts_ns)
            self._scan = 1
            self._advance(taken, len(chunk.data))
        self._head, self._need = b"", 0

    def _search(self) -> Item | None:
        """Look for the next record in the bytes behind the hole.

        A candidate is handed out once its record and the header behind it are there, or the bytes end before that, so
        that what is found does not depend on how the stream was sliced.
        """
        window, queue = self._window, self._queue
        while True:
            found = _find_header(window, self._scan)
            if found is None:
                self._scan = max(self._scan, len(window) - _PATTERN_BYTES + 1)
                if self._absorb():
                    self._trim()
                elif not queue:
                    return None
                elif (item := self._leave_window()) is not None:
                    return item
                continue
            self._scan = start = found.start()
            while len(window) < _end_of(window, start) + _HEADER and self._absorb():
                pass
            if len(window) < _end_of(window, start) + _HEADER and not queue:
                return None
            candidate = self._candidate(start)
            if candidate is not None:
                return candidate
            self._scan += 1

    def _absorb(self) -> bool:
        """Move the next packet into the window; False if none follows."""
        if not self._queue:
            return False
        chunk = self._queue[0]
        if type(chunk) is not Chunk:
            return False
        at = self._at
        self._marks.append((len(self._window), chunk._replace(offset=chunk.offset + at, data=memoryview(b""))))
        self._window += chunk.data[at:]
        self._use_up()
        return True

    def _trim(self) -> None:
        """Drop what was searched in vain."""
        if self._scan <= MAX_WINDOW_BYTES:
            return
        del self._window[: self._scan]
        marks = [(position - self._scan, chunk) for position, chunk in self._marks]
        last = max((index for index, (position, _) in enumerate(marks) if position <= 0), default=0)
        position, chunk = marks[last]
        self._marks = [(0, chunk._replace(offset=chunk.offset - min(position, 0))), *marks[last + 1 :]]
        self._scan = 0

    def _candidate(self, start: int) -> Candidate | None:
        """Return the candidate at a window position, if it is one and its record is there as a whole."""
        window = self._window
        head = bytes(window[start : start + _HEADER])
        length = head[3] << 8 | head[4]
        end = start + _HEADER + length
        if end > len(window) or not is_header(head[0], head[1] << 8 | head[2], length):
            return None
        following = window[end : end + _HEADER]
        is_followed = len(following) < _HEADER or is_header(
            following[0], following[1] << 8 | following[2], following[3] << 8 | following[4]
        )
        first, last = self._mark(start), self._mark(end - 1)
        offset = first[1].offset + start - first[0]
        version = head[1] << 8 | head[2]
        payload = bytes(window[start + _HEADER : end])
        record = Record(head[0], version, payload, last[1].frame, last[1].ts_ns, first[1].peer_offset, offset)
        return Candidate(record, is_followed)

    def _mark(self, position: int) -> tuple[int, Chunk]:
        """Return the packet that holds a window position, and the position of its first byte."""
        found = self._marks[0]
        for mark in self._marks:
            if mark[0] > position:
                break
            found = mark
        return found

    def accept(self, candidate: Candidate) -> Hole:
        """Be in step again behind a candidate; returns what lies in front of it."""
        record = candidate.record
        start = self._window_position(record.offset)
        end = start + _HEADER + len(record.payload)
        rest: list[Event] = []
        for index, (position, chunk) in enumerate(self._marks):
            until = self._marks[index + 1][0] if index + 1 < len(self._marks) else len(self._window)
            begin = max(position, end)
            if begin < until:
                data = memoryview(bytes(self._window[begin:until]))
                rest.append(chunk._replace(offset=chunk.offset + begin - position, data=data))
        self._queue.extendleft(reversed(rest))
        hole = self._hole(record.offset)
        self._window.clear()
        self._marks.clear()
        return hole

    def lost_before(self, candidate: Candidate) -> int:
        """Return how many bytes lie between the last record that is known and a candidate."""
        return candidate.record.offset - self._lost_from

    def refuse(self, candidate: Candidate) -> None:
        """Go on looking behind the first byte of a candidate."""
        self._scan = self._window_position(candidate.record.offset) + 1

    def _window_position(self, offset: int) -> int:
        position, chunk = self._marks[0]
        for mark in self._marks:
            if mark[1].offset > offset:
                break
            position, chunk = mark
        return position + offset - chunk.offset

    def _hole(self, until: int) -> Hole:
        gap = self._gap
        assert gap is not None  # noqa: S101 - set whenever the reader is lost
        offset, self._lost_from, self._gap = self._lost_from, -1, None
        return Hole(offset, max(until - offset, 0), gap)

    def _leave_window(self) -> Item | None:
        """Meet another hole, or the end, without having found a record."""
        event = self._queue[0]
        self._window.clear()
        self._marks.clear()
        self._scan = 0
        if type(event) is Gap:
            self._queue.popleft()
            return None
        assert type(event) is End  # noqa: S101 - a chunk would have been absorbed
        return self._hole(event.offset)


def _end_of(window: bytearray, start: int) -> int:
    """Return where the record ends whose header stands at a window position; behind the header if that is cut."""
    if start + _HEADER > len(window):
        return start + _HEADER
    return start + _HEADER + (window[start + 3] << 8 | window[start + 4])
