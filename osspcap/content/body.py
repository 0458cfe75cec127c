"""Follows one body through the stream: counts, holes, a bounded window, digests.

In: chunks and gaps of one direction, from the first byte behind the head. Out: a `Body`. Nothing but the window is
stored; everything else is counted or summed as it passes. Cost: a few hundred nanoseconds a chunk once the window is
full and no digest is due.
"""

import hashlib
from collections import deque

from fastcrc import crc64

from osspcap.content.chunked import ChunkedDecoder
from osspcap.content.coding import MAX_DECODED_BYTES, decode
from osspcap.content.plan import BodyPlan
from osspcap.content.words import end_words, gap_words
from osspcap.model.anomaly import AnomalyName
from osspcap.model.message import Body, Framing
from osspcap.model.record import replaced
from osspcap.model.stream import Chunk, End, EndCause, Event, Gap, GapCause, Train
from osspcap.units import FrameNumber

MAX_HOLES = 16
"""Gaps recorded per body."""
BATCH_CHUNKS = 64
"""Chunks of a body that are copied together before they are summed: some 90 KB, which the processor's cache holds."""
BATCH_BYTES = 2 * 1024 * 1024
"""Bytes of a train that are copied together: few large copies cost less than many that the cache holds."""
DECODED_PER_WINDOW = 4
"""Decoded bytes wanted per window byte: usual text needs no more, and healthy downloads must stay cheap."""
_ENDLESS = 1 << 62
"""Stands for the length of a body without one; no stream is longer."""


def whole_body(data: bytes, frame: int, plan: BodyPlan) -> tuple[Body, list[tuple[AnomalyName, str]]]:
    """Make the body whose bytes, announced by Content-Length, all stand in one packet and fit the window."""
    size = len(data)
    content, oddities = _without_coding(data, plan) if plan.content_encoding else (data, [])
    md5 = hashlib.md5(data, usedforsecurity=False).digest() if plan.needs_md5 else None
    crc = crc64.xz(data) if plan.needs_crc64 else None
    origin = FrameNumber(frame)
    body = Body(plan.framing, size, size, 0, True, True, "", (), data, content, md5, crc, origin, origin)
    if crc is not None and plan.content_encoding:
        body = replaced(body, content_crc64=_content_crc(content, plan, oddities))
    return body, oddities


def _content_crc(content: bytes, plan: BodyPlan, oddities: list[tuple[AnomalyName, str]]) -> int | None:
    """Return the CRC of an unpacked body; None if it has no coding or could not be unpacked to its end."""
    limit = min(MAX_DECODED_BYTES, DECODED_PER_WINDOW * plan.window_limit)
    return None if not plan.content_encoding or oddities or len(content) >= limit else crc64.xz(content)


def cut_head_body(announced: int | None, cause: str) -> Body:
    """Make the body of a message whose head is not whole: nothing is known of it."""
    framing = Framing.NONE if announced is None else Framing.CONTENT_LENGTH
    return Body(framing, announced, complete=False, ended=False, reason=f"header section incomplete: {cause}")


def _without_coding(window: bytes, plan: BodyPlan) -> tuple[bytes, list[tuple[AnomalyName, str]]]:
    if not plan.content_encoding or not window:
        return window, []
    limit = min(MAX_DECODED_BYTES, DECODED_PER_WINDOW * plan.window_limit)
    decoded = decode(window, plan.content_encoding, limit)
    return decoded.content, [] if decoded.oddity is None else [(decoded.oddity, decoded.detail)]


