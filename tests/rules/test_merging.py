import random
from collections.abc import Iterator

import pytest

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Finding, Severity, Undecided, Verdict
from osspcap.rules.base import ExchangeRule, Rule
from osspcap.rules.merging import MAX_EVIDENCE, drop_superseded, merge_findings, merge_undecided
from tests.build.dissections import evidence, exchange


class _Silent(ExchangeRule):
    severity, fix, sources = Severity.ERROR, ("Do.",), ("Here",)

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        raise NotImplementedError(exchange)


class Generic(_Silent):
    code, name, is_generic = "REQ916", "generic", True


class GenericOfServer(_Silent):
    code, name, is_generic, supersedes = "REQ910", "generic-of-server", True, ("REQ916",)


class Specific(_Silent):
    code, name = "PRM901", "specific"


class MildButSpecific(_Silent):
    code, name, severity, explains_error = "REQ901", "mild-but-specific", Severity.WARNING, True


class Network(_Silent):
    code, name = "NET901", "network"


class Capture(_Silent):
    code, name, severity = "CAP901", "capture", Severity.WARNING


class Clock(_Silent):
    code, name = "CLK901", "clock"


class Beside(_Silent):
    code, name, explains_error = "COR901", "beside", False


class TakesPermissions(_Silent):
    code, name, supersedes, explains_error = "SIG901", "takes-permissions", ("PRM", "SIG"), False


RULES: tuple[Rule, ...] = tuple(
    rule()
    for rule in (
        Generic,
        GenericOfServer,
        Specific,
        MildButSpecific,
        Network,
        Capture,
        Clock,
        Beside,
        TakesPermissions,
    )
)


def found(
    rule: type[Rule], *numbers: int, severity: Severity | None = None, streams: tuple[int, ...] = (), cause: str = ""
) -> Finding:
    parts = [evidence(number + 1, stream=number, exchange=number) for number in numbers]
    parts += [evidence(stream + 1, stream=stream) for stream in streams]
    return rule().finding(
        f"{rule.name}",
        *(parts or [evidence()]),
        exchanges=[exchange(number, 403, stream=number) for number in numbers],
        severity=severity,
        cause=cause,
    )


def left(*findings: Finding) -> list[tuple[str, tuple[int, ...]]]:
    return [(finding.name, finding.exchanges) for finding in drop_superseded(findings, (), RULES)[0]]


def test_a_generic_finding_gives_way_where_a_specific_rule_explains_the_error() -> None:
    findings = (found(Generic, 0), found(Generic, 1), found(Specific, 1))
    assert left(*findings) == [("generic", (0,)), ("specific", (1,))]


@pytest.mark.parametrize(
    "other",
    [
        found(Network, 0),
        found(Capture, streams=(0,)),
        found(Beside, 0),
        found(Clock, 0, severity=Severity.WARNING),
        found(Specific, 0, severity=Severity.INFO),
        found(MildButSpecific, 0, severity=Severity.INFO),
    ],
    ids=lambda finding: f"{finding.name}-{finding.severity}",
)
def test_a_finding_that_does_not_explain_the_error_leaves_the_generic_one_standing(other: Finding) -> None:
    assert ("generic", (0,)) in left(found(Generic, 0), other)


def test_a_warning_explains_if_its_rule_says_so() -> None:
    assert left(found(Generic, 0), found(MildButSpecific, 0)) == [("mild-but-specific", (0,))]


def test_generic_rules_do_not_explain_but_may_supersede_each_other() -> None:
    assert left(found(Generic, 0), found(GenericOfServer, 0)) == [("generic-of-server", (0,))]
    assert left(found(Generic, 0), found(GenericOfServer, 0), found(Specific, 0)) == [("specific", (0,))]


