import pytest

from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, exchange_capture, faults, only_finding, refused
from tests.build.http import oss_error, request, response


@pytest.mark.parametrize(
    "code", ["QpsLimitExceeded", "DownloadTrafficRateLimitExceeded", "DownloadTrafficLimitExceeded"]
)
def test_a_refusal_is_an_error_with_its_code(code: str) -> None:
    finding = only_finding(refused(503, code, "Please reduce your request rate."), "PRF005")
    assert finding.severity is Severity.ERROR
    assert finding.summary == (
        f"OSS refuses (503 {code}) GetObject of rokid/key for its rate (request ID 5C2723573183A12D1A2B3C4D)"
    )
    assert [item.field for item in finding.evidence][:2] == ["status line", "response body <Code>"]


def test_the_refusal_is_told_once() -> None:
    report = analyze_capture(refused(503, "QpsLimitExceeded", "slow down"))
    assert [finding.rule for finding in faults(report)] == ["PRF005"]


def test_an_answer_that_oss_held_back_is_a_warning() -> None:
    capture = exchange_capture((request(), response(x_oss_qos_delay_time="340")))
    finding = only_finding(capture, "PRF005")
    assert finding.severity is Severity.WARNING
    assert finding.summary.startswith("OSS holds back, for 340 ms, GetObject of rokid/key")
    assert finding.evidence[-1].observed == "340"


def test_equal_ones_are_told_once() -> None:
    pair = (request(), response(x_oss_qos_delay_time="10"))
    assert only_finding(exchange_capture(pair, pair, pair), "PRF005").occurrences == 3


def test_a_refusal_that_a_retry_overcame_is_one_warning() -> None:
    limit = response(503, "Busy", body=oss_error("QpsLimitExceeded", "Please reduce your request rate."))
    report = analyze_capture(exchange_capture((request(), limit), (request(), limit), (request(), response(body=b"x"))))
    (finding,) = faults(report)
    assert (finding.rule, finding.severity, finding.occurrences) == ("PRF005", Severity.WARNING, 2)
    assert "succeeded with 200" in finding.summary


@pytest.mark.parametrize("value", ["0", "", "soon"])
def test_no_delay_is_silent(value: str) -> None:
    capture = exchange_capture((request(), response(x_oss_qos_delay_time=value)))
    assert not analyze_capture(capture, "PRF005").findings


def test_other_errors_are_silent() -> None:
    assert not analyze_capture(refused(503, "ServiceUnavailable", "x"), "PRF005").findings
