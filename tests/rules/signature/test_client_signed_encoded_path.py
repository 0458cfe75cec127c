import pytest

from osspcap.model.finding import Confidence
from tests.build.mismatch import (
    SECRET,
    canonical,
    found,
    mismatch,
    only,
    report_on,
    v1_request,
    v1_string,
    v4_request,
    v4_string,
)

DECODED = v1_string(resource="/rokid/a/b c")
TARGET = "/a%2Fb%20c"


@pytest.mark.parametrize("signed", ["/rokid/a%2Fb%20c", "/rokid/a/b%20c"])
def test_the_secret_proves_that_the_encoded_path_was_signed(signed: str) -> None:
    report = report_on((v1_request(v1_string(resource=signed), TARGET), mismatch(DECODED)), secret=SECRET)
    assert found(report) == ["SIG103"]
    finding = only(report, "SIG103")
    assert finding.confidence is Confidence.CONFIRMED
    assert "percent-encod" in finding.summary


def test_a_v4_path_encoded_twice_is_told_too() -> None:
    signed = v4_string(canonical(uri="/rokid/a%2Fb"))
    right = canonical(uri="/rokid/a/b")
    report = report_on((v4_request(signed, "/a%2Fb"), mismatch(v4_string(right), request=right)), secret=SECRET)
    assert found(report) == ["SIG103"]


def test_a_server_that_took_the_path_as_it_stands_makes_it_likely() -> None:
    report = report_on((v1_request(DECODED, TARGET), mismatch(v1_string(resource="/rokid/a%2Fb%20c"))))
    assert found(report) == ["SIG103"]
    assert only(report, "SIG103").confidence is Confidence.LIKELY


def test_behind_a_proxy_the_proxy_may_have_decoded_it() -> None:
    sent = v1_request(v1_string(resource="/rokid/a%2Fb%20c"), TARGET, Via="1.1 p")
    assert found(report_on((sent, mismatch(DECODED)), secret=SECRET)) == ["SIG102"]


def test_an_encoded_slash_alone_is_silent() -> None:
    assert found(report_on((v1_request(DECODED, TARGET), mismatch(DECODED)))) == ["SIG101"]
    assert not report_on((v1_request(DECODED, TARGET), mismatch(DECODED)), only="SIG103", secret=SECRET).findings
