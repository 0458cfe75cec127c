"""Joins requests and responses by causality.

In: requests in the order of their start, responses in theirs, and for both how far their first packet acknowledges the
other direction. Out: message pairs, in request order. Which response answers which request is decided from the bytes
of the two streams alone, never from the order in which they arrive here, so that any slicing of a capture gives the
same pairs.

Rules of the decision, for a response that starts at offset `s` in a packet that acknowledges `p` client bytes:

1. Responses come in the order of their requests (RFC 9112 section 9.3.2): the oldest unanswered one is next.
2. A request that starts at or behind `p` had not reached the server: the response cannot answer it.
3. Where bytes of the client are missing at the start of a message, requests may be hidden (a hole). Where bytes of the
   server are missing, answers may be. A client that does not pipeline sends a request when it has the answer to the one
   before; so of the requests that could be meant the latest is, unless it was sent before any byte came back.

Memory: `MAX_PENDING_REQUESTS` requests, `MAX_HELD_WINDOW_BYTES` of their windows, `MAX_HELD_ANSWERS` pairs behind one
whose request has not ended.
"""

from collections import deque
from dataclasses import replace
from enum import Enum, auto

from osspcap.content.draft import MAX_ANOMALIES, Draft
from osspcap.model.anomaly import Anomaly, AnomalyName
from osspcap.model.exchange import MessagePair
from osspcap.model.message import Message
from osspcap.units import FrameNumber

MAX_PENDING_REQUESTS = 1_000
"""Unanswered requests that are remembered; pipelining clients send tens."""
MAX_HELD_WINDOW_BYTES = 2 * 1024 * 1024
"""Window bytes of requests that wait for their answers."""
MAX_HELD_ANSWERS = 100
"""Answers without a request that are kept behind an exchange whose request still goes on."""
MAX_INTERIMS = 8
"""Interim responses kept per exchange."""
MAX_EARLY_ORPHANS = 1_000
"""Responses that were given up before their request came in, which are remembered to skip that request."""
SMALL_WINDOW_BYTES = 4 * 1024
"""Exchanges with windows up to this size wait for what follows their response, to be charged with excess bytes; larger
ones leave at once, so that idle connections hold no memory."""


class Lost(Enum):
    """What the bytes in front of a response may have hidden."""

    NOTHING = auto()
    PERHAPS = auto()
    """The reader lost its place before: answers may be missing."""
    ANSWER = auto()
    """The first byte of an answer is missing, so at least one is."""


class Slot:
    """One place in the order of exchanges: a request, an answer without one, or a hole."""

    __slots__ = (
        "anomalies",
        "answer",
        "excess",
        "excess_answer",
        "interims",
        "is_answered",
        "is_decided",
        "is_hole",
        "is_passed",
        "method",
        "peer_offset",
        "request",
        "start",
        "upgrade",
    )

    def __init__(self, start: int, peer_offset: int, request: Message | Draft | None, *, is_hole: bool = False) -> None:
        self.start = start
        self.peer_offset = peer_offset
        self.request = request
        self.is_hole = is_hole
        self.method = ""
        """Of the request; empty if unknown."""
        self.upgrade: str | None = None
        """The request's Upgrade field; None without one."""
        self.answer: Message | Draft | None = None
        self.interims: list[Message] | None = None
        self.anomalies: list[Anomaly] | None = None
        self.excess: tuple[int, Anomaly] | None = None
        """Where in the client's stream bytes follow the request that are no request."""
        self.excess_answer: Anomaly | None = None
        """Set if bytes follow the answer that are no response."""
        self.is_answered = False
        """True if its final answer has begun."""
        self.is_decided = False
        """True if it has, or never will."""
        self.is_passed = False
        """True if a later request has begun."""

    def note(self, anomaly: Anomaly) -> None:
        """Add an oddity of the exchange."""
        if self.anomalies is None:
            self.anomalies = []
        if len(self.anomalies) < MAX_ANOMALIES:
            self.anomalies.append(anomaly)

    @property
    def window_size(self) -> int:
        """Body bytes held by both messages."""
        return _window_size(self.request) + _window_size(self.answer)

    def pair(self) -> MessagePair:
        """Return the finished exchange."""
        answer = self.answer.message() if isinstance(self.answer, Draft) else self.answer
        request = (
            self.request.message(is_answered_early=answer is not None)
            if isinstance(self.request, Draft)
            else self.request
        )
        excess = self.excess
        if excess is not None and request is not None and (answer is None or excess[0] < answer.peer_offset):
            request = replace(request, anomalies=(*request.anomalies, excess[1])[:MAX_ANOMALIES])
        if self.excess_answer is not None and answer is not None:
            answer = replace(answer, anomalies=(*answer.anomalies, self.excess_answer)[:MAX_ANOMALIES])
        return MessagePair(
            request,
            answer,
            tuple(self.interims) if self.interims else (),
            tuple(self.anomalies) if self.anomalies else (),
        )


