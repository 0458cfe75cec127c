"""SIG109 authorization-malformed: the signature is not in the form of any scheme that OSS reads."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Verdict
from osspcap.model.operation import Scheme
from osspcap.oss.signing.authentication import Problem, ProblemName
from osspcap.oss.signing.shown import scheme_name
from osspcap.oss.signing_facts import Complaint, SigningFacts
from osspcap.rules.signature._signing import SigningRule, key_name, problems_of, refused_with
from osspcap.rules.wording import shortened

_BROKEN = frozenset(
    {
        ProblemName.SCHEME_UNKNOWN,
        ProblemName.SCHEME_FOREIGN,
        ProblemName.SCHEME_CASE,
        ProblemName.SCHEME_MALFORMED,
        ProblemName.HEADER_EMPTY,
        ProblemName.PART_MISSING,
        ProblemName.PART_CASE,
        ProblemName.PART_QUOTED,
        ProblemName.ACCESS_KEY_ID_BLANK,
        ProblemName.ACCESS_KEY_ID_CHARACTERS,
        ProblemName.SIGNATURE_NOT_BASE64,
        ProblemName.SIGNATURE_NOT_HEX,
        ProblemName.SIGNATURE_LENGTH,
        ProblemName.CREDENTIAL_MALFORMED,
        ProblemName.SCOPE_DATE_MALFORMED,
        ProblemName.VERSION_UNKNOWN,
        ProblemName.EXPIRES_NOT_NUMBER,
        ProblemName.EXPIRES_OUT_OF_RANGE,
    }
)
"""What makes an authentication unreadable; what is merely unusual is left out."""
_OF_SIGNATURE = frozenset(
    {ProblemName.SIGNATURE_NOT_BASE64, ProblemName.SIGNATURE_NOT_HEX, ProblemName.SIGNATURE_LENGTH}
)
_MASK = "**"
MAX_TOLD = 3
"""Problems that one summary lists."""


class AuthorizationMalformed(SigningRule):
    """The signature is not in the form of any scheme that OSS reads.

    ## What it finds
    Refused requests whose Authorization header or signature parameters cannot be read: unknown scheme, missing parts,
    an access key ID with blanks in it, a signature that is not base64 of 20 bytes (V1) or 64 hexadecimal digits (V4).

    ## Why it matters
    OSS refuses such a request before it computes anything. The program that builds the header has to be corrected, or
    the key ID in its configuration.

    ## How it decides
    The header is parsed as each scheme that OSS knows. OSS refused the request with an error about authentication, or
    with a mismatch that such a signature cannot but cause.

    ## False alarms
    Signatures masked with asterisks in a capture made for publication are not counted.
    """

    code = "SIG109"
    name = "authorization-malformed"
    supersedes = ("SIG100", "SIG101", "REQ016")
    fix = (
        (
            "Write the header as the scheme has it: `OSS <AccessKeyId>:<signature>` for V1, `OSS4-HMAC-SHA256 "
            "Credential=<AccessKeyId>/<yyyymmdd>/<region>/oss/aliyun_v4_request,Signature=<64 hex digits>` for V4."
        ),
        "Remove blanks and line feeds from the access key ID in the program's configuration.",
        "Encode the signature as base64 of the 20 raw bytes (V1), not of their hexadecimal text.",
        "Or leave signing to an OSS SDK.",
    )

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding for an unreadable authentication; those of one key and fault become one."""
        facts = exchange.facts.get(SigningFacts)
        auth = None if facts is None else facts.authentication
        if facts is None or auth is None or facts.complaint is Complaint.UNSTATED or auth.others:
            return
        problems = tuple(item for item in problems_of(auth, _BROKEN) if not _is_masked(item))
        if facts.is_mismatch and facts.is_url_signed:
            problems = tuple(item for item in problems if item.name is not ProblemName.PART_MISSING)
        if not problems:
            return
        details = "; ".join(dict.fromkeys(_told(item) for item in problems[:MAX_TOLD]))
        what = "authentication" if auth.scheme is Scheme.UNKNOWN else scheme_name(auth.scheme)
        key = (auth.name or "no scheme") if auth.scheme is Scheme.UNKNOWN else key_name(auth)
        yield self.finding(
            f"{refused_with(exchange)}: the {what} is malformed: {details}",
            *self.request_evidence(exchange, auth),
            *self.problem_evidence(exchange, problems),
            *self.error_evidence(exchange),
            exchanges=(exchange,),
            confidence=Confidence.LIKELY if facts.is_mismatch else Confidence.CONFIRMED,
            cause=f"{key} {details}",
        )


def _told(problem: Problem) -> str:
    """Say what is wrong; a parameter of the URL with its name and value, which is no secret here."""
    if problem.seen is None or problem.name not in (ProblemName.EXPIRES_NOT_NUMBER, ProblemName.EXPIRES_OUT_OF_RANGE):
        return problem.detail
    return f"{problem.seen.field.rpartition(' ')[2]}={shortened(problem.seen.value, 40)}, {problem.detail}"


def _is_masked(problem: Problem) -> bool:
    return problem.name in _OF_SIGNATURE and problem.seen is not None and _MASK in problem.seen.value
