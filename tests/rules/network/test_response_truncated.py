from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, evidence_of, only_finding
from tests.build.http import message, request, response
from tests.build.timed import opened
from tests.build.troubles import downloading


def test_message_and_evidence_in_full() -> None:
    capture, tcp = downloading(5_000, 20_000)
    tcp.close(1)
    finding = only_finding(capture, "NET010")
    assert finding.severity is Severity.ERROR
    assert finding.summary == (
        "the server 203.0.113.10:80 closes the connection (FIN) before the response to GetObject of rokid/key is "
        "whole: 5,000 of 20,000 bytes (25.0%) arrived (request ID 5C2723573183A12D1A2B3C4D)"
    )
    assert evidence_of(finding)[3][1:] == ("response body bytes", "5000")


def test_a_chunked_response_without_its_last_chunk_is_truncated() -> None:
    capture, tcp = opened()
    tcp.client(request())
    head = {"Server": "AliyunOSS", "x-oss-request-id": "5C2723573183A12D1A2B3C4D", "Transfer-Encoding": "chunked"}
    tcp.server(message("HTTP/1.1 200 OK", head, b"5\r\nhello\r\n"))
    tcp.close(1)
    assert "5 bytes of a length that was not announced arrived" in only_finding(capture, "NET010").summary


def test_a_response_that_ends_with_the_connection_is_whole() -> None:
    capture, tcp = opened()
    tcp.client(request())
    tcp.server(response(body=b"hello", length=False, Connection="close"))
    tcp.close(1)
    assert not analyze_capture(capture, "NET010").findings


def test_a_whole_response_is_silent() -> None:
    capture, tcp = downloading(20_000, 20_000)
    tcp.close(1)
    assert not analyze_capture(capture, "NET010").findings


def test_bytes_that_only_the_capture_lacks_are_silent() -> None:
    capture, tcp = opened()
    tcp.client(request())
    data = response(body=b"y" * 10_000)
    tcp.server(data[:3_000])
    tcp.lose(1, data[3_000:6_000])
    tcp.server(data[6_000:])
    tcp.close(1)
    assert not analyze_capture(capture, "NET010").findings
