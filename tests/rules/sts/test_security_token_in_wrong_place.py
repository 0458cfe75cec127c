from tests.build.analyze import analyze_capture, only_finding
from tests.build.http import REQUEST_ID
from tests.build.refusals import STS_KEY, TOKEN, denied, told

CODE = "STS004"


def test_the_refusal_is_told_with_its_values() -> None:
    finding = only_finding(
        denied(
            "InvalidAccessKeyId",
            "The OSS Access Key Id you provided does not exist in our records.",
            key=STS_KEY,
            headers={"security-token": TOKEN},
        ),
        CODE,
    )
    text = f"{finding.summary} {finding.explanation} {' '.join(finding.fix)}"
    assert "header security-token" in text
    assert "the header x-oss-security-token" in text
    assert finding.evidence[-1].observed == REQUEST_ID


def test_it_is_the_only_fault_told() -> None:
    assert told(
        denied(
            "InvalidAccessKeyId",
            "The OSS Access Key Id you provided does not exist in our records.",
            key=STS_KEY,
            headers={"security-token": TOKEN},
        )
    ) == ["security-token-in-wrong-place"]


def test_another_cause_is_silent() -> None:
    assert not analyze_capture(
        denied("InvalidAccessKeyId", "The OSS Access Key Id you provided does not exist in our records.", key=STS_KEY),
        CODE,
    ).findings


def test_a_url_wants_it_in_the_query() -> None:
    target = f"/key?OSSAccessKeyId={STS_KEY}&Expires=9999999999&Signature=bgSo%3D"
    message = "Security-token must be provided by query string parameter."
    capture = denied(
        "InvalidRequest", message, status=400, key=None, target=target, headers={"x-oss-security-token": TOKEN}
    )
    assert "reads it from the query parameter security-token" in only_finding(capture, CODE).summary


def test_twice_is_once_too_often() -> None:
    target = f"/key?OSSAccessKeyId={STS_KEY}&Expires=9999999999&Signature=bgSo%3D&security-token=abc"
    capture = denied(
        "InvalidRequest",
        "token",
        status=400,
        ec="0002-00000010",
        key=None,
        target=target,
        headers={"x-oss-security-token": TOKEN},
    )
    assert "sent twice" in only_finding(capture, CODE).summary
