import pytest

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding
from tests.build.http import REQUEST_ID, request, response
from tests.build.pages import NOT_ENABLED, PAGE, allowed, denied, page_request, preflight


def test_a_refused_preflight_prints_the_rule_that_would_allow_it() -> None:
    finding = only_finding(exchange_capture((preflight("PUT", "content-type,x-oss-date"), denied())), "COR001")
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.CONFIRMED)
    assert finding.summary == (
        "bucket rokid does not allow the page http://www.example.com:8000 to send PUT with the headers content-type, "
        f"x-oss-date: the preflight OPTIONS /up/a.txt is answered with 403 AccessForbidden (request ID {REQUEST_ID})"
    )
    console, xml, json_text, _ = finding.fix
    assert "Sources: http://www.example.com:8000 | Allowed Methods: PUT | Allowed Headers: content-type x-oss-date" in (
        console
    )
    assert "<AllowedOrigin>http://www.example.com:8000</AllowedOrigin><AllowedMethod>PUT</AllowedMethod>" in xml
    assert '"AllowedHeader": ["content-type", "x-oss-date"]' in json_text
    assert [(field, value) for _, field, value in evidence_of(finding)][:6] == [
        ("request line", "OPTIONS /up/a.txt HTTP/1.1"),
        ("request header Origin", PAGE),
        ("request header Access-Control-Request-Method", "PUT"),
        ("request header Access-Control-Request-Headers", "content-type,x-oss-date"),
        ("status line", "HTTP/1.1 403 Forbidden"),
        ("response body <Code>", "AccessForbidden"),
    ]


def test_it_is_the_only_finding() -> None:
    report = analyze_capture(exchange_capture((preflight(), denied())))
    assert [finding.rule for finding in report.findings] == ["COR001"]


def test_preflights_of_one_page_are_one_finding_whose_rule_allows_them_all() -> None:
    capture = exchange_capture(
        (preflight("PUT", "x-oss-date"), denied()), (preflight("DELETE", "authorization", target="/b"), denied())
    )
    finding = only_finding(capture, "COR001")
    assert finding.occurrences == 2
    assert "Allowed Methods: PUT, DELETE | Allowed Headers: x-oss-date authorization" in finding.fix[0]


def test_what_the_capture_shows_of_other_origins_is_told() -> None:
    capture = exchange_capture(
        (preflight(), denied()),
        (page_request(origin="http://www.example.com"), allowed(origin="http://www.example.com")),
    )
    assert "the same host allows http://www.example.com." in only_finding(capture, "COR001").explanation
    capture = exchange_capture((preflight("DELETE"), denied()), (page_request(), allowed()))
    assert "Another request of the same origin is allowed" in only_finding(capture, "COR001").explanation


def test_a_method_that_no_rule_can_hold_is_named() -> None:
    assert (
        "OSS knows no AllowedMethod PATCH"
        in only_finding(exchange_capture((preflight("PATCH"), denied())), "COR001").explanation
    )


def test_a_refusal_without_its_document_is_likely() -> None:
    finding = only_finding(exchange_capture((preflight(), response(403, "Forbidden"))), "COR001")
    assert finding.confidence is Confidence.LIKELY


def test_an_answer_that_leaves_out_what_was_asked_is_a_denial_too() -> None:
    short = allowed(Access_Control_Allow_Methods="GET", Access_Control_Allow_Headers="content-type")
    finding = only_finding(exchange_capture((preflight("PUT"), short)), "COR001")
    assert "answers the preflight without allowing" in finding.summary
    headers = allowed(Access_Control_Allow_Headers="content-type")
    finding = only_finding(exchange_capture((preflight("PUT", "x-oss-date"), headers)), "COR001")
    assert "with the headers x-oss-date" in finding.summary


@pytest.mark.parametrize(
    "messages",
    [
        ((preflight("PUT", "x-oss-date"), allowed(Access_Control_Allow_Headers="x-oss-date")),),
        ((preflight("PUT", "X-OSS-Date"), allowed(Access_Control_Allow_Headers="*")),),
        ((preflight("POST"), allowed(Access_Control_Allow_Methods="GET")),),
        ((preflight("PUT"), allowed(Access_Control_Allow_Methods="GET")), (page_request("PUT"), allowed())),
        ((preflight(), denied(NOT_ENABLED)),),
        ((preflight(), response(403, "Forbidden", server="nginx", request_id=None)),),
        ((request("OPTIONS", "/a"), response(400, "Bad Request")),),
        ((page_request("PUT"), response(403, "Forbidden")),),
    ],
    ids=["allowed", "star", "simple", "sent-after-all", "not-enabled", "gateway", "no-preflight", "actual-request"],
)
def test_other_answers_are_silent(messages: tuple[tuple[bytes, bytes], ...]) -> None:
    assert not analyze_capture(exchange_capture(*messages), "COR001").findings
