"""What a rule is. One rule is one file in its family's folder; the registry finds it there.

A rule reads facts and answers with verdicts: nothing, findings, or an `Undecided` with its reason. It never parses
bytes. Its docstring has a headline and four sections (`SECTIONS`) and is what `osspcap rules CODE` prints.

One fault is told once. Two rules may see the same fault, so a rule can say how it stands to others:

- `supersedes` names rules whose findings on the same exchange (or connection) it makes needless;
- `is_generic` marks a rule that only says "this failed": its finding goes as soon as a rule that `explains_error`
  answers for the same exchange, whichever that is. So a new specific rule need not be named anywhere.
"""

import inspect
from abc import ABCMeta, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import ClassVar

from osspcap.model.comparison import SightedRequest
from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence, Finding, Severity, Undecided, Verdict
from osspcap.model.operation import Role
from osspcap.model.report import Dissection
from osspcap.model.seen import Seen
from osspcap.model.stream import Connection
from osspcap.units import StreamId

FAMILIES = {
    "CAP": "capture",
    "SIG": "signature",
    "PRX": "proxy",
    "CLK": "clock",
    "COR": "cors",
    "CBK": "callback",
    "PST": "post",
    "REF": "referer",
    "PRM": "permission",
    "STS": "sts",
    "END": "endpoint",
    "MPU": "multipart",
    "INT": "integrity",
    "REQ": "request",
    "NET": "network",
    "PRF": "performance",
    "TLS": "tls",
    "MED": "media",
}
"""Code prefix to category; the category is also the folder of the family's rules."""

SECTIONS = ("What it finds", "Why it matters", "How it decides", "False alarms")
"""Headings of a rule's docstring, in this order."""

_SILENT_ON_ERRORS = frozenset({"CAP", "NET", "PRF", "TLS", "MED"})
"""Families about transport, capture or content: what they find does not say why OSS refused a request."""


class _RuleType(ABCMeta):
    """Refuses rules without `check`, and nothing else of `ABCMeta`.

    No class is registered as a rule by name: its bases tell. `ABCMeta` would ask every rule there is, for each of them.
    """

    __instancecheck__ = type.__instancecheck__
    __subclasscheck__ = type.__subclasscheck__


class Rule(metaclass=_RuleType):
    """Common to all rules; derive from `ExchangeRule`, `StreamRule`, `CaptureRule` or `ComparisonRule`."""

    code: ClassVar[str]
    """`SIG101`: family and number, never reused."""
    name: ClassVar[str]
    """The thing found, readable after "ignore": `wrong-access-key-secret`. The file has the same name with `_`."""
    severity: ClassVar[Severity]
    """Severity unless a finding says otherwise."""
    since: ClassVar[str] = "0.1"
    """Version that introduced the rule."""
    fix: ClassVar[tuple[str, ...]]
    """Steps to take, full sentences, for findings that do not bring their own."""
    sources: ClassVar[tuple[str, ...]]
    """Documents the rule rests on: `OSS FAQ, Python SDK (A)`, `RFC 9110 section 8.6`."""
    supersedes: ClassVar[tuple[str, ...]] = ()
    """Codes or code prefixes whose findings on the same exchange are dropped when this rule fires there."""
    is_generic: ClassVar[bool] = False
    """True: says that a request failed without knowing why. Its finding on an exchange is dropped when another,
    non-generic rule explains the error there."""
    explains_error: ClassVar[bool | None] = None
    """Whether a finding of this rule says why OSS answered an exchange with an error.

    None, the default: findings of severity error do, unless the family is about transport, capture or content.
    True: warnings do as well (`no-such-key`). False: not even errors do. Infos never do."""

    @property
    def category(self) -> str:
        """Family name: `signature`."""
        return FAMILIES[self.code[:3]]

    @property
    def headline(self) -> str:
        """First line of the docstring: what the rule finds, in one sentence."""
        return inspect.cleandoc(type(self).__dict__.get("__doc__") or "").partition("\n")[0].strip()

    @property
    def sections(self) -> Mapping[str, str]:
        """The docstring by heading, unindented; headings the docstring lacks are missing here too."""
        return _sections(type(self))

    def explains(self, finding: Finding) -> bool:
        """Tell whether a finding of this rule says why OSS answered its exchanges with an error."""
        if self.is_generic or finding.severity is Severity.INFO:
            return False
        if self.explains_error is None:
            return finding.severity is Severity.ERROR and self.code[:3] not in _SILENT_ON_ERRORS
        return self.explains_error

    def undecided(self, reason: str, *exchanges: Exchange) -> Undecided:
        """Say that the rule applies but cannot be answered, and why."""
        return Undecided(self.code, self.name, reason, tuple(exchange.id for exchange in exchanges))

    def finding(
        self,
        summary: str,
        *evidence: Evidence,
        explanation: str = "",
        exchanges: Iterable[Exchange] = (),
        streams: Iterable[StreamId] = (),
        severity: Severity | None = None,
        confidence: Confidence = Confidence.CONFIRMED,
        fix: tuple[str, ...] | None = None,
        cause: str = "",
        occurrences: int = 1,
    ) -> Finding:
        """Make a finding of this rule.

        Streams are completed from the exchanges and the evidence; the explanation is the docstring's "Why it
        matters" unless given.
        """
        concerned = tuple(exchanges)
        all_streams = {*streams, *(exchange.stream for exchange in concerned)}
        all_streams.update(item.stream for item in evidence if item.stream is not None)
        return Finding(
            rule=self.code,
            name=self.name,
            category=self.category,
            severity=self.severity if severity is None else severity,
            confidence=confidence,
            summary=summary,
            explanation=explanation or _as_paragraph(self.sections.get("Why it matters", "")),
            fix=self.fix if fix is None else fix,
            sources=self.sources,
            evidence=evidence,
            exchanges=tuple(dict.fromkeys(exchange.id for exchange in concerned)),
            streams=tuple(sorted(all_streams)),
            cause=cause,
            occurrences=occurrences,
        )


