r"""V2, in the header and in the URL: HMAC-SHA256 over V1's lines, more headers, and the whole query.

    VERB \n Content-MD5 \n Content-Type \n Date-or-expiry \n headers, a line each
    additional header names, joined by ";" \n
    percent-encoded "/bucket/key" (slashes too) [ "?" all parameters, encoded and sorted ]

Sources: oss2 2.19.1 AuthV2, Go SDK 3.0.2, Java SDK 3.x.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterator, Sequence
from typing import Any

from osspcap.model.operation import Scheme
from osspcap.model.seen import Seen
from osspcap.oss.signing.authentication import (
    SHA256_BYTES,
    Authentication,
    Problem,
    check_access_key_id,
    check_base64,
    check_expires,
    missing,
)
from osspcap.oss.signing.candidate import Candidate, Choice, Line, combine, distinct, names_of
from osspcap.oss.signing.canonical import (
    content_md5_choices,
    content_type_choices,
    date_choices,
    encode,
    full_query_choices,
    header_choices,
    key_choices,
)
from osspcap.oss.signing.parameters import parse_parameters
from osspcap.oss.signing.query_parts import QueryParts
from osspcap.oss.signing.request import ANY_BUCKET, Place, SignedRequest, as_raw

VERSION = "OSS2"
"""Name of the scheme in the header and value of `x-oss-signature-version`."""
SIGNATURE_PARAMETER = b"x-oss-signature"
"""The one query parameter that is never signed."""


def sign_v2(string_to_sign: bytes, secret: str) -> str:
    """Return `base64(HMAC-SHA256(secret, string to sign))`."""
    return base64.b64encode(hmac.new(as_raw(secret), string_to_sign, hashlib.sha256).digest()).decode()


def parse(origin: Seen[str], text: str) -> Authentication:
    """Read `AccessKeyId:<id>[,AdditionalHeaders:<a;b>],Signature:<base64>`."""
    found, problems = parse_parameters(origin, text, ("AccessKeyId", "AdditionalHeaders", "Signature"))
    access_key_id, signature = found.get("AccessKeyId"), found.get("Signature")
    return Authentication(
        Scheme.V2_HEADER,
        access_key_id=access_key_id,
        signature=signature,
        additional_headers=found.get("AdditionalHeaders"),
        problems=problems + _check(access_key_id, signature, "Authorization header"),
    )


def recognise(request: SignedRequest) -> Authentication:
    """Read the URL signature; the caller has seen `x-oss-signature-version` or a parameter that only V2 has."""
    parts = QueryParts(request)
    parts.optional("x-oss-signature-version")
    access_key_id = parts.optional("x-oss-access-key-id")
    signature = parts.optional("x-oss-signature")
    additional = parts.optional("x-oss-additional-headers")
    expires = parts.required("x-oss-expires")
    problems: list[Problem] = list(parts.problems)
    if expires is not None:
        problems += check_expires(expires, relative=False)
    return Authentication(
        Scheme.V2_URL,
        access_key_id=access_key_id,
        signature=signature,
        additional_headers=additional,
        expires=expires,
        problems=(*problems, *_check(access_key_id, signature, "query")),
    )


def candidates(
    request: SignedRequest, auth: Authentication, places: Sequence[Place], *, hypotheses: bool = False
) -> Iterator[Candidate]:
    """Yield readings of the string to sign, header or URL by the authentication's scheme."""
    dates = date_choices(request)
    if auth.scheme is Scheme.V2_URL:
        raw = b"" if auth.expires is None else as_raw(auth.expires.value)
        dates = (Choice(Line("expires", raw, auth.expires)),)
    request_line = request.request_line
    method = Line("method", request.method, request_line)
    axes: tuple[tuple[Choice[Any], ...], ...] = (
        dates,
        full_query_choices(request, frozenset({SIGNATURE_PARAMETER})),
        content_type_choices(request),
        content_md5_choices(request),
        header_choices(request, auth.additional_names),
        _additional_choices(request, auth),
        key_choices(request),
    )
    paths: dict[tuple[Place, bytes], bytes] = {}
    for chosen in combine(axes, hypotheses=hypotheses):
        date, query, content_type, content_md5, headers, additional, key = (choice.value for choice in chosen)
        for place in places:
            if (place, key) not in paths:
                paths[place, key] = _encoded_path(place, key)
            resource = Line("resource", paths[place, key] + (b"?" + query if query else b""), request_line)
            yield Candidate(
                auth.scheme,
                (method, content_md5, content_type, date, *headers, additional, resource),
                variant=names_of(chosen, place.name),
                bucket=place.bucket,
                is_hypothesis=hypotheses,
            )


def _encoded_path(place: Place, key: bytes) -> bytes:
    path = encode(place.resource(key))
    return path.replace(encode(ANY_BUCKET), ANY_BUCKET, 1) if place.bucket == ANY_BUCKET else path


def _additional_choices(request: SignedRequest, auth: Authentication) -> tuple[Choice[Line], ...]:
    """Names that are present, sorted (oss2 sends them in any order); else the list as it was sent."""
    present = [name for name in auth.additional_names if name.decode("latin-1") in request.fields]
    seen = auth.additional_headers
    choices = [Choice(Line("additional-headers", b";".join(present), seen))]
    if seen is not None:
        everything = Line("additional-headers", b";".join(auth.additional_names), seen)
        as_sent = Line("additional-headers", as_raw(seen.value), seen)
        choices += [Choice(everything, "absent-additional-headers-kept"), Choice(as_sent, "additional-headers-as-sent")]
    return distinct(choices)


def _check(access_key_id: Seen[str] | None, signature: Seen[str] | None, where: str) -> tuple[Problem, ...]:
    problems: list[Problem] = []
    if access_key_id is None:
        problems.append(missing("the access key ID", where))
    else:
        problems += check_access_key_id(access_key_id)
    if signature is None:
        problems.append(missing("the signature", where))
    else:
        problems += check_base64(signature, SHA256_BYTES)
    return tuple(problems)
