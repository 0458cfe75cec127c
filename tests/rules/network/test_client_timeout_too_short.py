import pytest

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, only_finding
from tests.build.http import response
from tests.build.troubles import downloading, waiting
from tests.build.wire import ACK, FIN, PSH


def test_message_and_evidence_in_full() -> None:
    capture, tcp = waiting(5)
    tcp.close(0)
    finding = only_finding(capture, "NET006")
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.LIKELY)
    assert finding.summary == "the client gives up on GetObject of rokid/key after waiting 5 s without any answer (FIN)"
    assert evidence_of(finding) == [
        (4, "request line", "GET /key HTTP/1.1"),
        (6, "tcp flags", "FIN from the client, 5 s after the last byte"),
    ]


@pytest.mark.parametrize("seconds", [5, 10, 30])
def test_the_timeout_is_measured(seconds: float) -> None:
    capture, tcp = waiting(seconds)
    tcp.reset(0)
    assert f"after waiting {seconds} s without any answer (RST)" in only_finding(capture, "NET006").summary


def test_an_answer_after_the_client_had_left_proves_that_the_server_was_at_work() -> None:
    capture, tcp = waiting(60)
    tcp.send(0, FIN | ACK)
    capture.wait(2)
    tcp.send(1, ACK | PSH, response())
    tcp.reset(0)
    finding = only_finding(capture, "NET006")
    assert finding.confidence is Confidence.CONFIRMED
    assert evidence_of(finding)[-1] == (7, "data from the server", "after the client had left")


def test_a_client_that_closes_its_half_and_reads_on_is_silent() -> None:
    capture, tcp = waiting(1.5)
    tcp.send(0, FIN | ACK)
    tcp.server(response())
    tcp.send(1, FIN | ACK)
    assert not analyze_capture(capture, "NET006").findings


def test_the_default_of_the_sdk_is_named_with_its_setting() -> None:
    capture, tcp = waiting(10.2, agent="alibabacloud-go-sdk-v2/1.2.0 (linux/-/amd64;go1.22)")
    tcp.close(0)
    finding = only_finding(capture, "NET006")
    assert finding.summary.endswith(": 10 s is the default of the OSS SDK for Go V2")
    assert finding.fix[0] == "In the OSS SDK for Go V2 use `WithReadWriteTimeout`."


def test_silence_inside_a_response_counts_as_well() -> None:
    capture, tcp = downloading(5_000, 20_000)
    capture.wait(10)
    tcp.reset(0)
    assert "after waiting 10 s inside the response" in only_finding(capture, "NET006").summary


def test_a_client_that_closes_at_once_is_silent() -> None:
    capture, tcp = waiting(0.2)
    tcp.close(0)
    assert not analyze_capture(capture, "NET006").findings


def test_a_client_that_waits_is_silent() -> None:
    capture, tcp = waiting(20)
    tcp.server(response())
    tcp.close(0)
    assert not analyze_capture(capture, "NET006").findings
