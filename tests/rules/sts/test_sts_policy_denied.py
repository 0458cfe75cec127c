from tests.build.analyze import analyze_capture, only_finding
from tests.build.http import REQUEST_ID
from tests.build.refusals import STS_KEY, TOKEN, denied, told

CODE = "STS005"


def test_the_refusal_is_told_with_its_values() -> None:
    finding = only_finding(
        denied(message="Access denied by authorizer's policy.", key=STS_KEY, headers={"x-oss-security-token": TOKEN}),
        CODE,
    )
    text = f"{finding.summary} {finding.explanation} {' '.join(finding.fix)}"
    assert "oss:GetObject on acs:oss:*:*:rokid/key" in text
    assert "AssumeRole" in text
    assert "the role" in text
    assert finding.evidence[-1].observed == REQUEST_ID


def test_it_is_the_only_fault_told() -> None:
    assert told(
        denied(message="Access denied by authorizer's policy.", key=STS_KEY, headers={"x-oss-security-token": TOKEN})
    ) == ["sts-policy-denied"]


def test_another_cause_is_silent() -> None:
    assert not analyze_capture(denied(message="Access denied by authorizer's policy."), CODE).findings
