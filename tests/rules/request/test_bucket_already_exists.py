from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding, refused
from tests.build.http import BUCKET_HOST, DATE, REQUEST_ID, oss_error, request, response

MESSAGE = "The requested bucket name is not available."
PUT = request("PUT", "/", Date=DATE, Authorization="OSS LTAIkeykeykeykey1:c2lnbmF0dXJlc2lnbmF0dXJlcw==")
GET = request("GET", "/a", Date=DATE, Authorization="OSS LTAIkeykeykeykey1:c2lnbmF0dXJlc2lnbmF0dXJlcw==")


def answer(message: str = MESSAGE) -> bytes:
    return response(409, "Conflict", body=oss_error("BucketAlreadyExists", message, BucketName="rokid"))


def test_message_and_evidence_in_full() -> None:
    finding = only_finding(exchange_capture((PUT, answer())), "REQ013")
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.CONFIRMED)
    assert finding.summary == (
        "the bucket name rokid is taken: PutBucket of rokid is answered with 409 BucketAlreadyExists "
        f"(request ID {REQUEST_ID})"
    )
    assert evidence_of(finding) == [
        (4, "request header Host", BUCKET_HOST),
        (4, "request line", "PUT / HTTP/1.1"),
        (6, "response body <BucketName>", "rokid"),
        (6, "status line", "HTTP/1.1 409 Conflict"),
        (6, "response body <Code>", "BucketAlreadyExists"),
        (6, "response body <Message>", MESSAGE),
        (6, "response header x-oss-request-id", REQUEST_ID),
    ]


def test_the_message_about_changes_says_that_the_bucket_is_ones_own() -> None:
    finding = only_finding(exchange_capture((PUT, answer("Bucket already exists can't modify location."))), "REQ013")
    assert "settings that PutBucket cannot change" in finding.summary


def test_an_earlier_success_with_the_same_key_says_so_too() -> None:
    finding = only_finding(exchange_capture((GET, response()), (PUT, answer())), "REQ013")
    assert finding.confidence is Confidence.LIKELY
    assert (4, "earlier request with the same access key, answered 200", "GET /a HTTP/1.1") in evidence_of(finding)
    other = GET.replace(b"LTAIkeykeykeykey1", b"LTAIkeykeykeykey2")
    assert "is taken" in only_finding(exchange_capture((other, response()), (PUT, answer())), "REQ013").summary


def test_other_conflicts_are_silent() -> None:
    assert not analyze_capture(refused(409, "BucketNotEmpty", "no"), "REQ013").findings


def test_a_cut_error_document_is_undecided_for_put_bucket_only() -> None:
    cut = response(409, "Conflict", Content_Length="300")
    assert analyze_capture(exchange_capture((PUT, cut)), "REQ013").undecided
    assert not analyze_capture(exchange_capture((GET, cut)), "REQ013").undecided


def test_the_error_is_told_once_and_not_by_the_generic_rule() -> None:
    report = analyze_capture(exchange_capture((PUT, answer())), "REQ")
    assert [finding.name for finding in report.findings] == ["bucket-already-exists"]
