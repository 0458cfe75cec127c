"""PostObject, V4: fields `x-oss-credential`, `x-oss-date`, `policy`, `x-oss-signature` (64 hex digits).

The base64 policy is signed under the V4 key of the credential's scope. Source: ali-oss 6.23.0 signPostObjectPolicyV4;
Python SDK V2, sample `post_object.py`.
"""

from collections.abc import Iterator

from osspcap.model.operation import Scheme
from osspcap.oss.signing import form_v1
from osspcap.oss.signing.authentication import Authentication, check_hex, split_credential
from osspcap.oss.signing.candidate import Candidate
from osspcap.oss.signing.form_parts import FormParts


def recognise(parts: FormParts) -> Authentication:
    """Read the fields of a V4 form."""
    credential = parts.required("x-oss-credential")
    signed_at = parts.required("x-oss-date")
    policy = parts.required("policy")
    signature = parts.required("x-oss-signature")
    problems = list(parts.problems)
    access_key_id, scope = None, None
    if credential is not None:
        access_key_id, scope, credential_problems = split_credential(credential)
        problems += credential_problems
    if signature is not None:
        problems += check_hex(signature)
    return Authentication(
        Scheme.POST_V4,
        access_key_id=access_key_id,
        signature=signature,
        credential=credential,
        scope=scope,
        signed_at=signed_at,
        policy=policy,
        problems=tuple(problems),
    )


def candidates(auth: Authentication) -> Iterator[Candidate]:
    """Yield the one reading there is: the policy as sent."""
    return form_v1.candidates(auth)
