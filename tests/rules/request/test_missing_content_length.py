from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding, refused
from tests.build.http import REQUEST_ID, oss_error, request, response

MESSAGE = "You must provide the Content-Length HTTP header."
REFUSED = response(411, "Length Required", body=oss_error("MissingContentLength", MESSAGE))
CHUNKED = request("PUT", "/a.bin", body=b"3\r\nabc\r\n0\r\n\r\n", Transfer_Encoding="chunked")


def test_message_and_evidence_in_full() -> None:
    finding = only_finding(exchange_capture((CHUNKED, REFUSED)), "REQ006")
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.CONFIRMED)
    assert finding.summary == (
        "the request was sent with Transfer-Encoding: chunked instead of Content-Length: PutObject of rokid/a.bin is "
        f"answered with 411 MissingContentLength (request ID {REQUEST_ID})"
    )
    assert evidence_of(finding) == [
        (4, "request header Transfer-Encoding", "chunked"),
        (4, "request line", "PUT /a.bin HTTP/1.1"),
        (6, "status line", "HTTP/1.1 411 Length Required"),
        (6, "response body <Code>", "MissingContentLength"),
        (6, "response body <Message>", MESSAGE),
        (6, "response header x-oss-request-id", REQUEST_ID),
    ]


def test_neither_length_nor_chunks_is_told_as_such() -> None:
    finding = only_finding(exchange_capture((request("PUT", "/a.bin"), REFUSED)), "REQ006")
    assert "the PUT request has neither Content-Length nor Transfer-Encoding" in finding.summary


def test_a_length_that_was_lost_on_the_way_points_at_a_device() -> None:
    put = request("PUT", "/a.bin", body=b"abc", Via="1.1 squid")
    finding = only_finding(exchange_capture((put, REFUSED)), "REQ006")
    assert finding.confidence is Confidence.LIKELY
    assert "captured with Content-Length: 3, but reached OSS without" in finding.summary
    assert (4, "request header Via", "1.1 squid") in evidence_of(finding)


def test_the_status_alone_is_likely_where_no_length_was_sent() -> None:
    bare = response(411, "Length Required")
    finding = only_finding(exchange_capture((CHUNKED, bare)), "REQ006")
    assert finding.confidence is Confidence.LIKELY
    append = request("POST", "/a.bin?append&position=0")
    assert not analyze_capture(exchange_capture((append, bare)), "REQ006").findings


def test_other_errors_and_chunked_successes_are_silent() -> None:
    assert not analyze_capture(refused(411, "MissingArgument", "no"), "REQ006").findings
    assert not analyze_capture(exchange_capture((CHUNKED, response())), "REQ006").findings


def test_the_error_is_told_once_and_never_left_undecided() -> None:
    report = analyze_capture(exchange_capture((CHUNKED, REFUSED)), "REQ")
    assert [finding.name for finding in report.findings] == ["missing-content-length"]
    assert not [item for item in report.undecided if item.rule == "REQ006"]
