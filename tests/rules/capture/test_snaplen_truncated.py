from osspcap.bundle.pcapng import PacketToWrite, write_pcapng
from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, exchange_capture, only_finding
from tests.build.http import request, response


def test_packets_cut_at_96_bytes_are_told_with_the_snap_length_and_the_remedy() -> None:
    capture = exchange_capture((request("PUT", body=bytes(1000)), response()))
    finding = only_finding(capture, "CAP001", snaplen=96)
    assert finding.severity is Severity.WARNING
    assert finding.summary == (
        "2 packets lost data in the capture (1.1 KiB of data): packets were cut at the snap length of 96 bytes; "
        "capture with -s0"
    )
    assert [(item.frame, item.observed) for item in finding.evidence] == [(4, "96 bytes")]
    assert finding.streams == (0,)
    assert any("-s0" in step for step in finding.fix)


def test_whole_packets_are_silent() -> None:
    assert not analyze_capture(exchange_capture((request(), response())), "CAP001").findings


def test_a_snap_length_that_cuts_nothing_is_silent() -> None:
    capture = exchange_capture((request(), response()))
    assert not analyze_capture(capture, "CAP001", snaplen=1500).findings


def test_a_file_that_states_no_fitting_snap_length_says_so() -> None:
    capture = exchange_capture((request(), response()))
    packet = capture.packets[3]
    packet.original_length, packet.data = len(packet.data), packet.data[:70]
    finding = only_finding(capture, "CAP001")
    assert "names no snap length that would explain it" in finding.summary
    assert finding.occurrences == 1


def test_bytes_cut_by_the_snap_length_are_not_told_again_as_dropped_packets() -> None:
    capture = exchange_capture((request("PUT", body=bytes(9000)), response()))
    assert [finding.rule for finding in analyze_capture(capture, "CAP", snaplen=96).findings] == ["CAP001"]


def test_a_capture_that_a_bundle_cut_on_purpose_is_silent() -> None:
    capture = exchange_capture((request("PUT", body=bytes(1000)), response()))
    for application, count in (("osspcap bundle 0.1.0", 0), ("Dumpcap", 1)):
        packets = [
            PacketToWrite(1, packet.ts_ns, len(packet.data), packet.data[:200], "") for packet in capture.packets
        ]
        content = b"".join(write_pcapng(packets, application=application, comment=""))
        assert len(analyze_capture(content, "CAP001").findings) == count
