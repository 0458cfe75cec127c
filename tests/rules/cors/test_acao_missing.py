import pytest

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding
from tests.build.clocks import error
from tests.build.http import BUCKET_HOST, REQUEST_ID, request, response
from tests.build.pages import PAGE, allowed, page_request, preflight


def test_a_simple_request_that_gets_its_bytes_without_permission_is_a_warning() -> None:
    finding = only_finding(exchange_capture((page_request(), response(body=b"data"))), "COR003")
    assert (finding.severity, finding.confidence) == (Severity.WARNING, Confidence.LIKELY)
    assert finding.summary == (
        "GetObject of rokid/up/a.txt for the page http://www.example.com:8000 is answered with 200 without "
        f"Access-Control-Allow-Origin: the browser keeps the answer from the page (request ID {REQUEST_ID})"
    )
    assert (6, "response header Access-Control-Allow-Origin", "(not in the answer)") in evidence_of(finding)
    assert f"<AllowedOrigin>{PAGE}</AllowedOrigin>" in finding.fix[1]


def test_a_cached_answer_names_the_cache_first() -> None:
    finding = only_finding(exchange_capture((page_request(), response(X_Cache="HIT TCP_HIT"))), "COR003")
    assert finding.fix[0].startswith("Let the CDN or proxy pass on")


def test_another_pages_permission_is_none() -> None:
    answer = allowed(origin="http://other.example")
    finding = only_finding(exchange_capture((page_request(), answer)), "COR003")
    assert "with Access-Control-Allow-Origin http://other.example, another page's" in finding.summary


def test_a_preflight_answered_without_permission_is_a_warning() -> None:
    finding = only_finding(exchange_capture((preflight("PUT"), response())), "COR003")
    assert finding.severity is Severity.WARNING
    assert finding.summary.startswith("the preflight for PUT for the page ")


def test_an_error_without_permission_is_information_beside_its_own_finding() -> None:
    missing = error(404, "NoSuchKey", "The specified key does not exist.")
    report = analyze_capture(exchange_capture((page_request(), missing)))
    assert {(finding.rule, finding.severity) for finding in report.findings} == {
        ("COR003", Severity.INFO),
        ("REQ001", Severity.WARNING),
    }


def test_a_post_that_may_be_a_form_is_possible() -> None:
    assert only_finding(exchange_capture((page_request("POST"), response())), "COR003").confidence is (
        Confidence.POSSIBLE
    )


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (page_request(), allowed()),
        (page_request(), allowed(origin="*")),
        (page_request(origin=f"http://{BUCKET_HOST}"), response()),
        (request(Origin=PAGE, User_Agent="curl/8.5.0"), response()),
        (page_request(Sec_Fetch_Mode="navigate"), response()),
        (page_request("POST", Accept="text/html"), response()),
        (page_request(), response(304, "Not Modified")),
        (request(), response()),
    ],
    ids=["allowed", "star", "same-origin", "curl", "navigation", "form", "not-modified", "no-origin"],
)
def test_what_needs_no_permission_or_has_it_is_silent(sent: bytes, answer: bytes) -> None:
    assert not analyze_capture(exchange_capture((sent, answer)), "COR003").findings


def test_a_preflight_whose_request_follows_is_silent() -> None:
    capture = exchange_capture((preflight("PUT"), response()), (page_request("PUT"), allowed()))
    assert not analyze_capture(capture, "COR003").findings
