from tests.build.analyze import analyze_capture, only_finding
from tests.build.http import REQUEST_ID
from tests.build.refusals import denied, told

CODE = "PRM011"


def test_the_refusal_is_told_with_its_values() -> None:
    finding = only_finding(denied("UserDisable", "UserDisable"), CODE)
    text = f"{finding.summary} {finding.explanation} {' '.join(finding.fix)}"
    assert "arrears" in text
    assert "Message Center" in text
    assert finding.evidence[-1].observed == REQUEST_ID


def test_it_is_the_only_fault_told() -> None:
    assert told(denied("UserDisable", "UserDisable")) == ["user-disabled"]


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


def test_a_bucket_can_be_barred_too() -> None:
    assert "the bucket is barred" in only_finding(denied("BucketDisable", "x"), CODE).summary
