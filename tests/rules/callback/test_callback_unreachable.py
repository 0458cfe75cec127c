import pytest

from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, evidence_of, only_finding
from tests.build.callbacks import TARGET, add_app_leg, app_connection, app_leg, called, client_leg, failed
from tests.build.http import REQUEST_ID
from tests.build.wire import Capture

MESSAGE = "Error status : -1.OSS can not connect to your callbackUrl, please check it."


@pytest.mark.parametrize("message", [MESSAGE, "Error Status : -1.", "Error status : -1.connection refused"])
def test_at_the_client_oss_says_it(message: str) -> None:
    finding = only_finding(client_leg(answer=failed(message, None)), "CBK004")
    assert finding.severity is Severity.ERROR
    told = " ".join([finding.summary, *(observed for _, _, observed in evidence_of(finding))])
    for text in ("cannot connect", "203", message, REQUEST_ID, TARGET):
        assert text in told
    assert "longer than 5 s" in finding.explanation


def test_a_reset_at_the_application_is_seen() -> None:
    capture = Capture()
    tcp = app_connection(capture)
    tcp.client(called())
    tcp.reset(1)
    finding = only_finding(capture, "CBK004")
    assert "the application reset the connection" in finding.summary
    assert TARGET in finding.summary


def test_an_answer_lost_on_the_way_back_is_told() -> None:
    capture = client_leg(answer=failed(MESSAGE, None))
    add_app_leg(capture)
    finding = only_finding(capture, "CBK004")
    assert "lost on the way back" in finding.explanation
    assert finding.exchanges == (0, 1)


def test_an_answered_callback_is_silent() -> None:
    assert not analyze_capture(app_leg(), "CBK004").findings
    assert not analyze_capture(client_leg(), "CBK004").findings
