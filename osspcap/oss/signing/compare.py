"""Our readings of a request against the server's string to sign and canonical request.

The verdict is about one question: did the server sign the request that was captured? `EQUAL` proves that nothing
signed was changed behind the capture point; `DIFFERENT` names what was; a masked, collapsed or cut string can at best
be `CONSISTENT`; anything else is `UNDECIDED`, with the reason.
"""

from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum

from osspcap.model.operation import Scheme
from osspcap.model.record import record
from osspcap.oss.signing.candidate import Candidate, Line
from osspcap.oss.signing.difference import LineDifference, line_differences
from osspcap.oss.signing.request import ANY_BUCKET, SignedRequest
from osspcap.oss.signing.server_string import ServerString, Usability, matches_loosely, visible_bytes
from osspcap.oss.signing.string_lines import split_canonical, split_string

_ENCODED_SCHEMES = frozenset({Scheme.V2_HEADER, Scheme.V2_URL, Scheme.V4_HEADER, Scheme.V4_URL})


class Outcome(StrEnum):
    """Did the server sign the request that was captured?"""

    EQUAL = "equal"
    """Byte for byte."""
    DIFFERENT = "different"
    """No; `differences` says in what."""
    CONSISTENT = "consistent"
    """The server's string is masked or lost its newlines; what is left of it agrees. Supports, does not prove."""
    UNDECIDED = "undecided"
    """There is nothing to compare, or what there is cannot be trusted."""


@record
class Comparison:
    """The best candidate and how it fares."""

    outcome: Outcome
    server: ServerString
    candidate: Candidate | None = None
    """The reading that comes closest; None if there was none."""
    differences: tuple[LineDifference, ...] = ()
    """Empty unless `outcome` is `DIFFERENT`."""
    reason: str = ""
    """Why it is undecided; empty otherwise."""


def compare(request: SignedRequest, candidates: Iterable[Candidate], server: ServerString) -> Comparison:
    """Find the reading that equals the server's string, or the one with the fewest differences.

    Args:
        request: The captured request.
        candidates: Readings as captured, likeliest first; of equally close ones the first is taken.
        server: What the error document says.
    """
    readings = [_with_server_bucket(candidate, server) for candidate in candidates]
    if not readings:
        return Comparison(Outcome.UNDECIDED, server, reason="the scheme of the request is not rebuilt")
    for candidate in readings:
        if candidate.string_to_sign == server.raw and server.usability is Usability.WHOLE:
            return Comparison(Outcome.EQUAL, server, candidate)
    if server.usability is not Usability.WHOLE:
        return _compare_loosely(readings, server)
    best: Comparison | None = None
    for candidate in readings:
        comparison = _compare_one(request, candidate, server)
        if comparison.outcome is Outcome.UNDECIDED:
            return comparison
        if best is None or len(comparison.differences) < len(best.differences):
            best = comparison
    assert best is not None  # noqa: S101 - there is at least one reading
    return best


def compare_canonical_request(request: SignedRequest, candidate: Candidate, server: ServerString) -> Comparison:
    """Compare one reading's V4 canonical request with the server's, line by line.

    If the server's hash is the reading's own, the two are equal whatever the document shows.
    """
    ours = candidate.canonical_request
    if ours is None:
        return Comparison(Outcome.UNDECIDED, server, candidate, reason="the scheme has no canonical request")
    named = candidate.line("hash")
    if named is not None and server.usability is Usability.WHOLE and server.raw.endswith(b"\n" + named.raw):
        return Comparison(Outcome.EQUAL, server, candidate)
    theirs = server.canonical_request
    if theirs is None:
        reason = "the error document holds no canonical request"
        return Comparison(Outcome.UNDECIDED, server, candidate, reason=reason)
    if server.canonical_usability is not Usability.WHOLE:
        if matches_loosely(ours, theirs):
            return Comparison(Outcome.CONSISTENT, server, candidate)
        reason = "the canonical request in the error document does not have the hash that its StringToSign names"
        return Comparison(Outcome.UNDECIDED, server, candidate, reason=reason)
    lines = split_canonical(theirs)
    if lines is None:
        reason = "the server's canonical request has not the form of V4"
        return Comparison(Outcome.UNDECIDED, server, candidate, reason=reason)
    differences = line_differences(candidate.canonical_lines, lines, encoded=True, raw_path=request.raw_path)
    outcome = Outcome.DIFFERENT if differences else Outcome.EQUAL
    return Comparison(outcome, server, candidate, differences)


def _compare_one(request: SignedRequest, candidate: Candidate, server: ServerString) -> Comparison:
    theirs = split_string(server.raw, candidate.scheme)
    if theirs is None:
        reason = f"the server's string to sign has not the form of {candidate.scheme.value}"
        return Comparison(Outcome.UNDECIDED, server, candidate, reason=reason)
    encoded = candidate.scheme in _ENCODED_SCHEMES
    differences = line_differences(candidate.lines, theirs, encoded=encoded, raw_path=request.raw_path)
    if candidate.canonical_lines:
        canonical = compare_canonical_request(request, candidate, server)
        if canonical.outcome is Outcome.DIFFERENT:
            # The hash line says no more than the lines behind it.
            kept = tuple(difference for difference in differences if difference.role != "hash")
            differences = kept + _not_said_twice(kept, canonical.differences)
    return Comparison(Outcome.DIFFERENT, server, candidate, differences)


def _not_said_twice(
    said: tuple[LineDifference, ...], further: tuple[LineDifference, ...]
) -> tuple[LineDifference, ...]:
    """Leave out `x-oss-date` in the headers where the timestamp line has told it already."""
    told = {(difference.ours, difference.theirs) for difference in said}
    return tuple(difference for difference in further if (difference.ours, difference.theirs) not in told)


def _compare_loosely(readings: list[Candidate], server: ServerString) -> Comparison:
    flaws = ", ".join(flaw.value for flaw in server.flaws) or "empty"
    if server.usability is Usability.PARTIAL:
        for candidate in readings:
            ours = candidate.string_to_sign
            if matches_loosely(ours, server.raw) and 2 * visible_bytes(server.raw) >= visible_bytes(ours):
                return Comparison(Outcome.CONSISTENT, server, candidate)
    reason = f"the string to sign in the error document cannot be compared: {flaws}"
    return Comparison(Outcome.UNDECIDED, server, readings[0], reason=reason)


def _with_server_bucket(candidate: Candidate, server: ServerString) -> Candidate:
    """Fill in an unknown bucket from the server's own resource, behind a CNAME the only source there is."""
    if candidate.bucket != ANY_BUCKET:
        return candidate
    bucket = _server_bucket(candidate, server)
    if not bucket:
        return candidate
    filled = candidate.with_bucket(bucket)
    return replace(filled, variant=(*filled.variant, "bucket-of-server"))


def _server_bucket(candidate: Candidate, server: ServerString) -> bytes:
    lines: tuple[Line, ...] | None = None
    if candidate.canonical_lines:
        lines = None if server.canonical_request is None else split_canonical(server.canonical_request)
    else:
        lines = split_string(server.raw, candidate.scheme)
    resource = next((line.raw for line in lines or () if line.role == "resource"), b"")
    if candidate.scheme in _ENCODED_SCHEMES:
        resource = resource.replace(b"%2F", b"/")
    return resource.partition(b"?")[0].removeprefix(b"/").partition(b"/")[0]