def _window_size(message: Message | Draft | None) -> int:
    if message is None:
        return 0
    return message.window_size if isinstance(message, Draft) else len(message.body.window)


def _is_open(message: Message | Draft | None) -> bool:
    return isinstance(message, Draft) and not message.is_closed


class Pairing:
    """The exchanges of one connection that are not complete yet."""

    def __init__(self) -> None:
        self.pending: deque[Slot] = deque()
        """Unanswered requests and holes, in stream order."""
        self.answered: deque[Slot] = deque()
        """Slots whose answer has begun or never will, in the order of the pairs to come."""
        self.is_server_over = False
        self._held_bytes = 0
        self._latest: Slot | None = None
        self._early_orphans: deque[int] = deque()
        self._carried: list[Anomaly] = []
        self._is_followed = False  # whether another response has begun behind the latest answer: an interim one

    # What the client's reader says

    @property
    def is_full(self) -> bool:
        """True if the client's reader should wait for answers."""
        return len(self.pending) >= MAX_PENDING_REQUESTS or (
            self._held_bytes > MAX_HELD_WINDOW_BYTES and len(self.pending) > 1
        )

    @property
    def is_empty(self) -> bool:
        """True if no exchange is open and none waits to leave."""
        return not (self.pending or self.answered)

    @property
    def is_idle(self) -> bool:
        """True if nothing that came before bears on what comes next."""
        return self.is_empty and not (self.is_server_over or self._early_orphans or self._carried)

    def add_request(self, request: Message | Draft, method: str) -> Slot:
        """Take the next request."""
        slot = Slot(request.start_offset, request.peer_offset, request)
        slot.method = method
        if self._latest is not None:
            self._latest.is_passed = True
        self._latest = slot
        if self._early_orphans and slot.start < self._early_orphans[0]:
            self._early_orphans.popleft()
            self._shelve(slot)
        elif self.is_server_over:
            self._shelve(slot)
        else:
            self.pending.append(slot)
        return slot

    def add_hole(self, start: int) -> None:
        """Take note that requests may be missing from an offset on."""
        if not self.pending or not self.pending[-1].is_hole:
            self.pending.append(Slot(start, -1, None, is_hole=True))

    def request_passed(self) -> None:
        """Take note that nothing more belongs to the latest request: another message begins, or the client ended."""
        if self._latest is not None:
            self._latest.is_passed = True

    def note_excess_request(self, offset: int, anomaly: Anomaly) -> None:
        """Charge the latest request with bytes that follow it and are no request."""
        if self._latest is not None and self._latest.excess is None:
            self._latest.excess = (offset, anomaly)

    def hold(self, byte_count: int) -> None:
        """Take note that a closed request holds a window."""
        self._held_bytes += byte_count

    def give_up_oldest(self, frame: int) -> None:
        """Make room: the oldest request will not be paired any more."""
        slot = self.pending.popleft()
        if not slot.is_hole:
            slot.note(Anomaly(AnomalyName.TOO_MANY_PENDING_REQUESTS, FrameNumber(frame)))
            self._shelve(slot)

    # What the server's reader asks

    def next_at_once(self, start: int, peer_offset: int) -> Slot | bool | None:
        """Choose the request that a response answers, where nothing was lost.

        Returns:
            The slot, None if its request is missing, or False if that takes knowing the client's bytes.
        """
        if not self.pending or self.pending[0].is_hole:
            return False
        slot = self.pending[0]
        if peer_offset >= 0:
            return slot if peer_offset > slot.start else None
        return slot if slot.peer_offset <= start else None

    def settle(self, start: int, peer_offset: int, lost: Lost) -> Slot | None:
        """Choose likewise, knowing all requests that start before `peer_offset`; slots passed over are given up."""
        candidates: list[Slot] = []
        for slot in self.pending:
            if (slot.start >= peer_offset) if peer_offset >= 0 else (slot.peer_offset > start):
                break
            candidates.append(slot)
            if peer_offset < 0 and not slot.is_hole:
                break
        if not candidates:
            return None
        chosen = 1 if lost is Lost.ANSWER and len(candidates) > 1 else 0
        while chosen + 1 < len(candidates):
            this, following = candidates[chosen], candidates[chosen + 1]
            if not (this.is_hole or (lost is not Lost.NOTHING and _is_sent_after_answer(this, following))):
                break
            if 0 <= start < following.peer_offset:
                break
            chosen += 1
        for slot in candidates[:chosen]:
            self.pending.popleft()
            if not slot.is_hole:
                self._shelve(slot)
        return None if candidates[chosen].is_hole else candidates[chosen]

    def has_request(self) -> bool:
        """Tell whether any request is unanswered."""
        return any(not slot.is_hole for slot in self.pending)

    def answer(self, slot: Slot | None, response: Message | Draft) -> Slot:
        """Give a final response to the slot chosen for it, or to none."""
        if slot is None or slot.is_decided:  # given up meanwhile, if decided
            slot = Slot(-1, -1, None)
            slot.note(Anomaly(AnomalyName.RESPONSE_WITHOUT_REQUEST, FrameNumber(response.frame)))
        else:
            self.pending.popleft()
        slot.answer = response
        slot.is_answered = True
        self._shelve(slot)
        return slot

    def note_early_orphan(self, peer_offset: int) -> None:
        """Take note that a response was given up although its request may still come in."""
        if peer_offset >= 0 and len(self._early_orphans) < MAX_EARLY_ORPHANS:
            self._early_orphans.append(peer_offset)

    def add_interim(self, slot: Slot, response: Message | Draft) -> None:
        """Give an interim response to a slot."""
        self._is_followed = True
        if isinstance(response, Draft):
            response = response.message()
        if slot.interims is None:
            slot.interims = []
        if len(slot.interims) < MAX_INTERIMS:
            slot.interims.append(response)
        elif len(slot.interims) == MAX_INTERIMS and not slot.anomalies:
            slot.note(Anomaly(AnomalyName.TOO_MANY_INTERIM_RESPONSES, response.frame))

    def note_excess_response(self, anomaly: Anomaly) -> None:
        """Charge the latest answer with bytes that follow it and are no response; the next one if it has left.

        An answer behind which an interim response stands has left, too, whether it is still held or not.
        """
        latest = self.answered[-1] if self.answered and not self._is_followed else None
        if latest is not None and latest.answer is not None and not _is_large(latest):
            if latest.excess_answer is None:
                latest.excess_answer = anomaly
        elif len(self._carried) < MAX_ANOMALIES:
            self._carried.append(anomaly)

    def end_server(self) -> None:
        """Take note that no response can follow."""
        self.is_server_over = True
        while self.pending:
            slot = self.pending.popleft()
            if not slot.is_hole:
                self._shelve(slot)

    def _shelve(self, slot: Slot) -> None:
        slot.is_decided = True
        for anomaly in self._carried:
            slot.note(anomaly)
        self._carried.clear()
        if slot.request is None and len(self.answered) >= MAX_HELD_ANSWERS:
            self.answered[0].note(Anomaly(AnomalyName.TOO_MANY_PENDING_REQUESTS, self._frame_of(slot)))
            return
        self._is_followed = False
        self.answered.append(slot)

    @staticmethod
    def _frame_of(slot: Slot) -> FrameNumber:
        return FrameNumber(0 if slot.answer is None else slot.answer.frame)

    # What leaves

    def take_complete(self, settled: int, *, is_client_over: bool) -> list[MessagePair]:
        """Return the pairs at the front that nothing can change any more.

        Args:
            settled: Offset in the client's stream before which it is known what every byte belongs to.
            is_client_over: Whether the client's stream has ended.
        """
        pairs: list[MessagePair] = []
        answered = self.answered
        while answered:
            slot = answered[0]
            if not self._is_complete(slot, settled, is_client_over=is_client_over):
                break
            answered.popleft()
            if slot.request is not None:
                self._held_bytes -= _window_size(slot.request)
            pairs.append(slot.pair())
            # The readers know the slot until the next message comes, which may be never: it must hold no body.
            slot.request = slot.answer = None
        return pairs

    def _is_complete(self, slot: Slot, settled: int, *, is_client_over: bool) -> bool:
        answer, request = slot.answer, slot.request
        if _is_open(answer) or _is_open(request):
            return False
        # Bytes that the client sent behind the request before this answer are charged to the request.
        is_followed = slot.is_passed or is_client_over or request is None
        if not is_followed and (answer is None or settled < answer.peer_offset):
            return False
        if answer is None or len(self.answered) > 1 or self.is_server_over:
            return True
        return _is_large(slot)


def _is_large(slot: Slot) -> bool:
    return slot.window_size > SMALL_WINDOW_BYTES


def _is_sent_after_answer(this: Slot, following: Slot) -> bool:
    """Tell whether the client had received more when it sent `following` than when it sent `this`."""
    if following.is_hole or this.peer_offset < 0 or following.peer_offset < 0:
        return True
    return following.peer_offset > this.peer_offset
