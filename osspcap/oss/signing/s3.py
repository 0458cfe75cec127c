"""S3-compatible signatures, which OSS also answers: recognised and listed, not rebuilt.

`Authorization: AWS <id>:<base64>` and `AWS4-HMAC-SHA256 Credential=...`, or `AWSAccessKeyId` and `X-Amz-*` in the
query. Source: OSS documentation, "Access OSS using an AWS SDK".
"""

from osspcap.model.operation import Scheme
from osspcap.model.seen import Seen
from osspcap.oss.signing import v1_header
from osspcap.oss.signing.authentication import Authentication, Problem, missing
from osspcap.oss.signing.parameters import parse_parameters
from osspcap.oss.signing.query_parts import QueryParts
from osspcap.oss.signing.request import SignedRequest, seen_part


def parse_v2(origin: Seen[str], text: str) -> Authentication:
    """Read `AWS <id>:<base64 of 20 bytes>`."""
    return v1_header.parse(origin, text, scheme=Scheme.S3_HEADER)


def parse_v4(origin: Seen[str], text: str) -> Authentication:
    """Read `AWS4-HMAC-SHA256 Credential=<id>/...,SignedHeaders=...,Signature=...`."""
    found, parameter_problems = parse_parameters(origin, text, ("Credential", "SignedHeaders", "Signature"))
    problems: list[Problem] = list(parameter_problems)
    required = ("Credential", "SignedHeaders", "Signature")
    problems += [missing(name, "Authorization header") for name in required if name not in found]
    credential = found.get("Credential")
    return Authentication(
        Scheme.S3_HEADER,
        access_key_id=None if credential is None else _key_of(credential),
        signature=found.get("Signature"),
        credential=credential,
        problems=tuple(problems),
    )


def recognise(request: SignedRequest) -> Authentication | None:
    """Read an S3 URL signature; None if the query holds none."""
    parts = QueryParts(request)
    if "AWSAccessKeyId" in parts:
        access_key_id = parts.required("AWSAccessKeyId")
        expires, signature = parts.required("Expires"), parts.required("Signature")
        credential = None
    elif "X-Amz-Signature" in parts or "X-Amz-Credential" in parts:
        credential = parts.required("X-Amz-Credential")
        access_key_id = None if credential is None else _key_of(credential)
        expires, signature = parts.required("X-Amz-Expires"), parts.required("X-Amz-Signature")
    else:
        return None
    return Authentication(
        Scheme.S3_URL,
        access_key_id=access_key_id,
        signature=signature,
        credential=credential,
        expires=expires,
        problems=tuple(parts.problems),
    )


def _key_of(credential: Seen[str]) -> Seen[str]:
    return seen_part(credential, "AccessKeyId", credential.value.partition("/")[0])
