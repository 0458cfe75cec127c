"""The fast lane: plain messages that stand in one packet, or in a few, with nothing odd about them.

In: a packet and where a message starts in it. Out: the finished message, or None where anything needs a closer look;
then the general reader takes the same bytes. Most messages of a healthy capture pass here, at a fraction of the cost.
What the fast lane accepts, the general reader reads the same way, and a test holds the two against each other.
"""

import hashlib
import re
from collections.abc import Container, Sequence

from fastcrc import crc64

from osspcap.content.plan import CRC_METHODS, MAX_LENGTH_DIGITS, WINDOW_BYTES, looks_like_oss
from osspcap.http1.head import TOKEN, StatusLine, parse_status_line
from osspcap.http1.usual import NO_BODY_STATUSES, TARGET, RequestStart, UsualHeads, find_names
from osspcap.model.headform import HeadForm
from osspcap.model.headshape import HeadShape
from osspcap.model.message import NO_BODY, Body, Framing, Message
from osspcap.model.stream import Chunk, Event
from osspcap.units import FrameNumber, Nanoseconds

MAX_BODY_CHUNKS = 64
"""Packets of a body that are looked through here."""

# Field lines of RFC 9112 section 5 without folding or control characters, up to the empty line.
_PLAIN_FIELDS = rb"\r\n(?:" + TOKEN + rb"++:[\t -\xff]*+\r\n)*+\r\n"
_REQUEST_LINE = rb"(GET|PUT|POST|DELETE|HEAD|OPTIONS) " + TARGET + rb" (HTTP/1\.[01])"
_match_request = re.compile(_REQUEST_LINE + _PLAIN_FIELDS).match
_match_response = re.compile(rb"(HTTP/1\.[01] [2-5][0-9][0-9] [\t -\xff]*+)" + _PLAIN_FIELDS).match

_find_length_fields = re.compile(
    rb"\n(content-(?:length|encoding)|transfer-encoding|upgrade|expect)[ \t]*+:([^\n]*+)"
).findall

_METHODS = {name.encode(): name for name in ("GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS")}
REQUESTS: UsualHeads[RequestStart] = UsualHeads()
"""What is known of requests, for all connections."""
RESPONSES: UsualHeads[StatusLine] = UsualHeads()
"""What is known of responses."""

_VERSIONS = {b"HTTP/1.1": "HTTP/1.1", b"HTTP/1.0": "HTTP/1.0"}
_NOTHING: tuple[Event, ...] = ()
_Known = tuple[HeadShape | None, HeadForm | None, tuple[bytes, ...]]
"""The last fields of a message: shape, form, and what the form leaves open."""


def plain_request(chunk: Chunk, at: int, events: Sequence[Event] = _NOTHING, index: int = 0) -> Message | None:
    """Return the request that starts at `at`, if it is plain and its body, if any, is short and here.

    Args:
        chunk: The packet in which it starts.
        at: Where in the packet.
        events: What the client sent, if the body may stand in packets that follow.
        index: Place of the packet in them.
    """
    data = chunk.data
    for usual in REQUESTS.known.get(bytes(data[at : at + 4]), ()):
        matched = usual.match(data, at)
        if matched is not None:
            raw_head, groups, form, group = matched[0], matched.groups(), usual.form, usual.length_group
            length = length_of(groups[group]) if group >= 0 else -1
            if form is None:
                REQUESTS.learn_form(raw_head, usual.shape, usual.line)
            known = (usual.shape, form, () if form is None else groups[1:])
            return _request(chunk, at, raw_head, usual.line, groups[0], length, known, events, index)
    matched = _match_request(data, at)
    if matched is None:
        return None
    raw_head, method, target, version = matched.group(0, 1, 2, 3)
    length = _plain_length(raw_head.lower())
    if length is None:
        return None
    line = RequestStart(_METHODS[method], _VERSIONS[version])
    shape = REQUESTS.learn(raw_head, line)
    return _request(chunk, at, raw_head, line, target, length, (shape, None, ()), events, index)


