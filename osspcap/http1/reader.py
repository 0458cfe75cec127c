"""Reads the messages of one direction: where they start, their heads, and their bodies to the end.

In: a queue of stream events. Out: drafts and finished messages, handed to the subclass for the direction
(`RequestReader`, `ResponseReader`), which knows framing and pairing. The reader is always in one of four states:

    START   at a message start, or inside a head that is not whole yet
    BODY    inside a body
    HUNT    lost: passing over packets until one begins with a start line and a field line
    OVER    behind the end of the direction

From START it falls into HUNT where bytes are missing or are no start line. While a body of known length lasts, nothing
in it is taken for a message. A step that needs to know more, of this direction or of the other, leaves the queue as it
is and reports that nothing moved; it is taken again when there is news.

Cost: one copy and two regular expressions per head that stands in one packet. Memory: the queue, one head.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from enum import Enum, auto

from osspcap.content.body import BodyReader, whole_body
from osspcap.content.draft import MAX_ANOMALIES, Draft, Origin
from osspcap.content.indexed_body import body_reader
from osspcap.content.plan import BodyPlan
from osspcap.content.words import end_words, gap_words
from osspcap.http1 import head as heads
from osspcap.http1.candidate import Look, look_at_front
from osspcap.http1.draft import AcceptedHead, draft_of, message_of
from osspcap.http1.eventqueue import EventQueue
from osspcap.http1.head import RequestLine, StatusLine
from osspcap.http1.headbuffer import Growth, HeadBuffer, find_head_end
from osspcap.http1.pairing import Lost
from osspcap.model.anomaly import Anomaly, AnomalyName
from osspcap.model.message import NO_BODY, Message
from osspcap.model.stream import Chunk, End, Event, Gap, Train
from osspcap.units import FrameNumber

_FAST_HEAD_BYTES = 4 * 1024
"""Bytes of a packet looked at first for a whole head."""


class State(Enum):
    """Where a reader stands."""

    START = auto()
    BODY = auto()
    HUNT = auto()
    OVER = auto()


class MessageReader(EventQueue, ABC):
    """One direction of a connection."""

    is_request: bool

    def __init__(self, *, is_mid_stream: bool, keep_bodies: bool) -> None:
        super().__init__()
        self.state = State.HUNT if is_mid_stream else State.START
        self.is_blocked = False
        """True if the last run stopped because the other direction must decide something."""
        self.is_stopped = False
        """True if what follows is not HTTP."""
        self.is_forced = False
        """True if the next decision must be made with what is known."""
        self.lost = Lost.PERHAPS if is_mid_stream else Lost.NOTHING
        """What may be hidden in front of the next message."""
        self.body: BodyReader | None = None
        self.draft: Draft | None = None
        """The message whose body is being read."""
        self._keep_bodies = keep_bodies
        self._head = HeadBuffer(is_request=self.is_request)
        self._notes: list[tuple[AnomalyName, int, str]] = []
        self._was_in_step = not is_mid_stream

    @property
    def is_idle(self) -> bool:
        """True at a message start with nothing open, lost or noted."""
        return (
            self.state is State.START
            and not self.queue
            and not self._notes
            and self.lost is Lost.NOTHING
            and self._head.origin is None
        )

    @property
    def settled(self) -> int:
        """Stream offset before which it is known of every byte what message it belongs to, or that it does to none."""
        origin = self._head.origin
        return self.position if origin is None else origin.offset

    def knows_through(self, offset: int) -> bool:
        """Tell whether every message that starts before an offset is known; a negative offset means: all."""
        return self.is_blocked or self.is_over or 0 <= offset <= self.settled

    def run(self) -> bool:
        """Consume what can be consumed; tell whether anything was."""
        self.is_blocked = False
        queue = self.queue
        moved = False
        while queue and not self.is_stopped and self._step(queue[0]):
            moved = True
        return moved

    def _step(self, event: Event) -> bool:
        if type(event) is Chunk:
            if self.state is State.BODY:
                return self._take_body(event)
            if self.state is State.HUNT:
                return self._hunt(event)
            if self.state is State.START:
                origin = self._head.origin
                return self._begin(event) if origin is None else self._continue_head(event, origin)
            self._pop(event.offset + len(event.data))
        elif type(event) is Train:
            self._take_train(event)
        elif type(event) is Gap:
            self._take_gap(event)
        elif type(event) is End:
            self._take_end(event)
        return True

    # START: heads

    def _begin(self, chunk: Chunk) -> bool:
        """Begin a message, whole if its head stands in this packet."""
        at = self.at
        data = chunk.data
        if not data or data[at] in b"\r\n":
            raw = bytes(data[at : at + _FAST_HEAD_BYTES])
            # RFC 9112 section 2.2: empty lines in front of a request line are passed over; here also of a status line.
            if raw and not any(name is AnomalyName.LEADING_EMPTY_LINES for name, _, _ in self._notes):
                self._notes.append((AnomalyName.LEADING_EMPTY_LINES, chunk.frame, ""))
            self._advance(chunk, len(raw) - len(raw.lstrip(b"\r\n")))
            return True
        offset = chunk.offset + at
        if not self._may_begin(offset, chunk.peer_offset):
            return self.state is not State.START
        if not self._notes and self._take_plain(chunk):
            self.lost = Lost.NOTHING
            return True
        raw = bytes(data[at : at + _FAST_HEAD_BYTES])
        origin = Origin(offset, chunk.frame, chunk.ts_ns, chunk.peer_offset) if at else chunk
        end = raw.find(b"\r\n\r\n")
        raw_head = raw[: end + 4]
        if end < 0 or heads.has_odd_line_ends(raw_head):
            end = find_head_end(raw)
            raw_head = raw[:end]
        if end >= 0:
            self._take_head(chunk, origin, raw_head, len(raw_head), ((0, chunk.frame),))
            return True
        self._head.begin(Origin(offset, chunk.frame, chunk.ts_ns, chunk.peer_offset))
        return self._continue_head(chunk, origin)

    def _continue_head(self, chunk: Chunk, origin: Origin | Chunk) -> bool:
        """Add a packet's bytes to a head, up to its empty line or the limit."""
        head = self._head
        growth = head.add(chunk, self.at)
        if growth is Growth.MORE:
            self._pop(chunk.offset + len(chunk.data))
        elif growth is Growth.WHOLE:
            used = head.used
            raw_head, frames = head.whole()
            self._take_head(chunk, origin, raw_head, used, frames)
        elif growth is Growth.REFUSED:
            self._reject(chunk, origin)
        else:
            self._advance(chunk, head.used)
            self._close_cut_head(origin, chunk.frame, "too large", AnomalyName.HEADER_TOO_LARGE)
            self._lose(Lost.PERHAPS)
        return True

    def _take_head(
        self, chunk: Chunk, origin: Origin | Chunk, raw_head: bytes, used: int, frames: tuple[tuple[int, int], ...]
    ) -> None:
        """Take a whole head that ends in this packet, `used` bytes from where the reader stands."""
        raw_line = raw_head[: raw_head.find(b"\n")].removesuffix(b"\r")
        line = heads.parse_request_line(raw_line) if self.is_request else heads.parse_status_line(raw_line)
        if line is None:
            self._reject(chunk, origin)
            return
        anomalies = None
        if line.oddity is not None or self._notes or heads.is_odd(raw_head):
            anomalies = self._head_anomalies(line, raw_line, raw_head, frames)
        self.lost = Lost.NOTHING
        self._accept(AcceptedHead(chunk, origin, raw_head, used, frames, line, anomalies))

    def _head_anomalies(
        self, line: RequestLine | StatusLine, raw_line: bytes, raw_head: bytes, frames: tuple[tuple[int, int], ...]
    ) -> list[Anomaly]:
        anomalies = [Anomaly(name, FrameNumber(frame), detail) for name, frame, detail in self._notes]
        self._notes.clear()
        of_line = heads.start_line_anomaly(line, raw_line, frames[0][1])
        if of_line is not None:
            anomalies.append(of_line)
        return (anomalies + heads.find_oddities(raw_head, frames))[:MAX_ANOMALIES]

    def _reject(self, chunk: Chunk, origin: Origin | Chunk) -> None:
        """Bytes at a message start are no start line: pass over them, from this packet on."""
        self._excess(origin, chunk.data[self.at :])
        self._head.clear()
        self._lose(Lost.PERHAPS)
        if self.at:
            self._pop(chunk.offset + len(chunk.data))

    def _lose(self, lost: Lost) -> None:
        self.state = State.HUNT
        self.lost = lost

    def _close_cut_head(self, origin: Origin | Chunk, frame: int, cause: str, name: AnomalyName) -> bool:
        """Record a message whose head breaks off; False if there is too little of it."""
        head = self._head
        raw_head, line = head.cut()
        frames, end_ns = tuple(head.frames), head.end_ns
        head.clear()
        if line is None:
            return False
        draft = draft_of(origin, raw_head, frames, line, frames[-1][1], end_ns)
        raw_lines = raw_head[: raw_head.rfind(b"\n") + 1]
        draft.anomalies = self._head_anomalies(line, raw_head.partition(b"\n")[0], raw_lines, frames)
        draft.note(name, frame, cause)
        draft.is_closed = True
        self.lost = Lost.NOTHING
        self._accept_cut(draft, cause)
        return True

    # HUNT

    def _hunt(self, chunk: Chunk) -> bool:
        """Look at the start of a packet for a start line; pass over what has none."""
        if self.at:
            self._pop(chunk.offset + len(chunk.data))
            return True
        look = look_at_front(self.queue, is_request=self.is_request)
        if look is Look.OPEN:
            return False
        if look is Look.OTHER:
            self._pop(chunk.offset + len(chunk.data))
            return True
        if self.lost is not Lost.NOTHING and self._was_in_step:
            self._notes.append((AnomalyName.RESYNCHRONISED, chunk.frame, ""))
        self._was_in_step = True
        self.state = State.START
        return True

    # BODY

    def _take_body(self, chunk: Chunk) -> bool:
        body = self.body
        assert body is not None  # noqa: S101 - holds in this state
        self._passed = chunk.offset + len(chunk.data)
        self.at = body.drain(self.queue, self.at)
        self._passed = max(self._passed, body.position)
        if body.is_ended:
            self._close_body()
        return True

    def _take_train(self, train: Train) -> None:
        """Let the body take what it can of a train; anything else takes it chunk by chunk."""
        body = self.body
        if body is None or not body.takes_trains or (body.is_untouched and self._looks_for_head()):
            self._unroll_first(train)
            return
        self.at, rest = body.take_train(train, self.at)
        if rest is None:
            self.queue.popleft()
        else:
            self.queue[0] = rest
        self._passed = body.position
        if body.is_ended:
            self._close_body()

    def _close_body(self) -> None:
        body, draft = self.body, self.draft
        assert body is not None  # noqa: S101 - holds in this state
        assert draft is not None  # noqa: S101 - likewise
        draft.is_closed = True
        self.body = self.draft = None
        self.state = State.START
        if not body.was_seen_to_end:
            self._lose(Lost.PERHAPS)
        self._closed(draft)

    # Gaps and the end

    def _take_gap(self, gap: Gap) -> None:
        end = gap.offset + gap.length
        if self.state is State.BODY:
            assert self.body is not None  # noqa: S101 - holds in this state
            self.at += self.body.skip(gap, self.at)
            if self.body.is_ended:
                self._close_body()
            if self.at >= gap.length:
                self._pop(end)
            return
        if self.state is State.START:
            origin = self._head.origin
            is_recorded = origin is not None and self._close_cut_head(
                origin, gap.frame, gap_words(gap), AnomalyName.HEADER_INCOMPLETE
            )
            self._lose(Lost.PERHAPS if is_recorded else Lost.ANSWER)
            if not is_recorded:
                self._missed_start(gap.offset + self.at if origin is None else origin.offset)
        self._pop(end)

    def _take_end(self, end: End) -> None:
        if self._head.origin is not None:
            self._close_cut_head(self._head.origin, end.frame, end_words(end), AnomalyName.HEADER_INCOMPLETE)
        if self.state is State.BODY:
            assert self.body is not None  # noqa: S101 - holds in this state
            self.body.end_with(end)
            self._close_body()
        self.queue.clear()
        self.at = 0
        self._passed = end.offset
        self.state = State.OVER
        self.is_over = True
        self._ended()

    # Making messages

    def _finish(self, head: AcceptedHead, plan: BodyPlan | None) -> Message | Draft:
        """Make the message if it ends in the packet of its head's end, else a draft and go on with its body."""
        chunk, anomalies = head.chunk, head.anomalies
        at = self.at + head.used
        body = NO_BODY
        if plan is not None:
            length = plan.length
            if length is None or length > len(chunk.data) - at or length > plan.window_limit:
                return self._begin_body(head, plan)
            body, oddities = whole_body(bytes(chunk.data[at : at + length]), chunk.frame, plan)
            if oddities:
                anomalies = with_oddities(anomalies, oddities, chunk.frame)
            at += length
        if at >= len(chunk.data):
            self._pop(chunk.offset + at)
        else:
            self.at = at
        return message_of(head, body, anomalies)

    def _begin_body(self, head: AcceptedHead, plan: BodyPlan) -> Draft:
        chunk = head.chunk
        draft = draft_of(head.origin, head.raw_head, head.frames, head.line, chunk.frame, chunk.ts_ns)
        draft.anomalies = head.anomalies or []
        draft.body = self.body = body_reader(plan)
        self.draft = draft
        self.state = State.BODY
        self._advance(chunk, head.used)
        return draft

    # What the directions do differently

    @abstractmethod
    def _may_begin(self, offset: int, peer_offset: int) -> bool:
        """Tell whether a message may begin here now; if not, set `is_blocked` or another state."""

    @abstractmethod
    def _looks_for_head(self) -> bool:
        """Tell whether a head may stand where a body is due, so that its first chunk is to be seen by itself."""

    @abstractmethod
    def _take_plain(self, chunk: Chunk) -> bool:
        """Take a plain message that stands in this packet, if it is one, and advance behind it."""

    @abstractmethod
    def _accept(self, head: AcceptedHead) -> None:
        """Take a head, frame its body, and advance behind what was taken."""

    @abstractmethod
    def _accept_cut(self, draft: Draft, cause: str) -> None:
        """Take a message whose head breaks off."""

    @abstractmethod
    def _excess(self, origin: Origin | Chunk, data: memoryview) -> None:
        """Take note of bytes at a message start that are no start line; `data` is the rest of their packet."""

    @abstractmethod
    def _missed_start(self, offset: int) -> None:
        """Take note that the bytes at a message start are missing."""

    @abstractmethod
    def _closed(self, draft: Draft) -> None:
        """Take note that a message's body is closed."""

    @abstractmethod
    def _ended(self) -> None:
        """Take note that the direction ended."""


def with_oddities(
    anomalies: list[Anomaly] | None, oddities: Sequence[tuple[AnomalyName, str]], frame: int
) -> list[Anomaly]:
    """Return anomalies with more of them, bounded."""
    known = list(anomalies or ())
    known += [Anomaly(name, FrameNumber(frame), detail) for name, detail in oddities]
    return known[:MAX_ANOMALIES]
