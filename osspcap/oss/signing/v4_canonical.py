r"""The V4 canonical request, string to sign and signing key, common to header and URL.

    METHOD \n /bucket/key encoded \n query encoded and sorted \n headers, a line each \n additional names \n payload
    OSS4-HMAC-SHA256 \n timestamp \n date/region/product/aliyun_v4_request \n hex(SHA256(canonical request))

Each header line ends in a newline, so an empty line follows the last. Source: signers of the SDKs (oss2
ProviderAuthV4, Go SDK V2 `signer/v4.go`, Java SDK OSSV4Signer, C SDK `oss_auth.c`).
"""

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from osspcap.oss.signing.authentication import Authentication, CredentialScope
from osspcap.oss.signing.candidate import Candidate, Choice, Line, canonical_hash, combine, distinct, names_of
from osspcap.oss.signing.canonical import (
    OSS_PREFIX,
    encode,
    encode_path,
    full_query_choices,
    header_choices,
    key_choices,
)
from osspcap.oss.signing.request import ANY_BUCKET, Place, SignedRequest, as_raw

ALGORITHM = "OSS4-HMAC-SHA256"
"""Name of the scheme in the header and value of `x-oss-signature-version`."""
SIGNATURE_PARAMETER = b"x-oss-signature"
"""The one query parameter that is never signed."""
UNSIGNED_PAYLOAD = b"UNSIGNED-PAYLOAD"
"""Payload hash that every SDK sends."""
ALWAYS_SIGNED = (b"content-type", b"content-md5")
"""Headers that are signed where present, besides `x-oss-*`."""


def sign_v4(string_to_sign: bytes, scope: CredentialScope | None, secret: str) -> str:
    """Return the hex HMAC-SHA256 under the key derived for the scope; empty without a scope."""
    if scope is None:
        return ""
    return hmac.new(_signing_key(secret, scope), string_to_sign, hashlib.sha256).hexdigest()


def v4_candidates(
    request: SignedRequest,
    auth: Authentication,
    places: Sequence[Place],
    timestamps: tuple[Choice[Line], ...],
    *,
    hypotheses: bool,
) -> Iterator[Candidate]:
    """Yield readings of canonical request and string to sign.

    Args:
        request: The captured request.
        auth: Its authentication; without a scope the scope line is empty.
        places: Where the resource may lie, likeliest first.
        timestamps: Readings of the second line of the string to sign.
        hypotheses: True to yield what the client may have signed instead of what was captured.
    """
    request_line = request.request_line
    method = Line("method", request.method, request_line)
    algorithm = Line("algorithm", ALGORITHM.encode())
    scope_text = "" if auth.scope is None else auth.scope.text
    scope = Line("scope", as_raw(scope_text), auth.credential)
    header_end = Line("header-end", b"")
    additional = frozenset(auth.additional_names) - set(ALWAYS_SIGNED)
    axes: tuple[tuple[Choice[Any], ...], ...] = (
        timestamps,
        full_query_choices(request, frozenset({SIGNATURE_PARAMETER})),
        header_choices(request, (*ALWAYS_SIGNED, *additional)),
        _additional_choices(request, auth),
        _payload_choices(request),
        (*key_choices(request), Choice(None, "path-as-sent-verbatim", is_hypothesis=True)),
    )
    uris: dict[tuple[Place, bytes | None], bytes] = {}
    for chosen in combine(axes, hypotheses=hypotheses):
        timestamp, query, headers, names, payload, key = (choice.value for choice in chosen)
        for place in places:
            if (place, key) not in uris:
                uris[place, key] = _canonical_uri(request, place, key)
            resource = Line("resource", uris[place, key], request_line)
            query_line = Line("query", query, request_line if request.query else None)
            canonical = (method, resource, query_line, *headers, header_end, names, payload)
            yield Candidate(
                auth.scheme,
                (algorithm, timestamp, scope, Line("hash", canonical_hash(canonical))),
                canonical,
                variant=names_of(chosen, place.name),
                bucket=place.bucket,
                is_hypothesis=hypotheses,
            )


@lru_cache(maxsize=64)
def _signing_key(secret: str, scope: CredentialScope) -> bytes:
    key = b"aliyun_v4" + as_raw(secret)
    for part in (scope.date, scope.region, scope.product, scope.terminator):
        key = hmac.new(key, as_raw(part), hashlib.sha256).digest()
    return key


def _canonical_uri(request: SignedRequest, place: Place, key: bytes | None) -> bytes:
    if key is None:
        return place.resource(request.raw_path.removeprefix(b"/"))
    uri = encode_path(place.resource(key))
    return uri.replace(encode(ANY_BUCKET), ANY_BUCKET, 1) if place.bucket == ANY_BUCKET else uri


def _additional_choices(request: SignedRequest, auth: Authentication) -> tuple[Choice[Line], ...]:
    """Names that are present and not signed anyway, sorted; else what was sent.

    Entries that are `x-oss-*`, `content-type`, `content-md5` or absent are dropped before signing.
    """
    names = [name for name in auth.additional_names if name not in ALWAYS_SIGNED and not name.startswith(OSS_PREFIX)]
    present = [name for name in names if name.decode("latin-1") in request.fields]
    seen = auth.additional_headers
    choices = [Choice(Line("additional-headers", b";".join(present), seen))]
    if seen is not None:
        everything = Line("additional-headers", b";".join(auth.additional_names), seen)
        choices += [
            Choice(Line("additional-headers", b";".join(names), seen), "absent-additional-headers-kept"),
            Choice(everything, "redundant-additional-headers-kept"),
        ]
    return distinct(choices)


def _payload_choices(request: SignedRequest) -> tuple[Choice[Line], ...]:
    found = request.fields.first("x-oss-content-sha256")
    if found is None:
        return (Choice(Line("payload", UNSIGNED_PAYLOAD)),)
    usual = Choice(Line("payload", found.raw_value, request.message.seen(found)))
    return distinct((usual, Choice(Line("payload", UNSIGNED_PAYLOAD), "payload-unsigned", is_hypothesis=True)))
