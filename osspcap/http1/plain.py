"""The fast lane: plain messages that stand in one packet with nothing odd about them.

In: a packet and where a message starts in it. Out: the finished message, or None where anything needs a closer look;
then the general reader takes the same bytes. Most messages of a healthy capture pass here, at half the cost. What the
fast lane accepts, the general reader reads the same way, and a test holds the two against each other.
"""

import re

from fastcrc import crc64

from osspcap.content.body import WINDOW_BYTES
from osspcap.content.plan import CRC_METHODS, looks_like_oss
from osspcap.http1.framing import MAX_LENGTH_DIGITS
from osspcap.http1.head import TOKEN, StatusLine, parse_status_line
from osspcap.http1.usual import UsualHeads
from osspcap.model.headshape import HeadShape
from osspcap.model.message import NO_BODY, Body, Framing, Message
from osspcap.model.stream import Chunk
from osspcap.units import FrameNumber, Nanoseconds

# Field lines of RFC 9112 section 5 without folding or control characters, up to the empty line.
_PLAIN_FIELDS = rb"\r\n(?:" + TOKEN + rb"++:[\t -\xff]*+\r\n)*+\r\n"
_REQUEST_LINE = rb"(GET|PUT|POST|DELETE|HEAD|OPTIONS) ([!-~\x80-\xff]++) (HTTP/1\.[01])"
_match_request = re.compile(_REQUEST_LINE + _PLAIN_FIELDS).match
_match_response = re.compile(rb"(HTTP/1\.[01] [2-5][0-9][0-9] [\t -\xff]*+)" + _PLAIN_FIELDS).match

_find_length_fields = re.compile(
    rb"\n(content-(?:length|encoding|md5)|transfer-encoding|upgrade|expect|x-oss-hash-crc64ecma)[ \t]*+:([^\n]*+)"
).findall
_NO_BODY_STATUSES = frozenset({204, 304})

_METHODS = {name.encode(): name for name in ("GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS")}
_REQUESTS = UsualHeads()
"""By the first four bytes."""
_RESPONSES = UsualHeads()
"""By the status code."""

_VERSIONS = {b"HTTP/1.1": "HTTP/1.1", b"HTTP/1.0": "HTTP/1.0"}


def plain_request(chunk: Chunk, at: int) -> Message | None:
    """Return the request that starts at `at`, if it is plain and its body, if any, is short and here."""
    data = chunk.data
    for usual in _REQUESTS.known.get(bytes(data[at : at + 4]), ()):
        matched = usual.match(data, at)
        if matched is not None:
            raw_head, method, raw_target, version = matched.group(0, 1, 2, 3)
            length = _length_of(matched[usual.length_group]) if usual.length_group else -1
            return _request(chunk, at, raw_head, method, raw_target, version, length, usual.shape, usual.has_crc64)
    matched = _match_request(data, at)
    if matched is None:
        return None
    raw_head, method, raw_target, version = matched.group(0, 1, 2, 3)
    length, needs_crc64 = _plain_length(raw_head.lower())
    if length is None:
        return None
    shape = _REQUESTS.learn(raw_head[:4], _REQUEST_LINE, 3, raw_head)
    return _request(chunk, at, raw_head, method, raw_target, version, length, shape, needs_crc64)


def _request(
    chunk: Chunk,
    at: int,
    raw_head: bytes,
    method: bytes,
    raw_target: bytes,
    version: bytes,
    length: int | None,
    shape: HeadShape | None,
    needs_crc64: bool,  # noqa: FBT001 - keywords cost on this path
) -> Message | None:
    target = raw_target.decode("latin-1")
    body = NO_BODY
    if length is None:
        return None
    if length > 0:
        needs_crc64 = needs_crc64 or (_METHODS[method] in CRC_METHODS and looks_like_oss(raw_head.lower(), target))
        found = _plain_body(chunk, at + len(raw_head), length, needs_crc64=needs_crc64)
        if found is None:
            return None
        body = found
    frame, ts_ns = FrameNumber(chunk.frame), Nanoseconds(chunk.ts_ns)
    return Message(
        True,  # is_request
        frame,
        ts_ns,
        ts_ns,
        frame,
        ts_ns,
        chunk.offset + at,
        chunk.peer_offset,
        raw_head,
        ((0, frame),),
        _VERSIONS[version],
        _METHODS[method],
        target,
        0,
        "",
        body,
        (),
        shape,
    )


