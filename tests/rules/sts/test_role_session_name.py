from tests.build.analyze import analyze_capture, only_finding
from tests.build.http import REQUEST_ID
from tests.build.refusals import role_refused, told

CODE = "STS011"


def test_the_refusal_is_told_with_its_values() -> None:
    finding = only_finding(
        role_refused("InvalidParameter.RoleSessionName", "The parameter RoleSessionName is wrongly formed."), CODE
    )
    text = f"{finding.summary} {finding.explanation} {' '.join(finding.fix)}"
    assert "2 to 32" in text
    assert finding.evidence[-1].observed == REQUEST_ID


def test_it_is_the_only_fault_told() -> None:
    assert told(
        role_refused("InvalidParameter.RoleSessionName", "The parameter RoleSessionName is wrongly formed.")
    ) == ["role-session-name"]


def test_another_cause_is_silent() -> None:
    assert not analyze_capture(role_refused("Throttling", "x", status=400), CODE).findings
