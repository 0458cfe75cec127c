from tests.build.analyze import analyze_capture, only_finding
from tests.build.http import REQUEST_ID
from tests.build.refusals import STS_KEY, TOKEN, denied, told

CODE = "STS002"


def test_the_refusal_is_told_with_its_values() -> None:
    finding = only_finding(
        denied(
            "SecurityTokenExpired",
            "The security token you provided has expired.",
            key=STS_KEY,
            headers={"x-oss-security-token": TOKEN},
        ),
        CODE,
    )
    text = f"{finding.summary} {finding.explanation} {' '.join(finding.fix)}"
    assert "has expired" in text
    assert "Expiration" in text
    assert finding.evidence[-1].observed == REQUEST_ID


def test_it_is_the_only_fault_told() -> None:
    assert told(
        denied(
            "SecurityTokenExpired",
            "The security token you provided has expired.",
            key=STS_KEY,
            headers={"x-oss-security-token": TOKEN},
        )
    ) == ["security-token-expired"]


def test_another_cause_is_silent() -> None:
    assert not analyze_capture(
        denied(
            message="You have no right to access this object because of bucket acl.",
            method="PUT",
            target="/reports%2Fa.txt",
            body=b"x",
        ),
        CODE,
    ).findings
