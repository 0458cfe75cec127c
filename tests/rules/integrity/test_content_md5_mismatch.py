import base64

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, faults, only_finding
from tests.build.http import REQUEST_ID, oss_error, request, response
from tests.build.uploads import etag_of, md5_of, stored
from tests.build.wire import Capture

BODY = b"hello world"
WRONG = "AAAAAAAAAAAAAAAAAAAAAA=="
MESSAGE = "The Content-MD5 you specified did not match what we received."


def refused(calculated: str = "") -> bytes:
    known = {"ExpectedDigest": WRONG, "CalculatedDigest": calculated} if calculated else {}
    return response(400, "Bad Request", body=oss_error("InvalidDigest", MESSAGE, **known))


def test_message_and_evidence_in_full() -> None:
    capture = exchange_capture((request("PUT", body=BODY, Content_MD5=WRONG), refused(md5_of(BODY))))
    finding = only_finding(capture, "INT001")
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.CONFIRMED)
    assert finding.summary == (
        f"Content-MD5 {WRONG} is not the MD5 of the body as captured, {md5_of(BODY)}: PutObject of rokid/key is "
        f"answered with 400 InvalidDigest (request ID {REQUEST_ID})"
    )
    assert evidence_of(finding) == [
        (4, "request header Content-MD5", WRONG),
        (4, "request body", f"MD5 {md5_of(BODY)} (11 bytes)"),
        (6, "response body <CalculatedDigest>", md5_of(BODY)),
        (6, "status line", "HTTP/1.1 400 Bad Request"),
        (6, "response body <Code>", "InvalidDigest"),
        (6, "response body <Message>", MESSAGE),
        (6, "response header x-oss-request-id", REQUEST_ID),
    ]
    assert "OSS computed the same over what arrived" in finding.explanation
    assert [item.rule for item in faults(analyze_capture(capture))] == ["INT001"]


def test_hexadecimal_text_in_base64_is_explained() -> None:
    value = base64.b64encode(etag_of(BODY).lower().encode()).decode()
    finding = only_finding(exchange_capture((request("PUT", body=BODY, Content_MD5=value), refused())), "INT001")
    assert "has the wrong form: it is base64 of the hexadecimal text" in finding.summary
    assert "the digest itself is right" in finding.summary


def test_a_body_that_was_not_captured_whole_is_undecided() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(request("PUT", Content_MD5=WRONG, Content_Length="30") + b"x" * 10)
    tcp.lose(0, b"x" * 10)
    tcp.client(b"x" * 10)
    tcp.server(refused())
    report = analyze_capture(capture, "INT001")
    assert not report.findings
    assert "packets are missing" in report.undecided[0].reason


def test_a_request_that_came_through_a_proxy_is_told_elsewhere() -> None:
    sent = request("PUT", body=BODY, Content_MD5=WRONG, Via="1.1 corp-proxy")
    assert not analyze_capture(exchange_capture((sent, refused())), "INT001").findings


def test_a_digest_that_fits_is_silent() -> None:
    pairs = [
        (request("PUT", body=BODY, Content_MD5=md5_of(BODY)), stored(BODY)),
        (request("PUT", body=BODY, Content_MD5=WRONG), response(403, "No", body=oss_error("AccessDenied", "no"))),
        (request("PUT", body=BODY), stored(BODY)),
    ]
    assert not analyze_capture(exchange_capture(*pairs), "INT001").findings
