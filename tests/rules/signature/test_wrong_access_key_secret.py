from pathlib import Path

import pytest

from osspcap.analysis import Options, analyze
from osspcap.model.finding import Confidence, Severity
from osspcap.model.secrets import Secrets
from tests.build.http import REQUEST_ID, response
from tests.build.mismatch import (
    KEY,
    OTHER_SECRET,
    SECRET,
    canonical,
    found,
    judged,
    mismatch,
    only,
    report_on,
    shown,
    v1_request,
    v1_signature,
    v1_string,
    v4_request,
    v4_string,
)
from tests.build.signed import raw_request
from tests.build.wire import Capture

FAQ = Path(__file__).parents[3] / "fixtures" / "faq-sample.pcap"
SAME = v1_string()
REFUSED = f"OSS refused PutObject of rokid/dir/a.txt with 403 SignatureDoesNotMatch (request ID {REQUEST_ID}): "
EXACTLY = "OSS signed exactly the request that was captured, so nothing was changed on the way, and "


@pytest.mark.parametrize(
    ("signs_with", "given", "confidence", "blame"),
    [
        (OTHER_SECRET, None, Confidence.LIKELY, f"most likely the access key secret used for {KEY} is wrong"),
        (SECRET, None, Confidence.LIKELY, f"most likely the access key secret used for {KEY} is wrong"),
        (
            OTHER_SECRET,
            SECRET,
            Confidence.CONFIRMED,
            f"the client signed with another secret than the one you gave for {KEY}",
        ),
        (
            SECRET,
            SECRET,
            Confidence.CONFIRMED,
            f"the client signed with the secret that you gave for {KEY}, but OSS holds another one",
        ),
    ],
)
def test_with_and_without_the_secret(signs_with: str, given: str | None, confidence: Confidence, blame: str) -> None:
    report = report_on((v1_request(SAME, secret=signs_with), mismatch(SAME)), secret=given)
    assert found(report) == ["SIG101"]
    finding = only(report, "SIG101")
    assert (finding.summary, finding.confidence) == (REFUSED + EXACTLY + blame, confidence)
    assert finding.severity is Severity.ERROR
    assert SECRET not in shown(finding)
    assert OTHER_SECRET not in shown(finding)


def test_evidence_in_full() -> None:
    finding = only(report_on((v1_request(SAME), mismatch(SAME))), "SIG101")
    assert [(item.frame, item.field, item.observed, item.expected) for item in finding.evidence] == [
        (4, "request line", "PUT /dir/a.txt HTTP/1.1", ""),
        (4, "request header Authorization, AccessKeyId", KEY, ""),
        (6, "response body <StringToSignBytes>, read as text", SAME, "the same, rebuilt from the captured request"),
        (6, "status line", "HTTP/1.1 403 Forbidden", ""),
        (6, "response body <Code>", "SignatureDoesNotMatch", ""),
        (6, "response body <Message>", finding.evidence[5].observed, ""),
        (6, "response body <EC>", "0002-00000040", ""),
        (6, "response header x-oss-request-id", REQUEST_ID, ""),
    ]


def test_an_encoded_slash_and_a_slow_clock_are_named_as_no_cause() -> None:
    date = "Sat, 29 Dec 2018 07:31:25 GMT"
    same = v1_string(date=date)
    finding = only(report_on((v1_request(same, "/dir%2Fa.txt", Date=date), mismatch(same))), "SIG101")
    assert "%2F in the request target beside / in the string is normal" in finding.explanation
    assert "are 69 s apart; below 900 s that is not the cause" in finding.explanation
    assert "PUT /dir%2Fa.txt HTTP/1.1" in shown(finding)


@pytest.mark.parametrize("states_request", [True, False])
def test_a_v4_string_proves_as_much_by_its_hash(states_request: bool) -> None:  # noqa: FBT001 - a parameter of the test
    request = canonical(headers="content-type:text/plain\n")
    string = v4_string(request)
    sent = v4_request(string, Content_Type="text/plain", secret=OTHER_SECRET)
    answer = mismatch(string, request=request if states_request else None, ec="0002-00000201")
    report = report_on((sent, answer), secret=SECRET)
    assert found(report) == ["SIG101"]
    assert only(report, "SIG101").confidence is Confidence.CONFIRMED


def test_head_takes_the_string_from_its_header() -> None:
    same = v1_string("HEAD")
    finding = only(report_on((v1_request(same, method="HEAD"), mismatch(same, in_header=True))), "SIG101")
    assert any("x-oss-err" in item.field and item.observed == same for item in finding.evidence)


def test_head_without_a_string_is_judged_by_the_secret_alone() -> None:
    sent, answer = v1_request(v1_string("HEAD"), method="HEAD", secret=OTHER_SECRET), response(403, "Forbidden")
    finding = only(report_on((sent, answer), secret=SECRET), "SIG101")
    assert finding.confidence is Confidence.POSSIBLE
    assert "another one is possible" in finding.explanation
    right = v1_request(v1_string("HEAD"), method="HEAD")
    assert found(report_on((right, answer), secret=SECRET)) == ["REQ016"]


