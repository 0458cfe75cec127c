from tests.build.analyze import analyze_capture, exchange_capture, only_finding
from tests.build.http import request, response
from tests.build.refusals import denied

CODE = "REF003"


def test_a_bare_domain_can_match_nothing() -> None:
    finding = only_finding(
        denied(message="You are denied by bucket referer policy.", key=None, headers={"Referer": "www.example.com"}),
        CODE,
    )
    assert finding.severity == "warning"
    assert "www.example.com has no scheme" in finding.summary


def test_a_whole_address_is_silent() -> None:
    assert not analyze_capture(
        denied(
            message="You are denied by bucket referer policy.",
            key=None,
            headers={"Referer": "http://www.evil.example.net/page.html"},
        ),
        CODE,
    ).findings


def test_an_accepted_request_is_silent() -> None:
    capture = exchange_capture((request(Referer="www.example.com"), response()))
    assert not analyze_capture(capture, CODE).findings
