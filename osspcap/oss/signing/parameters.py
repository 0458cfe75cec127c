"""The comma-separated parameters of a V2 or V4 Authorization header, read whatever their order, blanks and case."""

import re
from collections.abc import Iterable

from osspcap.model.pattern import pattern
from osspcap.model.seen import Seen
from osspcap.oss.signing.authentication import Problem, ProblemName
from osspcap.oss.signing.request import seen_part

_ASSIGNMENT = pattern(r"([A-Za-z][A-Za-z0-9-]*)\s*([=:])\s*(.*)", re.DOTALL)
_KNOWN = r"(?:Credential|Signature|SignedHeaders|AdditionalHeaders|AccessKeyId)"
_SEPARATOR = pattern(rf",\s*|\s+(?={_KNOWN}\s*[=:])", re.IGNORECASE)


def parse_parameters(
    origin: Seen[str], text: str, known: Iterable[str]
) -> tuple[dict[str, Seen[str]], tuple[Problem, ...]]:
    """Split `Name=value` (V4) or `Name:value` (V2) parameters.

    oss2 writes `Credential=..., Signature=..., AdditionalHeaders=...`, other SDKs write no blank behind the comma and
    another order, so neither is assumed.

    Args:
        origin: The whole header.
        text: What stands behind the scheme's name.
        known: Names that the scheme has, in their documented case.

    Returns:
        Non-empty values by documented name, the first of repeated ones; and what is wrong.
    """
    documented = {name.lower(): name for name in known}
    found: dict[str, Seen[str]] = {}
    problems: list[Problem] = []
    for piece in _SEPARATOR.split(text.strip()):
        if not piece.strip():
            continue
        assignment = _ASSIGNMENT.fullmatch(piece.strip())
        if assignment is None or assignment[1].lower() not in documented:
            label = assignment[1] if assignment else "a piece without a name"
            problems.append(Problem(ProblemName.PART_UNKNOWN, f"the scheme has no parameter {label!r}", origin))
            continue
        name, value = documented[assignment[1].lower()], assignment[3].strip()
        if assignment[1] != name:
            problems.append(Problem(ProblemName.PART_CASE, f"{assignment[1]!r} where {name} belongs", origin))
        if len(value) > 1 and value[0] == value[-1] == '"':
            problems.append(Problem(ProblemName.PART_QUOTED, f"quotation marks around the value of {name}", origin))
            value = value[1:-1]
        if name in found:
            problems.append(Problem(ProblemName.PART_REPEATED, f"{name} is given more than once", origin))
        elif value:
            found[name] = seen_part(origin, name, value)
    return found, tuple(problems)
