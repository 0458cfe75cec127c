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

_find_turning_field = re.compile(rb"\n(?:content-length|transfer-encoding|upgrade|expect)[ \t]*+:").search
_find_length_fields = re.compile(
    rb"\n(content-(?:length|encoding|md5)|transfer-encoding|x-oss-hash-crc64ecma)[ \t]*+:([^\n]*+)"
).findall

_METHODS = {name.encode(): name for name in ("GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS")}
_VERSIONS = {b"HTTP/1.1": "HTTP/1.1", b"HTTP/1.0": "HTTP/1.0"}


def plain_request(chunk: Chunk, at: int) -> Message | None:
    """Return the request that starts at `at`, if it is plain and has no body."""
    matched = _match_request(chunk.data, at)
    if matched is None:
        return None
    raw_head = matched.group()
    if _find_turning_field(raw_head.lower()) is not None:
        return None
    method, target, version = matched.groups()
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
        target.decode("latin-1"),
    )


def plain_response(chunk: Chunk, at: int, method: str) -> Message | None:
    """Return the final response to `method` that starts at `at`, if it is plain and its body is short and here."""
    data = chunk.data
    matched = _match_response(data, at)
    if matched is None or method == "CONNECT":
        return None
    raw_head = matched.group()
    line = parse_status_line(matched[1])
    length, needs_crc64 = _plain_length(raw_head)
    if line is None or line.oddity is not None or length < 0:
        return None
    if method == "HEAD" or line.status in {204, 304}:
        length = 0  # RFC 9112 section 6.3 clause 1
    begin = at + len(raw_head)
    if length > WINDOW_BYTES or begin + length > len(data):
        return None
    frame, ts_ns = FrameNumber(chunk.frame), Nanoseconds(chunk.ts_ns)
    body = NO_BODY
    if length:
        window = bytes(data[begin : begin + length])
        crc = crc64.xz(window) if needs_crc64 else None
        body = Body(
            Framing.CONTENT_LENGTH, length, length, 0, True, True, "", (), window, window, None, crc, frame, frame
        )
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


def _plain_length(raw_head: bytes) -> tuple[int, bool]:
    """Return Content-Length (-1 if it is missing, doubled, or any field wants the general reader) and need of a CRC."""
    length = -1
    needs_crc64 = False
    for name, value in _find_length_fields(raw_head.lower()):
        if name == b"content-length":
            digits = value.strip()
            if length >= 0 or not digits.isdigit() or len(digits) > MAX_LENGTH_DIGITS:
                return -1, False
            length = int(digits)
        elif name == b"x-oss-hash-crc64ecma":
            needs_crc64 = True
        else:
            return -1, False
    return length, needs_crc64
