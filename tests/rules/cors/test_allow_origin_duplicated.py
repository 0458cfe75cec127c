import pytest

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture
from tests.build.http import request
from tests.build.pages import PAGE, allowed, page_request, preflight, with_field

TWICE = with_field(allowed(), "Access-Control-Allow-Origin: *")


@pytest.mark.parametrize(
    "answer",
    [
        TWICE,
        with_field(allowed(origin="*"), "access-control-allow-origin: *"),
        allowed(origin=f"{PAGE}, *"),
        allowed(origin="*,*"),
    ],
)
def test_two_values_are_an_error_and_the_only_finding_about_origins(answer: bytes) -> None:
    report = analyze_capture(exchange_capture((page_request(), answer)), "COR")
    (finding,) = report.findings
    assert (finding.rule, finding.severity, finding.confidence) == ("COR006", Severity.ERROR, Confidence.CONFIRMED)
    assert "has 2 values of Access-Control-Allow-Origin" in finding.summary


def test_an_origin_null_is_not_what_is_wrong_then() -> None:
    answer = with_field(allowed(origin="*"), "Access-Control-Allow-Origin: *")
    report = analyze_capture(exchange_capture((page_request(origin="null"), answer)), "COR")
    assert [finding.rule for finding in report.findings] == ["COR006"]


def test_both_values_are_shown() -> None:
    report = analyze_capture(exchange_capture((preflight(), TWICE)), "COR006")
    (finding,) = report.findings
    values = [value for _, field, value in evidence_of(finding) if field.endswith("Allow-Origin")]
    assert values == [PAGE, "*"]
    assert finding.summary.startswith("the answer to the preflight OPTIONS /up/a.txt for the page")


@pytest.mark.parametrize(
    ("sent", "answer"), [(page_request(), allowed()), (preflight(), allowed()), (request(), TWICE)]
)
def test_one_value_and_requests_without_origin_are_silent(sent: bytes, answer: bytes) -> None:
    assert not analyze_capture(exchange_capture((sent, answer)), "COR006").findings
