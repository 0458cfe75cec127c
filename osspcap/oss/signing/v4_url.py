"""V4 in the URL: `x-oss-signature-version`, `x-oss-credential`, `x-oss-date`, `x-oss-expires`, `x-oss-signature`.

All parameters but the signature are signed. `x-oss-expires` counts seconds after `x-oss-date`, 1 to 604800. Source:
OSS API reference, "Include signatures in a URL" (V4); signers of the SDKs.
"""

from collections.abc import Iterator, Sequence

from osspcap.model.operation import Scheme
from osspcap.oss.signing.authentication import Authentication, Problem, check_expires, check_hex, split_credential
from osspcap.oss.signing.candidate import Candidate, Choice, Line
from osspcap.oss.signing.query_parts import QueryParts
from osspcap.oss.signing.request import Place, SignedRequest, as_raw
from osspcap.oss.signing.v4_canonical import v4_candidates


def recognise(request: SignedRequest) -> Authentication:
    """Read the URL signature; the caller has seen the version, or a parameter that only V4 has."""
    parts = QueryParts(request)
    parts.required("x-oss-signature-version")
    credential = parts.required("x-oss-credential")
    signed_at = parts.required("x-oss-date")
    expires = parts.required("x-oss-expires")
    signature = parts.required("x-oss-signature")
    additional = parts.optional("x-oss-additional-headers")
    problems: list[Problem] = list(parts.problems)
    access_key_id, scope = None, None
    if credential is not None:
        access_key_id, scope, credential_problems = split_credential(credential)
        problems += credential_problems
    if expires is not None:
        problems += check_expires(expires, relative=True)
    if signature is not None:
        problems += check_hex(signature)
    return Authentication(
        Scheme.V4_URL,
        access_key_id=access_key_id,
        signature=signature,
        credential=credential,
        scope=scope,
        additional_headers=additional,
        signed_at=signed_at,
        expires=expires,
        problems=tuple(problems),
    )


def candidates(
    request: SignedRequest, auth: Authentication, places: Sequence[Place], *, hypotheses: bool = False
) -> Iterator[Candidate]:
    """Yield readings of the string to sign; the timestamp is the parameter `x-oss-date`."""
    seen = auth.signed_at
    timestamp = Line("date", b"" if seen is None else as_raw(seen.value), seen)
    return v4_candidates(request, auth, places, (Choice(timestamp),), hypotheses=hypotheses)
