"""One HTTP/2 connection: both directions' events in, message pairs out. Sans-IO.

    client events -> FrameReader -+                       +-> Slot (a stream) -> MessagePair
                                  +-> Http2Connection ----+-> SendWindows (flow control)
    server events -> FrameReader -+      FieldDecoder

Frames of both directions are handled in the order of their packets, so that what comes out does not depend on how a
capture was sliced. A pair is given out when its stream is over in both directions.

Nothing here raises on traffic: oddities become anomalies of messages and pairs.

Source: RFC 9113; RFC 9110 section 15.2 (1xx). Memory: `MAX_OPEN_STREAMS` streams, a header block of `MAX_BLOCK_BYTES`
and a compression table for each direction.
"""

from collections.abc import Iterator, Sequence

from hyperframe.frame import (
    ContinuationFrame,
    GoAwayFrame,
    HeadersFrame,
    PushPromiseFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

from osspcap.content.draft import MAX_ANOMALIES, Draft
from osspcap.h2.errors import error_name
from osspcap.h2.fields import FieldDecoder
from osspcap.h2.flow import SendWindows
from osspcap.h2.frames import DataEnd, DataPart, FrameReader, Lost, WholeFrame
from osspcap.h2.heads import trailer_section
from osspcap.h2.messages import Block, draft_request, draft_response
from osspcap.h2.slot import Part, Slot
from osspcap.model.anomaly import Anomaly, AnomalyName
from osspcap.model.exchange import MessagePair
from osspcap.model.stream import End, EndCause, Event

MAX_OPEN_STREAMS = 1_000
"""Streams that are followed at a time; servers allow 100 to 250."""
MAX_BLOCK_BYTES = 256 * 1024
"""Longest header block that is put together from CONTINUATION frames."""
CLIENT, SERVER = 0, 1


class _Side:
    """One direction of the connection."""

    __slots__ = ("block", "decoder", "is_over", "last", "order", "reader", "windows")

    def __init__(self, reader: FrameReader, *, is_mid_stream: bool) -> None:
        self.reader = reader
        self.decoder = FieldDecoder()
        if is_mid_stream:
            self.decoder.lose()
        self.block: Block | None = None
        """A header block that goes on in a CONTINUATION frame."""
        self.windows = SendWindows()
        self.order = 0
        """Highest packet so far: late segments are handled when they fill their hole."""
        self.last: Event | None = None
        self.is_over = False


class Http2Connection:
    """Reads one connection, plain or decrypted.

    Args of the constructor:
        is_mid_stream: The first bytes may lie within a frame, and header blocks were missed.
        keep_bodies: Keep body windows of up to 16 MiB.
        upgraded: A request over HTTP/1.1 that asked for h2c: its answer comes on stream 1 (RFC 7540 section 3.2).
    """

    def __init__(
        self, *, is_mid_stream: bool = False, keep_bodies: bool = False, upgraded: MessagePair | None = None
    ) -> None:
        self._keep_bodies = keep_bodies
        self._sides = (
            _Side(FrameReader(expects_preface=True, is_mid_stream=is_mid_stream), is_mid_stream=is_mid_stream),
            _Side(FrameReader(expects_preface=False, is_mid_stream=is_mid_stream), is_mid_stream=is_mid_stream),
        )
        self._slots: dict[int, Slot] = {}
        self._done: list[MessagePair] = []
        self._upgraded = upgraded
        self.anomalies: list[Anomaly] = []
        """Oddities of streams of which no message could be read."""

    def feed(self, client: Sequence[Event], server: Sequence[Event]) -> list[MessagePair]:
        """Take the next events of both directions; return the pairs that are complete."""
        for side, event in self._in_order((client, server)):
            self._sides[side].last = event
            for item in self._sides[side].reader.feed(event):
                self._handle(side, item)
        return self._take_done()

    def finish(self) -> list[MessagePair]:
        """Return what is still open, closed by the end of the capture; idempotent."""
        for number, side in enumerate(self._sides):
            if not side.is_over:
                last = side.last
                frame, ts_ns = (0, 0) if last is None else (last.frame, last.ts_ns)
                self._end(number, End(0, EndCause.CAPTURE_ENDED, frame, ts_ns))
        if self._upgraded is not None:
            self._done.append(self._upgraded)
            self._upgraded = None
        return self._take_done()

    def _take_done(self) -> list[MessagePair]:
        done, self._done = self._done, []
        return done

    def _in_order(self, events: tuple[Sequence[Event], Sequence[Event]]) -> Iterator[tuple[int, Event]]:
        at = [0, 0]
        while at[CLIENT] < len(events[CLIENT]) or at[SERVER] < len(events[SERVER]):
            keys = [
                max(self._sides[side].order, events[side][at[side]].frame)
                for side in (CLIENT, SERVER)
                if at[side] < len(events[side])
            ]
            if len(keys) == 2:
                side = CLIENT if keys[0] <= keys[1] else SERVER
                key = keys[side]
            else:
                side = CLIENT if at[CLIENT] < len(events[CLIENT]) else SERVER
                key = keys[0]
            self._sides[side].order = key
            yield side, events[side][at[side]]
            at[side] += 1

    # Frames

    def _handle(self, side: int, item: WholeFrame | DataPart | DataEnd | Lost | End) -> None:
        if isinstance(item, DataPart):
            slot = self._slots.get(item.stream_id)
            if slot is not None:
                self._part(slot, side).take(item.event)
        elif isinstance(item, DataEnd):
            self._take_data_end(side, item)
        elif isinstance(item, WholeFrame):
            self._take_frame(side, item)
        elif isinstance(item, Lost):
            self._take_loss(side, item)
        else:
            self._end(side, item)

    def _take_frame(self, side: int, whole: WholeFrame) -> None:
        frame, end = whole.frame, whole.end
        here, other = self._sides[side], self._sides[1 - side]
        if here.block is not None and not isinstance(frame, ContinuationFrame):  # section 6.2 forbids it
            self._break_block(here, end.frame)
        if isinstance(frame, HeadersFrame):
            block = Block(frame.stream_id, whole.origin, ends_stream="END_STREAM" in frame.flags)
            self._add_to_block(side, block, frame.data, whole, is_last="END_HEADERS" in frame.flags)
        elif isinstance(frame, PushPromiseFrame):
            block = Block(frame.promised_stream_id, whole.origin, ends_stream=True, is_push=True)
            self._add_to_block(side, block, frame.data, whole, is_last="END_HEADERS" in frame.flags)
        elif isinstance(frame, ContinuationFrame):
            if here.block is not None:
                self._add_to_block(side, here.block, frame.data, whole, is_last="END_HEADERS" in frame.flags)
            else:
                here.decoder.lose()
        elif isinstance(frame, RstStreamFrame):
            self._reset(side, frame, end.frame, end.ts_ns)
        elif isinstance(frame, GoAwayFrame):
            self._go_away(side, frame, end.frame)
        elif isinstance(frame, WindowUpdateFrame):
            other.windows.give(frame.stream_id, frame.window_increment, end.ts_ns)
        elif isinstance(frame, SettingsFrame) and SettingsFrame.INITIAL_WINDOW_SIZE in frame.settings:
            other.windows.set_initial(frame.settings[SettingsFrame.INITIAL_WINDOW_SIZE], end.ts_ns)

    def _add_to_block(self, side: int, block: Block, data: bytes, whole: WholeFrame, *, is_last: bool) -> None:
        here = self._sides[side]
        block.data += data
        here.block = None if is_last else block
        if len(block.data) > MAX_BLOCK_BYTES:
            self._break_block(here, whole.end.frame)
        elif is_last:
            self._take_block(side, block, whole)

    def _break_block(self, here: _Side, frame: int) -> None:
        """Give up a header block that does not end as it must."""
        block, here.block = here.block, None
        here.decoder.lose()
        slot = None if block is None else self._slots.get(block.stream_id)
        if slot is not None:
            slot.note(frame, (AnomalyName.BAD_HTTP2_FRAME, "header block broken off"))

    # Messages

    def _take_block(self, side: int, block: Block, whole: WholeFrame) -> None:
        found = self._sides[side].decoder.decode(bytes(block.data))
        slot = self._slot(block.stream_id)
        if found.unknown or found.is_broken:
            what = "block cannot be decoded" if found.is_broken else f"{found.unknown} fields left out"
            slot.note(whole.end.frame, (AnomalyName.HEADERS_UNDECODABLE, what))
        is_request = side == CLIENT or block.is_push
        part = slot.request if is_request else slot.response
        if part.draft is not None:
            part.trailers = trailer_section(found.fields)
        elif is_request:
            part.draft = draft_request(block, found.fields, whole.end, keep_bodies=self._keep_bodies)
        else:
            self._take_response(slot, draft_response(block, found.fields, whole.end, keep_bodies=self._keep_bodies))
        if part.draft is None and (is_request or not slot.interims):
            slot.note(whole.end.frame, (AnomalyName.PSEUDO_HEADER_MISSING, ""))
        if block.ends_stream:
            part.end_stream(whole.end.frame, whole.end.ts_ns, whole.end.offset)
        self._give_out_if_done(slot)

    def _take_response(self, slot: Slot, draft: Draft | None) -> None:
        if draft is not None and 100 <= draft.status < 200:
            slot.add_interim(draft.message())
        else:
            slot.response.draft = draft

    def _take_data_end(self, side: int, item: DataEnd) -> None:
        slot = self._slots.get(item.stream_id)
        windows = self._sides[side].windows
        waited = windows.send(item.stream_id, item.length, item.ts_ns)
        if slot is None:
            windows.forget(item.stream_id)
            return
        part = self._part(slot, side)
        part.stalled_ns += waited
        if item.ends_stream:
            part.end_stream(item.frame, item.ts_ns, item.offset)
            self._give_out_if_done(slot)

    def _slot(self, stream_id: int) -> Slot:
        slot = self._slots.get(stream_id)
        if slot is None:
            if len(self._slots) >= MAX_OPEN_STREAMS:
                oldest = next(iter(self._slots.values()))
                oldest.note(0, (AnomalyName.TOO_MANY_PENDING_REQUESTS, ""))
                self._give_out(oldest)
            slot = self._slots[stream_id] = Slot(stream_id)
            for side in self._sides:
                side.windows.open(stream_id)
            self._take_up_upgrade(slot)
        return slot

    def _take_up_upgrade(self, slot: Slot) -> None:
        if self._upgraded is not None and slot.stream_id == 1:
            pair, self._upgraded = self._upgraded, None
            slot.request.given = pair.request
            slot.request.is_closed = True
            slot.interims = [message for message in (*pair.interims, pair.response) if message is not None]

    @staticmethod
    def _part(slot: Slot, side: int) -> Part:
        return slot.request if side == CLIENT else slot.response

    def _give_out_if_done(self, slot: Slot) -> None:
        was_missed = slot.request.message_is_missing and self._sides[CLIENT].decoder.is_lossy
        if slot.is_done or (was_missed and slot.response.is_closed):
            self._give_out(slot)

    def _give_out(self, slot: Slot) -> None:
        self._slots.pop(slot.stream_id, None)
        for side in self._sides:
            side.windows.forget(slot.stream_id)
        if slot.has_messages:
            self._done.append(slot.pair())
        else:
            self.anomalies += slot.anomalies[: max(0, MAX_ANOMALIES - len(self.anomalies))]

    # Ends and losses

    def _reset(self, side: int, frame: RstStreamFrame, number: int, ts_ns: int) -> None:
        slot = self._slots.get(frame.stream_id)
        if slot is None:
            return
        why = f"stream reset by {_NAMES[side]} ({error_name(frame.error_code)})"
        slot.note(number, (AnomalyName.STREAM_RESET, f"by {_NAMES[side]}: {error_name(frame.error_code)}"))
        for part in (slot.request, slot.response):
            if not part.is_closed:
                part.break_off(why, number, ts_ns)
        self._give_out(slot)

    def _go_away(self, side: int, frame: GoAwayFrame, number: int) -> None:
        code = error_name(frame.error_code)
        for slot in self._slots.values():
            is_passed_over = side == SERVER and slot.stream_id > frame.last_stream_id and slot.stream_id % 2
            if frame.error_code or is_passed_over:
                what = ", stream not processed" if is_passed_over else ""
                slot.note(number, (AnomalyName.GOAWAY, f"by {_NAMES[side]}: {code}{what}"))

    def _take_loss(self, side: int, lost: Lost) -> None:
        here = self._sides[side]
        if lost.may_hold_fields:
            here.block = None
            here.decoder.lose()
        slot = self._slots.get(lost.stream_id)
        if slot is None:
            return
        if lost.is_malformed:
            slot.note(lost.frame, (AnomalyName.BAD_HTTP2_FRAME, ""))
        if lost.ends_stream:
            self._part(slot, side).end_stream(lost.frame, lost.ts_ns, 0)
            self._give_out_if_done(slot)

    def _end(self, side: int, end: End) -> None:
        self._sides[side].is_over = True
        for slot in list(self._slots.values()):
            part = self._part(slot, side)
            if not part.is_closed:
                part.end_with(end)
            if self._sides[1 - side].is_over:
                self._part(slot, 1 - side).is_closed = True
            self._give_out_if_done(slot)


_NAMES = ("client", "server")
