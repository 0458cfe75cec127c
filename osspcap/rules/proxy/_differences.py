"""What the rules about two sightings of one request share."""

from collections.abc import Iterator
from typing import ClassVar

from osspcap.model.comparison import Difference, Place, SightedRequest
from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence, Finding, Severity, Undecided, Verdict
from osspcap.model.seen import Seen
from osspcap.rules.base import ComparisonRule
from osspcap.rules.wording import request_id_note, request_name, shortened

ABSENT = "(not there)"
MAX_VALUE_CHARS = 100
"""Characters of a value in a summary; the evidence holds all of it."""


_SIGNED_PLACES = frozenset((Place.METHOD, Place.TARGET, Place.REQUEST_HEADER))


class DifferenceRule(ComparisonRule):
    """Tells of differences in some places; the others of its family tell of the rest."""

    severity = Severity.WARNING
    places: ClassVar[tuple[Place, ...]] = ()
    """What this rule is about."""

    def check(self, request: SightedRequest) -> Iterator[Verdict]:
        """Yield a finding a difference that no correct proxy makes; an undecided for what could not be compared."""
        for place, reason in request.not_compared:
            if place in self.places:
                yield left_open(self, request, reason)
        for difference in request.differences:
            if difference.place in self.places and not difference.expected:
                yield self._told(request, difference)

    def _told(self, request: SightedRequest, difference: Difference) -> Finding:
        what, change = self.subject(difference), change_of(difference)
        note = f" ({difference.note})" if difference.note not in ("", "added", "removed") else ""
        exchange = sighting(request)
        return finding_of(
            self,
            request,
            f"{what} of {request_name(exchange)} {change}{note}{request_id_note(exchange)}",
            *difference_evidence(request, difference),
            severity=self.weight(request, difference),
            cause=f"{difference.place} {difference.name.lower()} {difference.note}",
        )

    def subject(self, difference: Difference) -> str:
        """Name what differs, for the summary."""
        if difference.name:
            kind = "request" if difference.place is Place.REQUEST_HEADER else "response"
            return f"{kind} header {difference.name}"
        return f"the {difference.place}"

    def weight(self, request: SightedRequest, difference: Difference) -> Severity:
        """What is signed, or is content, and comes with a failure, is its cause until something else is proved.

        Inside one capture the rules about signatures see both legs too and tell the fault; then this is a note to it.
        """
        if not any(request.sides) and difference.place in _SIGNED_PLACES and _is_signature_refused(request):
            return Severity.INFO
        return Severity.ERROR if difference.is_covered and request.has_failed else Severity.WARNING


def _is_signature_refused(request: SightedRequest) -> bool:
    operation = None if request.server is None else request.server.operation
    error = None if operation is None else operation.error
    return error is not None and error.code.value == "SignatureDoesNotMatch"


def left_open(rule: ComparisonRule, request: SightedRequest, reason: str = "") -> Undecided:
    """Say that a question about a request cannot be answered: for a reason given, else for the blind spot."""
    return Undecided(rule.code, rule.name, reason or request.blind_spot, request.exchanges)


def change_of(difference: Difference) -> str:
    """Say what happened to a value: `was changed on the way from A to B`."""
    before, after = _values(difference.client), _values(difference.server)
    if difference.place in (Place.STATUS, Place.RESPONSE_HEADER, Place.RESPONSE_BODY):  # it travels the other way
        before, after = after, before
    if not before:
        return f"was added on the way: {after}"
    if not after:
        return f"was removed on the way: it was {before}"
    return f"was changed on the way from {before} to {after}"


def _values(seen: tuple[Seen[str], ...]) -> str:
    return " and ".join(shortened(each.value, MAX_VALUE_CHARS) or "(empty)" for each in seen[:4])


def sighting(request: SightedRequest) -> Exchange:
    """Return the exchange to name the request by: as its client knows it."""
    exchange = request.client or request.server
    assert exchange is not None  # noqa: S101 - the class's invariant
    return exchange


def difference_evidence(request: SightedRequest, difference: Difference) -> Iterator[Evidence]:
    """Yield both values, each where it was seen, and how the request ended."""
    names = (difference.client, difference.server)
    field = next(seen.field for side in names for seen in side)
    for side, values in enumerate(names):
        other = " and ".join(seen.value for seen in names[1 - side]) or ABSENT
        for seen in values:
            yield evidence_of(request, side, seen, expected=other if side else "")
        exchange = (request.client, request.server)[side]
        if not values and exchange is not None:
            is_request = difference.place in (Place.REQUEST_HEADER, Place.REQUEST_BODY, Place.TARGET, Place.METHOD)
            message = exchange.request if is_request else exchange.response
            if message is not None:
                absent = Seen(ABSENT, message.frame, field, b"")
                yield evidence_of(request, side, absent, expected=other if side else "")
    yield from answer_evidence(request)


def answer_evidence(request: SightedRequest) -> Iterator[Evidence]:
    """Yield how the request ended, nearest to OSS: status line, error code, request ID."""
    for side in (1, 0):
        exchange = (request.client, request.server)[side]
        if exchange is None or exchange.response is None:
            continue
        seen: list[Seen[str] | None] = [exchange.response.seen_start_line()]
        operation = exchange.operation
        if operation is not None:
            seen += [None if operation.error is None else operation.error.code, operation.request_id]
        for fact in seen:
            if fact is not None:
                yield evidence_of(request, side, fact)
        return


def evidence_of(request: SightedRequest, side: int, seen: Seen[str], *, expected: str = "") -> Evidence:
    """Make evidence of a fact that was seen on side 0 (client) or 1 (server)."""
    exchange = (request.client, request.server)[side]
    assert exchange is not None  # noqa: S101 - it was seen there
    return Evidence.of(
        seen, stream=exchange.stream, exchange=exchange.id, expected=expected, capture=request.sides[side]
    )


def finding_of(
    rule: ComparisonRule,
    request: SightedRequest,
    summary: str,
    *evidence: Evidence,
    severity: Severity | None = None,
    cause: str = "",
    explanation: str = "",
    fix: tuple[str, ...] | None = None,
) -> Finding:
    """Make a finding about one request; streams are given only where there is one capture to look them up in."""
    made = rule.finding(summary, *evidence, severity=severity, cause=cause, explanation=explanation, fix=fix)
    streams = () if any(request.sides) else made.streams
    return Finding(
        made.rule,
        made.name,
        made.category,
        made.severity,
        made.confidence,
        made.summary,
        made.explanation,
        made.fix,
        made.sources,
        made.evidence,
        request.exchanges,
        streams,
        made.cause,
    )
