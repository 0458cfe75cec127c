"""The fast lane: plain messages that stand in one packet with nothing odd about them.

In: a packet and where a message starts in it. Out: the finished message, or None where anything needs a closer look;
then the general reader takes the same bytes. Nine of ten messages of a healthy capture pass here, at half the cost. What
the fast lane accepts, the general reader reads the same way, and a test holds the two against each other.
"""

import re

from fastcrc import crc64

from osspcap.http1.body import WINDOW_BYTES
from osspcap.http1.framing import MAX_LENGTH_DIGITS
from osspcap.http1.head import (
    find_framing_fields,
    find_odd_line,
    has_odd_line_ends,
    parse_plain_request_line,
    parse_status_line,
)
from osspcap.model.message import NO_BODY, Body, Framing, Message
from osspcap.model.stream import Chunk
from osspcap.units import FrameNumber, Nanoseconds

PLAIN_BYTES = 4 * 1024
"""Bytes of a packet looked at for a whole head; longer heads go the general way."""
_METHODS_WITHOUT_TURNS = frozenset({"GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS"})

_find_turning_field = re.compile(rb"\n(?:content-length|transfer-encoding|upgrade|expect)[ \t]*+:").search


def plain_request(chunk: Chunk, at: int) -> Message | None:
    """Return the request that starts at `at`, if it is plain and has no body."""
    raw = bytes(chunk.data[at : at + PLAIN_BYTES])
    size = raw.find(b"\r\n\r\n") + 4
    raw_head = raw[:size]
    if size < 4 or has_odd_line_ends(raw_head) or find_odd_line(raw_head, 0, size - 3) is not None:
        return None
    if _find_turning_field(raw_head.lower()) is not None:
        return None
    line = parse_plain_request_line(raw_head[: raw_head.find(b"\r")])
    if line is None or line[0] not in _METHODS_WITHOUT_TURNS:
        return None
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
        line[2],
        line[0],
        line[1],
    )


def plain_response(chunk: Chunk, at: int, method: str) -> Message | None:
    """Return the final response to `method` that starts at `at`, if it is plain and its body is short and here."""
    data = chunk.data
    raw = bytes(data[at : at + PLAIN_BYTES])
    size = raw.find(b"\r\n\r\n") + 4
    raw_head = raw[:size]
    if size < 4 or has_odd_line_ends(raw_head) or find_odd_line(raw_head, 0, size - 3) is not None:
        return None
    line = parse_status_line(raw_head[: raw_head.find(b"\r")])
    if line is None or line.oddity is not None or line.status < 200 or method not in _METHODS_WITHOUT_TURNS:
        return None
    length, needs_crc64 = _plain_length(raw_head)
    if method == "HEAD" or line.status in {204, 304}:
        length = min(length, 0)  # RFC 9112 section 6.3 clause 1
    begin = at + size
    if not 0 <= length <= WINDOW_BYTES or begin + length > len(data):
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
    for name, value in find_framing_fields(raw_head.lower()):
        if name == b"content-length":
            digits = value.strip()
            if length >= 0 or not digits.isdigit() or len(digits) > MAX_LENGTH_DIGITS:
                return -1, False
            length = int(digits)
        elif name == b"x-oss-hash-crc64ecma":
            needs_crc64 = True
        elif name != b"content-type":
            return -1, False
    return length, needs_crc64
