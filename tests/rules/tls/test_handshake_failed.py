from ssl import TLSVersion

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import evidence_of
from tests.build.certificates import HOST, certificate_file
from tests.build.tls import Conversation, analyzed, client_context, converse, finding_of, server_context
from tests.build.wire import Capture, Tcp
from tests.tls.test_hello import hello

V12 = TLSVersion.TLSv1_2


def refused(host: str = HOST) -> Conversation:
    """A client that offers RSA certificates only, and a server that has none."""
    return converse(server=server_context(), ciphers="AES128-GCM-SHA256", maximum=V12, host=host)


def greeting(host: str = HOST) -> tuple[Capture, Tcp]:
    capture = Capture()
    tcp = capture.tcp(sport=443)
    tcp.handshake()
    tcp.client(hello(host))
    return capture, tcp


def test_message_and_evidence_in_full() -> None:
    found = finding_of(refused(), "TLS006")
    assert (found.severity, found.confidence) == (Severity.ERROR, Confidence.CONFIRMED)
    assert found.summary == (
        f"the handshake with {HOST} fails: the server sends the alert handshake_failure (40), it finds nothing "
        "acceptable in what the other side offers: cipher suites, curves or signature algorithms"
    )
    assert evidence_of(found) == [
        (6, "TLS alert of the server", "handshake_failure (40), fatal"),
        (4, "TLS ClientHello, server name", HOST),
        (4, "TLS ClientHello, versions", "TLS 1.2"),
    ]


def test_versions_that_do_not_meet_are_told() -> None:
    server = server_context()
    conversation = converse(server=server, minimum=V12, maximum=V12)
    hello_only = converse(minimum=TLSVersion.TLSv1, maximum=TLSVersion.TLSv1, ciphers="ALL").flights[0]
    conversation.flights[:] = [hello_only, (1, b"\x15\x03\x01\x00\x02\x02\x46")]
    found = finding_of(conversation, "TLS006")
    assert "protocol_version (70)" in found.summary
    assert "TLS 1.2" in found.fix[0]


def test_a_server_that_resets_in_mid_handshake_is_told() -> None:
    conversation, (capture, tcp) = converse(maximum=V12), greeting()
    tcp.server(conversation.flights[1][1][:90])
    tcp.reset(1)
    found = finding_of(capture, "TLS006")
    assert found.confidence is Confidence.LIKELY
    assert found.summary == (
        f"the handshake with {HOST} fails: the server resets the connection in the middle of the handshake"
    )
    assert evidence_of(found)[0] == (len(capture.packets), "end of the connection", "reset by server")


def test_a_server_that_hangs_up_right_behind_the_hello_is_another_rules_matter() -> None:
    capture, tcp = greeting()
    tcp.reset(1)
    assert [item.rule for item in analyzed(capture).findings if item.severity is Severity.ERROR] == ["NET009"]


def test_a_client_that_leaves_on_the_certificate_is_another_rules_matter() -> None:
    conversation = converse(maximum=V12)
    conversation.flights[2:] = []
    assert not analyzed(conversation, "TLS006").findings


def test_a_client_that_waits_in_vain_is_told() -> None:
    conversation, (capture, tcp) = converse(maximum=V12), greeting()
    tcp.server(conversation.flights[1][1][:90])
    capture.wait(30)
    tcp.close(0)
    assert "the client closes the connection in the middle of the handshake" in finding_of(capture, "TLS006").summary


def test_alerts_about_certificates_are_another_rules_matter() -> None:
    client = client_context(trusted=certificate_file(("other.example",), issuer="Other CA", kind="rsa"))
    assert not analyzed(converse(client=client, maximum=V12), "TLS006").findings


def test_other_servers_are_worth_knowing_only() -> None:
    assert finding_of(refused("www.example.org"), "TLS006").severity is Severity.INFO


def test_a_handshake_that_the_capture_cuts_off_is_silent() -> None:
    capture, _ = greeting()
    assert not analyzed(capture, "TLS006").findings


def test_missing_packets_claim_nothing() -> None:
    capture, tcp = greeting()
    tcp.lose(1, bytes(1_000))
    tcp.close(1)
    assert not analyzed(capture, "TLS006").findings


def test_a_fatal_alert_behind_the_data_is_no_failed_handshake() -> None:
    """OpenSSL servers send decode_error to clients that close without close_notify."""
    conversation = converse(maximum=V12, say=[(0, b"x"), (1, b"y")])
    assert not analyzed(conversation, "TLS006").findings
    assert not analyzed(conversation, "TLS006", conversation.keylog).findings
