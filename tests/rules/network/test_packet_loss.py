import pytest

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, only_finding
from tests.build.http import request, response
from tests.build.timed import opened
from tests.build.troubles import healthy, lossy_upload, stuck
from tests.build.wire import ACK, PSH, Capture


def test_message_and_evidence_in_full() -> None:
    finding = only_finding(lossy_upload(), "NET011")
    assert (finding.severity, finding.confidence) == (Severity.WARNING, Confidence.LIKELY)
    assert finding.summary == (
        "8 of 50 data packets (16.0%) from client 192.0.2.10 to server 203.0.113.10 had to be sent again, "
        "after 2.4 s of silence"
    )
    assert len(finding.evidence) == 8
    assert "at the client" in finding.explanation


def test_the_other_direction_is_told_apart() -> None:
    finding = only_finding(lossy_upload(from_client=False), "NET011")
    assert "from server 203.0.113.10 to client 192.0.2.10" in finding.summary


def test_connections_of_one_pair_are_summed_up() -> None:
    capture = lossy_upload(total=20_000)
    for number in range(20):
        healthy(capture, cport=52_000 + number)
    # two of 16 data packets, and 20 more
    assert not analyze_capture(capture, "NET011").findings


@pytest.mark.parametrize("every", [60, 100])
def test_a_loss_now_and_then_is_silent(every: int) -> None:
    assert not analyze_capture(lossy_upload(total=200_000, every=every), "NET011").findings


def test_a_capture_that_holds_each_packet_twice_is_no_loss() -> None:
    capture = Capture(step_ns=1000)
    healthy(capture)
    tcp = capture.tcp(cport=53_000)
    tcp.handshake()
    tcp.client(request())
    tcp.server(response(body=b"x" * 50_000))
    tcp.close()
    doubled = Capture(packets=[packet for packet in capture.packets for _ in range(2)])
    assert not analyze_capture(doubled, "NET011").findings


def test_probes_of_a_shut_window_are_no_loss() -> None:
    capture, tcp = opened()
    tcp.client(request())
    data = response(body=b"y" * 30_000)
    for at in range(0, len(data), 1460):
        part = data[at : at + 1460]
        tcp.send(1, ACK | PSH, part)
        tcp.send(0, ACK, window=0)
        capture.wait(0.2)
        tcp.send(1, ACK | PSH, part, seq=tcp.next_seq[1] - len(part))
        tcp.send(0, ACK, window=100)
    assert not analyze_capture(capture, "NET011").findings


def test_what_is_stuck_is_told_by_another_rule() -> None:
    capture, _, _ = stuck()
    assert not analyze_capture(capture, "NET011").findings


def test_losses_of_what_is_not_oss_are_an_info() -> None:
    capture, tcp = opened(to_server_ms=10)
    tcp.client(request(host="www.example.com"))
    data = response(request_id=None, server="nginx", body=b"y" * 60_000)
    for number, at in enumerate(range(0, len(data), 1460)):
        part = data[at : at + 1460]
        tcp.send(1, ACK | PSH, part)
        if number % 5 == 4:
            capture.wait(0.3)
            tcp.send(1, ACK | PSH, part, seq=tcp.next_seq[1] - len(part))
        tcp.send(0, ACK)
    tcp.close()
    assert only_finding(capture, "NET011").severity is Severity.INFO
