import pytest

from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding, refused
from tests.build.http import REQUEST_ID, oss_error, request, response

MESSAGE = "We encountered an internal error. Please try again."


def test_message_and_evidence_in_full() -> None:
    finding = only_finding(refused(500, "InternalError", MESSAGE), "REQ010")
    assert finding.severity is Severity.WARNING
    assert finding.summary == (
        f"OSS could not serve GetObject of rokid/key: it answers 500 InternalError (request ID {REQUEST_ID}); "
        "this capture shows no retry after it"
    )
    assert evidence_of(finding) == [
        (6, "status line", "HTTP/1.1 500 Refused"),
        (6, "response body <Code>", "InternalError"),
        (6, "response body <Message>", MESSAGE),
        (6, "response header x-oss-request-id", REQUEST_ID),
    ]


def test_an_error_that_a_retry_overcame_is_still_one_warning() -> None:
    failed = response(503, "Busy", body=oss_error("ServiceUnavailable", "Please reduce your request rate."))
    capture = exchange_capture((request(), failed), (request(), failed), (request(), response()))
    finding = only_finding(capture, "REQ010")
    assert (finding.severity, finding.occurrences, finding.exchanges) == (Severity.WARNING, 2, (0, 1))
    assert finding.summary.endswith("; retry 2 succeeded with 200 in frame 14")
    assert (14, "status line of the retry", "HTTP/1.1 200 OK") in evidence_of(finding)
    assert "nothing is lost" in finding.explanation


def test_retries_that_failed_are_told_apart_from_one_that_succeeded() -> None:
    failed = response(503, "Busy", body=oss_error("ServiceUnavailable", "Please reduce your request rate."))
    lost, saved = request("GET", "/lost"), request("GET", "/saved?x-oss-process=a&Expires=1&Signature=a")
    again = request("GET", "/saved?Signature=b&Expires=2&x-oss-process=a")
    capture = exchange_capture(
        (lost, failed), (saved, failed), (lost, failed), (again, response()), (request("GET", "/c"), response())
    )
    found = analyze_capture(capture, "REQ010").findings
    assert [(finding.exchanges, finding.summary.rpartition("; ")[2]) for finding in found] == [
        ((0, 2), "1 later attempt failed as well"),
        ((1,), "a retry succeeded with 200 in frame 18"),
    ]


def test_it_is_told_once_and_not_by_the_generic_rule() -> None:
    report = analyze_capture(refused(500, "InternalError", MESSAGE), "REQ")
    assert [finding.name for finding in report.findings] == ["server-error"]


def test_a_status_without_an_error_document_is_enough_if_oss_gave_it() -> None:
    capture = exchange_capture((request("HEAD"), response(500, "Internal Server Error")))
    assert "it answers 500 (request ID" in only_finding(capture, "REQ010").summary


@pytest.mark.parametrize("status", [200, 400, 404, 501])
def test_other_statuses_are_silent(status: int) -> None:
    assert not analyze_capture(refused(status, "NotImplemented", "no"), "REQ010").findings


def test_a_gateway_that_answers_in_place_of_oss_is_silent() -> None:
    answer = response(502, "Bad Gateway", body=b"<html>no</html>", request_id=None, server="nginx")
    assert not analyze_capture(exchange_capture((request(), answer)), "REQ010").findings
