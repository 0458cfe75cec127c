import pytest

from osspcap.model.finding import Confidence
from tests.build.http import BUCKET_HOST, REQUEST_ID, response
from tests.build.mismatch import EXPIRES, found, only, refusal, report_on, shown, v1_request, v1_string, v1_url
from tests.build.signed import raw_request

SIGNED = v1_string("GET", "/rokid/k", date=str(EXPIRES))
URL = v1_url("/k", SIGNED)
REFUSED = refusal("InvalidArgument", "Only one auth mechanism allowed.", status=400)


def test_message_of_a_login_token_beside_a_signed_url_in_full() -> None:
    sent = raw_request("GET", URL, {"Host": BUCKET_HOST, "Authorization": "Bearer eyJhbGciOiJIUzI1NiJ9.e30.abc"})
    report = report_on((sent, REFUSED))
    assert found(report) == ["SIG110"]
    finding = only(report, "SIG110")
    assert finding.summary == (
        f"OSS refused GetObject of rokid/k with 400 InvalidArgument (request ID {REQUEST_ID}): the "
        "request carries a V1 "
        "signature in the URL and a Bearer Authorization header, and OSS takes only one"
    )
    assert finding.confidence is Confidence.CONFIRMED
    assert "request header Authorization|" in shown(finding)
    assert "request query parameter OSSAccessKeyId|" in shown(finding)


@pytest.mark.parametrize(
    "message", ["Only one auth mechanism allowed.", "Authorization header is invalid.", "Bad argument."]
)
def test_two_signatures_of_oss_are_told_whatever_the_message(message: str) -> None:
    answer = refusal("InvalidArgument", message, status=400)
    report = report_on((v1_request(SIGNED, URL, method="GET"), answer))
    assert found(report) == ["SIG110"]
    assert "a V1 signature in the header and a V1 signature in the URL" in only(report, "SIG110").summary


def test_a_proxy_that_may_have_added_one_is_named() -> None:
    sent = v1_request(SIGNED, URL, method="GET", Via="1.1 gate")
    assert "that may have added one" in only(report_on((sent, REFUSED)), "SIG110").explanation


@pytest.mark.parametrize("answer", [response(200), refusal("NoSuchKey", "no", status=404)])
def test_accepted_requests_and_other_errors_are_silent(answer: bytes) -> None:
    assert not report_on((v1_request(SIGNED, URL, method="GET"), answer), only="SIG110").findings


def test_one_authentication_is_silent() -> None:
    assert not report_on((v1_request(SIGNED, "/k", method="GET"), REFUSED), only="SIG110").findings
