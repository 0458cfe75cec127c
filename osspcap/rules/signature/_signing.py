"""What the rules about signatures share: how a refusal, its two strings and its harmless oddities are told."""

from collections.abc import Iterator
from typing import ClassVar

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence, Severity
from osspcap.model.operation import Role
from osspcap.model.seen import Seen
from osspcap.oss.dates import parse_date
from osspcap.oss.limits import MAX_CLOCK_SKEW_NS
from osspcap.oss.proxy import ProxyTrace
from osspcap.oss.signing.authentication import Authentication, Problem, ProblemName
from osspcap.oss.signing.compare import Comparison, Outcome
from osspcap.oss.signing.shown import line_name, our_string, shown_canonical, shown_string, value_of
from osspcap.oss.signing_facts import SigningFacts
from osspcap.rules.base import ExchangeRule
from osspcap.rules.wording import request_id_note, request_name, shortened
from osspcap.units import NS_PER_S, format_duration

SIGNING_SOURCES: tuple[str, ...] = (
    "OSS FAQ, Python SDK (A, B): 403 on one machine only",
    "OSS API reference: signatures in the header and in the URL",
    "OSS documentation: EC 0002-00000040, 0002-00000201",
)
MAX_KEY_CHARS = 60
"""Characters of an access key ID inside a sentence."""
MAX_MARKS = 4
"""Headers of proxies shown with a finding."""


class SigningRule(ExchangeRule):
    """Base of the rules that read `SigningFacts`."""

    severity = Severity.ERROR
    on_roles = (Role.OSS,)
    on_facts: ClassVar[tuple[type, ...]] = (SigningFacts,)
    sources = SIGNING_SOURCES

    def request_evidence(self, exchange: Exchange, auth: Authentication | None) -> Iterator[Evidence]:
        """Show the target and who signed."""
        if exchange.request is not None:
            yield self.evidence(exchange, exchange.request.seen_start_line())
        if auth is not None and auth.access_key_id is not None:
            yield self.evidence(exchange, auth.access_key_id)

    def string_evidence(self, exchange: Exchange, comparison: Comparison | None) -> Iterator[Evidence]:
        """Show OSS's string beside ours, and the canonical requests of V4; where they differ, the lines first."""
        if comparison is None:
            return
        candidate, server = comparison.candidate, comparison.server
        for difference in comparison.differences:
            if difference.seen is not None and not difference.part:
                yield self.evidence(exchange, difference.seen, f"{value_of(difference.theirs)} (as OSS received it)")
            else:
                frame, name = server.origin.frame, f"{server.origin.field}, {line_name(difference)}"
                ours = f"{value_of(difference.ours)} (as captured)"
                yield Evidence(frame, exchange.stream, exchange.id, name, value_of(difference.theirs), ours)
        shown = shown_string(server)
        if candidate is None:
            yield self.evidence(exchange, shown)
            return
        is_equal = comparison.outcome is Outcome.EQUAL
        note = "the same, rebuilt from the captured request" if is_equal else our_string(candidate)
        yield self.evidence(exchange, shown, note)
        canonical, ours_raw = shown_canonical(server), candidate.canonical_request
        if canonical is not None and ours_raw is not None:
            yield self.evidence(exchange, canonical, note if is_equal else ours_raw.decode("utf-8", "replace"))

    def proxy_evidence(self, exchange: Exchange) -> Iterator[Evidence]:
        """Show the marks that a proxy left on the request."""
        trace, facts = exchange.facts.get(ProxyTrace), exchange.facts.get(SigningFacts)
        if trace is not None:
            yield from (self.evidence(exchange, seen) for seen in trace.passed_on[:MAX_MARKS])
        if facts is not None:
            yield from (self.evidence(exchange, seen, expected) for seen, expected in facts.reshaped)

    def problem_evidence(self, exchange: Exchange, problems: tuple[Problem, ...]) -> Iterator[Evidence]:
        """Show where an authentication is wrong in its form; what is absent is shown at the request line."""
        for problem in problems:
            if problem.seen is not None:
                yield self.evidence(exchange, problem.seen, problem.detail)
            elif exchange.request is not None:
                start = exchange.request.seen_start_line()
                yield self.evidence(exchange, start, problem.detail)


def refused_with(exchange: Exchange) -> str:
    """Name request and refusal: `OSS refused PutObject of b/k with 403 SignatureDoesNotMatch (request ID 5C27...)`."""
    error = None if exchange.operation is None else exchange.operation.error
    answer = f"{exchange.status} {'' if error is None else shortened(error.code.value)}".strip()
    return f"OSS refused {request_name(exchange)} with {answer}{request_id_note(exchange)}"


def key_name(auth: Authentication | None) -> str:
    """Name the access key: its ID, or `the access key` if it cannot be read."""
    if auth is None or auth.access_key_id is None:
        return "the access key"
    return shortened(auth.access_key_id.value.strip(), MAX_KEY_CHARS)


def harmless(exchange: Exchange, facts: SigningFacts) -> str:
    """Name what looks like a cause and is none: %2F in the target, a few seconds between the dates."""
    parts = []
    request = exchange.request
    if request is not None and "%2f" in request.target.partition("?")[0].lower():
        parts.append(
            "%2F in the request target beside / in the string is normal: OSS decodes the path before it signs it."
        )
    apart_ns = _seconds_apart(exchange, facts)
    if apart_ns is not None and NS_PER_S <= apart_ns < MAX_CLOCK_SKEW_NS:
        parts.append(
            f"The signed date and the date of the answer are {format_duration(apart_ns)} apart; below 900 s that is "
            "not the cause."
        )
    return " ".join(parts)


def _seconds_apart(exchange: Exchange, facts: SigningFacts) -> int | None:
    auth, response = facts.authentication, exchange.response
    signed = None if auth is None else auth.signed_at
    line = None if response is None else response.fields().first("Date")
    if signed is None or line is None:
        return None
    signed_ns, answered_ns = parse_date(signed.raw), parse_date(line.raw_value)
    return None if signed_ns is None or answered_ns is None else abs(answered_ns - signed_ns)


def came_through_proxy(exchange: Exchange, facts: SigningFacts) -> bool:
    """Tell whether the request had passed a proxy before it was captured, by its marks or by the form of its head."""
    trace = exchange.facts.get(ProxyTrace)
    has_marks = facts.outer_leg is not None or (trace is not None and trace.came_through)
    return has_marks or (bool(facts.reshaped) and facts.outcome is Outcome.EQUAL)


def is_altered_before_capture(facts: SigningFacts) -> bool:
    """Tell whether a secret proved that the client signed something else than was captured."""
    return facts.verification is not None and not facts.verification.as_captured


def problems_of(auth: Authentication | None, names: frozenset[ProblemName]) -> tuple[Problem, ...]:
    """Return the problems of an authentication that have one of some names."""
    return () if auth is None else tuple(problem for problem in auth.problems if problem.name in names)


def content_type(exchange: Exchange) -> Seen[str] | None:
    """Return the request's Content-Type; None if it has none or an empty one."""
    request = exchange.request
    line = None if request is None else request.fields().first("Content-Type")
    return None if request is None or line is None or not line.raw_value else request.seen(line)