def plain_response(chunk: Chunk, at: int, method: str) -> Message | None:
    """Return the final response to `method` that starts at `at`, if it is plain and its body is short and here."""
    data = chunk.data
    for usual in _RESPONSES.known.get(bytes(data[at + 9 : at + 12]), ()):
        matched = usual.match(data, at)
        if matched is not None:
            if method == "CONNECT" or usual.line is None:
                return None
            length = _length_of(matched[usual.length_group]) if usual.length_group else -1
            return _response(chunk, at, matched[0], method, usual.line, length, usual.shape, usual.has_crc64)
    matched = _match_response(data, at)
    if matched is None or method == "CONNECT":
        return None
    raw_head, start = matched.group(0, 1)
    line = parse_status_line(start)
    length, needs_crc64 = _plain_length(raw_head.lower())
    if line is None or line.oddity is not None or length is None:
        return None
    shape = _RESPONSES.learn(raw_head[9:12], re.escape(start), 0, raw_head, line)
    return _response(chunk, at, raw_head, method, line, length, shape, needs_crc64)


def _response(
    chunk: Chunk,
    at: int,
    raw_head: bytes,
    method: str,
    line: StatusLine,
    length: int | None,
    shape: HeadShape | None,
    needs_crc64: bool,  # noqa: FBT001 - keywords cost on this path
) -> Message | None:
    body = NO_BODY
    if length is None:
        return None
    if method == "HEAD" or line.status in _NO_BODY_STATUSES:
        pass  # RFC 9112 section 6.3 clause 1
    elif length < 0:
        return None
    elif length:
        found = _plain_body(chunk, at + len(raw_head), length, needs_crc64=needs_crc64)
        if found is None:
            return None
        body = found
    frame, ts_ns = FrameNumber(chunk.frame), Nanoseconds(chunk.ts_ns)
    return Message(
        False,  # is_request
        frame,
        ts_ns,
        ts_ns,
        frame,
        ts_ns,
        chunk.offset + at,
        chunk.peer_offset,
        raw_head,
        ((0, frame),),
        line.version,
        "",
        "",
        line.status,
        line.reason,
        body,
        (),
        shape,
    )


def _plain_body(chunk: Chunk, begin: int, length: int, *, needs_crc64: bool) -> Body | None:
    """Return the body of that length, if it is short and stands in the packet as a whole."""
    if length > WINDOW_BYTES or begin + length > len(chunk.data):
        return None
    window = bytes(chunk.data[begin : begin + length])
    crc = crc64.xz(window) if needs_crc64 else None
    frame = FrameNumber(chunk.frame)
    return Body(Framing.CONTENT_LENGTH, length, length, 0, True, True, "", (), window, window, None, crc, frame, frame)


def _plain_length(low: bytes) -> tuple[int | None, bool]:
    """Return Content-Length and need of a CRC, from a head in lower case.

    The length is -1 where the field is missing, None where any field wants the general reader.
    """
    length = -1
    needs_crc64 = False
    for name, value in _find_length_fields(low):
        if name == b"content-length":
            known = None if length >= 0 else _length_of(value)
            if known is None:
                return None, False
            length = known
        elif name == b"x-oss-hash-crc64ecma":
            needs_crc64 = True
        else:
            return None, False
    return length, needs_crc64


def _length_of(value: bytes) -> int | None:
    """Return the number that a Content-Length states; None if it is none."""
    digits = value.strip()
    return int(digits) if digits.isdigit() and len(digits) <= MAX_LENGTH_DIGITS else None
