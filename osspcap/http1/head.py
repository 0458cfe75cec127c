"""Start lines and header sections: what they say, which fields frame the body, and what is odd about them.

In: the bytes of one head. Out: parsed start lines (None if the bytes are no start line), the few fields that framing
needs, anomalies. Reading is tolerant wherever the meaning is clear, and says so in an anomaly. Everything is linear in
the size of the head; a head without oddities costs one pass for its fields and one that finds nothing odd.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from osspcap.model.anomaly import Anomaly, AnomalyName
from osspcap.model.message import frame_at
from osspcap.model.pattern import pattern
from osspcap.units import FrameNumber

MAX_METHOD_BYTES = 64
"""Longest method taken for one; the longest registered one has 17 letters."""
_MAX_CACHED_LINE_BYTES = 128
"""Status lines up to this length are parsed once; longer ones are rare and would fill the cache with memory."""
_MAX_DETAIL_BYTES = 60
"""Bytes of an odd line that are quoted."""

_METHODS = {
    name.encode(): name
    for name in ("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "PROPFIND")
}
_VERSIONS = {b"HTTP/1.1": "HTTP/1.1", b"HTTP/1.0": "HTTP/1.0"}
TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]"
_is_token = re.compile(TOKEN + rb"++").fullmatch
_is_version = re.compile(rb"HTTP/[0-9]{1,3}\.[0-9]{1,3}").fullmatch
_has_odd_target_bytes = re.compile(rb"[\x00-\x20\x7f]").search
_match_status_line = re.compile(
    rb"[ \t]*+(HTTP/[0-9]{1,3}\.[0-9]{1,3})([ \t]++)([0-9]{3})(?![0-9])([ \t]?)(.*+)", re.DOTALL
).fullmatch
_may_grow_request = pattern(TOKEN + rb"{1,%d}+(?:[ \t]|\Z)" % MAX_METHOD_BYTES).match
_may_grow_status = pattern(
    rb"[ \t]*+(?:H(?:T(?:T(?:P(?:/(?:[0-9]{1,3}+(?:\Z|\.(?:[0-9]{1,3}+(?:\Z|[ \t])|\Z))|\Z)|\Z)|\Z)|\Z)|\Z)|\Z)"
).match

_find_odd_line = re.compile(rb"\n(?!" + TOKEN + rb"++:)").search
_NO_LINE_END_BYTES = bytes(byte for byte in range(256) if byte not in b"\r\n\0")
_NAME = AnomalyName


class RequestLine(NamedTuple):
    """A request line, RFC 9112 section 3."""

    method: str
    target: str
    version: str
    """Empty if the line has none."""
    oddity: AnomalyName | None


class StatusLine(NamedTuple):
    """A status line, RFC 9112 section 4."""

    version: str
    status: int
    reason: str
    oddity: AnomalyName | None


def parse_request_line(line: bytes) -> RequestLine | None:
    """Split a request line (without its line end); None if it is none.

    Tolerated with an anomaly: extra blanks, blanks inside the target, a method in lower case, other HTTP versions, and
    a missing version where method and path leave no doubt.
    """
    parts = line.split(b" ", 3)
    if len(parts) == 3:
        raw_method, target, raw_version = parts
        method, version = _METHODS.get(raw_method), _VERSIONS.get(raw_version)
        if method is not None and version is not None and target and _has_odd_target_bytes(target) is None:
            return RequestLine(method, target.decode("latin-1"), version, None)
    return _parse_odd_request_line(line)


def _parse_odd_request_line(line: bytes) -> RequestLine | None:
    raw_method, separator, raw_rest = line.replace(b"\t", b" ").partition(b" ")
    rest = raw_rest.strip(b" \r")
    if len(raw_method) > MAX_METHOD_BYTES or _is_token(raw_method) is None or not separator or not rest:
        return None
    raw_target, blank, raw_version = rest.rpartition(b" ")
    if not blank or _is_version(raw_version) is None:
        if raw_method not in _METHODS or not rest.startswith((b"/", b"http://", b"https://")):
            return None
        return RequestLine(_METHODS[raw_method], rest.decode("latin-1"), "", _NAME.BAD_REQUEST_LINE)
    raw_target = raw_target.strip(b" ")
    if not raw_target:
        return None
    oddity = None
    if raw_version not in _VERSIONS:
        oddity = _NAME.UNSUPPORTED_VERSION
    exact = b"%b %b %b" % (raw_method, raw_target, raw_version)
    if exact != line or _has_odd_target_bytes(raw_target) or raw_method.upper() != raw_method:
        oddity = _NAME.BAD_REQUEST_LINE
    method = _METHODS.get(raw_method) or raw_method.decode("latin-1")
    return RequestLine(method, raw_target.decode("latin-1"), raw_version.decode(), oddity)


def parse_status_line(line: bytes) -> StatusLine | None:
    """Split a status line (without its line end); None if it is none.

    Tolerated with an anomaly: extra blanks, a missing blank behind the code, codes outside 100-599, other versions.
    """
    return _parse_short_status_line(line) if len(line) <= _MAX_CACHED_LINE_BYTES else _parse_status_line(line)


def _parse_status_line(line: bytes) -> StatusLine | None:
    matched = _match_status_line(line)
    if matched is None:
        return None
    raw_version, blanks, raw_status, blank, raw_reason = matched.groups()
    if not blank and raw_reason.strip(b"\r"):
        return None
    status = int(raw_status)
    oddity = None
    if raw_version not in _VERSIONS:
        oddity = _NAME.UNSUPPORTED_VERSION
    if len(blanks) > 1 or not blank or not 100 <= status < 600 or line[:1] != b"H":
        oddity = _NAME.BAD_STATUS_LINE
    return StatusLine(raw_version.decode(), status, raw_reason.strip(b" \t\r").decode("latin-1"), oddity)


_parse_short_status_line = lru_cache(maxsize=512)(_parse_status_line)


def may_grow_into_start_line(prefix: bytes, *, is_request: bool) -> bool:
    """Tell whether a start line that has not ended yet can still become one."""
    return (_may_grow_request if is_request else _may_grow_status)(prefix) is not None


def parse_cut_start_line(prefix: bytes, *, is_request: bool) -> RequestLine | StatusLine | None:
    """Read what is known of a start line that breaks off; None if that is too little to speak of a message.

    A request needs its whole method and the first byte of a target, a response its whole status code.
    """
    if not is_request:
        known = parse_status_line(prefix.rstrip(b"\r"))
        return None if known is None else known._replace(oddity=None)
    whole = parse_request_line(prefix.rstrip(b"\r"))
    if whole is not None and whole.version:
        return whole
    raw_method, _, raw_target = prefix.partition(b" ")
    method = _METHODS.get(raw_method)
    raw_target = raw_target.strip()
    left, blank, last = raw_target.rpartition(b" ")
    if blank and _may_grow_status(last) is not None:  # the version had begun
        raw_target = left.rstrip()
    if method is None or not raw_target:
        return None
    return RequestLine(method, raw_target.decode("latin-1"), "", None)


def is_odd(raw_head: bytes) -> bool:
    """Tell cheaply whether a head, from its start line to its empty line, deserves a closer look."""
    return has_odd_line_ends(raw_head) or _find_odd_line(raw_head, 0, len(raw_head) - 3) is not None


def has_odd_line_ends(raw_head: bytes) -> bool:
    """Tell whether a head holds a CR or LF that is not part of CRLF, or a NUL."""
    line_ends = raw_head.translate(None, _NO_LINE_END_BYTES)
    return line_ends != b"\r\n" * (len(line_ends) >> 1)


def find_oddities(raw_head: bytes, frames: tuple[tuple[int, int], ...]) -> list[Anomaly]:
    """Name what is odd in a head, each kind once, at its first place.

    Source: RFC 9112 sections 2.2 (line ends), 5.1 (blanks before the colon), 5.2 (folding); RFC 9110 section 5.
    """
    found: dict[AnomalyName, Anomaly] = {}

    def note(name: AnomalyName, offset: int, line: bytes) -> None:
        if name not in found:
            detail = line[:_MAX_DETAIL_BYTES].decode("latin-1").encode("unicode_escape").decode()
            found[name] = Anomaly(name, frame_at(frames, offset), detail)

    offset = 0
    for number, line_with_end in enumerate(raw_head.split(b"\n")[:-1]):
        line = line_with_end.removesuffix(b"\r")
        if line is line_with_end:
            note(_NAME.BARE_LF, offset, line)
        if b"\r" in line:
            note(_NAME.BARE_CR, offset, line)
        if b"\0" in line:
            note(_NAME.NUL_IN_HEADER, offset, line)
        if number and line:
            name_of_oddity = _judge_field_line(line)
            if name_of_oddity is not None:
                note(name_of_oddity, offset, line)
        offset += len(line_with_end) + 1
    return list(found.values())


def _judge_field_line(line: bytes) -> AnomalyName | None:
    if line[:1] in (b" ", b"\t"):
        return _NAME.OBSOLETE_FOLD
    name, colon, _ = line.partition(b":")
    if not colon:
        return _NAME.MISSING_COLON
    if _is_token(name) is not None:
        return None
    return _NAME.SPACE_BEFORE_COLON if _is_token(name.rstrip(b" \t")) is not None else _NAME.BAD_HEADER_NAME


def start_line_anomaly(line: RequestLine | StatusLine, raw_line: bytes, frame: int) -> Anomaly | None:
    """Return the anomaly of a parsed start line, if it has one."""
    if line.oddity is None:
        return None
    detail = raw_line[:_MAX_DETAIL_BYTES].decode("latin-1").encode("unicode_escape").decode()
    return Anomaly(line.oddity, FrameNumber(frame), detail)
