import pytest

from osspcap.model.finding import Confidence, Severity
from osspcap.oss.catalogue import lookup
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding, refused
from tests.build.http import REQUEST_ID, oss_error, request, response


def test_a_code_of_the_catalogue_is_explained_from_it() -> None:
    finding = only_finding(refused(409, "ObjectNotAppendable", "The object is not appendable"), "REQ016")
    entry = lookup("ObjectNotAppendable")
    assert entry is not None
    assert finding.severity is Severity.ERROR
    assert finding.summary == (
        "GetObject of rokid/key failed: OSS answers 409 ObjectNotAppendable, The object is not appendable "
        f"(request ID {REQUEST_ID})"
    )
    assert finding.explanation.startswith(entry.meaning)
    assert finding.fix == entry.fix
    assert evidence_of(finding) == [
        (6, "status line", "HTTP/1.1 409 Refused"),
        (6, "response body <Code>", "ObjectNotAppendable"),
        (6, "response body <Message>", "The object is not appendable"),
        (6, "response header x-oss-request-id", REQUEST_ID),
    ]


def test_an_unknown_code_is_told_as_it_stands() -> None:
    finding = only_finding(refused(400, "BrandNewError", "Something new."), "REQ016")
    assert "BrandNewError, Something new." in finding.summary
    assert finding.explanation.startswith("BrandNewError is not in the catalogue")
    assert finding.fix


def test_the_ec_code_is_shown_and_explained() -> None:
    finding = only_finding(refused(400, "InvalidArgument", "no", ec="0002-00000226"), "REQ016")
    assert ("response body <EC>", "0002-00000226") in [(field, value) for _, field, value in evidence_of(finding)]
    assert "EC 0002-00000226: " in finding.explanation


def test_head_without_a_stated_error_is_told_by_its_status() -> None:
    finding = only_finding(exchange_capture((request("HEAD"), response(403, "Forbidden"))), "REQ016")
    assert finding.confidence is Confidence.LIKELY
    assert f"failed: OSS answers 403 without an error code (request ID {REQUEST_ID})" in finding.summary
    assert "access was refused" in finding.explanation
    assert "x-oss-err" in finding.explanation
    assert finding.fix[0].startswith("Send the same request with GET")


def test_an_error_document_that_was_not_captured_is_named_as_missing() -> None:
    answer = response(403, "Forbidden", body=oss_error("AccessDenied", "no"))
    head = answer.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    finding = only_finding(exchange_capture((request(), head)), "REQ016")
    assert "the error document is not in the capture" in finding.explanation


def test_equal_errors_are_one_finding_and_different_ones_are_two() -> None:
    def answer(message: str) -> bytes:
        return response(400, "Bad Request", body=oss_error("InvalidArgument", message))

    pairs = [(request(), answer("a")), (request(), answer("b")), (request(), answer("a"))]
    findings = analyze_capture(exchange_capture(*pairs), "REQ016").findings
    assert [(finding.exchanges, finding.occurrences) for finding in findings] == [((0, 2), 2), ((1,), 1)]


def test_a_very_long_message_does_not_flood_the_summary() -> None:
    finding = only_finding(refused(400, "BrandNewError", "x" * 50_000), "REQ016")
    assert len(finding.summary) < 500


@pytest.mark.parametrize("status", [200, 206, 304])
def test_successes_are_silent(status: int) -> None:
    assert not analyze_capture(exchange_capture((request(), response(status))), "REQ016").findings


def test_an_error_that_a_gateway_made_is_silent() -> None:
    answer = response(403, "Forbidden", body=b"<html>blocked</html>", request_id=None, server="nginx")
    assert not analyze_capture(exchange_capture((request(), answer)), "REQ016").findings


def test_an_error_of_another_service_is_silent() -> None:
    answer = response(404, "Not Found", body=b"no", request_id=None, server="nginx")
    capture = exchange_capture((request(host="shop.example.com"), answer))
    assert not analyze_capture(capture, "REQ016").findings


def test_an_error_that_a_retry_overcame_is_one_warning() -> None:
    late = response(400, "Bad Request", body=oss_error("RequestTimeout", "Your socket connection was not read from."))
    capture = exchange_capture((request(), late), (request(), late), (request(), response(body=b"x")))
    finding = only_finding(capture, "REQ016")
    assert (finding.severity, finding.occurrences, finding.exchanges) == (Severity.WARNING, 2, (0, 1))
    assert finding.summary.endswith("; a retry succeeded in frame 14")
    assert ("status line of the retry", "HTTP/1.1 200 OK") in [(field, seen) for _, field, seen in evidence_of(finding)]
    failed = only_finding(exchange_capture((request(), late), (request(), late)), "REQ016")
    assert failed.severity is Severity.ERROR
