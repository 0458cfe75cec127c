import pytest

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, exchange_capture, only_finding
from tests.build.http import request
from tests.build.pages import PAGE, allowed, page_request, preflight

STAR = allowed(origin="*")
STAR_TRUE = allowed(origin="*", Access_Control_Allow_Credentials="true")


def test_a_cookie_meets_a_star() -> None:
    report = analyze_capture(exchange_capture((page_request(Cookie="session=secret"), STAR)))
    (finding,) = report.findings
    assert (finding.rule, finding.severity, finding.confidence) == ("COR007", Severity.ERROR, Confidence.CONFIRMED)
    assert "carries a cookie" in finding.summary
    assert "secret" not in repr(finding)


@pytest.mark.parametrize("sent", [preflight(), page_request()])
def test_an_answer_that_allows_both_is_likely_to_be_refused(sent: bytes) -> None:
    finding = only_finding(exchange_capture((sent, STAR_TRUE)), "COR007")
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.LIKELY)
    assert ("response header Access-Control-Allow-Credentials", "true") in [
        (item.field, item.observed) for item in finding.evidence
    ]


@pytest.mark.parametrize(
    "messages",
    [
        ((page_request(), STAR),),
        ((page_request(Cookie="a=b"), allowed(Access_Control_Allow_Credentials="true")),),
        ((preflight(), STAR_TRUE), (page_request("PUT"), STAR_TRUE)),
        ((page_request("POST", Cookie="a=b", Accept="text/html"), STAR),),
        ((request(Origin=PAGE, Cookie="a=b", User_Agent="curl/8"), STAR),),
    ],
    ids=["no-credentials", "named", "accepted-preflight", "form", "curl"],
)
def test_other_answers_are_silent(messages: tuple[tuple[bytes, bytes], ...]) -> None:
    assert not analyze_capture(exchange_capture(*messages), "COR007").findings
