from tests.build.analyze import analyze_capture, only_finding
from tests.build.http import REQUEST_ID
from tests.build.refusals import denied, told

CODE = "END006"


def test_the_refusal_is_told_with_its_values() -> None:
    finding = only_finding(
        denied(
            "InvalidBucketName",
            "The specified bucket is not valid.",
            status=400,
            host="my_bucket.oss-cn-hangzhou.aliyuncs.com",
        ),
        CODE,
    )
    text = f"{finding.summary} {finding.explanation} {' '.join(finding.fix)}"
    assert "my_bucket" in text
    assert "'_'" in text
    assert finding.evidence[-1].observed == REQUEST_ID


def test_it_is_the_only_fault_told() -> None:
    assert told(
        denied(
            "InvalidBucketName",
            "The specified bucket is not valid.",
            status=400,
            host="my_bucket.oss-cn-hangzhou.aliyuncs.com",
        )
    ) == ["bucket-name-invalid"]


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


def test_length_and_hyphens_are_named() -> None:
    for bucket, fault in (("ab", "2 characters"), ("a-b-", "hyphen"), ("fine-name", "does not allow")):
        capture = denied("InvalidBucketName", "x", status=400, host=f"{bucket}.oss-cn-hangzhou.aliyuncs.com")
        assert fault in only_finding(capture, CODE).summary
