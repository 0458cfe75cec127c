"""Runs the rules about two sightings of one request over the requests of two captures.

In: a `Comparison` and the rules chosen, of which only `ComparisonRule`s apply. Out: a `ComparisonReport`. Superseding
and merging work as they do for one capture, with numbers of requests in the place of exchange ids.
"""

from collections.abc import Sequence

from osspcap.model.comparison import Comparison, ComparisonReport
from osspcap.model.finding import Finding, Severity, Undecided, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import ComparisonRule, Rule
from osspcap.rules.judge import apply_to_requests
from osspcap.rules.merging import drop_superseded, merge_findings, merge_undecided
from osspcap.rules.wording import counted
from osspcap.units import format_time


def judge_comparison(comparison: Comparison, rules: Sequence[Rule]) -> ComparisonReport:
    """Let every rule about two sightings judge the requests; raises nothing, whatever a rule does."""
    chosen = [rule for rule in rules if isinstance(rule, ComparisonRule)]
    verdicts: list[Verdict] = []
    for rule in chosen:
        apply_to_requests(rule, comparison.requests, verdicts)
    findings = [verdict for verdict in verdicts if isinstance(verdict, Finding)]
    undecided = [verdict for verdict in verdicts if isinstance(verdict, Undecided)]
    findings, undecided = drop_superseded(findings, undecided, chosen)
    ordered = tuple(sorted(merge_findings(findings), key=_order))
    verdict = _verdict(comparison, ordered, undecided)
    return ComparisonReport(comparison, ordered, merge_undecided(undecided), verdict, len(chosen))


def _order(finding: Finding) -> tuple[int, tuple[int, ...], str]:
    return finding.severity.rank, finding.exchanges[:1], finding.rule


def _verdict(comparison: Comparison, findings: Sequence[Finding], undecided: Sequence[Undecided]) -> str:
    faults = [finding for finding in findings if finding.severity is not Severity.INFO]
    if faults:
        told = faults[0].summary.rstrip(".")
        others = f" {counted(len(faults) - 1, 'further finding')} below." if len(faults) > 1 else ""
        return f"{told[:1].upper()}{told[1:]}.{others}"
    if not comparison.matched:
        return f"The two captures have no request in common: {why_nothing_matches(comparison)}."
    compared = counted(comparison.matched, "request")
    harmless = sum(len(request.differences) for request in comparison.requests)
    verdict = f"Nothing was changed in {compared} that both captures hold"
    if harmless:
        verdict += f"; {counted(harmless, 'difference')} such as any proxy makes"
    if single := len(comparison.requests) - comparison.matched:
        verdict += f"; {counted(single, 'request')} in one capture only"
    if undecided:
        verdict += f"; {counted(len(undecided), 'question')} left undecided"
    return f"{verdict}."


def why_nothing_matches(comparison: Comparison) -> str:
    """Say what the captures hold instead of a common request, and what to check."""
    ours = sum(request.client is not None for request in comparison.requests)
    theirs = sum(request.server is not None for request in comparison.requests)
    sides = (("client", comparison.client, ours), ("server", comparison.server, theirs))
    for name, dissection, count in sides:
        if count:
            continue
        if any(connection.protocol == "tls" for connection in dissection.connections):
            return f"all that can be read of the {name} capture is encrypted; record a key log with it (SSLKEYLOGFILE)"
        return (
            f"the {name} capture holds no request to OSS; check its filter and interface "
            "(`tcpdump -i any -s0`), and that both files are given in the order CLIENT SERVER"
        )
    if _is_apart(comparison.client, comparison.server):
        return (
            f"they were taken at different times ({_span(comparison.client)} and {_span(comparison.server)}, by the "
            "clocks of their machines); start both captures, then repeat the request"
        )
    return (
        f"the client capture holds {counted(ours, 'request')} to OSS and the server capture {theirs:,}, with no "
        "request ID, signature, date or target in common; check that both are of the same run and of the same client"
    )


def _is_apart(client: Dissection, server: Dissection) -> bool:
    ours, theirs = client.capture, server.capture
    if ours.first_packet_ns is None or ours.last_packet_ns is None:
        return False
    if theirs.first_packet_ns is None or theirs.last_packet_ns is None:
        return False
    return ours.last_packet_ns < theirs.first_packet_ns or theirs.last_packet_ns < ours.first_packet_ns


def _span(dissection: Dissection) -> str:
    first, last = dissection.capture.first_packet_ns, dissection.capture.last_packet_ns
    return f"{format_time(first or 0)[:19]}Z to {format_time(last or 0)[:19]}Z"
