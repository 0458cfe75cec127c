import pytest

from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, evidence_of, faults, only_finding
from tests.build.http import response
from tests.build.sightings import put
from tests.build.timed import opened
from tests.build.troubles import uploading
from tests.build.wire import ACK, PSH


def test_message_and_evidence_in_full() -> None:
    capture, tcp = uploading(10_000, 40_000)
    tcp.reset(1)
    finding = only_finding(capture, "NET007")
    assert finding.severity is Severity.ERROR
    assert finding.summary == (
        "the server 203.0.113.10:80 resets the connection (RST) in the middle of PutObject of rokid/key, "
        "after 10,000 of 40,000 bytes (25.0%)"
    )
    assert evidence_of(finding) == [
        (4, "request line", "PUT /key HTTP/1.1"),
        (len(capture.packets), "tcp flags", "RST from the server, 0.00 ms after the last byte"),
    ]


def test_a_server_that_closes_in_order_is_told_as_well() -> None:
    capture, tcp = uploading(10_000, 40_000)
    tcp.close(1)
    assert "closes the connection (FIN) in the middle of PutObject" in only_finding(capture, "NET007").summary


def test_an_early_answer_is_no_reset() -> None:
    capture, tcp = uploading(10_000, 40_000)
    tcp.server(response(403, "Forbidden"))
    tcp.reset(1)
    assert not analyze_capture(capture, "NET007").findings


def test_a_client_that_resets_is_told_by_another_rule() -> None:
    capture, tcp = uploading(10_000, 40_000)
    tcp.reset(0)
    assert not analyze_capture(capture, "NET007").findings


def test_a_reset_after_the_answer_is_silent() -> None:
    capture, tcp = opened()
    tcp.client(put(body=b"x" * 10_000))
    tcp.server(response(ETag='"5D41402ABC4B2A76B9719D911017C592"'))
    tcp.reset(1)
    assert not faults(analyze_capture(capture))


@pytest.mark.parametrize("lost", [1460, 4000])
def test_bytes_that_only_the_capture_lacks_are_no_break(lost: int) -> None:
    capture, tcp = opened()
    data = put(body=b"x" * 20_000)
    tcp.client(data[:5_000])
    tcp.lose(0, data[5_000 : 5_000 + lost])
    tcp.client(data[5_000 + lost :])
    tcp.send(1, ACK | PSH, response())
    tcp.close(1)
    assert not analyze_capture(capture, "NET007").findings
