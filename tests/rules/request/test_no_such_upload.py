from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding, refused
from tests.build.http import REQUEST_ID, oss_error, request, response

MESSAGE = (
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or "
    "completed."
)
TARGET = "/big.bin?partNumber=2&uploadId=0004B9895DBBB6EC98E36"
COMPLETE = "/big.bin?uploadId=0004B9895DBBB6EC98E36"
GONE = response(404, "Not Found", body=oss_error("NoSuchUpload", MESSAGE, UploadId="0004B9895DBBB6EC98E36"))


def test_message_and_evidence_in_full() -> None:
    finding = only_finding(exchange_capture((request("PUT", TARGET, body=b"x"), GONE)), "REQ003")
    assert finding.severity is Severity.ERROR
    assert finding.summary == (
        "upload ID 0004B9895DBBB6EC98E36 does not exist: UploadPart of rokid/big.bin is answered with 404 NoSuchUpload "
        f"(request ID {REQUEST_ID})"
    )
    assert evidence_of(finding) == [
        (4, "request line", f"PUT {TARGET} HTTP/1.1"),
        (6, "response body <UploadId>", "0004B9895DBBB6EC98E36"),
        (6, "status line", "HTTP/1.1 404 Not Found"),
        (6, "response body <Code>", "NoSuchUpload"),
        (6, "response body <Message>", MESSAGE),
        (6, "response header x-oss-request-id", REQUEST_ID),
    ]


def test_the_request_that_completed_the_upload_is_named() -> None:
    complete = request("POST", COMPLETE, body=b"<CompleteMultipartUpload/>")
    finding = only_finding(exchange_capture((complete, response()), (complete, GONE)), "REQ003")
    assert "was completed already, by the request in frame 4" in finding.summary
    assert "nothing is lost" in finding.explanation
    assert (4, "earlier request, answered 200", f"POST {COMPLETE} HTTP/1.1") in evidence_of(finding)


def test_an_abort_of_another_upload_is_not_blamed() -> None:
    abort = request("DELETE", "/big.bin?uploadId=OTHER")
    capture = exchange_capture((abort, response(204, "No Content")), (request("PUT", TARGET, body=b"x"), GONE))
    assert "does not exist" in only_finding(capture, "REQ003").summary


def test_a_missing_key_is_silent() -> None:
    assert not analyze_capture(refused(404, "NoSuchKey", "no"), "REQ003").findings


def test_a_cut_error_document_is_undecided() -> None:
    head = GONE.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    report = analyze_capture(exchange_capture((request("PUT", TARGET, body=b"x"), head)), "REQ003")
    assert not report.findings
    assert [item.rule for item in report.undecided] == ["REQ003"]
    other = analyze_capture(exchange_capture((request("GET", "/big.bin"), head)), "REQ003")
    assert not other.undecided


def test_the_error_is_told_once_and_not_by_the_generic_rule() -> None:
    report = analyze_capture(exchange_capture((request("PUT", TARGET, body=b"x"), GONE)), "REQ")
    assert [finding.name for finding in report.findings] == ["no-such-upload"]
