from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, exchange_capture, only_finding
from tests.build.http import request, response
from tests.build.wire import Capture


def test_an_answer_whose_request_came_before_the_capture_is_named_as_lost() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.server(response(200))
    tcp.client(request())
    tcp.server(response(200))
    finding = only_finding(capture, "CAP004")
    assert finding.severity is Severity.INFO
    assert finding.summary == "1 connection of 1 had begun before the capture"
    assert [(item.frame, item.observed) for item in finding.evidence] == [
        (1, "no SYN; the request to the answer 200 was sent before the capture began")
    ]


def test_a_connection_decoded_in_full_says_what_stays_unknown() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.client(request())
    tcp.server(response())
    observed = only_finding(capture, "CAP004").evidence[0].observed
    assert observed == "no SYN; round-trip time and window scaling are unknown; the rest was decoded"


def test_unknown_bytes_are_counted() -> None:
    capture = Capture()
    tcp = capture.tcp(sport=443)
    tcp.server(b"\x17\x03\x03\x00\x21" + bytes(range(32)))
    assert "37 bytes could not be decoded" in only_finding(capture, "CAP004").evidence[0].observed


def test_tls_without_its_handshake_is_told() -> None:
    capture = Capture()
    tcp = capture.tcp(sport=443)
    tcp.server(b"\x17\x03\x03\x00\x20" + bytes(range(32)))
    assert "the TLS handshake is missing" in only_finding(capture, "CAP004").evidence[0].observed


def test_connections_with_a_handshake_are_silent() -> None:
    assert not analyze_capture(exchange_capture((request(), response())), "CAP004").findings


def test_the_last_acknowledgments_of_an_old_connection_are_silent() -> None:
    capture = Capture()
    capture.tcp().close()
    assert not analyze_capture(capture, "CAP004").findings
