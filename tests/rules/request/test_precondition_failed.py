from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding, refused
from tests.build.http import DATE, REQUEST_ID, oss_error, request, response

MESSAGE = "At least one of the pre-conditions you specified did not hold."
OLD, NEW = '"5B3C1A2E053D763E1B002CC607C5A0FE"', '"0F7230CAA4BE94CCBDC99C5000000000"'
MATCH = request(If_Match=OLD)
REFUSED = response(412, "Precondition Failed", body=oss_error("PreconditionFailed", MESSAGE, Condition="If-Match"))


def test_message_and_evidence_in_full() -> None:
    finding = only_finding(exchange_capture((MATCH, REFUSED)), "REQ009")
    assert (finding.severity, finding.confidence) == (Severity.INFO, Confidence.CONFIRMED)
    assert finding.summary == (
        f"the condition If-Match: {OLD} does not hold: GetObject of rokid/key is answered with 412 PreconditionFailed "
        f"(request ID {REQUEST_ID})"
    )
    assert evidence_of(finding) == [
        (4, "request header If-Match", OLD),
        (6, "response body <Condition>", "If-Match"),
        (6, "status line", "HTTP/1.1 412 Precondition Failed"),
        (6, "response body <Code>", "PreconditionFailed"),
        (6, "response body <Message>", MESSAGE),
        (6, "response header x-oss-request-id", REQUEST_ID),
    ]


def test_the_etag_that_another_answer_gave_is_shown_beside_it() -> None:
    capture = exchange_capture((request("PUT", body=b"x"), response(ETag=NEW)), (MATCH, REFUSED))
    finding = only_finding(capture, "REQ009")
    assert f"If-Match: {OLD} against ETag {NEW} in frame 6 does not hold" in finding.summary
    assert finding.evidence[0].expected == f"ETag: {NEW}"
    assert (6, "response header ETag", NEW) in evidence_of(finding)


def test_an_answer_to_head_is_told_by_its_status() -> None:
    head = request("HEAD", If_Unmodified_Since=DATE)
    capture = exchange_capture(
        (head, response(412, "Precondition Failed")), (request("HEAD"), response(Last_Modified="later"))
    )
    finding = only_finding(capture, "REQ009")
    assert finding.confidence is Confidence.LIKELY
    assert f"If-Unmodified-Since: {DATE} against Last-Modified later" in finding.summary


def test_without_a_condition_in_the_request_the_stated_one_is_named() -> None:
    finding = only_finding(exchange_capture((request(), REFUSED)), "REQ009")
    assert "the condition If-Match, which the captured request does not have" in finding.summary


def test_an_etag_of_another_object_does_not_count() -> None:
    capture = exchange_capture((request("PUT", "/other", body=b"x"), response(ETag=NEW)), (MATCH, REFUSED))
    assert NEW not in only_finding(capture, "REQ009").summary


def test_it_is_told_once_and_as_an_info() -> None:
    report = analyze_capture(exchange_capture((MATCH, REFUSED)))
    assert [(finding.name, finding.severity) for finding in report.findings] == [("precondition-failed", Severity.INFO)]


def test_other_answers_are_silent_and_none_is_left_undecided() -> None:
    assert not analyze_capture(refused(404, "NoSuchKey", "no"), "REQ009").findings
    report = analyze_capture(exchange_capture((MATCH, response(304, "Not Modified"))), "REQ009")
    assert not report.findings
    assert not report.undecided
