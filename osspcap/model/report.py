"""The result of an analysis: everything a reporter needs, nothing formatted or masked yet."""

from collections.abc import Sequence

from osspcap.model.capture import CaptureInfo
from osspcap.model.exchange import Exchange
from osspcap.model.facts import NO_FACTS, Facts
from osspcap.model.finding import Finding, Severity, Undecided
from osspcap.model.pauses import NO_PAUSES, Pauses
from osspcap.model.record import record
from osspcap.model.stream import Connection
from osspcap.model.trace import NO_TRACES, Traces


@record
class Dissection:
    """All facts of a capture, before any judgement: what rules read."""

    capture: CaptureInfo
    connections: Sequence[Connection]
    """Ordered by stream number; `connections[n].stream == n`."""
    exchanges: Sequence[Exchange]
    """Ordered by start; `exchanges[n].id == n`."""
    facts: Facts = NO_FACTS
    """What spans several exchanges or connections, by type: uploads, preflights, legs of one request."""
    pauses: Pauses = NO_PAUSES
    """Silences inside connections, as `osspcap.network.latency.measure` takes them."""


@record
class Report:
    """Facts and judgements of one capture."""

    capture: CaptureInfo
    connections: Sequence[Connection]
    exchanges: Sequence[Exchange]
    findings: tuple[Finding, ...]
    """Worst first."""
    undecided: tuple[Undecided, ...]
    verdict: str
    """One sentence: the answer to what went wrong."""
    rules_checked: int
    """How many rules ran."""
    traces: Traces = NO_TRACES
    """Packets of the findings' streams; only if `Options.trace` asked for them."""
    pauses: Pauses = NO_PAUSES
    """Silences inside connections, as `osspcap.network.latency.measure` takes them."""

    @property
    def worst(self) -> Severity | None:
        """Severity of the worst finding; None without any."""
        return min((finding.severity for finding in self.findings), key=lambda s: s.rank, default=None)

    def count(self, severity: Severity) -> int:
        """Count findings of one severity."""
        return sum(finding.severity is severity for finding in self.findings)
