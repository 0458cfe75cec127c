import pytest

from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture
from tests.build.http import response
from tests.build.pages import allowed, denied, page_request, preflight


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_error_that_names_its_target(status: int) -> None:
    answer = response(status, "Moved", Location="https://rokid.oss-cn-hangzhou.aliyuncs.com/up/a.txt")
    report = analyze_capture(exchange_capture((preflight("PUT"), answer)))
    (finding,) = [found for found in report.findings if found.category == "cors"]
    assert (finding.rule, finding.severity) == ("COR010", Severity.ERROR)
    assert f"is redirected with {status} to https://rokid.oss-cn-hangzhou.aliyuncs.com/up/a.txt" in finding.summary
    assert "response header Location" in [field for _, field, _ in evidence_of(finding)]


def test_a_gateways_redirect_counts_as_well_and_is_told_once() -> None:
    answer = response(302, "Found", server="nginx", request_id=None, Location="https://login.example/")
    report = analyze_capture(exchange_capture((preflight("PUT"), answer)))
    assert [finding.rule for finding in report.findings] == ["COR010"]


@pytest.mark.parametrize(
    ("sent", "answer"),
    [(preflight(), allowed()), (preflight(), denied()), (page_request(), response(302, "Found", Location="/x"))],
)
def test_other_answers_are_silent(sent: bytes, answer: bytes) -> None:
    assert not analyze_capture(exchange_capture((sent, answer)), "COR010").findings
