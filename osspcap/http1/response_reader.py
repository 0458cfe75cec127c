"""Reads the server's direction: responses, and which request each answers.

The choice is made at a response's first byte, because the request's method decides where the response ends.
"""

from osspcap.content.body import cut_head_body
from osspcap.content.draft import Draft, Origin
from osspcap.content.plan import find_framing_fields, response_plan
from osspcap.http1.candidate import Look, look_at_front
from osspcap.http1.draft import AcceptedHead
from osspcap.http1.framing import response_length
from osspcap.http1.head import StatusLine
from osspcap.http1.pairing import Lost, Pairing, Slot
from osspcap.http1.plain import plain_response
from osspcap.http1.reader import MessageReader, State, with_oddities
from osspcap.http1.recognise import starts_tls_refusal
from osspcap.model.anomaly import Anomaly, AnomalyName
from osspcap.model.message import NO_BODY, Framing, Message
from osspcap.model.stream import Chunk
from osspcap.units import FrameNumber


class ResponseReader(MessageReader):
    """The server's direction."""

    is_request = False

    def __init__(self, pairing: Pairing, client: MessageReader, *, is_mid_stream: bool, keep_bodies: bool) -> None:
        super().__init__(is_mid_stream=is_mid_stream, keep_bodies=keep_bodies)
        self._pairing = pairing
        self._client = client
        self._slot: Slot | None = None
        self.switched: tuple[str, str] | None = None
        """Protocol (`connect` or `upgrade`) and upgrade token, once the connection is handed over."""

    def _may_begin(self, offset: int, peer_offset: int) -> bool:
        choice: Slot | bool | None = False
        if self.lost is Lost.NOTHING:
            choice = self._pairing.next_at_once(offset, peer_offset)
        if isinstance(choice, bool):
            is_known = self._client.knows_through(peer_offset) or (peer_offset < 0 and self._pairing.has_request())
            if not is_known and not self.is_forced:
                self.is_blocked = True
                return False
            choice = self._pairing.settle(offset, peer_offset, self.lost)
            self.lost = Lost.NOTHING
            self._client.is_blocked = False  # it may go on if slots were given up
            if not is_known:
                self.is_forced = False
                if choice is None:
                    self._pairing.note_early_orphan(peer_offset)
        self._slot = choice
        return True

    def _take_plain(self, chunk: Chunk) -> bool:
        slot = self._slot
        if slot is None:
            return False
        response = plain_response(chunk, self.at, slot.method)
        if response is None:
            return False
        self._advance(chunk, len(response.raw_head) + response.body.captured)
        self._client.is_blocked = False
        self._pairing.answer(slot, response)
        return True

    def _accept(self, head: AcceptedHead) -> None:
        line = head.line
        assert isinstance(line, StatusLine)  # noqa: S101 - what this reader parses
        slot = self._slot
        method = "" if slot is None else slot.method
        fields = find_framing_fields(head.raw_head.lower())
        length = response_length(fields, line.version, line.status, method)
        if length.oddities:
            head = head._replace(anomalies=with_oddities(head.anomalies, length.oddities, head.chunk.frame))
        plan = None
        if length.length != 0:
            plan = response_plan(fields, length.framing, length.length, line.status, keep_bodies=self._keep_bodies)
        response = self._finish(head, plan)
        self._client.is_blocked = False
        self._deliver(slot, response, line.status)

    def _deliver(self, slot: Slot | None, response: Message | Draft, status: int) -> None:
        if slot is not None and not slot.is_decided:
            # RFC 9110 section 15.2: 1xx precede the final response; only 101, if asked for, ends HTTP.
            is_switch = status == 101 and slot.upgrade is not None
            if 100 <= status < 200 and not is_switch:
                self._pairing.add_interim(slot, response)
                return
            if is_switch:
                self.switched = ("upgrade", slot.upgrade or "")
            elif slot.method == "CONNECT" and 200 <= status < 300:
                self.switched = ("connect", "")
            self.is_stopped = self.switched is not None
        self._pairing.answer(slot, response)

    def _looks_for_head(self) -> bool:
        return self._slot is None

    def _take_body(self, chunk: Chunk) -> bool:
        body, draft = self.body, self.draft
        assert body is not None  # noqa: S101 - holds in this state
        assert draft is not None  # noqa: S101 - likewise
        if self._looks_for_head() and not self.at and body.is_untouched:
            # The request is unknown, and a status line stands where the body was due: it was HEAD.
            look = look_at_front(self.queue, is_request=False)
            if look is Look.OPEN:
                return False
            if look is Look.HEAD:
                draft.body = NO_BODY
                draft.is_closed = True
                self.body = self.draft = None
                self.state = State.START
                return True
        return super()._take_body(chunk)

    def _accept_cut(self, draft: Draft, cause: str) -> None:
        slot = self._slot
        fields = find_framing_fields(draft.raw_head.lower())
        length = response_length(fields, draft.version, draft.status, "" if slot is None else slot.method)
        draft.body = cut_head_body(length.length if length.framing is Framing.CONTENT_LENGTH else None, cause)
        self._client.is_blocked = False
        self._deliver(slot, draft, draft.status)

    def _excess(self, origin: Origin | Chunk, data: memoryview) -> None:
        frame, detail = FrameNumber(origin.frame), f"at stream offset {origin.offset}"
        if self._slot is not None:
            is_tls = starts_tls_refusal(data)
            name = AnomalyName.TLS_IN_PLACE_OF_RESPONSE if is_tls else AnomalyName.BAD_STATUS_LINE
            self._slot.note(Anomaly(name, frame, detail))
        else:
            self._pairing.note_excess_response(Anomaly(AnomalyName.EXCESS_RESPONSE_BYTES, frame, detail))

    def _missed_start(self, offset: int) -> None:
        """Nothing to note: the next response settles what was lost."""

    def _closed(self, draft: Draft) -> None:
        """Nothing to note: the pairing looks at the draft."""

    def _ended(self) -> None:
        self._pairing.end_server()
        self._client.is_blocked = False
