import pytest

from osspcap.model.finding import Confidence
from tests.build.http import BUCKET_HOST, REQUEST_ID, response
from tests.build.mismatch import EXPIRES, KEY, found, only, refusal, report_on, shown, v1_string, v1_url
from tests.build.signed import raw_request

EXPIRED = refusal("AccessDenied", "Request has expired.", ec="0002-00000069")
SIGNED = v1_string("GET", "/rokid/k")
V4 = (
    f"/k?x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-credential={KEY}%2F20181229%2Fcn-hangzhou%2Foss%2F"
    "aliyun_v4_request&x-oss-date=20181229T063234Z&x-oss-expires=900&x-oss-signature=" + "a" * 64
)


def get(target: str, method: str = "GET") -> bytes:
    return raw_request(method, target, {"Host": BUCKET_HOST})


def test_message_and_evidence_in_full() -> None:
    report = report_on((get(v1_url("/k", SIGNED, expires=1_546_068_454)), EXPIRED))
    assert found(report) == ["SIG104"]
    finding = only(report, "SIG104")
    assert finding.summary == (
        f"OSS refused GetObject of rokid/k with 403 AccessDenied (request ID {REQUEST_ID}): the signed URL had expired "
        "5 min 0 s before it was used (Expires=1546068454, ended 2018-12-29T07:27:34Z)"
    )
    assert finding.confidence is Confidence.CONFIRMED
    told = shown(finding)
    assert "request query parameter Expires|1546068454|a time after 2018-12-29T07:32:34.000000Z" in told
    assert "response header Date|Sat, 29 Dec 2018 07:32:34 GMT|before 2018-12-29T07:27:34.000000Z" in told
    assert "Request has expired" in told


@pytest.mark.parametrize(
    ("target", "told"),
    [
        (
            V4,
            (
                "expired 45 min 0 s before it was used (x-oss-expires=900, ended 2018-12-29T06:47:34Z "
                "after a life of 900 s)"
            ),
        ),
        (v1_url("/k", SIGNED, expires=3600), "Expires=3600 lies in the year 1970"),
        (v1_url("/k", SIGNED, expires=EXPIRES), "although Expires lets it live for another 1 h 0 min"),
        ("/k?AWSAccessKeyId=A&Signature=b&Expires=1546068753", "expired 1 s before"),
        ("/k?X-Amz-Credential=A&X-Amz-Signature=b&X-Amz-Date=20181229T073134Z&X-Amz-Expires=30", "expired 30 s before"),
    ],
)
def test_every_scheme_is_read(target: str, told: str) -> None:
    report = report_on((get(target), EXPIRED))
    assert found(report) == ["SIG104"]
    assert told in only(report, "SIG104").summary


def test_head_without_a_reason_after_the_end_is_likely() -> None:
    report = report_on((get(v1_url("/k", SIGNED, expires=1_546_060_000), "HEAD"), response(403, "Forbidden")))
    assert found(report) == ["SIG104"]
    assert only(report, "SIG104").confidence is Confidence.LIKELY


@pytest.mark.parametrize(
    ("expires", "answer"),
    [
        (EXPIRES, response(403, "Forbidden")),
        (1_546_060_000, refusal("NoSuchKey", "The specified key does not exist.", status=404)),
        (1_546_060_000, response(200)),
    ],
)
def test_a_url_in_time_another_error_and_a_success_are_silent(expires: int, answer: bytes) -> None:
    report = report_on((get(v1_url("/k", SIGNED, expires=expires), "GET"), answer), only="SIG104")
    assert not report.findings


def test_one_url_used_again_and_again_is_one_finding() -> None:
    used = (get(v1_url("/k", SIGNED, expires=1_546_068_454)), EXPIRED)
    assert only(report_on(used, used, used), "SIG104").occurrences == 3
