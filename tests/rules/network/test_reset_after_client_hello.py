from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, only_finding
from tests.build.wire import ACK, PSH, Capture, Tcp
from tests.tls.test_hello import hello

HOST = "rokid.oss-cn-hangzhou.aliyuncs.com"


def greeting(name: str = HOST) -> tuple[Capture, Tcp]:
    """A TLS connection up to the acknowledged ClientHello."""
    capture = Capture()
    tcp = capture.tcp(sport=443)
    tcp.handshake()
    tcp.client(hello(name))
    return capture, tcp


def test_message_and_evidence_in_full() -> None:
    capture, tcp = greeting()
    tcp.reset(1)
    finding = only_finding(capture, "NET009")
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.LIKELY)
    assert finding.summary == f"203.0.113.10:443 cuts the TLS connection for {HOST} right after the ClientHello (RST)"
    assert evidence_of(finding) == [
        (4, "TLS server name", HOST),
        (6, "tcp flags", "RST from the server, 0.00 ms after the last byte"),
    ]


def test_a_fin_counts_as_well_and_equal_cuts_are_told_once() -> None:
    capture, tcp = greeting()
    tcp.close(1)
    again = capture.tcp(cport=50_001, sport=443)
    again.handshake()
    again.client(hello(HOST))
    again.close(1)
    finding = only_finding(capture, "NET009")
    assert finding.occurrences == 2
    assert "(FIN)" in finding.summary


def test_other_names_are_an_info() -> None:
    capture, tcp = greeting("www.example.com")
    tcp.reset(1)
    assert only_finding(capture, "NET009").severity is Severity.INFO


def test_an_alert_is_an_answer() -> None:
    capture, tcp = greeting()
    tcp.send(1, ACK | PSH, bytes.fromhex("15030300020228"))
    tcp.reset(1)
    assert not analyze_capture(capture, "NET009").findings


def test_a_client_that_hangs_up_is_silent() -> None:
    capture, tcp = greeting()
    tcp.close(0)
    assert not analyze_capture(capture, "NET009").findings


def test_a_handshake_that_goes_on_is_silent() -> None:
    capture, tcp = greeting()
    tcp.server(bytes.fromhex("1603030004 0e000000"))
    tcp.close(1)
    assert not analyze_capture(capture, "NET009").findings
