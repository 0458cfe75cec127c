"""Uploads whose ETag does not reach the program: kept from scripts by CORS, or lost on the way.

A page reads an answer's ETag only if Access-Control-Expose-Headers lists it. Without it a script completes its
multipart upload with `null` for each part, and OSS refuses it; the browser build of OSS's JavaScript SDK stops before.
Linear in exchanges; memory bounded by the limits below.
"""

import base64
import binascii
import re
from collections.abc import Sequence

from osspcap.model.cors import CrossOrigin, MissingEtag, UnreadableParts
from osspcap.model.exchange import Exchange
from osspcap.model.message import Message
from osspcap.model.pattern import pattern
from osspcap.model.seen import Seen
from osspcap.model.usual import UsualExchange, UsualKind, unusual
from osspcap.oss.target import split_query, split_target

MAX_PARTS_SHOWN = 50
MAX_UPLOADS = 10_000
"""Uploads told apart."""
MAX_MISSING = 1_000
MAX_SCANNED_BYTES = 65_536
"""First bytes of a CompleteMultipartUpload that are searched: the first part tells."""

_find_etags = pattern(rb"<ETag>([^<]{0,40})</ETag>|<ETag ?/>", re.IGNORECASE).finditer
_QUOTES = pattern(rb"&quot;|&#34;|[\"'\s]")
_NOTHING = frozenset({b"", b"null", b"undefined", b"nan", b"none"})
"""What a script writes that has no ETag."""
_UPLOADS = frozenset({"PutObject", "UploadPart"})
_TRACES = ("via", "x-cache", "eagleid", "x-forwarded-for", "x-powered-by")
_ENDS = (b"\r\n\r\n", b"\n\n")


def unreadable_parts(requests: Sequence[CrossOrigin], exchanges: Sequence[Exchange]) -> tuple[UnreadableParts, ...]:
    """Return the multipart uploads of pages that could not read the ETags of their parts and did not succeed.

    An upload that completes shows that its program had the ETags from elsewhere.
    """
    parts: dict[tuple[str, str], list[int]] = {}
    for place, item in enumerate(requests):
        exchange = exchanges[item.exchange]
        operation = exchange.operation
        if operation is None or operation.name != "UploadPart" or exchange.status != 200 or item.etag is None:
            continue
        if item.is_allowed and item.exposed_names.isdisjoint(_names_that_expose(item)):
            key = (item.host, upload_id_of(exchange))
            if key in parts or len(parts) < MAX_UPLOADS:
                parts.setdefault(key, []).append(place)
    if not parts:
        return ()
    completions = _completions(exchanges)
    found = (
        _judged(key[1], places, completions.get(key), requests, exchanges) for key, places in parts.items() if key[1]
    )
    return tuple(upload for upload in found if upload is not None)


def _names_that_expose(item: CrossOrigin) -> frozenset[str]:
    """`*` exposes everything, but only to requests without credentials."""
    return frozenset({"etag"}) if item.has_cookie is not None else frozenset({"etag", "*"})


def _judged(
    upload_id: str,
    places: list[int],
    completion: Exchange | None,
    requests: Sequence[CrossOrigin],
    exchanges: Sequence[Exchange],
) -> UnreadableParts | None:
    """Hold the completion against the parts; None if it succeeded or failed for another reason."""
    first = exchanges[requests[places[0]].exchange]
    sent = None if completion is None or completion.request is None else _sent_etag(completion.request)
    is_refused = False
    if completion is not None:
        if completion.status is not None and completion.status < 300:
            return None
        error = None if completion.operation is None else completion.operation.error
        code = "" if error is None else error.code.value
        is_refused = code in {"InvalidPart", "MalformedXML", "InvalidArgument", "InvalidDigest"}
        if not is_refused and sent is None:
            return None
    sdk = "" if first.operation is None else first.operation.sdk or ""
    return UnreadableParts(
        upload_id=upload_id,
        parts=tuple(places[:MAX_PARTS_SHOWN]),
        part_count=len(places),
        completion=None if completion is None else completion.id,
        sent_etag=sent,
        is_refused=is_refused,
        by_sdk="aliyun-sdk-js" in sdk,
    )


def _completions(exchanges: Sequence[Exchange]) -> dict[tuple[str, str], Exchange]:
    """Return the last CompleteMultipartUpload of each upload, by host and upload ID."""
    found: dict[tuple[str, str], Exchange] = {}
    for exchange in unusual(exchanges):
        operation, request = exchange.operation, exchange.request
        if operation is not None and request is not None and operation.name == "CompleteMultipartUpload":
            found[(request.fields().get("host").lower(), upload_id_of(exchange))] = exchange
    return found


def upload_id_of(exchange: Exchange) -> str:
    """Return the upload ID in the query; empty without one."""
    request = exchange.request
    if request is None:
        return ""
    return split_query(split_target(request.target, request.method).query).get("uploadId", "")


def _sent_etag(request: Message) -> Seen[str] | None:
    """Return the null or empty ETag that a completion sends; None if it sends none such."""
    content = request.body.content or request.body.window
    for found in _find_etags(content, 0, MAX_SCANNED_BYTES):
        raw = found[1] or b""
        if _QUOTES.sub(b"", raw).lower() in _NOTHING:
            frame = request.frame if request.body.first_frame is None else request.body.first_frame
            return Seen(raw.decode("latin-1").strip() or "(empty)", frame, "request body <ETag>", found[0])
    return None


def missing_etags(exchanges: Sequence[Exchange]) -> tuple[MissingEtag, ...]:
    """Return the uploads that OSS answered with 200 and whose answer has no ETag."""
    found: list[MissingEtag] = []
    kinds: dict[UsualKind, bool] = {}
    for exchange in exchanges:
        if type(exchange) is UsualExchange:
            kind = exchange.usual.kind
            if kind not in kinds:
                kinds[kind] = exchange.meaning.name not in _UPLOADS or b"etag" in kind.answered.shape.lines
            if kinds[kind]:
                continue
        operation, response = exchange.operation, exchange.response
        if operation is None or operation.name not in _UPLOADS or response is None or response.status != 200:
            continue
        head = response.raw_head
        if b"\nETag:" in head or b"\netag:" in head or not operation.answered_by_oss or not head.endswith(_ENDS):
            continue
        fields = response.fields()
        if "etag" in fields or len(found) >= MAX_MISSING:
            continue
        trace = next((response.seen(line) for name in _TRACES if (line := fields.first(name)) is not None), None)
        found.append(MissingEtag(exchange.id, _etag_by_md5(fields.get("content-md5")), trace))
    return tuple(found)


def _etag_by_md5(text: str) -> str:
    """Return the ETag of a simple upload or part, which is its MD5 in hexadecimal; empty if the text is no MD5."""
    try:
        digest = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return f'"{digest.hex().upper()}"' if len(digest) == 16 else ""
