"""V4 in the Authorization header: `OSS4-HMAC-SHA256 Credential=...,[AdditionalHeaders=...,]Signature=<64 hex>`.

The timestamp is `x-oss-date` where there is one; the Go SDK 3 signs its `Date` header as it stands, and the Android
SDK writes the ISO timestamp into `Date`. Source: signers of the SDKs.
"""

from collections.abc import Iterator, Sequence

from osspcap.model.operation import Scheme
from osspcap.model.seen import Seen
from osspcap.oss.signing.authentication import Authentication, Problem, check_hex, missing, split_credential
from osspcap.oss.signing.candidate import Candidate
from osspcap.oss.signing.canonical import date_choices
from osspcap.oss.signing.parameters import parse_parameters
from osspcap.oss.signing.request import Place, SignedRequest
from osspcap.oss.signing.v4_canonical import v4_candidates


def parse(origin: Seen[str], text: str) -> Authentication:
    """Read the parameters behind the scheme's name, in any order and with any blanks."""
    found, parameter_problems = parse_parameters(origin, text, ("Credential", "AdditionalHeaders", "Signature"))
    problems: list[Problem] = list(parameter_problems)
    access_key_id, scope = None, None
    if (credential := found.get("Credential")) is None:
        problems.append(missing("Credential", "Authorization header"))
    else:
        access_key_id, scope, credential_problems = split_credential(credential)
        problems += credential_problems
    if (signature := found.get("Signature")) is None:
        problems.append(missing("Signature", "Authorization header"))
    else:
        problems += check_hex(signature)
    return Authentication(
        Scheme.V4_HEADER,
        access_key_id=access_key_id,
        signature=signature,
        credential=credential,
        scope=scope,
        additional_headers=found.get("AdditionalHeaders"),
        problems=tuple(problems),
    )


def candidates(
    request: SignedRequest, auth: Authentication, places: Sequence[Place], *, hypotheses: bool = False
) -> Iterator[Candidate]:
    """Yield readings of the string to sign; the timestamp is `x-oss-date`, else `Date`."""
    return v4_candidates(request, auth, places, date_choices(request), hypotheses=hypotheses)
