import pytest

from osspcap.model.finding import Confidence
from tests.build.http import REQUEST_ID, response
from tests.build.mismatch import canonical, found, only, refusal, report_on, shown, v4_request, v4_string

REGION = refusal("InvalidArgument", "Invalid signing region in Authorization header.", status=400, ec="0002-00000226")


def sent(region: str = "cn-beijing", product: str = "oss", method: str = "PUT") -> bytes:
    return v4_request(v4_string(canonical(), region=region, product=product), method=method)


def test_message_in_full() -> None:
    report = report_on((sent(), REGION))
    assert found(report) == ["SIG107"]
    finding = only(report, "SIG107")
    assert finding.summary == (
        "OSS refused PutObject of rokid/dir/a.txt with 400 InvalidArgument (request ID "
        f"{REQUEST_ID}): the V4 signature "
        "is for region 'cn-beijing', but the endpoint is in cn-hangzhou"
    )
    assert finding.confidence is Confidence.CONFIRMED
    assert "cn-beijing/oss/aliyun_v4_request|region cn-hangzhou, product oss" in shown(finding)


@pytest.mark.parametrize(
    ("region", "product", "message", "told"),
    [
        ("cn-hangzhou", "s3", "Invalid signing product in Authorization header.", "for product 's3' instead of oss"),
        ("cn-hangzhou", "oss", "Invalid signing region in Authorization header.", "which is not the bucket's"),
        ("oss-cn-hangzhou", "oss", "Invalid signing region in Authorization header.", "'oss-cn-hangzhou'"),
    ],
)
def test_what_is_wrong_is_named(region: str, product: str, message: str, told: str) -> None:
    report = report_on((sent(region, product), refusal("InvalidArgument", message, status=400)))
    assert found(report) == ["SIG107"]
    assert told in only(report, "SIG107").summary


def test_head_without_a_document_is_likely() -> None:
    report = report_on((sent(method="HEAD"), response(400, "Bad Request")))
    assert found(report) == ["SIG107"]
    assert only(report, "SIG107").confidence is Confidence.LIKELY


@pytest.mark.parametrize(
    "answer",
    [
        response(200),
        response(403, "Forbidden"),
        refusal("NoSuchKey", "no", status=404),
        refusal("InvalidArgument", "no", status=400),
    ],
)
def test_other_answers_are_silent(answer: bytes) -> None:
    assert not report_on((sent(), answer), only="SIG107").findings
