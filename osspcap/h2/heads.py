"""Field lists to heads: what an HTTP/1.1 message with the same meaning would begin with.

Rules and reports read one form of head, whatever the version. The request line and status line are written from the
pseudo-header fields; `:authority` becomes `host`, in front of the other fields. Bytes that would break a line are
replaced and said to be.

Source: RFC 9113 sections 8.2 (fields), 8.3 (pseudo-header fields).
"""

import re
from typing import NamedTuple

from osspcap.model.anomaly import AnomalyName

VERSION = "HTTP/2"
_find_line_breaking = re.compile(rb"[\r\n\0]").search
_LINE_BREAKING = bytes.maketrans(b"\r\n\0", b"   ")
_is_status = re.compile(rb"[0-9]{3}").fullmatch

Oddity = tuple[AnomalyName, str]


class RequestHead(NamedTuple):
    """The head of a request."""

    raw_head: bytes
    method: str
    target: str
    oddities: tuple[Oddity, ...]


class ResponseHead(NamedTuple):
    """The head of a response."""

    raw_head: bytes
    status: int
    oddities: tuple[Oddity, ...]


def request_head(fields: list[tuple[bytes, bytes]]) -> RequestHead | None:
    """Write a request's head; None if its method or target is not known."""
    pseudo, plain, oddities = _part(fields)
    method, path = pseudo.get(b":method"), pseudo.get(b":path")
    authority = pseudo.get(b":authority")
    if method == b"CONNECT" and path is None:  # RFC 9113 section 8.5
        path = authority
    if not method or not path:
        return None
    if authority is not None and not any(name == b"host" for name, _ in plain):
        plain.insert(0, (b"host", authority))
    if b" " in method or b" " in path:
        oddities.append((AnomalyName.BAD_REQUEST_LINE, ""))
        method, path = method.replace(b" ", b"?"), path.replace(b" ", b"%20")
    start = b"%b %b %b" % (method, path, VERSION.encode())
    return RequestHead(_lines(start, plain), method.decode("latin-1"), path.decode("latin-1"), tuple(oddities))


def response_head(fields: list[tuple[bytes, bytes]]) -> ResponseHead | None:
    """Write a response's head; None if its status is not known."""
    pseudo, plain, oddities = _part(fields)
    status = pseudo.get(b":status", b"")
    if _is_status(status) is None:
        return None
    start = b"%b %b" % (VERSION.encode(), status)
    return ResponseHead(_lines(start, plain), int(status), tuple(oddities))


def trailer_section(fields: list[tuple[bytes, bytes]]) -> bytes:
    """Write trailers as HTTP/1.1 would send them behind the last chunk."""
    _, plain, _ = _part(fields)
    return b"".join(b"%b: %b\r\n" % pair for pair in plain)


def _part(fields: list[tuple[bytes, bytes]]) -> tuple[dict[bytes, bytes], list[tuple[bytes, bytes]], list[Oddity]]:
    """Tell pseudo-header fields from others; the first of a name counts."""
    pseudo: dict[bytes, bytes] = {}
    plain: list[tuple[bytes, bytes]] = []
    oddities: list[Oddity] = []
    for raw_name, raw_value in fields:
        name, value = raw_name, raw_value
        if _find_line_breaking(name) or _find_line_breaking(value):
            if not oddities:
                oddities.append((AnomalyName.BAD_HEADER_NAME, (name + b": " + value)[:60].hex(" ")))
            name, value = name.translate(_LINE_BREAKING).strip(), value.translate(_LINE_BREAKING)
        if name.startswith(b":"):
            pseudo.setdefault(name, value)
        else:
            plain.append((name, value))
    return pseudo, plain, oddities


def _lines(start: bytes, fields: list[tuple[bytes, bytes]]) -> bytes:
    return b"\r\n".join((start, *(b"%b: %b" % pair for pair in fields), b"", b""))