def _request(
    chunk: Chunk,
    at: int,
    raw_head: bytes,
    line: RequestStart,
    raw_target: bytes,
    length: int | None,
    known: _Known,
    events: Sequence[Event],
    index: int,
) -> Message | None:
    """Make the request; None if its body is not here, or not for here."""
    method, version = line
    target = raw_target.decode("latin-1")
    body = NO_BODY
    end_frame, end_ns = chunk.frame, chunk.ts_ns
    if length is None:
        return None
    if length > 0:
        found = request_body(chunk, at, raw_head, method, target, length, known[0], events, index)
        if found is None:
            return None
        body, end_frame, end_ns = found
    frame, ts_ns = FrameNumber(chunk.frame), Nanoseconds(chunk.ts_ns)
    # Fields in order: keywords cost on this path.
    return Message(
        True, frame, ts_ns, ts_ns, FrameNumber(end_frame), Nanoseconds(end_ns), chunk.offset + at, chunk.peer_offset,
        raw_head, ((0, frame),), version, method, target, 0, "", body, (), *known,
    )  # fmt: skip


def request_body(
    chunk: Chunk,
    at: int,
    raw_head: bytes,
    method: str,
    target: str,
    length: int,
    shape: HeadShape | None,
    events: Sequence[Event],
    index: int,
) -> tuple[Body, int, int] | None:
    """Return the body of a request, its last packet and that one's time; None if it is not here, or not for here."""
    low = raw_head.lower()
    if at + len(raw_head) + length > len(chunk.data) and b"multipart/form-data" in low:
        return None  # which packet brought which field is noted elsewhere
    names = _names_of(raw_head, shape)
    needs_crc64 = b"x-oss-hash-crc64ecma" in names or (method in CRC_METHODS and looks_like_oss(low, target))
    needs_md5 = b"content-md5" in names
    return plain_body(chunk, at + len(raw_head), length, events, index, needs_crc64, needs_md5)


def response_body(
    chunk: Chunk,
    at: int,
    raw_head: bytes,
    length: int,
    shape: HeadShape | None,
    events: Sequence[Event],
    index: int,
) -> tuple[Body, int, int] | None:
    """Return the body of a response likewise."""
    if at + len(raw_head) + length > len(chunk.data) and b"video/" in raw_head:
        return None  # which packet describes which track is noted elsewhere
    names = _names_of(raw_head, shape)
    needs_crc64 = b"x-oss-hash-crc64ecma" in names
    needs_md5 = not needs_crc64 and b"content-md5" in names  # one proves as much as the other
    return plain_body(chunk, at + len(raw_head), length, events, index, needs_crc64, needs_md5)


def plain_response(
    chunk: Chunk, at: int, method: str, events: Sequence[Event] = _NOTHING, index: int = 0
) -> Message | None:
    """Return the final response to `method` that starts at `at`, if it is plain and its body is short and here.

    Args:
        chunk: The packet in which it starts.
        at: Where in the packet.
        method: Method of the request.
        events: What the server sent, if the body may stand in packets that follow.
        index: Place of the packet in them.
    """
    data = chunk.data
    likely = RESPONSES.likely.get(method)
    matched = None if likely is None else likely.match(data, at)
    if matched is None:
        for usual in RESPONSES.known.get(bytes(data[at + 9 : at + 12]), ()):
            matched = usual.match(data, at)
            if matched is not None:
                RESPONSES.likely[method] = likely = usual
                break
    if matched is not None and likely is not None:
        raw_head, groups, form, group = matched[0], matched.groups(), likely.form, likely.length_group
        length = length_of(groups[group]) if group >= 0 else -1
        if form is None:
            RESPONSES.learn_form(raw_head, likely.shape, likely.line)
            groups = ()
        return _response(chunk, at, raw_head, likely.line, method, length, (likely.shape, form, groups), events, index)
    matched = _match_response(data, at)
    if matched is None:
        return None
    raw_head, start = matched.group(0, 1)
    line = parse_status_line(start)
    length = _plain_length(raw_head.lower())
    if line is None or line.oddity is not None or length is None:
        return None
    shape = RESPONSES.learn(raw_head, line)
    return _response(chunk, at, raw_head, line, method, length, (shape, None, ()), events, index)


