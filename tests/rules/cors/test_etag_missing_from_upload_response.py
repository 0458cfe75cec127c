import pytest

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding
from tests.build.http import REQUEST_ID, request, response

PART = "/key?partNumber=1&uploadId=0444AE922999AADAB6E40855B9ACD42A"


@pytest.mark.parametrize("target", ["/key", PART])
def test_an_upload_without_etag_is_an_error_that_names_what_is_missing(target: str) -> None:
    answer = response(Content_MD5="XUFAKrxLKna5cZ2REBfFkg==", Via="1.1 cache.example")
    finding = only_finding(exchange_capture((request("PUT", target, body=b"hello"), answer)), "COR005")
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.LIKELY)
    assert "has no ETag: a device on the way took it away" in finding.summary
    assert REQUEST_ID in finding.summary
    assert finding.evidence[0].expected == '"5D41402ABC4B2A76B9719D911017C592"'
    assert ("response header Via", "1.1 cache.example") in [(field, value) for _, field, value in evidence_of(finding)]


def test_all_of_them_are_one_finding() -> None:
    capture = exchange_capture(*[(request("PUT", PART, body=b"x"), response())] * 3)
    assert only_finding(capture, "COR005").occurrences == 3


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (request("PUT", body=b"x"), response(ETag='"A"')),
        (request("PUT", body=b"x"), response(500, "Internal Server Error")),
        (request("PUT", body=b"x"), response(server="nginx", request_id=None)),
        (request("POST", "/key?uploads"), response()),
        (request(), response()),
    ],
)
def test_other_answers_are_silent(sent: bytes, answer: bytes) -> None:
    assert not analyze_capture(exchange_capture((sent, answer)), "COR005").findings
