from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding
from tests.build.http import REQUEST_ID
from tests.build.pages import allowed, complete_body, invalid_part, page_request

UPLOAD = "0444AE922999AADAB6E40855B9ACD42A"
HIDDEN = allowed(Access_Control_Expose_Headers="x-oss-request-id")
NOTHING = allowed(Access_Control_Expose_Headers="")


def part(number: int, answer: bytes = HIDDEN, **headers: str) -> tuple[bytes, bytes]:
    sent = page_request("PUT", f"/big.bin?partNumber={number}&uploadId={UPLOAD}", body=b"x" * 100, **headers)
    return sent, answer


def completion(etag: str = "null") -> tuple[bytes, bytes]:
    return page_request("POST", f"/big.bin?uploadId={UPLOAD}", body=complete_body(etag, etag)), invalid_part()


def test_null_etags_after_hidden_ones_prove_it_and_tell_it_once() -> None:
    report = analyze_capture(exchange_capture(part(1), part(2), completion()))
    (finding,) = [found for found in report.findings if found.category in {"cors", "request", "multipart"}]
    assert (finding.rule, finding.severity, finding.confidence) == ("COR004", Severity.ERROR, Confidence.CONFIRMED)
    assert finding.exchanges == (0, 1, 2)
    assert finding.summary == (
        "the page http://www.example.com:8000 uploads 2 parts to bucket rokid but may not read their ETag: "
        "Access-Control-Expose-Headers lists only x-oss-request-id; it completes the upload with the ETag null and "
        f"gets 400 InvalidPart (request ID {REQUEST_ID})"
    )
    shown = [(field, value) for _, field, value in evidence_of(finding)]
    assert ("request body <ETag>", "null") in shown
    assert ("response header Access-Control-Expose-Headers", "x-oss-request-id") in shown
    assert ("response body <Code>", "InvalidPart") in shown


def test_nothing_exposed_at_all_is_shown_as_absence() -> None:
    finding = only_finding(exchange_capture(part(1, NOTHING), completion()), "COR004")
    assert "lists nothing" in finding.summary
    assert ("response header Access-Control-Expose-Headers", "(not in the answer)") in [
        (field, value) for _, field, value in evidence_of(finding)
    ]


def test_without_a_completion_it_is_likely_for_the_sdk_and_possible_for_others() -> None:
    sdk = {"x-oss-user-agent": "aliyun-sdk-js/6.23.0 Chrome 131.0.0.0 on Linux 64-bit"}
    assert only_finding(exchange_capture(part(1, HIDDEN, **sdk)), "COR004").confidence is Confidence.LIKELY
    finding = only_finding(exchange_capture(part(1)), "COR004")
    assert finding.confidence is Confidence.POSSIBLE
    assert "no CompleteMultipartUpload follows" in finding.summary


def test_an_exposed_etag_is_silent() -> None:
    assert not analyze_capture(exchange_capture(part(1, allowed()), completion()), "COR004").findings


def test_an_upload_that_completes_is_silent() -> None:
    done = (completion("ABC")[0], allowed())
    assert not analyze_capture(exchange_capture(part(1), done), "COR004").findings
