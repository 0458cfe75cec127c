from tests.build.analyze import analyze_capture, only_finding
from tests.build.http import REQUEST_ID
from tests.build.refusals import STS_KEY, denied, told

CODE = "PRM001"


def test_the_refusal_is_told_with_its_values() -> None:
    finding = only_finding(
        denied("InvalidAccessKeyId", "The OSS Access Key Id you provided does not exist in our records."), CODE
    )
    text = f"{finding.summary} {finding.explanation} {' '.join(finding.fix)}"
    assert "LTAI5tTestPermanentKey1" in text
    assert "Identities" in text
    assert finding.evidence[-1].observed == REQUEST_ID


def test_it_is_the_only_fault_told() -> None:
    assert told(denied("InvalidAccessKeyId", "The OSS Access Key Id you provided does not exist in our records.")) == [
        "access-key-unknown"
    ]


def test_another_cause_is_silent() -> None:
    assert not analyze_capture(
        denied("InvalidAccessKeyId", "The OSS Access Key Id you provided is disabled."), CODE
    ).findings


def test_a_temporary_key_is_another_rules() -> None:
    capture = denied(
        "InvalidAccessKeyId", "The OSS Access Key Id you provided does not exist in our records.", key=STS_KEY
    )
    assert told(capture) == ["security-token-missing"]


def test_a_malformed_key_is_another_rules() -> None:
    capture = denied(
        "InvalidAccessKeyId", "The OSS Access Key Id you provided does not exist in our records.", key="LTAI x"
    )
    assert not analyze_capture(capture, CODE).findings
