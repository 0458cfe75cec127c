from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding, refused
from tests.build.http import BUCKET_HOST, REQUEST_ID, oss_error, request, response

MESSAGE = "The specified bucket does not exist."


def test_message_and_evidence_in_full() -> None:
    finding = only_finding(refused(404, "NoSuchBucket", MESSAGE, BucketName="rokid"), "REQ002")
    assert finding.severity is Severity.ERROR
    assert finding.summary == (
        "bucket rokid does not exist: OSS answers GetObject of rokid/key with 404 NoSuchBucket "
        f"(request ID {REQUEST_ID})"
    )
    assert evidence_of(finding) == [
        (4, "request header Host", BUCKET_HOST),
        (6, "response body <BucketName>", "rokid"),
        (6, "status line", "HTTP/1.1 404 Refused"),
        (6, "response body <Code>", "NoSuchBucket"),
        (6, "response body <Message>", MESSAGE),
        (6, "response header x-oss-request-id", REQUEST_ID),
    ]


def test_requests_to_one_missing_bucket_are_one_finding() -> None:
    answer = response(404, "Not Found", body=oss_error("NoSuchBucket", MESSAGE))
    finding = only_finding(
        exchange_capture((request("GET", "/a"), answer), (request("PUT", "/b", body=b"x"), answer)), "REQ002"
    )
    assert (finding.occurrences, finding.exchanges) == (2, (0, 1))


def test_a_missing_key_is_silent() -> None:
    capture = refused(404, "NoSuchKey", "The specified key does not exist.")
    assert not analyze_capture(capture, "REQ002").findings


def test_the_error_is_told_once_and_not_by_the_generic_rule() -> None:
    report = analyze_capture(refused(404, "NoSuchBucket", MESSAGE), "REQ")
    assert [finding.name for finding in report.findings] == ["no-such-bucket"]
