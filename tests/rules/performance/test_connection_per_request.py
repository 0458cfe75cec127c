from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, only_finding
from tests.build.slow import reconnecting


def test_message_and_evidence_in_full() -> None:
    finding = only_finding(reconnecting(12), "PRF006")
    assert finding.severity is Severity.INFO
    assert finding.summary == (
        "client 192.0.2.10 opens a connection for each of 12 requests to 203.0.113.10:80; the handshakes took "
        "2.4 ms in all"
    )
    assert [(item.frame, item.observed) for item in finding.evidence][:2] == [
        (1, "connection 0, for one request"),
        (11, "connection 1, for one request"),
    ]
    assert "oss2.Bucket" in finding.fix[0]


def test_few_connections_are_silent() -> None:
    assert not analyze_capture(reconnecting(9), "PRF006").findings


def test_kept_connections_are_silent() -> None:
    assert not analyze_capture(reconnecting(12, requests=2), "PRF006").findings


def test_requests_far_apart_are_silent() -> None:
    assert not analyze_capture(reconnecting(12, apart_s=30), "PRF006").findings
