import pytest

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, faults, only_finding
from tests.build.http import request, response
from tests.build.troubles import half_closed, kept, waiting
from tests.build.wire import ACK, FIN, RST


def test_message_and_evidence_in_full() -> None:
    capture, tcp = kept(65)
    tcp.client(request("GET", "/second"), acknowledge=False)
    tcp.reset(1)
    finding = only_finding(capture, "NET013")
    assert (finding.severity, finding.confidence) == (Severity.WARNING, Confidence.LIKELY)
    assert finding.summary == (
        "GetObject of rokid/second is sent on a connection that was idle for 65 s, and the server 203.0.113.10:80 "
        "answers with a reset"
    )
    assert [field for _, field, _ in evidence_of(finding)] == ["request line", "tcp flags"]
    assert finding.exchanges == (1,)


def test_a_server_that_had_closed_before_is_told() -> None:
    capture, tcp = kept(65)
    half_closed(tcp, 1)
    capture.wait(1)
    tcp.client(request("GET", "/second"), acknowledge=False)
    tcp.send(1, RST)
    finding = only_finding(capture, "NET013")
    assert finding.confidence is Confidence.CONFIRMED
    assert finding.summary.endswith("had closed it before (FIN)")


def test_a_close_that_crosses_the_request_is_told() -> None:
    capture, tcp = kept(0.5)
    tcp.client(request("GET", "/second"), acknowledge=False)
    tcp.send(1, FIN | ACK, ack=tcp.next_seq[0] - 10)
    assert only_finding(capture, "NET013").summary.endswith("closes it without an answer (FIN)")


def test_the_fault_is_told_once() -> None:
    capture, tcp = kept(65)
    tcp.client(request("GET", "/second"), acknowledge=False)
    tcp.reset(1)
    assert [finding.rule for finding in faults(analyze_capture(capture))] == ["NET013"]


@pytest.mark.parametrize("side", [0, 1])
def test_an_idle_connection_that_is_closed_is_silent(side: int) -> None:
    capture, tcp = kept(65)
    tcp.close(side)
    assert not faults(analyze_capture(capture))


def test_resets_of_idle_connections_are_silent() -> None:
    capture, tcp = kept(65)
    tcp.send(0, FIN | ACK)
    tcp.send(0, RST)
    assert not faults(analyze_capture(capture))


def test_a_kept_connection_that_answers_is_silent() -> None:
    capture, tcp = kept(65)
    tcp.client(request("GET", "/second"))
    tcp.server(response())
    tcp.send(1, FIN | ACK)
    tcp.send(0, ACK)
    assert not analyze_capture(capture, "NET013").findings


def test_the_first_request_of_a_connection_is_told_by_another_rule() -> None:
    capture, tcp = waiting(0.5)
    tcp.reset(1)
    assert not analyze_capture(capture, "NET013").findings
