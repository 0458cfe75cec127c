from tests.build.analyze import analyze_capture, only_finding
from tests.build.http import REQUEST_ID
from tests.build.refusals import role_refused, told

CODE = "STS010"


def test_the_refusal_is_told_with_its_values() -> None:
    finding = only_finding(
        role_refused("InvalidParameter.PolicyGrammar", "The parameter Policy has not passed grammar check."), CODE
    )
    text = f"{finding.summary} {finding.explanation} {' '.join(finding.fix)}"
    assert "Leave `Policy` out" in text
    assert finding.evidence[-1].observed == REQUEST_ID


def test_it_is_the_only_fault_told() -> None:
    assert told(
        role_refused("InvalidParameter.PolicyGrammar", "The parameter Policy has not passed grammar check.")
    ) == ["policy-grammar"]


def test_another_cause_is_silent() -> None:
    assert not analyze_capture(role_refused("Throttling", "x", status=400), CODE).findings
