import pytest

from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, evidence_of, only_finding
from tests.build.callbacks import TARGET, app_connection, app_leg, both_legs, called, client_leg, failed, reply
from tests.build.http import REQUEST_ID
from tests.build.wire import Capture

TIMEOUT = "Error status : -1.call 10.157.223.86:8080 reply timeout, cost:5000ms, timeout:5000ms (err:-4, errno:115)"


def test_an_answer_after_more_than_five_seconds_is_told_with_its_time() -> None:
    finding = only_finding(app_leg(wait_s=6.5), "CBK003")
    assert finding.severity is Severity.ERROR
    assert finding.summary == (
        f"callback to {TARGET}: the answer begins 6.5 s after the request, and OSS waits 5 s (request ID {REQUEST_ID})"
    )


def test_oss_giving_up_is_told() -> None:
    capture = Capture()
    tcp = app_connection(capture)
    tcp.client(called())
    capture.wait(5)
    tcp.reset(0)
    assert "gave up after 5 s" in only_finding(capture, "CBK003").summary


@pytest.mark.parametrize("message", [TIMEOUT, "Cost too long time."])
def test_at_the_client_oss_says_it(message: str) -> None:
    finding = only_finding(client_leg(answer=failed(message, "0007-00000202")), "CBK003")
    told = " ".join([finding.summary, *(observed for _, _, observed in evidence_of(finding))])
    for text in ("did not answer within 5 s", message, "CallbackFailed", REQUEST_ID, TARGET):
        assert text in told


def test_a_late_answer_explains_what_oss_calls_unreachable() -> None:
    outcome = failed("Error status : -1.OSS can not connect to your callbackUrl, please check it.", None)
    report = analyze_capture(both_legs(reply(), outcome, wait_s=6), "CBK")
    assert [(one.rule, one.exchanges) for one in report.findings] == [("CBK003", (0, 1))]


def test_an_answer_in_time_is_silent() -> None:
    assert not analyze_capture(app_leg(wait_s=4.9), "CBK003").findings
    assert not analyze_capture(client_leg(), "CBK003").findings
