from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, exchange_capture, only_finding
from tests.build.http import request, response
from tests.build.wire import Capture


def test_a_link_type_that_is_not_decoded_is_told_with_its_packets() -> None:
    capture = Capture()
    for _ in range(3):
        capture.add(bytes(60))
    finding = only_finding(capture, "CAP007", link_type=147)
    assert finding.severity is Severity.INFO
    assert finding.summary.startswith("3 of 3 packets could not be decoded: ")
    assert "147" in finding.summary
    assert [item.frame for item in finding.evidence] == [1]
    assert finding.occurrences == 3


def test_decoded_packets_are_silent() -> None:
    assert not analyze_capture(exchange_capture((request(), response())), "CAP007").findings


def test_arp_is_silent() -> None:
    capture = exchange_capture((request(), response()))
    capture.add(b"\xff" * 6 + b"\x02\x00\x00\x00\x00\x01" + b"\x08\x06" + bytes(28))
    assert not analyze_capture(capture, "CAP007").findings
