import pytest

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, only_finding
from tests.build.http import request, response
from tests.build.timed import opened
from tests.build.troubles import healthy, waiting
from tests.build.wire import ACK, FIN, PSH


def test_message_and_evidence_in_full() -> None:
    capture, tcp = waiting(0.5)
    tcp.close(1)
    finding = only_finding(capture, "NET005")
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.CONFIRMED)
    assert finding.summary == (
        "GetObject of rokid/key gets no answer: the server 203.0.113.10:80 closes the connection 500 ms after the "
        "request (FIN)"
    )
    assert evidence_of(finding) == [
        (4, "request line", "GET /key HTTP/1.1"),
        (6, "tcp flags", "FIN from the server, 500 ms after the last byte"),
    ]
    assert finding.exchanges == (0,)


def test_a_reset_without_an_answer_is_told() -> None:
    capture, tcp = waiting(0.5)
    tcp.reset(1)
    assert "resets the connection 500 ms after the request (RST)" in only_finding(capture, "NET005").summary


def test_a_server_silent_for_a_minute_is_at_fault_and_not_the_client() -> None:
    capture, tcp = waiting(60)
    tcp.close(0)
    assert "the server stays silent for 60 s, then the client closes (FIN)" in only_finding(capture, "NET005").summary
    assert not analyze_capture(capture, "NET006").findings


def test_a_request_that_is_not_even_acknowledged_is_told() -> None:
    capture, tcp = opened(to_server_ms=10)
    data = request()
    tcp.client(data, acknowledge=False)
    for number in range(3):
        capture.wait(0.3 * 2**number)
        tcp.send(0, ACK | PSH, data, seq=1001)
    tcp.send(0, ACK | FIN)
    summary = only_finding(capture, "NET005").summary
    assert "its last bytes, sent again 3 times, are not acknowledged for" in summary


def test_silence_up_to_the_end_of_the_capture_is_likely() -> None:
    capture, _ = waiting(15)
    healthy(capture)
    finding = only_finding(capture, "NET005")
    assert finding.confidence is Confidence.LIKELY
    assert "the capture shows 15 s of silence and then ends" in finding.summary


@pytest.mark.parametrize("seconds", [0, 3])
def test_a_capture_that_ends_too_early_is_undecided(seconds: float) -> None:
    capture, tcp = waiting(seconds)
    tcp.send(1, ACK)
    report = analyze_capture(capture, "NET005")
    assert not report.findings
    assert report.undecided[0].exchanges == (0,)


def test_a_late_answer_is_silent() -> None:
    capture, tcp = waiting(20)
    tcp.server(response())
    tcp.close()
    report = analyze_capture(capture, "NET005")
    assert not report.findings
    assert not report.undecided


def test_requests_of_others_are_silent() -> None:
    capture, tcp = opened()
    tcp.client(request(host="shop.example.com"))
    tcp.close(1)
    assert not analyze_capture(capture, "NET005").findings
