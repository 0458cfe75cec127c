"""Credentials of a capture, and whether a text gives one away: written apart from the program, by other means.

Credentials are taken from the bytes of the file by patterns. A text is searched as it is and after undoing every
encoding that it may hold: percent-encoding, escapes of JSON, hexadecimal, Base64 at each of its four offsets.
"""

import base64
import binascii
import gzip
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import unquote_to_bytes

_PATTERNS = (
    rb"(?:OSS|AWS) [\w.]+:([\w+/]{27}=)",  # V1 header
    rb"(?i:signature) ?[=:] ?([0-9a-f]{64})",  # V4, V2
    rb"[?&;](?:x-oss-|X-Amz-)?[Ss]ignature=([\w%+/=-]{20,})",  # signed URLs
    rb"[?&](?:x-oss-)?security-token=([\w%+/=-]{20,})",
    rb"(?i:security-?token):? ?\r?\n?([\w+/=.-]{20,})",  # header, canonical headers
    rb"<(?:SignatureProvided|SecurityToken|AccessKeySecret)>([^<]{16,})<",
    rb'"(?:SecurityToken|AccessKeySecret|signature|policy)" ?: ?"([^"]{16,})"',
    rb"(?i:\r\nx-oss-callback(?:-var)?): ?([\w+/=]{20,})",
    rb"[?&]callback(?:-var)?=([\w%+/=-]{20,})",
    rb"(?i:\r\nauthorization): ([\w+/=]{60,})\r\n",  # RSA of a callback
    rb"(?i:\r\nproxy-authorization): \w+ (\S+)",
    rb"(?i:\r\nx-oss-err): ?(\S{20,})",
    rb'name="(?i:signature|policy|x-oss-signature|x-oss-security-token|callback)"\r\n\r\n([^\r\n]{20,})\r\n',
    rb"(?i:\r\n(?:set-)?cookie): ?[\w.-]+=([\w%+/=.-]{12,})",
)
_ENCODED = re.compile(rb"[A-Za-z0-9+/_-]{16,}")
_HEX = re.compile(rb"(?:[0-9A-Fa-f]{2}[ :]?){10,}")
_ESCAPES = re.compile(rb"\\u00([0-9a-fA-F]{2})")


def credentials_in(capture: bytes) -> set[bytes]:
    """Return the credentials in the bytes of a capture, with percent-encoding undone."""
    if capture[:2] == b"\x1f\x8b":
        capture = gzip.decompress(capture)
    found = {match for pattern in _PATTERNS for match in re.findall(pattern, capture)}
    return {
        value for one in found for value in (one, unquote_to_bytes(one)) if len(value) >= 12 and b"***" not in value
    }


def given_away(text: bytes, credentials: set[bytes]) -> set[bytes]:
    """Return the credentials that stand in a text, however written."""
    return {one for reading in _readings(text) for one in credentials if one in reading}


def _readings(text: bytes) -> Iterator[bytes]:
    plain = unescape(text.decode("utf-8", "replace")).encode()
    unescaped = _ESCAPES.sub(lambda found: bytes.fromhex(found[1].decode()), plain).replace(b"\\/", b"/")
    once = unquote_to_bytes(unescaped)
    yield from (text, unescaped, once, unquote_to_bytes(once))
    for run in _HEX.findall(unescaped):
        digits = re.sub(rb"[ :]", b"", run)
        yield bytes.fromhex(digits[: len(digits) // 2 * 2].decode())
    for run in set(_ENCODED.findall(once)):
        standard = run.translate(bytes.maketrans(b"-_", b"+/"))
        for start in range(4):
            part = standard[start:]
            try:
                yield base64.b64decode(part[: len(part) // 4 * 4])
            except binascii.Error:
                continue
