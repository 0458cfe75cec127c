"""Tells HTTP/1 by its first bytes, whatever the port.

In: bytes at the start of a packet or of a stream. Out: yes or no, at the cost of one regular expression that stops at
the first byte that does not fit.
"""

import re

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]"

# A method of RFC 9110 section 9 or RFC 5789 and the first byte of a path: no other protocol begins so.
_REGISTERED = rb"(?:GET|HEAD|PUT|POST|DELETE|OPTIONS|PATCH|TRACE)[ \t]++(?:/|https?://)"

_match_registered_request = re.compile(_REGISTERED).match
_match_request = re.compile(
    rb"[\r\n]{0,8}+(?:" + _REGISTERED +
    # authority-form, RFC 9112 section 3.2.3
    rb"|CONNECT[ \t]++[^\s:/]{1,255}+:[0-9]"
    # Any other method, and methods in lower case: the whole request line, since words alone prove nothing.
    rb"|" + _TOKEN + rb"{1,24}+[ \t]++[!-~\x80-\xff]{1,8192}+[ \t]++HTTP/1\.[0-9]"
    rb")"
).match

_match_response = re.compile(rb"[\r\n]{0,8}+HTTP/1\.[0-9][ \t]++[0-9]{3}(?![0-9])").match


def starts_request(data: bytes | bytearray | memoryview) -> bool:
    """Tell whether bytes at the start of a message begin an HTTP/1 request: `GET /`, or a whole request line.

    Source: RFC 9112 section 3; up to 8 empty-line bytes before it are passed over (section 2.2).
    """
    return _match_request(data) is not None


def starts_registered_request(data: bytes | bytearray | memoryview) -> bool:
    """Tell whether bytes begin a request with a registered method: never the rest of a start line cut in two."""
    return _match_registered_request(data) is not None


def starts_response(data: bytes | bytearray | memoryview) -> bool:
    """Tell whether bytes at the start of a message begin an HTTP/1 response: `HTTP/1.1 200`.

    Source: RFC 9112 section 4.
    """
    return _match_response(data) is not None


def starts_tls_refusal(data: bytes | bytearray | memoryview) -> bool:
    """Tell whether bytes begin a TLS alert, as a TLS server answers what is no ClientHello (RFC 8446 section 6).

    Record type 21, version 3.x, two bytes of content.
    """
    return bytes(data[:2]) == b"\x15\x03" and bytes(data[3:5]) == b"\x00\x02"
