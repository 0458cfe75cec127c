from tests.build.analyze import analyze_capture, only_finding
from tests.build.http import REQUEST_ID
from tests.build.refusals import denied, told

CODE = "END003"


def test_the_refusal_is_told_with_its_values() -> None:
    finding = only_finding(
        denied("InvalidBucketName", "x", status=400, host="rokid.oss-cn-hangzhou.aliyuncs.com/"), CODE
    )
    text = f"{finding.summary} {finding.explanation} {' '.join(finding.fix)}"
    assert "holds a slash" in text
    assert "https://oss-cn-hangzhou.aliyuncs.com" in text
    assert finding.evidence[-1].observed == REQUEST_ID


def test_it_is_the_only_fault_told() -> None:
    assert told(denied("InvalidBucketName", "x", status=400, host="rokid.oss-cn-hangzhou.aliyuncs.com/")) == [
        "endpoint-with-path-or-slash"
    ]


def test_another_cause_is_silent() -> None:
    assert not analyze_capture(
        denied("InvalidBucketName", "x", status=400, host="rokid.oss-cn-hangzhou.aliyuncs.com"), CODE
    ).findings
