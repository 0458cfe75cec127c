"""Checksums of bodies as they are stated and as they are captured.

Content-MD5 is the base64 text of the 16 bytes of an MD5; OSS states CRC-64/XZ as an unsigned decimal number. A CRC
describes the object as stored: where a body was compressed on the way, the CRC of the unpacked content counts.

Source: OSS documentation, "Check data integrity by CRC-64", "ETag and MD5"; RFC 1864 (Content-MD5).
"""

import base64
import binascii
import hashlib
import re

from osspcap.model.integrity import Algorithm, Statement
from osspcap.model.message import Body, Message
from osspcap.model.operation import Operation
from osspcap.model.record import replaced
from osspcap.model.seen import Seen
from osspcap.model.stream import GapCause
from osspcap.oss.crc64 import parse_crc64
from osspcap.oss.etag import bare_etag

STORED = frozenset({"PutObject", "UploadPart", "AppendObject"})
"""Operations whose body becomes content, of which the answer states the checksums."""
LATE = STORED | {"GetObject"}

_is_hex = re.compile(r"[0-9A-Fa-f]{32}").fullmatch
_GAPS = {
    GapCause.NOT_CAPTURED: "packets are missing from the capture",
    GapCause.SNAPLEN: "packets were cut by the snap length",
    GapCause.CAPTURE_ENDED: "the capture ended before it did",
    GapCause.ABORTED: "the transfer broke off",
}


def lacking(body: Body) -> str:
    """Say why no checksum of a body can be computed; empty if all of it was captured."""
    if body.complete:
        return ""
    why = _GAPS[body.holes[0].cause] if body.holes else "its end was not captured"
    return f"the body is not in the capture as a whole: {why}"


def md5_of(body: Body) -> bytes | None:
    """Return the MD5 of a body as on the wire, if it was computed or the whole body is at hand."""
    if body.md5 is not None or not body.complete or body.captured != len(body.window):
        return body.md5
    return hashlib.md5(body.window, usedforsecurity=False).digest()


def with_late_md5(message: Message | None) -> Message | None:
    """Compute the MD5 of a body that is still at hand as a whole, before its window is dropped."""
    if message is None or message.body.md5 is not None or not message.body.captured:
        return message
    digest = md5_of(message.body)
    return message if digest is None else replaced(message, body=replaced(message.body, md5=digest))


def wants_late_md5(operation: Operation, response: Message) -> bool:
    """Tell whether only an ETag or MD5 in the answer can prove a body: OSS's own answers state a CRC as well."""
    if operation.name not in LATE or response.status != 200 or b"crc64ecma" in response.raw_head:
        return False
    return b"\netag:" in response.raw_head.lower()


def md5_statement(seen: Seen[str], body: Body, *, by_client: bool) -> Statement:
    """Hold a stated MD5 against a body."""
    stated, malformed = _read_md5(seen.value)
    text = "" if stated is None else stated.hex()
    digest = md5_of(body)
    if digest is None:
        why = lacking(body) or "its MD5 was not computed"
        return Statement(Algorithm.MD5, seen, by_client, lacking=why, stated_hex=text, malformed=malformed)
    captured = base64.b64encode(digest).decode()
    fits = stated == digest and not malformed
    if malformed and stated == digest:
        malformed += "; the digest itself is right"
    return Statement(Algorithm.MD5, seen, by_client, captured, fits, stated_hex=text, malformed=malformed)


def _read_md5(text: str) -> tuple[bytes | None, str]:
    """Return the digest that a Content-MD5 means, and what is wrong with its form."""
    value = text.strip()
    try:
        raw = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) == 16:
        return raw, ""
    if _is_hex(value):
        return bytes.fromhex(value), "it is the digest in hexadecimal and not base64 of its 16 bytes"
    inner = raw.decode("ascii", "replace")
    if _is_hex(inner):
        return bytes.fromhex(inner), "it is base64 of the hexadecimal text and not of the 16 bytes of the digest"
    return None, "it is not base64 of 16 bytes"


def crc_statement(seen: Seen[str], crc: int | None, body: Body, *, by_client: bool) -> Statement | None:
    """Hold a stated CRC-64 against a body; None if the statement is no CRC.

    Args:
        seen: The header.
        crc: CRC-64 that the captured body, or what it becomes part of, has; None if not known.
        body: The body, to say why the CRC is not known.
        by_client: Whether the client states it.
    """
    stated = parse_crc64(seen.value)
    if stated is None:
        return None
    if crc is None:
        why = lacking(body) or "its CRC-64 was not computed"
        return Statement(Algorithm.CRC64, seen, by_client, lacking=why)
    return Statement(Algorithm.CRC64, seen, by_client, str(crc), stated == crc)


def etag_statement(seen: Seen[str], body: Body) -> Statement | None:
    """Hold the ETag of a simple object against a body; None if it has another form or the MD5 is not known."""
    digest = md5_of(body)
    bare = bare_etag(seen.value)
    if digest is None or _is_hex(bare) is None:
        return None
    captured = digest.hex().upper()
    return Statement(Algorithm.ETAG, seen, by_client=False, captured=f'"{captured}"', fits=captured == bare)
