import ssl
from ssl import TLSVersion

import pytest

from osspcap.model.finding import Confidence, Severity
from osspcap.tls.suites import SUITES
from tests.build.analyze import evidence_of
from tests.build.certificates import HOST, certificate_file
from tests.build.tls import Conversation, analyzed, client_context, converse, finding_of
from tests.build.wire import Capture
from tests.tls.test_protection import sealed_13

V12, V13 = TLSVersion.TLSv1_2, TLSVersion.TLSv1_3


def distrustful() -> ssl.SSLContext:
    return client_context(trusted=certificate_file(("other.example",), issuer="Other CA", kind="rsa"))


def hidden() -> Conversation:
    """A client that encrypts its alert, as BoringSSL, Go and NSS do in TLS 1.3."""
    conversation = converse()
    key_line = next(line for line in conversation.keylog.splitlines() if line.startswith(b"CLIENT_HANDSHAKE"))
    sealed = sealed_13(SUITES[0x1302], 0, b"\x02\x30\x15", bytes.fromhex(key_line.split()[2].decode()))
    conversation.flights[2:] = [(0, b"\x17\x03\x03\x00\x13" + sealed)]
    return conversation


def test_message_and_evidence_in_full() -> None:
    found = finding_of(converse(client=distrustful(), maximum=V12), "TLS002")
    assert (found.severity, found.confidence) == (Severity.ERROR, Confidence.CONFIRMED)
    assert found.summary == (
        f"the client ends the handshake with {HOST} by the alert unknown_ca (48): the client does not know the "
        "authority that issued the certificate (issuer: Test CA)"
    )
    assert evidence_of(found) == [
        (8, "TLS alert of the client", "unknown_ca (48), fatal"),
        (6, "TLS certificate, subject", HOST),
        (6, "TLS certificate, issuer", "CN=Test CA"),
        (4, "TLS ClientHello, server name", HOST),
    ]


def test_an_alert_in_clear_in_tls_1_3_is_certain() -> None:
    assert finding_of(converse(client=distrustful()), "TLS002").confidence is Confidence.CONFIRMED


def test_an_encrypted_alert_is_likely_and_with_keys_certain() -> None:
    conversation = hidden()
    found = finding_of(conversation, "TLS002")
    assert found.confidence is Confidence.LIKELY
    assert "an alert that is encrypted" in found.summary
    opened = finding_of(conversation, "TLS002", conversation.keylog)
    assert opened.confidence is Confidence.CONFIRMED
    assert "unknown_ca (48)" in opened.summary


@pytest.mark.parametrize("version", [V12, V13])
def test_a_client_that_leaves_without_a_word_as_soon_as_it_has_the_certificate_is_likely(version: TLSVersion) -> None:
    """Node.js sends no alert."""
    conversation = converse(maximum=version)
    conversation.flights[2:] = []
    report = analyzed(conversation)
    assert [item.rule for item in report.findings if item.severity is not Severity.INFO] == ["TLS002"]
    found = report.findings[0]
    assert (found.severity, found.confidence) == (Severity.ERROR, Confidence.LIKELY)
    assert f"the client leaves the handshake with {HOST} as soon as it has the server's certificate" in found.summary


def test_a_client_that_leaves_without_a_request_is_possible() -> None:
    found = finding_of(converse(maximum=V12), "TLS002")
    assert (found.severity, found.confidence) == (Severity.WARNING, Confidence.POSSIBLE)
    assert evidence_of(found)[0][1:] == ("end of the connection", "closed by client")


def test_a_client_that_leaves_later_was_waiting_for_something() -> None:
    for flights in (2, 99):
        conversation, capture = converse(maximum=V12), Capture()
        tcp = capture.tcp(sport=443)
        tcp.handshake()
        conversation.flights[flights:] = []
        conversation.replay(tcp)
        capture.wait(5)
        tcp.close()
        assert not analyzed(capture, "TLS002").findings


def test_a_server_that_is_not_oss_is_worth_knowing_only() -> None:
    conversation = converse(client=distrustful(), host="www.example.org")
    assert finding_of(conversation, "TLS002").severity is Severity.INFO


@pytest.mark.parametrize("version", [V12, V13])
def test_a_client_that_accepts_is_silent(version: TLSVersion) -> None:
    conversation = converse(maximum=version, say=[(0, b"GET / HTTP/1.1\r\n\r\n"), (1, b"x")])
    assert not analyzed(conversation, "TLS").findings or [
        item.rule for item in analyzed(conversation, "TLS").findings
    ] == ["TLS001"]
