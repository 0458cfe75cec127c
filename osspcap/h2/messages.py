"""Header blocks to messages: the head, and how the body behind it is to be read."""

from osspcap.content.draft import Draft, Origin
from osspcap.content.indexed_body import body_reader
from osspcap.content.plan import MAX_LENGTH_DIGITS, Fields, find_framing_fields, request_plan, response_plan
from osspcap.h2.heads import VERSION, Oddity, request_head, response_head
from osspcap.model.message import Framing
from osspcap.model.stream import Chunk


class Block:
    """A header block while it is put together."""

    __slots__ = ("data", "ends_stream", "is_push", "origin", "stream_id")

    def __init__(self, stream_id: int, origin: Origin, *, ends_stream: bool, is_push: bool = False) -> None:
        self.stream_id = stream_id
        """Of a promise: the stream that is promised."""
        self.origin = origin
        """First byte of the HEADERS or PUSH_PROMISE frame."""
        self.ends_stream = ends_stream
        self.is_push = is_push
        self.data = bytearray()


def draft_request(block: Block, fields: Fields, end: Chunk, *, keep_bodies: bool) -> Draft | None:
    """Make a request from its fields; None if they do not say what was asked."""
    head = request_head(fields)
    if head is None:
        return None
    draft = _draft(block, head.raw_head, head.oddities, end, is_request=True)
    draft.method, draft.target = head.method, head.target
    if not block.ends_stream:
        low = head.raw_head.lower()
        framing = find_framing_fields(low)
        length = _announced(framing)
        plan = request_plan(low, framing, head.method, head.target, Framing.STREAM_END, length, keep_bodies=keep_bodies)
        draft.body = body_reader(plan)
    return draft


def draft_response(block: Block, fields: Fields, end: Chunk, *, keep_bodies: bool) -> Draft | None:
    """Make a response, interim or final, from its fields; None if they state no status."""
    head = response_head(fields)
    if head is None:
        return None
    draft = _draft(block, head.raw_head, head.oddities, end, is_request=False)
    draft.status = head.status
    if not block.ends_stream and head.status >= 200:
        framing = find_framing_fields(head.raw_head.lower())
        plan = response_plan(framing, Framing.STREAM_END, _announced(framing), head.status, keep_bodies=keep_bodies)
        draft.body = body_reader(plan)
    return draft


def _draft(block: Block, raw_head: bytes, oddities: tuple[Oddity, ...], end: Chunk, *, is_request: bool) -> Draft:
    origin = block.origin
    draft = Draft(
        is_request=is_request,
        frame=origin.frame,
        ts_ns=origin.ts_ns,
        start_offset=-1,
        peer_offset=-1,
        raw_head=raw_head,
        head_frames=((0, origin.frame),),
        head_end_frame=end.frame,
        head_end_ns=end.ts_ns,
        version=VERSION,
    )
    for name, detail in oddities:
        draft.note(name, origin.frame, detail)
    return draft


def _announced(framing: Fields) -> int | None:
    """Return Content-Length; None without one that is a number (RFC 9113 section 8.1.1)."""
    values = {value.strip() for name, value in framing if name == b"content-length"}
    if len(values) != 1:
        return None
    value = values.pop()
    return int(value) if value.isdigit() and len(value) <= MAX_LENGTH_DIGITS else None
