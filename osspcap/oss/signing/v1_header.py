"""V1 in the Authorization header: `OSS <access key ID>:<base64 of HMAC-SHA1>`.

Source: OSS API reference, "Add a signature to the header".
"""

from collections.abc import Iterator, Sequence

from osspcap.model.operation import Scheme
from osspcap.model.seen import Seen
from osspcap.oss.signing.authentication import (
    SHA1_BYTES,
    Authentication,
    Problem,
    check_access_key_id,
    check_base64,
    missing,
)
from osspcap.oss.signing.candidate import Candidate
from osspcap.oss.signing.canonical import date_choices
from osspcap.oss.signing.request import Place, SignedRequest, seen_part
from osspcap.oss.signing.v1_string import v1_candidates


def parse(origin: Seen[str], credentials: str, *, scheme: Scheme = Scheme.V1_HEADER) -> Authentication:
    """Read `<access key ID>:<signature>`, also where a part is missing or has blanks in it.

    Args:
        origin: The whole header.
        credentials: What stands behind the scheme's name.
        scheme: The older S3 scheme is written the same way and goes through here too.
    """
    key_text, colon, signature_text = credentials.partition(":")
    signature_text = signature_text.strip()
    access_key_id = seen_part(origin, "AccessKeyId", key_text) if key_text.strip() else None
    signature = seen_part(origin, "Signature", signature_text) if signature_text else None
    problems: list[Problem] = []
    if access_key_id is None:
        problems.append(missing("the access key ID", "Authorization header"))
    else:
        problems += check_access_key_id(access_key_id)
    if signature is None:
        part = "the signature" if colon else "the colon and the signature"
        problems.append(missing(part, "Authorization header"))
    else:
        problems += check_base64(signature, SHA1_BYTES)
    return Authentication(scheme, access_key_id=access_key_id, signature=signature, problems=tuple(problems))


def candidates(request: SignedRequest, places: Sequence[Place], *, hypotheses: bool = False) -> Iterator[Candidate]:
    """Yield readings of the string to sign; the fourth line is the date."""
    return v1_candidates(Scheme.V1_HEADER, request, places, date_choices(request), hypotheses=hypotheses)
