"""Runs the rules over the facts of a capture and tells each fault once.

In: a `Dissection` and the rules chosen. Out: findings, sorted; what could not be decided; one sentence for the top of
the report. The order of work matters: needless findings go first, exchange by exchange (`supersedes`, `is_generic`),
and only then are findings with one cause merged, so that a merged finding lists just the exchanges it explains.

Cost: exchanges are sorted into groups once (about 0.1 us each), and a rule sees only its group; all else is linear
in the number of verdicts. A rule that raises is a defect, but never costs the report: the exchange it failed on
becomes an `Undecided`.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from operator import attrgetter
from pathlib import PurePath

from osspcap.model.comparison import SightedRequest
from osspcap.model.exchange import Exchange
from osspcap.model.facts import NO_FACTS
from osspcap.model.finding import Finding, Undecided, Verdict
from osspcap.model.operation import Role
from osspcap.model.record import record
from osspcap.model.report import Dissection
from osspcap.model.stream import Connection
from osspcap.model.usual import USUAL_STATUS_END, UsualExchange, unusual
from osspcap.oss.legs import Legs
from osspcap.rules.base import CaptureRule, ComparisonRule, ExchangeRule, Rule, StreamRule
from osspcap.rules.merging import drop_superseded, merge_findings, merge_undecided
from osspcap.rules.needs import is_error
from osspcap.rules.verdict import state_verdict

_Choice = tuple[bool, bool, tuple[Role, ...], tuple[type, ...], frozenset[int]]
"""What an exchange rule asks for: errors only, OSS only, roles, facts, statuses."""
_ANY: frozenset[int] = frozenset()
_OnConnection = tuple[Connection, tuple[Exchange, ...]]


@record
class Judgement:
    """What the rules made of a capture."""

    findings: tuple[Finding, ...]
    """Worst first, then by first frame."""
    undecided: tuple[Undecided, ...]
    """By rule, then by first exchange."""
    rules_checked: int
    """How many rules were asked."""
    verdict: str
    """One sentence: the answer to what went wrong."""


def judge(dissection: Dissection, rules: Sequence[Rule], *, needless: int = 0) -> Judgement:
    """Let every rule judge the capture; raises nothing, whatever a rule does.

    Args:
        dissection: The capture.
        rules: Sorted by code.
        needless: How many more rules were chosen that have nothing to look at here.
    """
    groups = _Groups(dissection)
    verdicts: list[Verdict] = []
    for rule in rules:
        _apply(rule, dissection, groups, verdicts)
    findings = [verdict for verdict in verdicts if isinstance(verdict, Finding)]
    undecided = [verdict for verdict in verdicts if isinstance(verdict, Undecided)]
    findings, undecided = drop_superseded(findings, undecided, rules)
    ordered = tuple(sorted(merge_findings(findings), key=_order))
    merged_undecided = merge_undecided(undecided)
    sentence = state_verdict(dissection, groups.oss_count, ordered, merged_undecided)
    return Judgement(ordered, merged_undecided, len(rules) + needless, sentence)


def _order(finding: Finding) -> tuple[int, int, str]:
    return finding.severity.rank, min(item.frame for item in finding.evidence), finding.rule


def _apply(rule: Rule, dissection: Dissection, groups: "_Groups", verdicts: list[Verdict]) -> None:
    """Append the verdicts of one rule on all that it is about."""
    match rule:
        case ExchangeRule():
            check = rule.check
            for exchange in groups.exchanges_for(rule):
                try:
                    verdicts.extend(check(exchange))
                except Exception as error:  # noqa: BLE001 - one defective rule must not cost the report
                    verdicts.append(_defect(rule, error, exchange.id))
        case StreamRule():
            for connection, exchanges in groups.connections_for(rule):
                try:
                    verdicts.extend(rule.check(connection, exchanges))
                except Exception as error:  # noqa: BLE001 - likewise
                    verdicts.append(_defect(rule, error, *(exchange.id for exchange in exchanges[:1])))
        case CaptureRule():
            if rule.on_facts and all(dissection.facts.get(kind) is None for kind in rule.on_facts):
                return
            if rule.on_tls and not any(connection.tls for connection in dissection.connections):
                return
            try:
                verdicts.extend(rule.check(dissection))
            except Exception as error:  # noqa: BLE001 - likewise
                verdicts.append(_defect(rule, error))
        case ComparisonRule():
            legs = dissection.facts.get(Legs)
            if legs is not None:
                apply_to_requests(rule, legs.requests, verdicts)


def apply_to_requests(rule: ComparisonRule, requests: Iterable[SightedRequest], verdicts: list[Verdict]) -> None:
    """Append the verdicts of one rule on requests that were seen at two places."""
    for request in requests:
        try:
            verdicts.extend(rule.check(request))
        except Exception as error:  # noqa: BLE001 - one defective rule must not cost the report
            verdicts.append(_defect(rule, error, *request.exchanges[:1]))


def _defect(rule: Rule, error: Exception, *exchanges: int) -> Undecided:
    """Name the place and not the message: that may quote the capture, and would part what is one defect."""
    from traceback import extract_tb  # noqa: PLC0415 - only when something went wrong

    place = extract_tb(error.__traceback__)[-1]
    where = f"{type(error).__name__} in {PurePath(place.filename).name} line {place.lineno}"
    return Undecided(rule.code, rule.name, f"internal error in rule {rule.code}: {where}; please report it", exchanges)


def _code_of(exchange: Exchange) -> str:
    """Return the code that an error document states; empty without one."""
    operation = exchange.operation
    return "" if operation is None or operation.error is None else operation.error.code.value


class _Groups:
    """The exchanges of a capture by what rules ask for; each group is gathered when it is first asked for."""

    def __init__(self, dissection: Dissection) -> None:
        self._dissection = dissection
        self._unusual = unusual(dissection.exchanges)
        self._by_choice: dict[_Choice, Sequence[Exchange]] = {
            (False, False, (), (), _ANY): dissection.exchanges,
        }
        self._by_code: dict[_Choice, dict[str, list[Exchange]]] = {}
        self._with_facts: list[Exchange] | None = None
        self._by_connection_choice: dict[tuple[bool, bool, bool], list[_OnConnection]] = {}

    @property
    def oss_count(self) -> int:
        """Count of exchanges that have to do with OSS."""
        usual = len(self._dissection.exchanges) - len(self._unusual)
        return usual + sum(exchange.is_oss for exchange in self._unusual)

    def exchanges_for(self, rule: ExchangeRule) -> Sequence[Exchange]:
        """Return the exchanges that a rule wants to see."""
        is_about_oss = rule.on_oss_only or bool(rule.on_roles)
        choice = (rule.on_error_only, is_about_oss, rule.on_roles, rule.on_facts, rule.on_statuses)
        return self._stating(rule.on_codes, choice) if rule.on_codes else self._gather(choice)

    def _stating(self, codes: frozenset[str], choice: _Choice) -> Sequence[Exchange]:
        """Return those of a choice that state one of some error codes, or none at all, in order."""
        by_code = self._by_code.get(choice)
        if by_code is None:
            by_code = self._by_code[choice] = {}
            for exchange in self._gather(choice):
                by_code.setdefault(_code_of(exchange), []).append(exchange)
        found = [by_code[code] for code in (*codes, "") if code in by_code]
        return found[0] if len(found) == 1 else sorted(chain.from_iterable(found), key=attrgetter("id"))

    def _gather(self, choice: _Choice) -> Sequence[Exchange]:
        found = self._by_choice.get(choice)
        if found is None:
            found = self._by_choice[choice] = list(self._narrowed(*choice))
        return found

    def _narrowed(
        self,
        on_error_only: bool,  # noqa: FBT001 - the items of a choice
        on_oss_only: bool,  # noqa: FBT001 - likewise
        roles: tuple[Role, ...],
        facts: tuple[type, ...],
        statuses: frozenset[int],
    ) -> Iterator[Exchange]:
        """Yield what a choice asks for out of what a wider one does; the rarest things are asked for first."""
        if roles:
            wider = self._gather((on_error_only, on_oss_only, (), facts, statuses))
            return (e for e in wider if e.operation is not None and e.operation.role in roles)
        if on_oss_only:
            return (e for e in self._gather((on_error_only, False, (), facts, statuses)) if e.is_oss)
        if on_error_only:
            wider = self._gather((False, False, (), facts, statuses)) if facts or statuses else self._unusual
            return (e for e in wider if type(e) is not UsualExchange and is_error(e))
        if statuses:
            wider = (
                self._unusual
                if min(statuses) >= USUAL_STATUS_END and not facts
                else self._gather((False, False, (), facts, _ANY))
            )
            return (e for e in wider if e.status in statuses)
        return (e for e in self._of_facts() if any(e.facts.get(kind) is not None for kind in facts))

    def _of_facts(self) -> list[Exchange]:
        """Return the exchanges about which any fact was computed."""
        if self._with_facts is None:
            self._with_facts = [exchange for exchange in self._dissection.exchanges if exchange.facts is not NO_FACTS]
        return self._with_facts

    def connections_for(self, rule: StreamRule) -> list[_OnConnection]:
        """Return the connections that a rule wants to see, each with its exchanges."""
        choice = (rule.on_tls, rule.on_resets, rule.on_notable_exchanges)
        found = self._by_connection_choice.get(choice)
        if found is None:
            found = self._by_connection_choice[choice] = self._on_connections(*choice)
        return found

    def _on_connections(
        self,
        on_tls: bool,  # noqa: FBT001 - the items of a choice
        on_resets: bool,  # noqa: FBT001 - likewise
        on_notable_exchanges: bool,  # noqa: FBT001 - likewise
    ) -> list[_OnConnection]:
        connections: Sequence[Connection] = self._dissection.connections
        if on_notable_exchanges:
            notable = {exchange.stream for exchange in self._of_facts()}
            notable.update(e.stream for e in self._unusual if e.response is None)
            connections = [connection for connection in connections if connection.stream in notable]
        if on_tls:
            connections = [connection for connection in connections if connection.tls]
        if on_resets:
            connections = [connection for connection in connections if any(d.resets for d in connection.directions)]
        if not connections:
            return []
        by_stream: dict[int, list[Exchange]] = {connection.stream: [] for connection in connections}
        for exchange in self._dissection.exchanges:
            if exchange.stream in by_stream:
                by_stream[exchange.stream].append(exchange)
        return [(connection, tuple(by_stream[connection.stream])) for connection in connections]
