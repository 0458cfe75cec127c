"""What a head says about how its body is to be read: window, codings, digests. The same for every version of HTTP."""

import re
from typing import NamedTuple

from osspcap.model.message import Framing

WINDOW_BYTES = 64 * 1024
"""Body bytes kept of most messages."""
WIDE_WINDOW_BYTES = 1024 * 1024
"""Body bytes kept where the words matter: errors, forms, XML, JSON, callbacks."""
SHOWN_WINDOW_BYTES = 16 * 1024 * 1024
"""Body bytes kept when a conversation is to be shown."""

_find_wide_type = re.compile(rb"xml|json|multipart/form-data|x-www-form-urlencoded").search
find_framing_fields = re.compile(
    rb"\n(content-(?:length|type|encoding|md5)|transfer-encoding|upgrade|expect|x-oss-hash-crc64ecma)"
    rb"[ \t]*+:([^\n]*+(?:\n[ \t][^\n]*+)*+)"
).findall
"""Pairs (name, value) of the fields that decide how a body is read, from a head in lower case.

Blanks before the colon and folded values are honoured, as lenient recipients do; both are anomalies as well."""

find_traced_type = re.compile(rb"multipart/form-data|video/").search
"""Finds the types of bodies whose parts are evidence, each with its packet: fields of forms, tracks of videos."""

MAX_LENGTH_DIGITS = 18
"""Longest Content-Length taken for a number: below 2**63, as every implementation that could send so much."""
CRC_METHODS = frozenset({"PUT", "POST"})
"""Methods whose bodies OSS answers with their CRC-64."""

Fields = list[tuple[bytes, bytes]]


class BodyPlan(NamedTuple):
    """What the head says about the body behind it."""

    framing: Framing
    length: int | None
    """Bytes announced; None where only the framing tells."""
    window_limit: int
    content_encoding: bytes
    """Value of Content-Encoding, lower case; empty without one."""
    needs_md5: bool
    needs_crc64: bool
    is_traced: bool = False
    """True: note which packets carry the window."""
    has_index: bool = False
    """True: keep the index of a video that stands behind the window."""


def window_limit(content_type: bytes, *, status: int = 0, keep_bodies: bool = False) -> int:
    """Return how many body bytes to keep, from what the head says (content type in lower case, status or 0)."""
    if keep_bodies:
        return SHOWN_WINDOW_BYTES
    if status >= 400 or status == 203 or (content_type and _find_wide_type(content_type)):
        return WIDE_WINDOW_BYTES
    return WINDOW_BYTES


def looks_like_oss(low: bytes, target: str) -> bool:
    """Tell whether a request's head, in lower case, shows signs of OSS, which will state the body's CRC-64."""
    if b"\nauthorization: oss" in low or b"\nx-oss-" in low or b".aliyuncs.com" in low:
        return True
    return "Signature=" in target or "x-oss-signature" in target


def request_plan(
    low: bytes,
    fields: Fields,
    method: str,
    target: str,
    framing: Framing,
    length: int | None,
    *,
    keep_bodies: bool,
) -> BodyPlan:
    """Plan a request's body. `low`: its head in lower case; `fields`: what `find_framing_fields` finds in it."""
    named = dict(fields)
    needs_crc64 = b"x-oss-hash-crc64ecma" in named or (method in CRC_METHODS and looks_like_oss(low, target))
    needs_md5 = b"content-md5" in named
    plan = _plan(
        fields, named, framing, length, 0, needs_md5=needs_md5, needs_crc64=needs_crc64, keep_bodies=keep_bodies
    )
    if method == "POST" and "uploadId=" in target and plan.window_limit < WIDE_WINDOW_BYTES:
        # CompleteMultipartUpload: SDKs send its list of up to 10,000 parts without a Content-Type.
        return plan._replace(window_limit=WIDE_WINDOW_BYTES)
    return plan


def response_plan(fields: Fields, framing: Framing, length: int | None, status: int, *, keep_bodies: bool) -> BodyPlan:
    """Plan a response's body; `fields` likewise."""
    named = dict(fields)
    needs_crc64 = b"x-oss-hash-crc64ecma" in named
    # A CRC proves as much as an MD5, at a fifth of the cost.
    needs_md5 = b"content-md5" in named and not needs_crc64
    return _plan(
        fields, named, framing, length, status, needs_md5=needs_md5, needs_crc64=needs_crc64, keep_bodies=keep_bodies
    )


def _plan(
    fields: Fields,
    named: dict[bytes, bytes],
    framing: Framing,
    length: int | None,
    status: int,
    *,
    needs_md5: bool,
    needs_crc64: bool,
    keep_bodies: bool,
) -> BodyPlan:
    content_type = named.get(b"content-type", b"")
    limit = window_limit(content_type, status=status, keep_bodies=keep_bodies)
    if not status and b"image/" in content_type:  # OSS may call the picture damaged
        limit = max(limit, WIDE_WINDOW_BYTES)
    return BodyPlan(
        framing=framing,
        length=length,
        window_limit=limit,
        content_encoding=b",".join(value for name, value in fields if name == b"content-encoding"),
        needs_md5=needs_md5,
        needs_crc64=needs_crc64,
        is_traced=find_traced_type(content_type) is not None,
        has_index=b"video/" in content_type,
    )
