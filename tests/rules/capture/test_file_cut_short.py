from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, exchange_capture, only_finding
from tests.build.http import request, response


def test_a_file_that_ends_inside_a_packet_is_told_and_the_rest_analyzed() -> None:
    capture = exchange_capture((request(), response()))
    content = capture.pcap()
    finding = only_finding(content[:-20], "CAP005")
    assert finding.severity is Severity.WARNING
    assert finding.summary.startswith("the capture file breaks off at byte ")
    assert finding.summary.endswith(f": the {len(capture.packets) - 1} packets in front of that were analyzed")
    assert finding.evidence[0].frame == len(capture.packets) - 1
    assert len(analyze_capture(content[:-20], "CAP005").exchanges) == 1


def test_a_file_that_ends_inside_a_record_header_is_told() -> None:
    capture = exchange_capture((request(), response()))
    content = capture.pcap()
    last = len(capture.packets[-1].data)
    only_finding(content[: -last - 5], "CAP005")


def test_a_whole_file_is_silent() -> None:
    assert not analyze_capture(exchange_capture((request(), response())), "CAP005").findings
