import pytest

from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, exchange_capture
from tests.build.http import REQUEST_ID, response
from tests.build.pages import NOT_ENABLED, allowed, denied, preflight


def test_the_servers_own_word_is_the_only_finding() -> None:
    report = analyze_capture(exchange_capture(*[(preflight("PUT", "x-oss-date"), denied(NOT_ENABLED))] * 2))
    (finding,) = report.findings
    assert (finding.rule, finding.severity, finding.occurrences) == ("COR002", Severity.ERROR, 2)
    assert finding.summary == (
        "bucket rokid has no CORS rule: the page http://www.example.com:8000 asks to send PUT and is answered with "
        f"403 AccessForbidden (request ID {REQUEST_ID})"
    )
    assert "<AllowedHeader>x-oss-date</AllowedHeader>" in finding.fix[1]


@pytest.mark.parametrize("answer", [denied(), allowed(), response(403, "Forbidden"), denied(NOT_ENABLED, "Other")])
def test_other_answers_are_silent(answer: bytes) -> None:
    assert not analyze_capture(exchange_capture((preflight(), answer)), "COR002").findings
