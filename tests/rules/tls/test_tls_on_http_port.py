from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, evidence_of, only_finding
from tests.build.certificates import HOST
from tests.build.http import response
from tests.build.tls import analyzed, converse
from tests.build.wire import Capture
from tests.tls.test_hello import hello


def greeted(answer: bytes, host: str = HOST) -> Capture:
    capture = Capture()
    tcp = capture.tcp(sport=80)
    tcp.handshake()
    tcp.client(hello(host))
    tcp.server(answer)
    tcp.close(1)
    return capture


def test_message_and_evidence_in_full() -> None:
    found = only_finding(greeted(response(400, "Bad Request", body=b"<html>")), "TLS008")
    assert found.severity is Severity.ERROR
    assert found.summary == f"TLS was begun with {HOST} on port 80, which answers in clear: HTTP/1.1 400 Bad Request"
    assert evidence_of(found) == [
        (4, "TLS ClientHello, server name", HOST),
        (6, "answer of the server", "HTTP/1.1 400 Bad Request"),
    ]


def test_it_is_the_only_fault_told() -> None:
    report = analyze_capture(greeted(response(400, "Bad Request", body=b"<html>")))
    assert [item.rule for item in report.findings if item.severity is not Severity.INFO] == ["TLS008"]


def test_other_hosts_are_worth_knowing_only() -> None:
    found = only_finding(greeted(b"HTTP/1.0 400 Bad Request\r\n\r\n", "www.example.org"), "TLS008")
    assert found.severity is Severity.INFO


def test_other_protocols_as_answer_are_silent() -> None:
    assert not analyze_capture(greeted(b"SSH-2.0-OpenSSH_9.2\r\n"), "TLS008").findings


def test_a_real_handshake_is_silent() -> None:
    assert not analyzed(converse(say=[(0, b"x"), (1, b"HTTP/1.1 400 Bad Request\r\n\r\n")]), "TLS008").findings
