import pytest

from osspcap.model.finding import Confidence
from tests.build.http import BUCKET_HOST, REQUEST_ID
from tests.build.mismatch import (
    EXPIRES,
    OTHER_SECRET,
    SECRET,
    found,
    mismatch,
    only,
    report_on,
    shown,
    v1_string,
    v1_url,
)
from tests.build.signed import raw_request


def use(
    content_type: str, method: str = "PUT", *, signed_type: str = "", secret: str = SECRET, **headers: str
) -> tuple[bytes, bytes]:
    """A URL signed for one type and used with another, and what OSS says to that."""
    signed = v1_string(method, "/rokid/k", date=str(EXPIRES), content_type=signed_type)
    fields = {"Host": BUCKET_HOST} | {name.replace("_", "-"): value for name, value in headers.items()}
    if content_type:
        fields["Content-Type"] = content_type
    sent = raw_request(method, v1_url("/k", signed, secret=secret), fields)
    return sent, mismatch(v1_string(method, "/rokid/k", date=str(EXPIRES), content_type=content_type))


def test_message_of_curls_default_in_full() -> None:
    report = report_on(use("application/x-www-form-urlencoded"))
    assert found(report) == ["SIG106"]
    finding = only(report, "SIG106")
    assert finding.summary == (
        "OSS refused PutObject of rokid/k with 403 SignatureDoesNotMatch (request ID "
        f"{REQUEST_ID}): the request was sent "
        "with Content-Type application/x-www-form-urlencoded, which the signer of its URL most likely did not sign"
    )
    assert finding.confidence is Confidence.LIKELY
    assert "Sending the request without Content-Type decides" in finding.explanation
    assert "request header Content-Type|application/x-www-form-urlencoded|" in shown(finding)


@pytest.mark.parametrize(
    ("content_type", "method", "headers"),
    [
        ("application/json", "GET", {}),
        ("image/png", "GET", {}),
        ("text/plain;charset=UTF-8", "PUT", {}),
        ("multipart/form-data; boundary=x", "PUT", {}),
        ("image/png", "PUT", {"Origin": "https://www.example.com"}),
        ("image/png", "PUT", {"User_Agent": "Mozilla/5.0 (X11)"}),
    ],
)
def test_types_that_nobody_chose(content_type: str, method: str, headers: dict[str, str]) -> None:
    assert found(report_on(use(content_type, method, **headers))) == ["SIG106"]


@pytest.mark.parametrize(
    ("sent", "signed"),
    [("image/png", ""), ("text/plain; charset=utf-8", "text/plain"), ("", "application/octet-stream")],
)
def test_the_secret_proves_it_for_any_type(sent: str, signed: str) -> None:
    report = report_on(use(sent, signed_type=signed), secret=SECRET)
    assert found(report) == ["SIG106"]
    assert only(report, "SIG106").confidence is Confidence.CONFIRMED


def test_a_type_that_somebody_chose_speaks_for_the_secret() -> None:
    assert found(report_on(use("image/png", signed_type="image/png", secret=OTHER_SECRET))) == ["SIG101"]


def test_a_secret_that_clears_the_type_is_silent() -> None:
    pair = use("application/json", signed_type="application/json", secret=OTHER_SECRET)
    assert found(report_on(pair, secret=SECRET)) == ["SIG101"]


def test_a_url_without_a_type_is_silent() -> None:
    assert found(report_on(use("", secret=OTHER_SECRET))) == ["SIG101"]
