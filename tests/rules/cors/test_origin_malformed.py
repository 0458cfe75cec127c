import pytest

from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, exchange_capture, only_finding
from tests.build.http import response
from tests.build.pages import allowed, denied, page_request, preflight


@pytest.mark.parametrize(
    ("origin", "fault"),
    [
        ("null", "names no page"),
        ("www.example.com", "has no scheme"),
        ("http://www.example.com/", "ends with a slash"),
        ("http://www.example.com/page.html", "has a path"),
        ("http://www.example.com:80", "writes out the scheme's own port"),
        ("https://www.example.com:443", "writes out the scheme's own port"),
        ("http://a.example, http://b.example", "is a list"),
        ("http://", "has no host"),
    ],
)
@pytest.mark.parametrize("is_preflight", [True, False])
def test_an_origin_that_is_not_allowed_says_what_is_wrong_with_it(
    origin: str, fault: str, *, is_preflight: bool
) -> None:
    pair = (preflight(origin=origin), denied()) if is_preflight else (page_request(origin=origin), response())
    finding = only_finding(exchange_capture(pair), "COR009")
    assert finding.severity is Severity.WARNING
    assert f"{origin} {fault}" in finding.summary
    assert finding.evidence[0].observed == origin


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (page_request(origin="null"), allowed(origin="*")),
        (page_request(origin="null"), allowed(origin="null")),
        (page_request(origin="http://www.example.com/"), allowed(origin="http://www.example.com/")),
        (page_request(origin="null"), response(404, "Not Found")),
        (page_request(), response()),
        (preflight(), denied()),
        (page_request(origin="http://[2001:db8::1]:8080"), response()),
        (page_request(origin="http://www.example.com:8080"), response()),
    ],
)
def test_allowed_and_well_formed_origins_are_silent(sent: bytes, answer: bytes) -> None:
    assert not analyze_capture(exchange_capture((sent, answer)), "COR009").findings
