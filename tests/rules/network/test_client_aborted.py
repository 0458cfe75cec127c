from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, faults, only_finding
from tests.build.http import response
from tests.build.troubles import downloading, uploading, waiting


def test_message_and_evidence_in_full() -> None:
    capture, tcp = uploading(10_000, 40_000)
    tcp.reset(0)
    finding = only_finding(capture, "NET014")
    assert (finding.severity, finding.confidence) == (Severity.WARNING, Confidence.CONFIRMED)
    assert finding.summary == (
        "the client ends the connection (RST) in the middle of PutObject of rokid/key, "
        "after 10,000 of 40,000 bytes (25.0%)"
    )
    assert [field for _, field, _ in evidence_of(finding)] == ["request line", "tcp flags"]


def test_a_download_that_the_client_stops_is_told() -> None:
    capture, tcp = downloading(5_000, 20_000)
    tcp.close(0)
    assert "(FIN) in the middle of the response to GetObject" in only_finding(capture, "NET014").summary


def test_a_client_that_leaves_right_after_its_request_is_told() -> None:
    capture, tcp = waiting(0.3)
    tcp.reset(0)
    assert only_finding(capture, "NET014").summary == (
        "the client ends the connection (RST) 300 ms after it sent GetObject of rokid/key, before any answer"
    )


def test_a_client_that_closes_after_its_answer_is_silent() -> None:
    capture, tcp = waiting(0.3)
    tcp.server(response(body=b"x" * 10_000))
    tcp.reset(0)
    assert not faults(analyze_capture(capture))


def test_a_client_that_waited_is_told_by_another_rule() -> None:
    capture, tcp = waiting(5)
    tcp.reset(0)
    assert not analyze_capture(capture, "NET014").findings
