import pytest

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, faults, only_finding
from tests.build.datagrams import V6_CLIENT, V6_SERVER, resolve
from tests.build.http import request, response
from tests.build.troubles import healthy, unanswered
from tests.build.wire import ACK, SYN, Capture


def test_message_and_evidence_in_full() -> None:
    finding = only_finding(unanswered(count=3), "NET001")
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.LIKELY)
    assert finding.summary == "nobody answers at 203.0.113.99:80: 3 SYNs on 1 connection in 2 s"
    assert evidence_of(finding) == [
        (1, "tcp SYN to", "203.0.113.99:80, the first"),
        (2, "tcp SYN to", "203.0.113.99:80, 1 s after the first"),
        (3, "tcp SYN to", "203.0.113.99:80, 2 s after the first"),
    ]


def test_connections_to_one_address_are_told_once() -> None:
    capture = unanswered()
    unanswered(capture=capture, cport=50_001)
    finding = only_finding(capture, "NET001")
    assert "8 SYNs on 2 connections" in finding.summary
    assert finding.occurrences == 2


def test_one_syn_with_silence_behind_it_is_unanswered() -> None:
    capture = unanswered(count=1)
    capture.wait(4)
    healthy(capture)
    assert only_finding(capture, "NET001").severity is Severity.WARNING


def test_one_syn_at_the_end_of_the_capture_is_undecided() -> None:
    report = analyze_capture(unanswered(count=1), "NET001")
    assert not report.findings
    assert "right after a SYN" in report.undecided[0].reason


def test_syn_acks_that_never_reach_the_client_are_told() -> None:
    capture = Capture()
    tcp = capture.tcp()
    for _ in range(4):
        tcp.send(0, SYN, seq=1000)
        tcp.send(1, SYN | ACK, seq=9000, ack=1001)
        capture.wait(1)
    finding = only_finding(capture, "NET001")
    assert "its SYN-ACKs do not reach the client 192.0.2.10" in finding.summary


def test_ipv6_beside_ipv4_that_works_is_no_fault() -> None:
    capture = Capture()
    tcp = capture.tcp(V6_CLIENT, server=V6_SERVER)
    tcp.send(0, SYN, seq=1000)
    capture.wait(0.3)
    healthy(capture)
    capture.wait(0.7)
    tcp.send(0, SYN, seq=1000)
    finding = only_finding(capture, "NET001")
    assert finding.severity is Severity.INFO
    assert "connection 1 took its place" in finding.summary


def test_another_service_that_does_not_answer_is_an_info() -> None:
    capture = Capture()
    resolve(capture, "www.example.com", "203.0.113.77")
    unanswered(capture=capture, server="203.0.113.77", sport=443)
    healthy(capture)
    assert only_finding(capture, "NET001").severity is Severity.INFO


@pytest.mark.parametrize("again", [0, 1])
def test_a_syn_that_is_answered_in_the_end_is_silent(again: int) -> None:
    capture = Capture()
    tcp = capture.tcp()
    for _ in range(again):
        tcp.send(0, SYN, seq=1000)
        capture.wait(1)
    tcp.handshake()
    tcp.client(request())
    tcp.server(response())
    tcp.close()
    report = analyze_capture(capture)
    assert not faults(report)


def test_beside_other_traffic_that_works_it_is_a_warning() -> None:
    capture = unanswered()
    tcp = capture.tcp(cport=51_000, server="198.51.100.7")
    tcp.handshake()
    tcp.client(request(host="www.example.com"))
    tcp.server(response(request_id=None, server="nginx"))
    tcp.close()
    assert only_finding(capture, "NET001").severity is Severity.WARNING


def test_on_a_port_that_oss_does_not_listen_on_it_is_a_warning() -> None:
    assert only_finding(unanswered(sport=30_303), "NET001").severity is Severity.WARNING
