"""PostObject, V1 and V2: fields `OSSAccessKeyId`, `policy`, `Signature`; what is signed is the base64 policy alone.

Method, path and headers are not signed at all. V2 has the same shape with `x-oss-access-key-id` and `x-oss-signature`
(HMAC-SHA256). Source: OSS API reference, PostObject.
"""

from collections.abc import Iterator

from osspcap.model.operation import Scheme
from osspcap.oss.signing.authentication import (
    SHA1_BYTES,
    SHA256_BYTES,
    Authentication,
    check_access_key_id,
    check_base64,
)
from osspcap.oss.signing.candidate import Candidate, Line
from osspcap.oss.signing.form_parts import FormParts
from osspcap.oss.signing.request import as_raw


def recognise(parts: FormParts, scheme: Scheme) -> Authentication:
    """Read the fields of a V1 or V2 form; each of the three that is missing is a problem."""
    second = scheme is Scheme.POST_V2
    access_key_id = parts.required("x-oss-access-key-id" if second else "OSSAccessKeyId")
    policy = parts.required("policy")
    signature = parts.required("x-oss-signature" if second else "Signature")
    problems = list(parts.problems)
    if access_key_id is not None:
        problems += check_access_key_id(access_key_id)
    if signature is not None:
        problems += check_base64(signature, SHA256_BYTES if second else SHA1_BYTES)
    return Authentication(
        scheme,
        access_key_id=access_key_id,
        signature=signature,
        policy=policy,
        problems=tuple(problems),
    )


def candidates(auth: Authentication) -> Iterator[Candidate]:
    """Yield the one reading there is: the policy as sent."""
    if auth.policy is not None:
        raw = auth.policy.raw or as_raw(auth.policy.value)
        yield Candidate(auth.scheme, (Line("policy", raw, auth.policy),))
