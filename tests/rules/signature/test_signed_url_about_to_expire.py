import pytest

from osspcap.model.finding import Severity
from tests.build.http import BUCKET_HOST, response
from tests.build.mismatch import only, refusal, report_on, v1_string, v1_url
from tests.build.signed import raw_request

NOW = 1_546_068_754


def get(expires: int) -> bytes:
    return raw_request("GET", v1_url("/k", v1_string("GET", "/rokid/k"), expires=expires), {"Host": BUCKET_HOST})


def test_message_in_full() -> None:
    finding = only(report_on((get(NOW + 30), response(200, body=b"x"))), "SIG112")
    assert finding.severity is Severity.INFO
    assert finding.summary == "GetObject of rokid/k used a signed URL with 30 s left"
    assert [item.field for item in finding.evidence] == ["request query parameter Expires", "response header Date"]


def test_the_life_of_a_v4_url_is_named() -> None:
    scheme = "x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-credential=a%2Fb"
    target = f"/k?{scheme}&x-oss-date=20181229T073144Z&x-oss-expires=60&x-oss-signature=c"
    sent = raw_request("GET", target, {"Host": BUCKET_HOST})
    assert only(report_on((sent, response(200))), "SIG112").summary.endswith("with 10 s left of a life of 60 s")


@pytest.mark.parametrize("left_s", [60, 3600, -5])
def test_longer_lives_and_ends_before_the_servers_time_are_silent(left_s: int) -> None:
    assert not report_on((get(NOW + left_s), response(200)), only="SIG112").findings


def test_a_refused_url_is_silent() -> None:
    assert not report_on((get(NOW + 30), refusal("NoSuchKey", "no", status=404)), only="SIG112").findings


def test_many_uses_are_one_note() -> None:
    assert only(report_on(*((get(NOW + n), response(200)) for n in range(5, 15))), "SIG112").occurrences == 10