@pytest.mark.parametrize(
    "stated",
    [SAME.replace("rokid", "r***d"), v1_string(content_type="text/plain").replace("\n\n", "\n")],
    ids=["masked", "collapsed"],
)
def test_a_masked_or_collapsed_string_supports_and_does_not_prove(stated: str) -> None:
    kind = {"Content_Type": "text/plain"} if "text" in stated else {}
    report = report_on((v1_request(SAME, secret=OTHER_SECRET, **kind), mismatch(stated, StringToSignBytes="")))
    assert found(report) == ["SIG101"]
    assert only(report, "SIG101").confidence is Confidence.POSSIBLE


@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        ("PUT\n********", "the string to sign in the error document cannot be compared: masked"),
        ("", "the error answer does not state the string that OSS signed"),
    ],
)
def test_undecided_where_the_string_is_not_legible(stated: str, reason: str) -> None:
    report = report_on((v1_request(SAME), mismatch(stated, StringToSignBytes="")))
    assert found(report) == ["SIG100"]
    assert [(item.rule, item.reason) for item in report.undecided] == [("SIG101", reason)]


def test_undecided_where_the_head_was_not_captured_whole() -> None:
    string = v1_string(headers="x-oss-meta-a:1\n")
    raw = v1_request(string, x_oss_meta_a="1")
    start = raw.index(b"x-oss-meta-a")
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(raw[:start], acknowledge=False)
    tcp.lose(0, raw[start : start + 20])
    tcp.client(raw[start + 20 :])
    tcp.server(mismatch(string))
    report = judged(capture)
    assert "PRX104" not in found(report)
    assert [item.reason for item in report.undecided] == ["the head of the request was not captured whole"]


def test_the_bucket_behind_a_custom_domain_comes_from_the_server() -> None:
    report = report_on((v1_request(SAME, host="static.example.com", secret=OTHER_SECRET), mismatch(SAME)))
    assert found(report) == ["SIG101"]


def test_an_accepted_request_of_the_same_key_is_pointed_out() -> None:
    good = v1_request(v1_string("GET"), method="GET")
    report = report_on((good, response(200, body=b"x")), (v1_request(SAME, secret=OTHER_SECRET), mismatch(SAME)))
    assert "Exchange 0 was signed with the same access key ID and accepted" in only(report, "SIG101").explanation


def test_many_refusals_of_one_key_are_one_finding() -> None:
    report = report_on(*((v1_request(SAME), mismatch(SAME)) for _ in range(20)))
    assert only(report, "SIG101").occurrences == 20


def test_a_captured_leg_before_the_proxy_without_a_difference_clears_the_proxy() -> None:
    capture = Capture()
    outer = capture.tcp(client="192.0.2.10", cport=40000, server="192.0.2.1", sport=8080)
    inner = capture.tcp(client="192.0.2.1", cport=50001)
    outer.handshake()
    inner.handshake()
    outer.client(v1_request(SAME, secret=OTHER_SECRET))
    inner.client(v1_request(SAME, secret=OTHER_SECRET, Via="1.1 squid"))
    inner.server(mismatch(SAME))
    outer.server(mismatch(SAME))
    report = judged(capture)
    assert found(report) == ["SIG101"]
    assert only(report, "SIG101").exchanges == (0, 1)


@pytest.mark.parametrize("answer", [mismatch(v1_string("GET")), response(200)], ids=["another string", "accepted"])
def test_a_changed_and_an_accepted_request_are_silent(answer: bytes) -> None:
    assert not report_on((v1_request(SAME), answer), only="SIG101").findings


def test_the_sample_of_the_faq_is_left_open_with_both_causes_named() -> None:
    report = analyze(FAQ)
    finding = only(report, "SIG101")
    assert finding.confidence is Confidence.POSSIBLE
    told = shown(finding)
    assert "POST /ttsservice%2Fpasswd?uploadId=D468E486D1D94D90A1AB8885A4E32AE0 HTTP/1.1" in told
    assert "HTTPS" in finding.explanation
    assert "contradicts itself" in finding.explanation
    assert "are 69 s apart" in finding.explanation
    assert [item.rule for item in report.findings if item.severity is Severity.ERROR] == ["SIG101"]
    assert not [item for item in report.findings if item.category == "proxy"]


def test_the_sample_of_the_faq_with_a_secret_names_the_client() -> None:
    finding = only(analyze(FAQ, Options(secrets=Secrets(default=SECRET))), "SIG101")
    assert finding.confidence is Confidence.LIKELY
    assert "the client signed with another secret than the one you gave" in finding.summary


def test_an_edited_document_with_the_clients_own_secret_leaves_both_causes() -> None:
    edited = mismatch(SAME, StringToSign=SAME.replace("rokid", "other"))
    report = report_on((v1_request(SAME), edited), secret=SECRET)
    assert found(report) == ["SIG101"]
    text_only = mismatch(SAME.replace("/rokid/", "/other/"), StringToSign=SAME)
    finding = only(report_on((v1_request(SAME), text_only), secret=SECRET), "SIG101")
    assert finding.confidence is Confidence.POSSIBLE
    assert "changed on the way after all (HTTPS then helps), or OSS holds another secret" in finding.summary


def test_a_url_with_a_wrong_secret_and_no_oddity_is_told_as_well() -> None:
    string = v1_string("GET", "/rokid/k", date="1546072354")
    signature = v1_signature(string, OTHER_SECRET).replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
    target = f"/k?OSSAccessKeyId={KEY}&Expires=1546072354&Signature={signature}"
    sent = raw_request("GET", target, {"Host": "rokid.oss-cn-hangzhou.aliyuncs.com"})
    assert found(report_on((sent, mismatch(string)))) == ["SIG101"]
