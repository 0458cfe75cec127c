import pytest

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding, refused
from tests.build.http import DATE, REQUEST_ID, oss_error, request, response

MESSAGE = "A header you provided implies functionality that is not implemented."
CONDITIONAL_PUT = request("PUT", "/abc.zip", body=b"x", If_Modified_Since=DATE)


def answer(status: int = 400, **elements: str) -> bytes:
    return response(status, "Bad Request", body=oss_error("NotImplemented", MESSAGE, **elements))


def test_message_and_evidence_in_full() -> None:
    capture = exchange_capture((CONDITIONAL_PUT, answer(Header="If-Modified-Since")))
    finding = only_finding(capture, "REQ005")
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.CONFIRMED)
    assert finding.summary == (
        f"OSS does not implement the request header If-Modified-Since (`If-Modified-Since: {DATE}`) for PutObject: "
        f"PutObject of rokid/abc.zip is answered with 400 NotImplemented (request ID {REQUEST_ID})"
    )
    assert evidence_of(finding) == [
        (4, "request header If-Modified-Since", DATE),
        (6, "response body <Header>", "If-Modified-Since"),
        (6, "status line", "HTTP/1.1 400 Bad Request"),
        (6, "response body <Code>", "NotImplemented"),
        (6, "response body <Message>", MESSAGE),
        (6, "response header x-oss-request-id", REQUEST_ID),
    ]


def test_without_the_element_the_condition_in_the_request_is_named() -> None:
    finding = only_finding(exchange_capture((CONDITIONAL_PUT, answer(501))), "REQ005")
    assert finding.confidence is Confidence.LIKELY
    assert "by all appearances If-Modified-Since" in finding.summary
    assert (4, "request header If-Modified-Since", DATE) in evidence_of(finding)


def test_a_header_that_the_capture_does_not_show_was_added_behind_it() -> None:
    capture = exchange_capture((request("PUT", "/abc.zip", body=b"x"), answer(Header="If-Match")))
    finding = only_finding(capture, "REQ005")
    assert finding.confidence is Confidence.LIKELY
    assert "If-Match, which the captured request does not have" in finding.summary


def test_nothing_suspicious_is_told_as_such() -> None:
    finding = only_finding(exchange_capture((request("PUT", "/abc.zip", body=b"x"), answer())), "REQ005")
    assert finding.confidence is Confidence.POSSIBLE


def test_a_status_of_501_is_enough_where_the_error_document_is_missing() -> None:
    put = request("PUT", "/abc.zip", body=b"x", If_None_Match="*")
    finding = only_finding(exchange_capture((put, response(501, "Not Implemented"))), "REQ005")
    assert "If-None-Match" in finding.summary
    assert finding.confidence is Confidence.LIKELY


@pytest.mark.parametrize("status", [400, 501])
def test_the_error_is_told_once(status: int) -> None:
    report = analyze_capture(exchange_capture((CONDITIONAL_PUT, answer(status, Header="If-Modified-Since"))), "REQ")
    assert [finding.name for finding in report.findings] == ["header-not-implemented"]


def test_a_condition_that_oss_serves_is_silent() -> None:
    get = request(If_Modified_Since=DATE)
    assert not analyze_capture(exchange_capture((get, response(304, "Not Modified")))).findings
    assert not analyze_capture(refused(400, "InvalidArgument", "no"), "REQ005").findings


def test_a_cut_error_document_is_undecided_where_a_condition_was_sent_with_a_write() -> None:
    cut = response(400, "Bad Request", Content_Length="300")
    report = analyze_capture(exchange_capture((CONDITIONAL_PUT, cut)), "REQ005")
    assert not report.findings
    assert [item.rule for item in report.undecided] == ["REQ005"]
    assert not analyze_capture(exchange_capture((request("PUT", "/abc.zip", body=b"x"), cut)), "REQ005").undecided
