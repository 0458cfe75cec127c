"""Heads that hold, and how messages are made from them."""

from typing import NamedTuple

from osspcap.content.draft import Draft, Origin
from osspcap.http1.head import RequestLine, StatusLine
from osspcap.model.anomaly import Anomaly
from osspcap.model.message import Body, Message
from osspcap.model.stream import Chunk
from osspcap.units import FrameNumber, Nanoseconds


class AcceptedHead(NamedTuple):
    """A whole head with a start line that holds."""

    chunk: Chunk
    """The packet in which it ends."""
    origin: Origin | Chunk
    raw_head: bytes
    used: int
    """Bytes of that packet up to the head's end, from where the reader stands."""
    frames: tuple[tuple[int, int], ...]
    line: RequestLine | StatusLine
    anomalies: list[Anomaly] | None


def _line_facts(line: RequestLine | StatusLine) -> tuple[str, str, int, str]:
    """Return method, target, status and reason."""
    if isinstance(line, RequestLine):
        return line.method, line.target, 0, ""
    return "", "", line.status, line.reason


def draft_of(
    origin: Origin | Chunk,
    raw_head: bytes,
    frames: tuple[tuple[int, int], ...],
    line: RequestLine | StatusLine,
    end_frame: int,
    end_ns: int,
) -> Draft:
    """Make a draft from a head and the packet in which it ends."""
    method, target, status, reason = _line_facts(line)
    return Draft(
        is_request=isinstance(line, RequestLine),
        frame=origin.frame,
        ts_ns=origin.ts_ns,
        start_offset=origin.offset,
        peer_offset=origin.peer_offset,
        raw_head=raw_head,
        head_frames=frames,
        head_end_frame=end_frame,
        head_end_ns=end_ns,
        version=line.version,
        method=method,
        target=target,
        status=status,
        reason=reason,
    )


def message_of(head: AcceptedHead, body: Body, anomalies: list[Anomaly] | None) -> Message:
    """Make a message that ends in the packet in which its head ends."""
    chunk, origin = head.chunk, head.origin
    method, target, status, reason = _line_facts(head.line)
    return Message(
        isinstance(head.line, RequestLine),
        FrameNumber(origin.frame),
        Nanoseconds(origin.ts_ns),
        Nanoseconds(chunk.ts_ns),
        FrameNumber(chunk.frame),
        Nanoseconds(chunk.ts_ns),
        origin.offset,
        origin.peer_offset,
        head.raw_head,
        head.frames,
        head.line.version,
        method,
        target,
        status,
        reason,
        body,
        tuple(anomalies) if anomalies else (),
    )
