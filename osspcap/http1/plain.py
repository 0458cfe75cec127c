"""The fast lane: plain messages that stand in one packet with nothing odd about them.

In: a packet and where a message starts in it. Out: the finished message, or None where anything needs a closer look;
then the general reader takes the same bytes. Most messages of a healthy capture pass here, at half the cost. What the
fast lane accepts, the general reader reads the same way, and a test holds the two against each other.
"""

import re

from fastcrc import crc64

from osspcap.http1.body import WINDOW_BYTES
from osspcap.http1.framing import MAX_LENGTH_DIGITS
from osspcap.http1.head import TOKEN, parse_status_line
from osspcap.model.message import NO_BODY, Body, Framing, Message
from osspcap.model.stream import Chunk
from osspcap.units import FrameNumber, Nanoseconds

# Field lines of RFC 9112 section 5 without folding or control characters, up to the empty line.
_PLAIN_FIELDS = rb"\r\n(?:" + TOKEN + rb"++:[\t -\xff]*+\r\n)*+\r\n"
_match_request = re.compile(
    rb"(GET|PUT|POST|DELETE|HEAD|OPTIONS) ([!-~\x80-\xff]++) (HTTP/1\.[01])" + _PLAIN_FIELDS
).match
_match_response = re.compile(rb"(HTTP/1\.[01] [2-5][0-9][0-9] [\t -\xff]*+)" + _PLAIN_FIELDS).match

_find_length_fields = re.compile(
    rb"\n(content-(?:length|encoding|md5)|transfer-encoding|upgrade|expect|x-oss-hash-crc64ecma)[ \t]*+:([^\n]*+)"
).findall
_NO_BODY_STATUSES = frozenset({204, 304})

_METHODS = {name.encode(): name for name in ("GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS")}
_CRC_METHODS = frozenset({b"PUT", b"POST"})
_VERSIONS = {b"HTTP/1.1": "HTTP/1.1", b"HTTP/1.0": "HTTP/1.0"}


def plain_request(chunk: Chunk, at: int) -> Message | None:
    """Return the request that starts at `at`, if it is plain and its body, if any, is short and here."""
    data = chunk.data
    matched = _match_request(data, at)
    if matched is None:
        return None
    raw_head = matched.group()
    method, raw_target, version = matched.groups()
    low = raw_head.lower()
    length, needs_crc64 = _plain_length(low)
    if length is None:
        return None
    target = raw_target.decode("latin-1")
    body = NO_BODY
    if length > 0:
        needs_crc64 = needs_crc64 or (method in _CRC_METHODS and looks_like_oss(low, target))
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
    )


def plain_response(chunk: Chunk, at: int, method: str) -> Message | None:
    """Return the final response to `method` that starts at `at`, if it is plain and its body is short and here."""
    matched = _match_response(chunk.data, at)
    if matched is None or method == "CONNECT":
        return None
    raw_head = matched.group()
    line = parse_status_line(matched[1])
    length, needs_crc64 = _plain_length(raw_head.lower())
    if line is None or line.oddity is not None or length is None:
        return None
    body = NO_BODY
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
    )


def looks_like_oss(low: bytes, target: str) -> bool:
    """Tell whether a request's head, in lower case, shows signs of OSS, which will state the body's CRC-64."""
    return b"\nauthorization: oss" in low or b"\nx-oss-" in low or "Signature=" in target or "x-oss-signature" in target


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
            digits = value.strip()
            if length >= 0 or not digits.isdigit() or len(digits) > MAX_LENGTH_DIGITS:
                return None, False
            length = int(digits)
        elif name == b"x-oss-hash-crc64ecma":
            needs_crc64 = True
        else:
            return None, False
    return length, needs_crc64
