"""Tells, for a reader that lost its place, whether bytes begin with an HTTP/2 frame.

Nine bytes are little to go by, so every field must fit: a length that frames of the type have, flags that the type
knows, and a stream identifier where the type wants one. Random bytes pass once in some ten million.

Source: RFC 9113 section 6.
"""

MAX_USUAL_LENGTH = 16_384
"""Largest frame without a SETTINGS that allows more, RFC 9113 section 4.2."""
MAX_USUAL_STREAM = 1 << 20
"""Streams of one connection, believed: nginx closes after 1,000 requests, OSS after hundreds."""
_DATA, _HEADERS, _PRIORITY, _RST_STREAM, _SETTINGS, _PUSH, _PING, _GOAWAY, _WINDOW_UPDATE, _CONTINUATION = range(10)
_FLAGS = (0x09, 0x2D, 0x00, 0x00, 0x01, 0x0C, 0x01, 0x00, 0x00, 0x04)
"""Flags that each type defines."""
_FIXED_LENGTHS = {_PRIORITY: 5, _RST_STREAM: 4, _PING: 8, _WINDOW_UPDATE: 4}
_OF_CONNECTION = frozenset({_SETTINGS, _PING, _GOAWAY})
_OF_EITHER = frozenset({_WINDOW_UPDATE})
_MAX_FRAMES = 16
"""Frames in a row that are looked at."""


def begins_frame(data: bytes) -> bool:
    """Tell whether bytes begin with a frame header, and go on with others as far as they reach."""
    at = 0
    for number in range(_MAX_FRAMES):
        header = data[at : at + 9]
        if len(header) < 9:
            return number > 0
        if not _is_credible(header):
            return False
        at += 9 + int.from_bytes(header[:3])
        if at >= len(data):
            break
    return True


def _is_credible(header: bytes) -> bool:
    length, kind, flags = int.from_bytes(header[:3]), header[3], header[4]
    stream = int.from_bytes(header[5:9])
    if kind > _CONTINUATION or length > MAX_USUAL_LENGTH or stream > MAX_USUAL_STREAM or flags & ~_FLAGS[kind]:
        return False
    if kind in _FIXED_LENGTHS and length != _FIXED_LENGTHS[kind]:
        return False
    if kind == _SETTINGS and (length % 6 or (flags and length)):
        return False
    if kind == _GOAWAY and length < 8:
        return False
    if kind in _OF_EITHER:
        return True
    return (stream == 0) == (kind in _OF_CONNECTION)
