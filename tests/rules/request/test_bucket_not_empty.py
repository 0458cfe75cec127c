from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding, refused
from tests.build.http import BUCKET_HOST, REQUEST_ID, oss_error, request, response

MESSAGE = "The bucket you tried to delete is not empty."
DELETE = request("DELETE", "/")
REFUSED = response(409, "Conflict", body=oss_error("BucketNotEmpty", MESSAGE, BucketName="rokid"))
GONE = response(204, "No Content")


def test_message_and_evidence_in_full() -> None:
    finding = only_finding(exchange_capture((DELETE, REFUSED)), "REQ014")
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.CONFIRMED)
    assert finding.summary == (
        "bucket rokid is not empty: DeleteBucket of rokid is answered with 409 BucketNotEmpty "
        f"(request ID {REQUEST_ID})"
    )
    assert evidence_of(finding) == [
        (4, "request header Host", BUCKET_HOST),
        (4, "request line", "DELETE / HTTP/1.1"),
        (6, "response body <BucketName>", "rokid"),
        (6, "status line", "HTTP/1.1 409 Conflict"),
        (6, "response body <Code>", "BucketNotEmpty"),
        (6, "response body <Message>", MESSAGE),
        (6, "response header x-oss-request-id", REQUEST_ID),
    ]


def test_what_the_capture_left_in_the_bucket_is_named() -> None:
    capture = exchange_capture(
        (request("PUT", "/a", body=b"x"), response()),
        (request("PUT", "/b", body=b"x"), response()),
        (request("DELETE", "/a"), GONE),
        (request("POST", "/c?uploads"), response()),
        (request("POST", "/d?uploads"), response()),
        (request("DELETE", "/d?uploadId=1"), GONE),
        (DELETE, REFUSED),
    )
    finding = only_finding(capture, "REQ014")
    assert "not deleted: b, parts of c)" in finding.summary
    lines = [observed for _, field, observed in evidence_of(finding) if field == "earlier request to this bucket"]
    assert lines == ["PUT /b HTTP/1.1", "POST /c?uploads HTTP/1.1"]


def test_other_conflicts_are_silent() -> None:
    assert not analyze_capture(refused(409, "BucketAlreadyExists", "no"), "REQ014").findings


def test_a_cut_error_document_is_undecided_for_delete_bucket_only() -> None:
    cut = response(409, "Conflict", Content_Length="300")
    assert analyze_capture(exchange_capture((DELETE, cut)), "REQ014").undecided
    assert not analyze_capture(exchange_capture((request("DELETE", "/a"), cut)), "REQ014").undecided


def test_the_error_is_told_once_and_not_by_the_generic_rule() -> None:
    report = analyze_capture(exchange_capture((DELETE, REFUSED)), "REQ")
    assert [finding.name for finding in report.findings] == ["bucket-not-empty"]
