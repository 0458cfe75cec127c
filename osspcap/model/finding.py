"""What a rule answers: a finding with evidence, or an honest `Undecided`."""

from enum import StrEnum

from osspcap.model.record import record
from osspcap.model.seen import Seen
from osspcap.units import FrameNumber, StreamId


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    """A request failed, or data is wrong, because of this."""
    WARNING = "warning"
    """Something will fail or mislead."""
    INFO = "info"
    """Worth knowing; nothing failed because of it."""

    @property
    def rank(self) -> int:
        """0 for error, 1 for warning, 2 for info: sorts the worst first."""
        return ("error", "warning", "info").index(self.value)


class Confidence(StrEnum):
    """How well a finding is proved."""

    CONFIRMED = "confirmed"
    """The captured bytes leave no other explanation."""
    LIKELY = "likely"
    """The usual explanation of what was captured; another one exists and is named."""
    POSSIBLE = "possible"
    """Consistent with the capture, not more."""


@record
class Evidence:
    """One fact that a reader can open in Wireshark."""

    frame: FrameNumber
    stream: StreamId | None
    """None for facts of the file as a whole."""
    exchange: int | None
    """Exchange id; None for facts of a connection or file."""
    field: str
    """`request header Content-Type`, `tcp flags`, `packet length`."""
    observed: str
    """The value on the wire."""
    expected: str = ""
    """What it should be, or what the other side saw; empty if there is no counterpart."""
    capture: str = ""
    """Which of two captures the numbers are of: `client` or `server`; empty where there is only one."""

    @classmethod
    def of(
        cls,
        seen: Seen[str],
        *,
        stream: StreamId | None = None,
        exchange: int | None = None,
        expected: str = "",
        capture: str = "",
    ) -> "Evidence":
        """Build evidence from a fact that knows its origin."""
        return cls(seen.frame, stream, exchange, seen.field, str(seen.value), expected, capture)


@record
class Finding:
    """One fault, told once."""

    rule: str
    """Code: `SIG101`."""
    name: str
    """`wrong-access-key-secret`."""
    category: str
    """Family name: `signature`."""
    severity: Severity
    confidence: Confidence
    summary: str
    """One sentence that names the fault with its values."""
    explanation: str
    """Why it happens and what the evidence shows; a short paragraph."""
    fix: tuple[str, ...]
    """What to do, one step each, ready to follow."""
    sources: tuple[str, ...]
    """Documents that say so."""
    evidence: tuple[Evidence, ...]
    """At least one; at most 50 after merging."""
    exchanges: tuple[int, ...] = ()
    streams: tuple[StreamId, ...] = ()
    cause: str = ""
    """Findings of one rule with the same cause are merged; the summary is the cause if this is empty."""
    occurrences: int = 1

    def __post_init__(self) -> None:
        """Refuse a finding without evidence."""
        if not self.evidence:
            raise ValueError(f"{self.rule}: a finding needs evidence")

    @property
    def filter(self) -> str:
        """Wireshark display filter that shows the packets this is about; empty if it is about the whole file."""
        return " or ".join(f"tcp.stream eq {stream}" for stream in sorted(self.streams)[:20])


@record
class Undecided:
    """A rule applied but could not be answered; counted in the report."""

    rule: str
    name: str
    reason: str
    """What is missing, in words."""
    exchanges: tuple[int, ...] = ()


Verdict = Finding | Undecided
