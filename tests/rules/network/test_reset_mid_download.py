from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, evidence_of, faults, only_finding
from tests.build.troubles import downloading, healthy
from tests.build.wire import RST, Capture


def test_message_and_evidence_in_full() -> None:
    capture, tcp = downloading(5_000, 20_000)
    tcp.reset(1)
    finding = only_finding(capture, "NET008")
    assert finding.severity is Severity.ERROR
    assert finding.summary == (
        "the server 203.0.113.10:80 resets the connection (RST) in the middle of the response to GetObject of "
        "rokid/key, after 5,000 of 20,000 bytes (25.0%) (request ID 5C2723573183A12D1A2B3C4D)"
    )
    assert [field for _, field, _ in evidence_of(finding)] == [
        "request line",
        "status line",
        "response header x-oss-request-id",
        "tcp flags",
    ]


def test_a_client_that_resets_is_told_by_another_rule() -> None:
    capture, tcp = downloading(5_000, 20_000)
    tcp.reset(0)
    assert not analyze_capture(capture, "NET008").findings


def test_resets_after_the_whole_response_are_silent() -> None:
    capture = Capture()
    healthy(capture)
    tcp = capture.tcp(cport=51_000, client_isn=5_000)
    tcp.send(0, RST)
    tcp.send(1, RST)
    assert not faults(analyze_capture(capture))


def test_a_capture_that_ends_in_the_body_is_silent() -> None:
    capture, _ = downloading(5_000, 20_000)
    assert not analyze_capture(capture, "NET008").findings
