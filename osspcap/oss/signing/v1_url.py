"""V1 in the URL: `?OSSAccessKeyId=...&Expires=<unix seconds>&Signature=<base64>[&security-token=...]`.

The date line holds `Expires`. Content-MD5, Content-Type and `x-oss-*` headers are signed as they are sent, so a client
that adds a Content-Type of its own breaks the URL. Source: OSS API reference, "Add signatures to a URL".
"""

from collections.abc import Iterator, Sequence

from osspcap.model.operation import Scheme
from osspcap.oss.signing.authentication import (
    SHA1_BYTES,
    Authentication,
    Problem,
    check_access_key_id,
    check_base64,
    check_expires,
)
from osspcap.oss.signing.candidate import Candidate, Choice, Line
from osspcap.oss.signing.query_parts import QueryParts
from osspcap.oss.signing.request import Place, SignedRequest, as_raw
from osspcap.oss.signing.v1_string import v1_candidates


def recognise(request: SignedRequest) -> Authentication | None:
    """Read the URL signature; None if the query holds none.

    `OSSAccessKeyId` alone tells the scheme; `Signature` only beside `Expires`, as other services use that name too.
    """
    parts = QueryParts(request)
    if not ("OSSAccessKeyId" in parts or ("Signature" in parts and "Expires" in parts)):
        return None
    access_key_id = parts.required("OSSAccessKeyId")
    expires = parts.required("Expires")
    signature = parts.required("Signature")
    problems: list[Problem] = list(parts.problems)
    if access_key_id is not None:
        problems += check_access_key_id(access_key_id)
    if expires is not None:
        problems += check_expires(expires, relative=False)
    if signature is not None:
        problems += check_base64(signature, SHA1_BYTES)
    return Authentication(
        Scheme.V1_URL,
        access_key_id=access_key_id,
        signature=signature,
        expires=expires,
        problems=tuple(problems),
    )


def candidates(
    request: SignedRequest, auth: Authentication, places: Sequence[Place], *, hypotheses: bool = False
) -> Iterator[Candidate]:
    """Yield readings of the string to sign; the fourth line is the expiry time."""
    line = Line("expires", b"" if auth.expires is None else as_raw(auth.expires.value), auth.expires)
    return v1_candidates(Scheme.V1_URL, request, places, (Choice(line),), hypotheses=hypotheses)