def _response(
    chunk: Chunk,
    at: int,
    raw_head: bytes,
    line: StatusLine,
    method: str,
    length: int | None,
    known: _Known,
    events: Sequence[Event],
    index: int,
) -> Message | None:
    """Make the response; None if its body is not here, or not for here."""
    body = NO_BODY
    end_frame, end_ns = chunk.frame, chunk.ts_ns
    if length is None or method == "CONNECT":
        return None
    if method == "HEAD" or line.status in NO_BODY_STATUSES:
        pass  # RFC 9112 section 6.3 clause 1
    elif length < 0:
        return None
    elif length:
        found = response_body(chunk, at, raw_head, length, known[0], events, index)
        if found is None:
            return None
        body, end_frame, end_ns = found
    frame, ts_ns = FrameNumber(chunk.frame), Nanoseconds(chunk.ts_ns)
    return Message(
        False, frame, ts_ns, ts_ns, FrameNumber(end_frame), Nanoseconds(end_ns), chunk.offset + at, chunk.peer_offset,
        raw_head, ((0, frame),), line.version, "", "", line.status, line.reason, body, (), *known,
    )  # fmt: skip


def _names_of(raw_head: bytes, shape: HeadShape | None) -> Container[bytes]:
    """Return the names of a head's fields in lower case."""
    return [name.lower() for name in find_names(raw_head)] if shape is None else shape.lines


def plain_body(
    chunk: Chunk,
    begin: int,
    length: int,
    events: Sequence[Event],
    index: int,
    needs_crc64: bool,  # noqa: FBT001 - keywords cost on this path
    needs_md5: bool,  # noqa: FBT001 - likewise
) -> tuple[Body, int, int] | None:
    """Return the body of that length, its last packet and that one's time, if it is short and here as a whole."""
    if length > WINDOW_BYTES:
        return None
    data = chunk.data
    first = last = chunk
    if begin + length <= len(data):
        window = bytes(data[begin : begin + length])
    else:
        following = _following(chunk, events, index, length - (len(data) - begin))
        if following is None:
            return None
        first, last = chunk if begin < len(data) else following[0], following[-1]
        window = b"".join((data[begin:], *(part.data for part in following)))
        if len(window) != length:
            return None
    return whole_body(window, first.frame, last.frame, needs_crc64, needs_md5), last.frame, last.ts_ns


def whole_body(
    window: bytes,
    first_frame: int,
    last_frame: int,
    needs_crc64: bool,  # noqa: FBT001 - keywords cost on this path
    needs_md5: bool,  # noqa: FBT001 - likewise
) -> Body:
    """Make a body of its bytes."""
    crc = crc64.xz(window) if needs_crc64 else None
    md5 = hashlib.md5(window, usedforsecurity=False).digest() if needs_md5 else None
    frames, length = (FrameNumber(first_frame), FrameNumber(last_frame)), len(window)
    return Body(Framing.CONTENT_LENGTH, length, length, 0, True, True, "", (), window, window, md5, crc, *frames)


def _following(chunk: Chunk, events: Sequence[Event], index: int, size: int) -> list[Chunk] | None:
    """Return the packets behind a packet that hold so many more bytes; None if they are not here, or too many."""
    found: list[Chunk] = []
    for event in events[index + 1 : index + 1 + MAX_BODY_CHUNKS]:
        if type(event) is not Chunk or event.peer_offset != chunk.peer_offset:
            return None
        found.append(event)
        size -= len(event.data)
        if size <= 0:
            return found
    return None


def _plain_length(low: bytes) -> int | None:
    """Return Content-Length from a head in lower case: -1 without one, None if any field wants the general reader."""
    length = -1
    for name, value in _find_length_fields(low):
        known = None if name != b"content-length" or length >= 0 else length_of(value)
        if known is None:
            return None
        length = known
    return length


def length_of(value: bytes) -> int | None:
    """Return the number that a Content-Length states; None if it is none."""
    digits = value.strip()
    return int(digits) if digits.isdigit() and len(digits) <= MAX_LENGTH_DIGITS else None