class BodyReader:
    """Reads one body; `is_ended` tells when to stop."""

    __slots__ = (
        "_captured",
        "_cause",
        "_chunked",
        "_crc",
        "_first_frame",
        "_holes",
        "_is_summing",
        "_is_window_open",
        "_last_data_frame",
        "_md5",
        "_missing",
        "_plan",
        "_remaining",
        "_window",
        "is_ended",
        "last_frame",
        "last_ns",
        "oddity",
        "position",
        "was_seen_to_end",
    )

    def __init__(self, plan: BodyPlan) -> None:
        self._plan = plan
        self._remaining = _ENDLESS if plan.length is None else plan.length
        self._chunked = ChunkedDecoder() if plan.framing is Framing.CHUNKED else None
        self._captured = 0
        self._missing = 0
        self._holes: list[Gap] = []
        self._window = bytearray()
        self._is_window_open = True
        self._md5 = hashlib.md5(usedforsecurity=False) if plan.needs_md5 else None
        self._crc = 0
        self._is_summing = plan.needs_md5 or plan.needs_crc64
        self._first_frame: int | None = None
        self._last_data_frame: int | None = None
        self._cause = ""
        self.last_frame: int | None = None
        """Packet with the last captured byte of the body or its framing."""
        self.last_ns = 0
        """Its capture time."""
        self.position = 0
        """Stream offset up to which chunks were taken off the queue."""
        self.is_ended = False
        """True if nothing more belongs to this body."""
        self.was_seen_to_end = False
        """True if its end was seen, holes or not."""
        self.oddity: AnomalyName | None = None
        """Why the chunked framing was given up; None while it holds."""

    @property
    def is_untouched(self) -> bool:
        """True before the first byte, captured or missing."""
        at_start = self._chunked is None or self._chunked.is_at_start
        return at_start and not self._captured and not self._missing

    @property
    def takes_trains(self) -> bool:
        """True if many chunks may be taken as one: where nothing but counts and sums is due."""
        return self._chunked is None

    @property
    def has_bare_lf(self) -> bool:
        """True if a line of the chunked framing ended without CR."""
        return self._chunked is not None and self._chunked.has_bare_lf

    @property
    def window_size(self) -> int:
        """Bytes held in the window."""
        return len(self._window)

    def drain(self, queue: deque[Event], at: int) -> int:
        """Take chunks off the queue until the body ends or no chunk follows.

        Args:
            queue: Events not consumed; chunks that are used up are removed.
            at: Bytes of the first chunk that are consumed already.

        Returns:
            Bytes consumed of the event that is now first.
        """
        return self._drain_plain(queue, at) if self._chunked is None else self._drain_chunked(self._chunked, queue, at)

    def _drain_plain(self, queue: deque[Event], at: int) -> int:
        before = remaining = self._remaining
        if not remaining:
            return at
        is_busy = self._is_window_open or self._is_summing
        parts: list[memoryview] = []
        last: Chunk | None = None
        used = 0
        for event in queue:
            if type(event) is not Chunk:
                break
            if last is None and self._first_frame is None:
                self._first_frame = event.frame
            last = event
            data = event.data
            size = len(data) - at
            if size > remaining:
                if is_busy:
                    parts.append(data[at : at + remaining])
                at += remaining
                remaining = 0
                break
            if is_busy:
                parts.append(data[at:] if at else data)
                if len(parts) == BATCH_CHUNKS:
                    is_busy = self._store_all(parts)
            remaining -= size
            at = 0
            used += 1
            if not remaining:
                break
        if parts:
            self._store_all(parts)
        if used == len(queue):
            queue.clear()
        else:
            for _ in range(used):
                queue.popleft()
        if last is not None:
            self._captured += before - remaining
            self._remaining = remaining
            self._last_data_frame = last.frame
            self._note_last(last)
            if not remaining:
                self._end()
        return at

    def take_train(self, train: Train, at: int) -> tuple[int, Train | None]:
        """Take a train, or as much of it as belongs to the body; `takes_trains` holds.

        Args:
            train: What follows.
            at: Bytes of its first chunk that are consumed already.

        Returns:
            As `drain`, and what is left of the train.
        """
        begin = train.offset + at
        end = min(train.end, begin + self._remaining)
        count = len(train) if end == train.end else train.index(end - 1) + 1
        taken = train if count == len(train) else train.part(0, count)
        self._sum_train(taken, at, end)
        if self._first_frame is None:
            self._first_frame = train.first().frame
        self._captured += end - begin
        self._remaining -= end - begin
        self._last_data_frame = self.last_frame = taken.frame
        self.last_ns = taken.ts_ns
        self.position = taken.end
        if not self._remaining:
            self._end()
        if end < taken.end:
            left = train.part(count - 1, len(train))
            return end - left.offset, left
        return 0, train.part(count, len(train)) if count < len(train) else None

    def _sum_train(self, train: Train, at: int, end: int) -> None:
        """Take the bytes of a train, behind the first `at` and up to a stream offset in its last chunk."""
        count = len(train)
        wanted = BATCH_BYTES if self._is_summing else self._plan.window_limit
        batch = max(wanted * count // (train.end - train.offset), 1)
        for first in range(0, count, batch):
            if not (self._is_window_open or self._is_summing):
                return
            data = train.joined(first, min(first + batch, count))
            stop = len(data) if first + batch < count else len(data) - (train.end - end)
            self._store(data[0 if first else at : stop])

    def _drain_chunked(self, decoder: ChunkedDecoder, queue: deque[Event], at: int) -> int:
        while queue and not self.is_ended:
            event = queue[0]
            if type(event) is not Chunk:
                break
            captured = self._captured
            data = event.data
            taken = decoder.feed(data[at:] if at else data, self._take_data)
            if taken:
                self._note_last(event)
            if captured != self._captured:
                self._last_data_frame = event.frame
                if self._first_frame is None:
                    self._first_frame = event.frame
            at += taken
            if decoder.is_ended:
                self._end()
            elif decoder.oddity is not None:
                self.oddity = decoder.oddity
                self.give_up(f"chunked framing broken ({decoder.oddity.value})")
            if at == len(data):
                at = 0
                queue.popleft()
        return at

    def _note_last(self, chunk: Chunk) -> None:
        self.last_frame, self.last_ns = chunk.frame, chunk.ts_ns
        self.position = chunk.offset + len(chunk.data)

    def _take_data(self, data: memoryview) -> None:
        self._captured += len(data)
        if self._is_window_open or self._is_summing:
            self._store(data)

    def _store_all(self, parts: list[memoryview]) -> bool:
        """Take pieces and clear their list; tell whether anything is to be done with what follows."""
        self._store(b"".join(parts) if len(parts) > 1 else parts[0])
        parts.clear()
        return self._is_window_open or self._is_summing

    def _store(self, data: memoryview | bytes) -> None:
        if self._is_window_open:
            room = self._plan.window_limit - len(self._window)
            self._window += data[:room]
            self._is_window_open = len(data) < room
        if self._is_summing:
            if self._md5 is not None:
                self._md5.update(data)
            if self._plan.needs_crc64:
                self._crc = crc64.xz(data, self._crc)

    def skip(self, gap: Gap, at: int) -> int:
        """Count a hole; return how many of its bytes behind the first `at` lie in this body.

        A hole that leaves the current chunk of a chunked body takes the framing with it: the body is given up.
        """
        length = gap.length - at
        if self._chunked is None:
            taken = min(length, self._remaining)
            self._remaining -= taken
            self._note_hole(gap, taken)
            if not self._remaining:
                self._end()
            return taken
        known = self._chunked.remaining
        if length <= known:
            self._chunked.skip(length)
            self._note_hole(gap, length)
        else:
            self.give_up(f"hole in the chunked framing, {gap_words(gap)}", gap)
        return length

    def _note_hole(self, gap: Gap, length: int) -> None:
        if not length:
            return
        if len(self._holes) < MAX_HOLES:
            self._holes.append(gap._replace(offset=self._captured + self._missing, length=length))
        self._missing += length
        self._is_window_open = self._is_summing = False

    def end_with(self, end: End) -> None:
        """Close the body because its direction ended."""
        if self._plan.framing is Framing.UNTIL_CLOSE and end.cause is EndCause.FIN:
            self._end()  # RFC 9112 section 6.3 clause 8: the close is the end
            return
        cause = GapCause.CAPTURE_ENDED if end.cause is EndCause.CAPTURE_ENDED else GapCause.ABORTED
        self.give_up(end_words(end), Gap(end.offset, 1, cause, False, end.frame, end.ts_ns))

    def end_stream(self, frame: int, ts_ns: int, offset: int) -> None:
        """Close the body because its HTTP/2 stream ended (END_STREAM, RFC 9113 section 8.1)."""
        self.last_frame, self.last_ns = frame, ts_ns
        if self._plan.length is None or not self._remaining:
            self._end()
        else:
            self.give_up("stream ended early", Gap(offset, 1, GapCause.ABORTED, False, frame, ts_ns))

    def give_up(self, cause: str, rest: Gap | None = None) -> None:
        """Close the body before its end.

        Args:
            cause: Why, in words.
            rest: Cause, packet and time for the announced bytes that never came.
        """
        self._cause = cause
        self.is_ended = True
        if self._chunked is not None:
            known = self._chunked.remaining
        else:
            known = 0 if self._plan.length is None else self._remaining
        if rest is not None:
            self._note_hole(rest, known)

    def _end(self) -> None:
        self.is_ended = self.was_seen_to_end = True

    def body(self, *, is_answered_early: bool) -> tuple[Body, list[tuple[AnomalyName, str]]]:
        """Return what is known once the body is closed, and what was odd about its content coding."""
        plan = self._plan
        is_complete = self.was_seen_to_end and not self._missing
        window = bytes(self._window)
        content, oddities = _without_coding(window, plan)
        summed = self._is_summing and is_complete
        is_held = summed and plan.needs_crc64 and len(window) == self._captured
        return (
            Body(
                framing=plan.framing,
                announced=plan.length,
                captured=self._captured,
                missing=self._missing,
                complete=is_complete,
                ended=self.was_seen_to_end,
                reason="" if is_complete else self._reason(is_answered_early=is_answered_early),
                holes=tuple(self._holes),
                window=window,
                content=content,
                md5=self._md5.digest() if summed and self._md5 is not None else None,
                crc64=self._crc if summed and plan.needs_crc64 else None,
                first_frame=None if self._first_frame is None else FrameNumber(self._first_frame),
                last_frame=None if self._last_data_frame is None else FrameNumber(self._last_data_frame),
                raw_trailers=b"" if self._chunked is None else bytes(self._chunked.trailers),
                content_crc64=_content_crc(content, plan, oddities) if is_held else None,
            ),
            oddities,
        )

    def _reason(self, *, is_answered_early: bool) -> str:
        total = self._plan.length
        counted = (
            f"captured {self._captured} of {total} body bytes"
            if total is not None
            else (f"captured {self._captured} body bytes of an unknown total")
        )
        if not self.was_seen_to_end:
            return f"{counted}{', answered early' if is_answered_early else ''}: {self._cause}"
        hole = self._holes[0]
        return f"{counted}: {self._missing} missing from offset {hole.offset}, {gap_words(hole)}"
