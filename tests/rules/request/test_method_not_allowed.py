from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding, refused
from tests.build.http import REQUEST_ID, request, response

MESSAGE = "The specified method is not allowed against this resource."


def test_message_and_evidence_in_full() -> None:
    capture = refused(
        405, "MethodNotAllowed", MESSAGE, method="POST", target="/photo.jpg", Method="POST", ResourceType="OBJECT"
    )
    finding = only_finding(capture, "REQ004")
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.CONFIRMED)
    assert finding.summary == (
        "POST is not allowed on a resource of type OBJECT: POST request of rokid/photo.jpg is answered with "
        f"405 MethodNotAllowed (request ID {REQUEST_ID})"
    )
    assert evidence_of(finding)[:3] == [
        (4, "request line", "POST /photo.jpg HTTP/1.1"),
        (6, "response body <Method>", "POST"),
        (6, "response body <ResourceType>", "OBJECT"),
    ]
    assert "`POST / HTTP/1.1`" in finding.fix[0]


def test_a_status_alone_is_enough_and_says_so() -> None:
    capture = exchange_capture((request("HEAD"), response(405, "Method Not Allowed", Allow="GET, PUT")))
    finding = only_finding(capture, "REQ004")
    assert finding.confidence is Confidence.LIKELY
    assert "(allowed: GET, PUT)" in finding.summary
    assert finding.explanation.startswith("The answer states no error code; the status 405 stands for MethodNotAllowed")


def test_a_method_changed_behind_the_capture_is_told() -> None:
    told = only_finding(refused(405, "MethodNotAllowed", MESSAGE, method="PUT", Method="GET"), "REQ004")
    assert "captured as PUT, but OSS speaks of GET" in told.explanation


def test_a_delete_marker_is_recognised() -> None:
    answer = response(405, "Method Not Allowed", x_oss_delete_marker="true")
    finding = only_finding(exchange_capture((request("HEAD", "/a?versionId=x"), answer)), "REQ004")
    assert "delete marker" in finding.fix[0]


def test_a_gateway_that_refuses_the_method_is_silent() -> None:
    answer = response(405, "Not Allowed", body=b"<html>405</html>", request_id=None, server="nginx")
    assert not analyze_capture(exchange_capture((request("PUT", body=b"x"), answer)), "REQ004").findings


def test_other_errors_are_silent() -> None:
    assert not analyze_capture(refused(404, "NoSuchKey", "no"), "REQ004").findings


def test_a_cut_error_document_is_not_left_undecided_because_the_status_says_it_all() -> None:
    answer = response(405, "Method Not Allowed", Content_Length="300")
    report = analyze_capture(exchange_capture((request("PATCH"), answer)), "REQ")
    assert [finding.name for finding in report.findings] == ["method-not-allowed"]
    assert not [item for item in report.undecided if item.rule == "REQ004"]
