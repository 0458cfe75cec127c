from tests.build.analyze import analyze_capture, only_finding
from tests.build.http import REQUEST_ID
from tests.build.refusals import denied, told

CODE = "END009"


def test_the_refusal_is_told_with_its_values() -> None:
    finding = only_finding(
        denied(
            "NoSuchBucket",
            "The specified bucket does not exist.",
            status=404,
            host="rokid.img.example.com",
            BucketName="rokid.img.example.com",
        ),
        CODE,
    )
    text = f"{finding.summary} {finding.explanation} {' '.join(finding.fix)}"
    assert "rokid.img.example.com" in text
    assert "is_cname" in text
    assert finding.evidence[-1].observed == REQUEST_ID


def test_it_is_the_only_fault_told() -> None:
    assert told(
        denied(
            "NoSuchBucket",
            "The specified bucket does not exist.",
            status=404,
            host="rokid.img.example.com",
            BucketName="rokid.img.example.com",
        )
    ) == ["cname-not-bound"]


def test_another_cause_is_silent() -> None:
    assert not analyze_capture(denied("NoSuchBucket", "x", status=404, BucketName="rokid"), CODE).findings


def test_a_domain_of_another_account_is_told() -> None:
    assert told(denied("CnameDenied", "x", host="img.example.com")) == ["cname-not-bound"]
