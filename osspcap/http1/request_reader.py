"""Reads the client's direction: requests.

It waits where the server's direction decides what the bytes mean: behind CONNECT and Upgrade, and where a client that
expects `100 Continue` may have begun another request instead of the body.
"""

import weakref

from osspcap.content.body import cut_head_body
from osspcap.content.draft import Draft, Origin
from osspcap.content.plan import find_framing_fields, request_plan
from osspcap.http1.candidate import Look, look_at_front
from osspcap.http1.draft import AcceptedHead
from osspcap.http1.framing import request_length
from osspcap.http1.head import RequestLine
from osspcap.http1.pairing import Lost, Pairing, Slot
from osspcap.http1.plain import plain_request
from osspcap.http1.reader import MessageReader, State, with_oddities
from osspcap.model.anomaly import Anomaly, AnomalyName
from osspcap.model.message import Framing, Message
from osspcap.model.stream import Chunk
from osspcap.units import FrameNumber


class RequestReader(MessageReader):
    """The client's direction."""

    is_request = True

    def __init__(self, pairing: Pairing, *, is_mid_stream: bool, keep_bodies: bool) -> None:
        super().__init__(is_mid_stream=is_mid_stream, keep_bodies=keep_bodies)
        self._pairing = pairing
        self._server: MessageReader
        self._awaited: Slot | None = None
        self._expecting: Slot | None = None

    def watch(self, server: MessageReader) -> None:
        """Make the other direction known; weakly, so that no reference cycle outlives the connection."""
        self._server = weakref.proxy(server)

    def _begin(self, chunk: Chunk) -> bool:
        # Inside a tunnel not even an empty line may be passed over.
        if self._awaited is not None and not self._may_begin(chunk.offset + self.at, chunk.peer_offset):
            return self.state is not State.START
        return super()._begin(chunk)

    def _may_begin(self, offset: int, peer_offset: int) -> bool:  # noqa: ARG002 - the server's side needs them
        slot = self._awaited
        if slot is not None:
            if not (slot.is_decided or self._server.is_over or self.is_forced):
                self.is_blocked = True
                return False
            self._awaited = None
            self.is_forced = False
            if slot.method == "CONNECT" and not slot.is_answered:
                self.state = State.HUNT  # an answer was not seen: what follows may as well be a tunnel
                self.lost = Lost.NOTHING
                return False
        if self._pairing.is_full:
            if not self.is_forced:
                self.is_blocked = True
                return False
            self.is_forced = False
            self._pairing.give_up_oldest(self.last_frame)
        return True

    def _take_plain(self, chunk: Chunk) -> bool:
        request = plain_request(chunk, self.at)
        if request is None:
            return False
        self._pairing.add_request(request, request.method)
        self._pairing.hold(request.body.captured)
        self._advance(chunk, len(request.raw_head) + request.body.captured)
        return True

    def _accept(self, head: AcceptedHead) -> None:
        line = head.line
        assert isinstance(line, RequestLine)  # noqa: S101 - what this reader parses
        low = head.raw_head.lower()
        fields = find_framing_fields(low)
        plan = None
        if fields:
            length = request_length(fields, line.version)
            if length.oddities:
                head = head._replace(anomalies=with_oddities(head.anomalies, length.oddities, head.chunk.frame))
            if length.length != 0:
                plan = request_plan(
                    low,
                    fields,
                    line.method,
                    line.target,
                    length.framing,
                    length.length,
                    keep_bodies=self._keep_bodies,
                )
        request = self._finish(head, plan)
        slot = self._pairing.add_request(request, line.method)
        if isinstance(request, Message):
            self._pairing.hold(len(request.body.window))
        if line.method == "CONNECT":
            self._awaited = slot
        elif fields:
            self._note_expectations(slot, fields, is_open=type(request) is Draft)

    def _note_expectations(self, slot: Slot, fields: list[tuple[bytes, bytes]], *, is_open: bool) -> None:
        for name, value in fields:
            if name == b"upgrade":
                slot.upgrade = value.strip().decode("latin-1")
                self._awaited = slot
            elif name == b"expect" and b"100-continue" in value and is_open:
                self._expecting = slot

    def _looks_for_head(self) -> bool:
        return self._expecting is not None

    def _take_body(self, chunk: Chunk) -> bool:
        slot = self._expecting
        if slot is not None:
            is_refused = self._is_refused(slot, chunk)
            if is_refused is None:
                return False
            self._expecting = None
            if is_refused:
                assert self.body is not None  # noqa: S101 - holds in this state
                self.body.give_up("the client went on with another request")
                self._close_body()
                self.state = State.START
                return True
        return super()._take_body(chunk)

    def _is_refused(self, slot: Slot, chunk: Chunk) -> bool | None:
        """Tell whether the client dropped the body because a final answer came instead of 100; None: too early.

        RFC 9110 section 10.1.1 lets a client that sees a final status in time leave out the body. On a connection that
        stays open the next request then stands where the body was due.
        """
        assert self.body is not None  # noqa: S101 - holds in this state
        if self.at or not self.body.is_untouched:
            return False
        look = look_at_front(self.queue, is_request=True)
        if look is not Look.HEAD:
            return None if look is Look.OPEN else False
        if slot.interims:
            return False
        acknowledged = chunk.peer_offset
        answer = slot.answer
        if answer is not None:
            # The server had seen nothing of these bytes, and the client had seen the answer when it sent them.
            had_seen = acknowledged > answer.start_offset if acknowledged >= 0 else chunk.frame > answer.frame
            return answer.peer_offset <= chunk.offset and had_seen
        if slot.is_decided or self._server.is_over or self.is_forced:
            self.is_forced = False
            return False
        if 0 <= acknowledged <= self._server.position and self._server.knows_through(acknowledged):
            return False
        self.is_blocked = True
        return None

    def _accept_cut(self, draft: Draft, cause: str) -> None:
        fields = find_framing_fields(draft.raw_head.lower())
        length = request_length(fields, draft.version)
        draft.body = cut_head_body(length.length if length.framing is Framing.CONTENT_LENGTH else None, cause)
        self._pairing.add_request(draft, draft.method)

    def _excess(self, origin: Origin | Chunk, data: memoryview) -> None:
        del data
        detail = f"at stream offset {origin.offset}"
        anomaly = Anomaly(AnomalyName.EXCESS_REQUEST_BYTES, FrameNumber(origin.frame), detail)
        self._pairing.note_excess_request(origin.offset, anomaly)

    def _missed_start(self, offset: int) -> None:
        self._pairing.add_hole(offset)

    def _closed(self, draft: Draft) -> None:
        self._expecting = None
        self._pairing.hold(draft.window_size)

    def _ended(self) -> None:
        self._pairing.request_passed()
