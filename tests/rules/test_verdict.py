import pytest

from osspcap.model.finding import Confidence, Finding, Severity, Undecided
from osspcap.rules.verdict import state_verdict
from tests.build.dissections import dissection, evidence, exchange

FACTS = dissection(exchange(0), exchange(1, role=None), connections=2)
ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


def found(summary: str, severity: Severity, category: str = "signature") -> Finding:
    return Finding("X", "x", category, severity, Confidence.CONFIRMED, summary, "", (), (), (evidence(),))


LOOKED_AT = "1 OSS exchange (2 exchanges, 2 connections)"
OPEN = (Undecided("X", "x", "no body"),)


@pytest.mark.parametrize(
    ("findings", "undecided", "verdict"),
    [
        ([], (), f"No fault found in {LOOKED_AT}."),
        ([], OPEN, f"No fault found in {LOOKED_AT}; 1 question left undecided."),
        ([found("a note", INFO)], (), f"No fault found in {LOOKED_AT}."),
        ([found("the secret is wrong", ERROR)], OPEN, "The secret is wrong."),
        ([found("one", ERROR), found("two.", WARNING), found("n", INFO)], (), "One. 1 further finding below."),
        ([found("cut", WARNING, "capture"), found("key", WARNING)], (), "Key. 1 further finding below."),
        (
            [found("cut", WARNING, "capture"), found("holes", WARNING, "capture")],
            (),
            f"No fault found in {LOOKED_AT}, but the capture has flaws: Cut. 1 further finding below.",
        ),
    ],
)
def test_verdict(findings: list[Finding], undecided: tuple[Undecided, ...], verdict: str) -> None:
    assert state_verdict(FACTS, 1, findings, undecided) == verdict


def test_a_capture_without_oss_traffic_says_that_nothing_was_judged() -> None:
    facts = dissection(connections=3)
    nothing = [found("nothing looks like OSS traffic", WARNING, "capture")]
    looked_at = "0 OSS exchanges (0 exchanges, 3 connections)"
    assert state_verdict(facts, 0, nothing, ()) == (f"Nothing looks like OSS traffic. Nothing was judged: {looked_at}.")
    assert state_verdict(facts, 0, [], OPEN) == (
        f"No OSS exchange could be read: {looked_at}; 1 question left undecided."
    )
    assert state_verdict(facts, 0, [found("it is encrypted", INFO, "tls")], ()) == (
        f"No OSS exchange could be read: {looked_at}. It is encrypted."
    )
