import pytest

from osspcap.model.finding import Confidence
from tests.build.http import REQUEST_ID
from tests.build.mismatch import (
    OTHER_SECRET,
    SECRET,
    found,
    judged,
    mismatch,
    only,
    report_on,
    shown,
    v1_request,
    v1_string,
)
from tests.build.wire import Capture

SENT = v1_string(content_type="text/html")
ARRIVED = v1_string(content_type="text/plain")


def test_behind_a_proxy_two_causes_are_named() -> None:
    sent = v1_request(SENT, "/dir%2Fa.txt", Content_Type="text/plain", Via="1.1 corp-proxy-01")
    report = report_on((sent, mismatch(ARRIVED)))
    assert found(report) == ["SIG102"]
    finding = only(report, "SIG102")
    assert finding.summary == (
        "OSS refused PutObject of rokid/dir/a.txt with 403 SignatureDoesNotMatch (request ID "
        f"{REQUEST_ID}): the request "
        "passed a proxy and reached OSS as it was captured here, but the client most likely signed something else"
    )
    assert finding.confidence is Confidence.LIKELY
    assert "Two causes fit" in finding.explanation
    assert "Via show that it had passed a proxy (corp-proxy-01)" in finding.explanation
    told = shown(finding)
    assert "request line|PUT /dir%2Fa.txt HTTP/1.1|" in told
    assert "request header Via|1.1 corp-proxy-01|" in told


@pytest.mark.parametrize(
    ("signed", "target", "headers", "told"),
    [
        (v1_string(), "/dir/a.txt", {"Content_Type": "text/plain"}, "Content-Type was not signed"),
        (v1_string(), "/dir/a.txt", {"x_oss_meta_a": "1"}, "x-oss-meta-a was not signed"),
        (v1_string("POST"), "/dir/a.txt", {}, "the method signed was POST"),
        (v1_string(resource="/rokid/a/b"), "/a//b", {}, "with its doubled slashes folded into one"),
    ],
)
def test_the_secret_proves_what_the_client_signed(signed: str, target: str, headers: dict[str, str], told: str) -> None:
    lines = "x-oss-meta-a:1\n" if headers.get("x_oss_meta_a") else ""
    arrived = v1_string(resource="/rokid" + target, content_type=headers.get("Content_Type", ""), headers=lines)
    report = report_on((v1_request(signed, target, **headers), mismatch(arrived)), secret=SECRET)
    assert found(report) == ["SIG102"]
    finding = only(report, "SIG102")
    assert finding.confidence is Confidence.CONFIRMED
    assert told in finding.summary


AGENT = "aliyun-sdk-python/2.19.1(Linux/6.1/x86_64;3.11.7)"


@pytest.mark.parametrize(
    ("headers", "rules"),
    [
        ({"User_Agent": AGENT}, ["SIG102"]),
        ({"User_Agent": AGENT, "Connection": "keep-alive"}, ["SIG101"]),
        ({"User_Agent": "curl/8.5.0"}, ["SIG101"]),
    ],
)
def test_a_head_that_its_client_does_not_write_so_shows_a_silent_proxy(
    headers: dict[str, str], rules: list[str]
) -> None:
    report = report_on((v1_request(ARRIVED, Content_Type="text/plain", **headers), mismatch(ARRIVED)))
    assert found(report) == rules
    if rules == ["SIG102"]:
        assert "a device wrote it anew" in only(report, "SIG102").explanation


def test_two_legs_prove_it_and_the_outer_one_shows_the_change() -> None:
    capture = Capture()
    outer = capture.tcp(client="192.0.2.10", cport=40000, server="192.0.2.1", sport=8080)
    inner = capture.tcp(client="192.0.2.1", cport=50001)
    outer.handshake()
    inner.handshake()
    outer.client(v1_request(SENT, Content_Type="text/html"))
    inner.client(v1_request(SENT, Content_Type="text/plain"))
    inner.server(mismatch(ARRIVED))
    outer.server(mismatch(ARRIVED))
    report = judged(capture)
    assert (only(report, "SIG102").exchanges, only(report, "PRX101").exchanges) == ((1,), (0,))
    assert only(report, "SIG102").confidence is Confidence.CONFIRMED


def test_without_a_proxy_or_a_secret_it_is_silent() -> None:
    assert not report_on((v1_request(SENT, Content_Type="text/plain"), mismatch(ARRIVED)), only="SIG102").findings


def test_a_client_that_signed_what_arrived_behind_a_proxy_is_silent() -> None:
    sent = v1_request(ARRIVED, Content_Type="text/plain", Via="1.1 p")
    report = report_on((sent, mismatch(ARRIVED)), secret=SECRET)
    assert found(report) == ["SIG101"]


def test_a_secret_that_fits_nothing_behind_a_proxy_leaves_both_causes() -> None:
    sent = v1_request(ARRIVED, Content_Type="text/plain", Via="1.1 p", secret=OTHER_SECRET)
    finding = only(report_on((sent, mismatch(ARRIVED)), secret=SECRET), "SIG102")
    assert finding.confidence is Confidence.LIKELY
    assert "over no variant of the request that was tried" in finding.explanation
