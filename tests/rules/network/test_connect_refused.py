from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, evidence_of, only_finding
from tests.build.datagrams import ROUTER, icmp_error
from tests.build.troubles import healthy, refused
from tests.build.wire import RST, SYN, Capture


def test_message_and_evidence_in_full() -> None:
    finding = only_finding(refused(), "NET002")
    assert finding.severity is Severity.ERROR
    assert finding.summary == "203.0.113.99:80 refuses connections: 1 SYN on 1 connection"
    assert evidence_of(finding) == [
        (2, "tcp flags", "RST in answer to the SYN"),
        (1, "tcp SYN to", "203.0.113.99:80, the first"),
    ]


def test_an_icmp_error_names_the_router_and_the_reason() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.send(0, SYN, seq=1000)
    icmp_error(capture, tcp, kind=3, code=13, seq=1000)
    finding = only_finding(capture, "NET002")
    assert finding.summary == (
        f"203.0.113.10:80 cannot be reached: {ROUTER} says administratively prohibited: 1 SYN on 1 connection"
    )
    assert evidence_of(finding)[0] == (
        2,
        "ICMP error",
        f"administratively prohibited, from {ROUTER}, about 203.0.113.10 port 80",
    )


def test_an_icmp_error_about_another_connection_is_silent() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.send(0, SYN, seq=1000)
    icmp_error(capture, capture.tcp(cport=50_001), kind=3, code=1)
    assert not analyze_capture(capture, "NET002").findings


def test_a_retry_that_was_accepted_makes_it_a_warning() -> None:
    capture = refused(server="203.0.113.10")
    healthy(capture)
    assert only_finding(capture, "NET002").severity is Severity.WARNING


def test_a_reset_after_the_handshake_is_silent() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.send(1, RST)
    assert not analyze_capture(capture, "NET002").findings
