"""What a rule is. One rule is one file in its family's folder; the registry finds it there.

A rule reads facts and answers with verdicts: nothing, findings, or an `Undecided` with its reason. It never parses
bytes. Its docstring has four headings (What it finds, Why it matters, How it decides, False alarms) and is what
`osspcap rules CODE` prints.
"""

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import ClassVar

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence, Finding, Severity, Undecided, Verdict
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


class Rule:
    """Common to all rules; derive from `ExchangeRule`, `StreamRule` or `CaptureRule`."""

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

    @property
    def category(self) -> str:
        """Family name: `signature`."""
        return FAMILIES[self.code[:3]]

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
    ) -> Finding:
        """Make a finding of this rule. Streams are completed from the exchanges and the evidence."""
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
            explanation=explanation,
            fix=self.fix if fix is None else fix,
            sources=self.sources,
            evidence=evidence,
            exchanges=tuple(dict.fromkeys(exchange.id for exchange in concerned)),
            streams=tuple(sorted(all_streams)),
            cause=cause,
        )


class ExchangeRule(Rule):
    """Judges one exchange at a time."""

    on_error_only: ClassVar[bool] = True
    """True: only exchanges whose answer is an error (status >= 400, or 203) reach `check`. Keeps millions of healthy
    exchanges cheap; set it to False for rules about successful or unanswered exchanges."""
    on_oss_only: ClassVar[bool] = True
    """True: only exchanges with an `operation` reach `check`."""

    @abstractmethod
    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield verdicts on one exchange."""

    def evidence(self, exchange: Exchange, seen: Seen[str], expected: str = "") -> Evidence:
        """Make evidence from a fact of this exchange."""
        return Evidence.of(seen, stream=exchange.stream, exchange=exchange.id, expected=expected)


class StreamRule(Rule):
    """Judges one connection at a time, with the exchanges on it."""

    @abstractmethod
    def check(self, connection: Connection, exchanges: tuple[Exchange, ...]) -> Iterator[Verdict]:
        """Yield verdicts on one connection."""


class CaptureRule(Rule):
    """Judges the capture as a whole."""

    @abstractmethod
    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield verdicts on the capture."""


def merge_evidence(first: Finding, second: Finding, limit: int = 50) -> Finding:
    """Join two findings of one rule and one cause into one with both occurrences."""
    return replace(
        first,
        evidence=(first.evidence + second.evidence)[:limit],
        exchanges=tuple(dict.fromkeys(first.exchanges + second.exchanges)),
        streams=tuple(sorted({*first.streams, *second.streams})),
        occurrences=first.occurrences + second.occurrences,
    )