def test_a_finding_over_several_exchanges_loses_only_those_that_are_better_explained() -> None:
    kept, _ = drop_superseded((found(Generic, 0, 1, 2), found(Specific, 1)), (), RULES)
    generic = kept[0]
    assert generic.exchanges == (0, 2)
    assert [item.exchange for item in generic.evidence] == [0, 2]
    assert generic.streams == (0, 2)


def test_a_rule_supersedes_a_family_but_not_itself() -> None:
    findings = (found(Specific, 0), found(TakesPermissions, 0), found(Specific, 1))
    assert left(*findings) == [("takes-permissions", (0,)), ("specific", (1,))]


def test_findings_about_connections_are_superseded_on_the_same_connection() -> None:
    findings = (found(Specific, streams=(0, 1)), found(TakesPermissions, streams=(1,)))
    kept, _ = drop_superseded(findings, (), RULES)
    assert [(finding.name, finding.streams) for finding in kept] == [("specific", (0,)), ("takes-permissions", (1,))]


def test_a_finding_about_the_whole_capture_is_never_superseded() -> None:
    findings = (found(Specific), found(TakesPermissions))
    assert left(*findings) == [("specific", ()), ("takes-permissions", ())]


def test_what_a_superseded_rule_could_not_decide_is_not_asked_any_more() -> None:
    open_questions = [Undecided("PRM901", "specific", "no body", (0, 1)), Undecided("PRM901", "specific", "no file")]
    _, undecided = drop_superseded((found(TakesPermissions, 0),), open_questions, RULES)
    assert [(item.reason, item.exchanges) for item in undecided] == [("no body", (1,)), ("no file", ())]


def test_findings_with_one_cause_become_one() -> None:
    merged = merge_findings([found(Specific, 2, cause="c"), found(Specific, 0, cause="c"), found(Specific, 1)])
    assert [(finding.exchanges, finding.occurrences, finding.streams) for finding in merged] == [
        ((0, 2), 2, (0, 2)),
        ((1,), 1, (1,)),
    ]


def test_equal_summaries_of_different_rules_stay_apart() -> None:
    assert len(merge_findings([found(Specific, 0, cause="c"), found(Beside, 0, cause="c")])) == 2


def test_the_worst_of_merged_findings_lends_its_words() -> None:
    mild = found(Specific, 0, severity=Severity.INFO, cause="c")
    bad = found(Specific, 1, cause="c")
    (merged,) = merge_findings([mild, bad])
    assert merged.severity is Severity.ERROR
    assert merged.evidence[0].exchange == 1
    assert {item.exchange for item in merged.evidence} == {0, 1}


def test_thousands_of_occurrences_keep_bounded_evidence_and_every_exchange() -> None:
    (merged,) = merge_findings([found(Specific, number, cause="c") for number in range(20_000)])
    assert len(merged.evidence) == MAX_EVIDENCE
    assert merged.exchanges == tuple(range(20_000))
    assert merged.occurrences == 20_000


def test_a_single_finding_with_too_much_evidence_is_cut() -> None:
    (merged,) = merge_findings([found(Specific, *range(80))])
    assert (len(merged.evidence), len(merged.exchanges)) == (MAX_EVIDENCE, 80)


def test_what_is_undecided_for_one_reason_is_told_once() -> None:
    items = [Undecided("B", "b", "no body", (3,)), Undecided("A", "a", "x"), Undecided("B", "b", "no body", (1,))]
    assert merge_undecided(items) == (Undecided("A", "a", "x"), Undecided("B", "b", "no body", (1, 3)))


def test_the_order_of_findings_does_not_change_what_is_left() -> None:
    findings = [found(Generic, 0, 1), found(Specific, 1), found(TakesPermissions, 1), found(Generic, 2)]
    shuffled = random.Random(7).sample(findings, len(findings))
    assert (
        sorted(left(*findings))
        == sorted(left(*shuffled))
        == [
            ("generic", (0,)),
            ("generic", (2,)),
            ("takes-permissions", (1,)),
        ]
    )