class ExchangeRule(Rule):
    """Judges one exchange at a time."""

    on_error_only: ClassVar[bool] = True
    """True: only exchanges whose answer is an error (status >= 400, or 203) reach `check`. Keeps millions of healthy
    exchanges cheap; set it to False for rules about successful or unanswered exchanges."""
    on_oss_only: ClassVar[bool] = True
    """True: only exchanges with an `operation` reach `check`."""
    on_roles: ClassVar[tuple[Role, ...]] = ()
    """Only exchanges whose operation plays one of these roles reach `check`; empty for any role. A rule about
    callbacks or preflights costs nothing on a capture without them."""
    on_facts: ClassVar[tuple[type, ...]] = ()
    """Only exchanges about which one of these facts was computed reach `check`; empty for any. A rule that judges one
    kind of fact names it here, and costs nothing where nothing called for it."""
    on_statuses: ClassVar[frozenset[int]] = frozenset()
    """Only exchanges answered with one of these statuses reach `check`; empty for any."""
    on_codes: ClassVar[frozenset[str]] = frozenset()
    """Of exchanges whose error document states a code, only those with one of these reach `check`; empty for any.
    Exchanges without a document (HEAD, a cut answer) always do."""

    @abstractmethod
    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield verdicts on one exchange; name the exchange in findings and undecideds."""

    def evidence(self, exchange: Exchange, seen: Seen[str], expected: str = "") -> Evidence:
        """Make evidence from a fact of this exchange."""
        return evidence_at(exchange, seen, expected)

    def error_evidence(self, exchange: Exchange) -> tuple[Evidence, ...]:
        """Make evidence of how the request failed: status line, then what the error document and headers state.

        Empty only without a response. The request ID is last, so that a support case finds it.
        """
        if exchange.response is None:
            return ()
        seen: list[Seen[str] | None] = [exchange.response.seen_start_line()]
        operation = exchange.operation
        error = None if operation is None else operation.error
        if error is not None:
            seen += [error.code, error.message, error.ec]
        elif operation is not None and operation.ec is not None:
            seen += [exchange.response.seen(line) for line in exchange.response.fields().all("x-oss-ec")[:1]]
        if operation is not None and operation.request_id is not None:
            seen.append(operation.request_id)
        elif error is not None:
            seen.append(error.request_id)
        return tuple(self.evidence(exchange, fact) for fact in seen if fact is not None)


def evidence_at(exchange: Exchange, seen: Seen[str], expected: str = "") -> Evidence:
    """Make evidence from a fact of an exchange."""
    return Evidence.of(seen, stream=exchange.stream, exchange=exchange.id, expected=expected)


def answer_evidence(exchange: Exchange) -> Iterator[Evidence]:
    """Yield how a request was answered, the request ID last."""
    operation = exchange.operation
    if exchange.response is not None:
        yield evidence_at(exchange, exchange.response.seen_start_line())
    error = None if operation is None else operation.error
    for seen in () if error is None else (error.code, error.message, error.ec):
        if seen is not None:
            yield evidence_at(exchange, seen)
    if operation is not None and operation.request_id is not None:
        yield evidence_at(exchange, operation.request_id)


class StreamRule(Rule):
    """Judges one connection at a time, with the exchanges on it."""

    on_tls: ClassVar[bool] = False
    """True: only connections that carried TLS reach `check`."""
    on_resets: ClassVar[bool] = False
    """True: only connections that somebody reset reach `check`."""
    on_notable_exchanges: ClassVar[bool] = False
    """True: only connections with an exchange that was not answered, or about which a fact was computed, reach `check`.
    All three keep thousands of plain connections cheap."""

    @abstractmethod
    def check(self, connection: Connection, exchanges: tuple[Exchange, ...]) -> Iterator[Verdict]:
        """Yield verdicts on one connection."""


class CaptureRule(Rule):
    """Judges the capture as a whole."""

    on_facts: ClassVar[tuple[type, ...]] = ()
    """Only captures about which one of these facts was computed reach `check`; empty for any."""
    on_tls: ClassVar[bool] = False
    """True: only captures with a connection that carried TLS reach `check`."""

    @abstractmethod
    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield verdicts on the capture."""


class ComparisonRule(Rule):
    """Judges one request that was seen at two places: in two captures, or on two connections of one.

    `osspcap compare` hands it every request of both captures, `osspcap analyze` those that passed a proxy on which
    the capture was taken. Its findings name what `SightedRequest.exchanges` says.
    """

    @abstractmethod
    def check(self, request: SightedRequest) -> Iterator[Verdict]:
        """Yield verdicts on one request."""


@cache
def _sections(rule: type[Rule]) -> Mapping[str, str]:
    """Split a rule's own docstring at its `## ` headings; text before the first is left out."""
    sections: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in inspect.cleandoc(rule.__dict__.get("__doc__") or "").splitlines():
        if line.startswith("## "):
            lines = sections.setdefault(line[3:].strip(), [])
        else:
            lines.append(line)
    return {heading: "\n".join(text).strip() for heading, text in sections.items()}


def _as_paragraph(text: str) -> str:
    """Undo the line breaks of a docstring; blank lines still part paragraphs."""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))
