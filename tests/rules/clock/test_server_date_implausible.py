import pytest

from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, exchange_capture, only_finding
from tests.build.clocks import http_date, v1_request
from tests.build.http import REQUEST_ID, request, response


def test_a_date_of_1970_is_no_date_of_oss() -> None:
    answer = response(Date="Thu, 01 Jan 1970 00:00:12 GMT")
    report = analyze_capture(exchange_capture((v1_request(), answer)), "CLK")
    (finding,) = report.findings
    assert (finding.rule, finding.severity) == ("CLK005", Severity.WARNING)
    assert "Thu, 01 Jan 1970 00:00:12 GMT" in finding.summary
    assert REQUEST_ID in finding.summary


@pytest.mark.parametrize("offset_s", [-2000, 2000, 28_800])
def test_a_date_far_from_a_signed_time_that_was_accepted_is_not_from_osss_clock(offset_s: int) -> None:
    report = analyze_capture(exchange_capture((v1_request(), response(Date=http_date(offset_s)))), "CLK")
    assert "CLK005" in {finding.rule for finding in report.findings}
    assert {finding.rule for finding in report.findings} <= {"CLK005", "CLK004"}


@pytest.mark.parametrize("value", ["1546068754000", "86400000", "-5", "fast"])
def test_an_absurd_duration_is_told(value: str) -> None:
    finding = only_finding(exchange_capture((request(), response(x_oss_server_time=value))), "CLK005")
    assert value in finding.summary


def test_equal_faults_are_one_finding() -> None:
    answer = response(Date="Thu, 01 Jan 1970 00:00:12 GMT")
    finding = only_finding(exchange_capture(*[(request(), answer)] * 3), "CLK005")
    assert finding.occurrences == 3


@pytest.mark.parametrize(
    "answer",
    [
        response(),
        response(x_oss_server_time="31"),
        response(x_oss_server_time="3600000"),
        response(Date=http_date(-850)),
        response(Date=http_date(-5000), Age="5000"),
        response(Date="Thu, 01 Jan 1970 00:00:12 GMT", server="nginx", request_id=None),
    ],
)
def test_plausible_times_are_silent(answer: bytes) -> None:
    assert not analyze_capture(exchange_capture((v1_request(), answer)), "CLK005").findings
