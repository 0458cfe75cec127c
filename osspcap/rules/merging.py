"""Tells each fault once: drops what a better finding makes needless, then joins findings with one cause.

In: verdicts in the order the rules gave them. Out: the ones to report. Linear in verdicts and the exchanges they name.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from osspcap.model.finding import Finding, Undecided
from osspcap.rules.base import Rule

MAX_EVIDENCE = 50
"""Pieces of evidence that a merged finding keeps, the first ones: more than anyone opens, few enough to print."""

_Place = tuple[str, int]
"""What a finding is about: ("exchange", id), or ("stream", number) where it names no exchange."""


def drop_superseded(
    findings: Sequence[Finding], undecided: Sequence[Undecided], rules: Sequence[Rule]
) -> tuple[list[Finding], list[Undecided]]:
    """Take from each verdict the exchanges on which another rule's finding tells the fault better.

    A finding that names exchanges supersedes on those exchanges, one that names connections only on those
    connections. Whatever is left without a place is dropped; what was never about a place stays.
    """
    by_code = {rule.code: rule for rule in rules}
    covered = _Coverage(findings, by_code)
    kept_findings = (_finding_without(finding, covered) for finding in findings)
    kept_undecided = (_undecided_without(item, covered) for item in undecided)
    return [kept for kept in kept_findings if kept is not None], [kept for kept in kept_undecided if kept is not None]


class _Coverage:
    """Which places are taken, and from whom."""

    def __init__(self, findings: Iterable[Finding], by_code: dict[str, Rule]) -> None:
        self._by_code = by_code
        self._by_pattern: dict[str, dict[_Place, set[str]]] = {}
        """Code prefix to places to the rules that supersede it there."""
        self._explained: set[_Place] = set()
        for finding in findings:
            rule = by_code[finding.rule]
            for pattern in rule.supersedes:
                by_place = self._by_pattern.setdefault(pattern, {})
                for place in _places(finding):
                    by_place.setdefault(place, set()).add(finding.rule)
            if rule.explains(finding):
                self._explained.update(_places(finding))
        self._by_rule = {code: self._tests_for(rule) for code, rule in by_code.items()}

    def test_for(self, code: str) -> Callable[[_Place], bool] | None:
        """Return what tells whether a rule's verdict on a place is needless; None if none of them is."""
        return self._by_rule[code]

    def _tests_for(self, rule: Rule) -> Callable[[_Place], bool] | None:
        code = rule.code
        superseding = [places for pattern, places in self._by_pattern.items() if code.startswith(pattern)]
        explained = self._explained if rule.is_generic else frozenset[_Place]()
        if not superseding and not explained:
            return None

        def is_needless(place: _Place) -> bool:
            return place in explained or any(places.get(place, set()) - {code} for places in superseding)

        return is_needless


def _places(finding: Finding) -> Iterator[_Place]:
    if finding.exchanges:
        return (("exchange", number) for number in finding.exchanges)
    return (("stream", number) for number in finding.streams)


def _finding_without(finding: Finding, covered: _Coverage) -> Finding | None:
    is_needless = covered.test_for(finding.rule)
    if is_needless is None:
        return finding
    gone = {place for place in _places(finding) if is_needless(place)}
    if not gone:
        return finding
    exchanges = tuple(number for number in finding.exchanges if ("exchange", number) not in gone)
    gone_streams: set[int | None]
    if finding.exchanges:
        evidence = tuple(item for item in finding.evidence if ("exchange", item.exchange) not in gone)
        left_streams = {item.stream for item in evidence}
        gone_streams = {item.stream for item in finding.evidence if item.stream not in left_streams}
    else:
        evidence = tuple(item for item in finding.evidence if ("stream", item.stream) not in gone)
        gone_streams = {number for kind, number in gone if kind == "stream"}
    streams = tuple(number for number in finding.streams if number not in gone_streams)
    if not evidence or not (exchanges or (streams and not finding.exchanges)):
        return None
    occurrences = max(1, finding.occurrences - len(gone))
    return replace(finding, exchanges=exchanges, evidence=evidence, streams=streams, occurrences=occurrences)


def _undecided_without(item: Undecided, covered: _Coverage) -> Undecided | None:
    is_needless = covered.test_for(item.rule)
    if is_needless is None or not item.exchanges:
        return item
    exchanges = tuple(number for number in item.exchanges if not is_needless(("exchange", number)))
    return replace(item, exchanges=exchanges) if exchanges else None


def merge_findings(findings: Iterable[Finding]) -> list[Finding]:
    """Join findings of one rule with one cause (or, without one, the same summary) into one each.

    The worst of them, the earliest if several are equally bad, lends its words and its evidence stands first.
    """
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.rule, finding.cause or finding.summary), []).append(finding)
    return [_merged(group) for group in groups.values()]


def _merged(group: list[Finding]) -> Finding:
    spokesman = min(group, key=lambda finding: finding.severity.rank)
    if len(group) == 1 and len(spokesman.evidence) <= MAX_EVIDENCE:
        return spokesman
    evidence = dict.fromkeys(spokesman.evidence)
    for finding in group:
        if len(evidence) >= MAX_EVIDENCE:
            break
        evidence.update(dict.fromkeys(finding.evidence))
    return replace(
        spokesman,
        evidence=tuple(evidence)[:MAX_EVIDENCE],
        exchanges=tuple(sorted({number for finding in group for number in finding.exchanges})),
        streams=tuple(sorted({number for finding in group for number in finding.streams})),
        occurrences=sum(finding.occurrences for finding in group),
    )


def merge_undecided(undecided: Iterable[Undecided]) -> tuple[Undecided, ...]:
    """Join what one rule could not decide for one reason; sorted by rule, then by first exchange."""
    groups: dict[tuple[str, str], list[Undecided]] = {}
    for item in undecided:
        groups.setdefault((item.rule, item.reason), []).append(item)
    merged = [
        replace(group[0], exchanges=tuple(sorted({number for item in group for number in item.exchanges})))
        for group in groups.values()
    ]
    return tuple(sorted(merged, key=lambda item: (item.rule, item.exchanges[:1], item.reason)))
