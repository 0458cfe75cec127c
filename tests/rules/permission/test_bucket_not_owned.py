from tests.build.analyze import analyze_capture, only_finding
from tests.build.http import REQUEST_ID
from tests.build.refusals import denied, told

CODE = "PRM007"


def test_the_refusal_is_told_with_its_values() -> None:
    finding = only_finding(denied(message="The bucket you access does not belong to you.", target="/?acl"), CODE)
    text = f"{finding.summary} {finding.explanation} {' '.join(finding.fix)}"
    assert "oss:GetBucketAcl" in text
    assert "acs:oss:*:*:rokid" in text
    assert finding.evidence[-1].observed == REQUEST_ID


def test_it_is_the_only_fault_told() -> None:
    assert told(denied(message="The bucket you access does not belong to you.", target="/?acl")) == ["bucket-not-owned"]


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
