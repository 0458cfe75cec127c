"""One HTTP/2 stream: a request, its interim responses and its response, while they are still being read.

Memory: two body windows (`osspcap/content/body.py`), `MAX_INTERIMS` heads.
"""

from collections import deque

from osspcap.content.body import BodyReader
from osspcap.content.draft import MAX_ANOMALIES, Draft
from osspcap.h2.heads import Oddity
from osspcap.model.anomaly import Anomaly, AnomalyName
from osspcap.model.exchange import MessagePair
from osspcap.model.message import Message
from osspcap.model.record import replaced
from osspcap.model.stream import Chunk, End, Event, Gap, GapCause
from osspcap.units import FrameNumber

MAX_INTERIMS = 8
"""Interim responses kept per exchange."""
MIN_STALL_NS = 100_000_000
"""Waits for flow control below this are usual: one round trip per window."""


class Part:
    """One direction of a stream."""

    __slots__ = ("draft", "given", "is_closed", "stalled_ns", "trailers")

    def __init__(self) -> None:
        self.draft: Draft | None = None
        """The message; None as long as no head was read."""
        self.given: Message | None = None
        """The message, if it came before HTTP/2 began."""
        self.is_closed = False
        """True if nothing of this direction can follow."""
        self.trailers = b""
        self.stalled_ns = 0
        """Time its data waited for the receiver's flow control."""

    @property
    def message_is_missing(self) -> bool:
        """True as long as there is nothing to tell of this direction."""
        return self.draft is None and self.given is None

    @property
    def body(self) -> BodyReader | None:
        """The body that is being read."""
        body = None if self.draft is None else self.draft.body
        return body if isinstance(body, BodyReader) and not body.is_ended else None

    def take(self, event: Chunk | Gap) -> None:
        """Take bytes of the body, or a hole in it."""
        if self.draft is None or self.is_closed:
            return
        body = self.body
        taken = 0
        if body is not None and isinstance(event, Gap):
            taken = body.skip(event, 0)
        elif body is not None and isinstance(event, Chunk):
            taken = _drain(body, event)
        size = len(event.data) if isinstance(event, Chunk) else event.length
        if taken < size and all(known.name is not AnomalyName.EXCESS_STREAM_DATA for known in self.draft.anomalies):
            self.draft.note(AnomalyName.EXCESS_STREAM_DATA, event.frame, f"{size - taken} bytes")

    def end_stream(self, frame: int, ts_ns: int, offset: int) -> None:
        """Close the direction in order."""
        body = self.body
        if body is not None:
            body.end_stream(frame, ts_ns, offset)
        self._close()

    def break_off(self, why: str, frame: int, ts_ns: int) -> None:
        """Close the direction before its end."""
        body = self.body
        if body is not None:
            body.give_up(why, Gap(0, 1, GapCause.ABORTED, False, frame, ts_ns))
        self._close()

    def end_with(self, end: End) -> None:
        """Close the direction because the connection's ended."""
        body = self.body
        if body is not None:
            body.end_with(end)
        self._close()

    def _close(self) -> None:
        self.is_closed = True
        if self.draft is not None:
            self.draft.is_closed = True

    def message(self, *, is_answered_early: bool = False) -> Message | None:
        """Return the finished message; None if its head is not known."""
        draft = self.draft
        if draft is None:
            return self.given
        if self.stalled_ns >= MIN_STALL_NS:
            detail = f"{self.stalled_ns / 1e9:.1f} s without credit of the receiver"
            draft.note(AnomalyName.FLOW_CONTROL_STALL, draft.frame, detail)
        message = draft.message(is_answered_early=is_answered_early)
        return replaced(message, body=replaced(message.body, raw_trailers=self.trailers)) if self.trailers else message


def _drain(body: BodyReader, chunk: Chunk) -> int:
    queue: deque[Event] = deque((chunk,))
    used = body.drain(queue, 0)
    return used if queue else len(chunk.data)


class Slot:
    """One stream."""

    __slots__ = ("anomalies", "interims", "request", "response", "stream_id")

    def __init__(self, stream_id: int) -> None:
        self.stream_id = stream_id
        self.request = Part()
        self.response = Part()
        self.interims: list[Message] = []
        self.anomalies: list[Anomaly] = []

    @property
    def is_done(self) -> bool:
        """True if neither direction can go on."""
        return self.request.is_closed and self.response.is_closed

    @property
    def has_messages(self) -> bool:
        """True if there is anything to tell."""
        return not (self.request.message_is_missing and self.response.message_is_missing)

    def note(self, frame: int, *oddities: Oddity) -> None:
        """Add oddities of the exchange."""
        for name, detail in oddities:
            if len(self.anomalies) < MAX_ANOMALIES:
                self.anomalies.append(Anomaly(name, FrameNumber(frame), detail))

    def add_interim(self, message: Message) -> None:
        """Take an interim response."""
        if len(self.interims) < MAX_INTERIMS:
            self.interims.append(message)

    def pair(self) -> MessagePair:
        """Return the exchange; `has_messages` must hold."""
        request, response = self.request, self.response
        answer = response.message()
        asked = request.message(is_answered_early=answer is not None)
        return MessagePair(asked, answer, tuple(self.interims), tuple(self.anomalies))
