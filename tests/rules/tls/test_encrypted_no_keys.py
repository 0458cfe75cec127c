from ssl import TLSVersion

from osspcap.model.finding import Severity
from tests.build.analyze import evidence_of
from tests.build.certificates import HOST, certificate_file
from tests.build.http import request, response
from tests.build.tls import analyzed, client_context, converse, finding_of
from tests.build.wire import Capture

SAY = [(0, request("PUT", "/a", body=b"x" * 500)), (1, response()), (0, request("GET", "/b")), (1, response(body=b"y"))]


def test_message_and_evidence_in_full() -> None:
    conversation = converse(say=SAY, maximum=TLSVersion.TLSv1_2)
    found = finding_of(conversation, "TLS001")
    assert found.severity is Severity.INFO
    assert found.summary == (
        f"1 TLS connection to {HOST} is encrypted and no key log opens it: the requests inside cannot be read"
    )
    assert evidence_of(found) == [(4, "TLS ClientHello, server name", HOST)]
    asked, answered = len(SAY[0][1]), len(SAY[1][1])
    assert (
        f"TLS 1.2, handshake 6 ms, 2 turns of question and answer ({asked} bytes, {answered} back" in found.explanation
    )
    assert "closed by client" in found.explanation
    assert "SSLKEYLOGFILE" in found.fix[0]
    assert "Python" in found.fix[0]


def test_with_its_key_log_it_is_silent() -> None:
    conversation = converse(say=SAY)
    report = analyzed(conversation, "TLS001", conversation.keylog)
    assert not report.findings
    assert [exchange.status for exchange in report.exchanges] == [200, 200]


def test_connections_to_others_are_left_out() -> None:
    assert not analyzed(converse(say=SAY, host="www.example.org"), "TLS001").findings


def test_a_handshake_that_failed_hides_nothing() -> None:
    client = client_context(trusted=certificate_file(("other.example",), issuer="Other CA", kind="rsa"))
    assert not analyzed(converse(client=client), "TLS001").findings


def test_a_connection_that_was_left_unused_hides_nothing() -> None:
    assert not analyzed(converse(), "TLS001").findings


def test_several_connections_are_one_finding() -> None:
    capture = Capture()
    for number in range(3):
        converse(say=SAY).capture(capture, cport=50_000 + number)
    found = finding_of(capture, "TLS001")
    assert (found.occurrences, found.streams) == (3, (0, 1, 2))


def test_tls_in_a_tunnel_to_oss_counts_even_without_a_server_name() -> None:
    capture = Capture()
    tcp = capture.tcp(sport=3128)
    tcp.handshake()
    tcp.client(f"CONNECT {HOST}:443 HTTP/1.1\r\nHost: {HOST}:443\r\n\r\n".encode())
    tcp.server(b"HTTP/1.1 200 Connection established\r\n\r\n")
    converse(say=SAY, host=None).replay(tcp)
    tcp.close()
    assert finding_of(capture, "TLS001").streams == (0,)


def test_plain_http_is_silent() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(request())
    tcp.server(response())
    assert not analyzed(capture, "TLS001").findings
