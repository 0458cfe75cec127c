import pytest

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, exchange_capture, only_finding
from tests.build.clocks import refused_capture, taken_capture, too_skewed, v4_request


def test_a_refused_time_in_the_future_is_certain() -> None:
    finding = only_finding(refused_capture(1300), "CLK011")
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.CONFIRMED)
    assert finding.summary.startswith("the client's clock is 1300 s (21 min 40 s) ahead of the server's: OSS refuses ")


@pytest.mark.parametrize(("offset_s", "severity"), [(69, Severity.INFO), (299, Severity.INFO), (301, Severity.WARNING)])
def test_an_offset_that_oss_allows_is_a_warning_from_five_minutes_on(offset_s: int, severity: Severity) -> None:
    assert only_finding(taken_capture(offset_s), "CLK011").severity is severity


@pytest.mark.parametrize("offset_s", [-400, -69, 0, 59])
def test_a_clock_that_is_right_or_behind_is_silent(offset_s: int) -> None:
    assert not analyze_capture(taken_capture(offset_s), "CLK011").findings


def test_v4_with_its_date_in_the_special_header_is_the_same() -> None:
    finding = only_finding(exchange_capture((v4_request(1000), too_skewed(1000))), "CLK011")
    assert finding.evidence[0].field == "request header x-oss-date"


def test_two_clients_are_two_findings() -> None:
    other = v4_request(1000).replace(b"LTAI5tClock0000000000001", b"LTAI5tOther0000000000002")
    capture = exchange_capture((v4_request(1000), too_skewed(1000)), (other, too_skewed(1000)))
    report = analyze_capture(capture, "CLK011")
    assert [finding.exchanges for finding in report.findings] == [(0,), (1,)]
