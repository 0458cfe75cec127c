"""The Authorization header: which scheme it names, and its parts, as far as they can be read."""

import re
from collections.abc import Callable
from dataclasses import replace

from osspcap.model.operation import Scheme
from osspcap.model.pattern import pattern
from osspcap.model.seen import Seen
from osspcap.oss.signing import s3, v1_header, v2, v4_header
from osspcap.oss.signing.authentication import Authentication, Problem, ProblemName
from osspcap.oss.signing.request import SignedRequest

FOREIGN_SCHEMES = frozenset(
    {"basic", "bearer", "digest", "negotiate", "ntlm", "hoba", "mutual", "token", "scram-sha-256", "vapid", "dpop"}
)
"""Schemes of other systems, lower case (IANA registry of HTTP authentication schemes, and two in common use)."""

_PARSERS: dict[str, Callable[[Seen[str], str], Authentication]] = {
    "OSS": v1_header.parse,
    "OSS2": v2.parse,
    "OSS4-HMAC-SHA256": v4_header.parse,
    "AWS": s3.parse_v2,
    "AWS4-HMAC-SHA256": s3.parse_v4,
}
_BY_LOWER_NAME = {name.lower(): name for name in _PARSERS}
_SECOND_VALUE = pattern(r",\s*(?:OSS|OSS2|AWS|Basic|Bearer)\s", re.IGNORECASE)
_GLUED = pattern(r"(OSS4-HMAC-SHA256|OSS2|OSS)[\s:,]*(.*)", re.DOTALL | re.IGNORECASE)


def parse_authorization(request: SignedRequest) -> tuple[Authentication, ...]:
    """Read every Authorization line; foreign and unknown schemes give `Scheme.UNKNOWN` with a problem."""
    lines = request.fields.all("authorization")
    parsed = [_parse(request.message.seen(line)) for line in lines]
    if len(parsed) > 1:
        detail = f"{len(parsed)} Authorization headers"
        repeated = Problem(ProblemName.HEADER_REPEATED, detail, request.message.seen(lines[1]))
        parsed[0] = replace(parsed[0], problems=(*parsed[0].problems, repeated))
    return tuple(parsed)


def _parse(origin: Seen[str]) -> Authentication:
    text = origin.value
    if not text.strip():
        empty = Problem(ProblemName.HEADER_EMPTY, "the Authorization header is empty", origin)
        return Authentication(Scheme.UNKNOWN, problems=(empty,))
    first, _, rest = text.partition(" ")
    problems: list[Problem] = []
    if second := _SECOND_VALUE.search(rest):
        problems.append(Problem(ProblemName.HEADER_REPEATED, "two values folded into one header", origin))
        rest = rest[: second.start()]
    name = _BY_LOWER_NAME.get(first.lower())
    if name is not None:
        if name != first:
            problems.append(Problem(ProblemName.SCHEME_CASE, f"{first!r} where {name} belongs", origin))
        found = _PARSERS[name](origin, rest)
    elif first.lower() in FOREIGN_SCHEMES:
        problems.append(Problem(ProblemName.SCHEME_FOREIGN, f"{first} is no OSS signature", origin))
        found = Authentication(Scheme.UNKNOWN)
    elif glued := _GLUED.fullmatch(text):
        name = glued[1].upper()
        problems.append(Problem(ProblemName.SCHEME_MALFORMED, f"no single blank behind {name}", origin))
        found = _PARSERS[name](origin, glued[2])
        first = glued[1]
    else:
        # The word may itself be a secret (a bare token), so it is not repeated here.
        problems.append(Problem(ProblemName.SCHEME_UNKNOWN, "does not begin with a scheme that OSS knows", origin))
        return Authentication(Scheme.UNKNOWN, problems=tuple(problems))
    return replace(found, problems=(*problems, *found.problems), name=first)
