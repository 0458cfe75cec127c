from tests.build.analyze import analyze_capture, exchange_capture, only_finding
from tests.build.http import REQUEST_ID, request, response
from tests.build.refusals import STS_KEY, TOKEN, denied, signed, told

CODE = "STS001"


def test_the_refusal_is_told_with_its_values() -> None:
    finding = only_finding(
        denied("InvalidAccessKeyId", "The OSS Access Key Id you provided does not exist in our records.", key=STS_KEY),
        CODE,
    )
    text = f"{finding.summary} {finding.explanation} {' '.join(finding.fix)}"
    assert "x-oss-security-token" in text
    assert "STS.NUTestTemporaryKey1" in text
    assert finding.evidence[-1].observed == REQUEST_ID


def test_it_is_the_only_fault_told() -> None:
    assert told(
        denied("InvalidAccessKeyId", "The OSS Access Key Id you provided does not exist in our records.", key=STS_KEY)
    ) == ["security-token-missing"]


def test_another_cause_is_silent() -> None:
    assert not analyze_capture(
        denied(
            "InvalidAccessKeyId",
            "The OSS Access Key Id you provided does not exist in our records.",
            key=STS_KEY,
            headers={"x-oss-security-token": TOKEN},
        ),
        CODE,
    ).findings


def test_head_without_a_reason_makes_it_likely() -> None:
    capture = exchange_capture((request("HEAD", **signed(STS_KEY)), response(403, "Forbidden")))
    finding = only_finding(capture, CODE)
    assert finding.confidence == "likely"


def test_a_url_lacks_its_parameter() -> None:
    target = f"/key?OSSAccessKeyId={STS_KEY}&Expires=9999999999&Signature=bgSo%3D"
    finding = only_finding(denied("InvalidAccessKeyId", "unknown", key=None, target=target), CODE)
    assert "the query parameter security-token" in finding.summary


def test_v4_is_read_as_well() -> None:
    value = f"OSS4-HMAC-SHA256 Credential={STS_KEY}/20181229/cn-hangzhou/oss/aliyun_v4_request,Signature={'a' * 64}"
    capture = denied(
        "InvalidAccessKeyId", "unknown", key=None, headers={"Authorization": value, "x-oss-date": "20181229T073234Z"}
    )
    assert told(capture) == ["security-token-missing"]
