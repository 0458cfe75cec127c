import pytest

from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, evidence_of, only_finding
from tests.build.clocks import too_skewed, v1_request
from tests.build.http import DATE, request, response
from tests.build.wire import START_NS, Capture


def capture_of(offset_s: int, *messages: tuple[bytes, bytes]) -> Capture:
    """A capture by a host whose clock is so many seconds off."""
    capture = Capture(now_ns=START_NS + offset_s * 10**9)
    tcp = capture.tcp()
    tcp.handshake()
    for sent, answered in messages:
        tcp.client(sent)
        tcp.server(answered)
    tcp.close()
    return capture


def test_a_capturing_host_that_is_ahead_is_told_apart_from_the_client() -> None:
    finding = only_finding(capture_of(600, *[(v1_request(), response())] * 3), "CLK004")
    assert finding.severity is Severity.INFO
    assert finding.summary == (
        "the time stamps of the capture are 600 s (10 min 0 s) ahead of the server's time in 3 of 3 answers; the "
        "client's signed times agree with the server, so only the capturing host's clock is off"
    )
    assert evidence_of(finding)[0][1] == "packet time stamp"
    assert evidence_of(finding)[0][2].startswith("2018-12-29T07:42:34")
    assert evidence_of(finding)[1][2] == DATE


def test_a_capture_taken_on_a_client_that_is_behind_is_recognised() -> None:
    finding = only_finding(capture_of(-1200, (v1_request(-1200), too_skewed(-1200))), "CLK004")
    assert "1200 s (20 min 0 s) behind" in finding.summary
    assert "taken on the client's host" in finding.summary


def test_two_wrong_clocks_are_two_clocks() -> None:
    finding = only_finding(capture_of(3600, (v1_request(-1200), too_skewed(-1200))), "CLK004")
    assert "off by -1200 s, which is another clock's fault" in finding.summary


def test_without_signed_requests_the_client_stays_unknown() -> None:
    finding = only_finding(capture_of(-300, (request(), response())), "CLK004")
    assert "no signed request" in finding.summary


@pytest.mark.parametrize("offset_s", [-119, 0, 119])
def test_less_than_two_minutes_is_silent(offset_s: int) -> None:
    assert not analyze_capture(capture_of(offset_s, (v1_request(), response())), "CLK004").findings


def test_answers_that_do_not_agree_are_silent() -> None:
    answers = [response(), response(Date="Sat, 29 Dec 2018 09:32:34 GMT"), response(Date=DATE.replace("29", "28"))]
    capture = capture_of(900, *((request(), answer) for answer in answers))
    assert not analyze_capture(capture, "CLK004").findings
