from tests.build.analyze import analyze_capture, only_finding
from tests.build.http import REQUEST_ID
from tests.build.refusals import denied, told

CODE = "PRM002"


def test_the_refusal_is_told_with_its_values() -> None:
    finding = only_finding(denied("InvalidAccessKeyId", "The OSS Access Key Id you provided is disabled."), CODE)
    text = f"{finding.summary} {finding.explanation} {' '.join(finding.fix)}"
    assert "is disabled" in text
    assert "Enable" in text
    assert finding.evidence[-1].observed == REQUEST_ID


def test_it_is_the_only_fault_told() -> None:
    assert told(denied("InvalidAccessKeyId", "The OSS Access Key Id you provided is disabled.")) == [
        "access-key-disabled"
    ]


def test_another_cause_is_silent() -> None:
    assert not analyze_capture(
        denied("InvalidAccessKeyId", "The OSS Access Key Id you provided does not exist in our records."), CODE
    ).findings
