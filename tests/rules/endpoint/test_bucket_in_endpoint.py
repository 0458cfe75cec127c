from tests.build.analyze import analyze_capture, only_finding
from tests.build.http import REQUEST_ID
from tests.build.refusals import denied, told

CODE = "END002"


def test_the_refusal_is_told_with_its_values() -> None:
    finding = only_finding(
        denied("NoSuchBucket", "x", status=404, host="rokid.rokid.oss-cn-hangzhou.aliyuncs.com"), CODE
    )
    text = f"{finding.summary} {finding.explanation} {' '.join(finding.fix)}"
    assert "rokid.oss-cn-hangzhou.aliyuncs.com was meant" in text
    assert "https://oss-cn-hangzhou.aliyuncs.com" in text
    assert finding.evidence[-1].observed == REQUEST_ID


def test_it_is_the_only_fault_told() -> None:
    assert told(denied("NoSuchBucket", "x", status=404, host="rokid.rokid.oss-cn-hangzhou.aliyuncs.com")) == [
        "bucket-in-endpoint"
    ]


def test_another_cause_is_silent() -> None:
    assert not analyze_capture(
        denied("NoSuchBucket", "x", status=404, host="rokid.oss-cn-hangzhou.aliyuncs.com"), CODE
    ).findings


def test_two_names_are_likely_two_buckets() -> None:
    capture = denied("NoSuchBucket", "x", status=404, host="a1b.rokid.oss-cn-hangzhou.aliyuncs.com")
    assert only_finding(capture, CODE).confidence == "likely"
