from tests.build.analyze import analyze_capture, only_finding
from tests.build.http import REQUEST_ID
from tests.build.refusals import STS_KEY, TOKEN, denied, told

CODE = "STS003"


def test_the_refusal_is_told_with_its_values() -> None:
    finding = only_finding(
        denied(
            "InvalidSecurityToken",
            "The security token you provided is invalid.",
            key=STS_KEY,
            headers={"x-oss-security-token": TOKEN},
        ),
        CODE,
    )
    text = f"{finding.summary} {finding.explanation} {' '.join(finding.fix)}"
    assert "one AssumeRole answer" in text
    assert finding.evidence[-1].observed == REQUEST_ID


def test_it_is_the_only_fault_told() -> None:
    assert told(
        denied(
            "InvalidSecurityToken",
            "The security token you provided is invalid.",
            key=STS_KEY,
            headers={"x-oss-security-token": TOKEN},
        )
    ) == ["invalid-security-token"]


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


def test_a_temporary_key_that_is_not_known_has_probably_ended() -> None:
    finding = only_finding(
        denied(
            "InvalidAccessKeyId",
            "The OSS Access Key Id you provided does not exist in our records.",
            key=STS_KEY,
            headers={"x-oss-security-token": TOKEN},
        ),
        CODE,
    )
    assert finding.name == "invalid-security-token"


def test_a_permanent_key_takes_no_token() -> None:
    capture = denied("AccessKeyIdAndSecurityTokenNotMatch", "no match", headers={"x-oss-security-token": TOKEN})
    assert "is no temporary key" in only_finding(capture, CODE).summary
