from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding
from tests.build.http import request, response
from tests.build.wire import Capture


def download(*, body_size: int = 8_000) -> Capture:
    return exchange_capture((request(), response(body=bytes(body_size))))


def test_a_dropped_packet_that_was_acknowledged_is_told_with_its_direction_and_size() -> None:
    capture = download()
    dropped = capture.packets.pop(8)  # third segment of the answer
    assert len(dropped.data) == 1460 + 54
    finding = only_finding(capture, "CAP002")
    assert finding.severity is Severity.WARNING
    assert finding.summary == (
        "the capture lacks 1.4 KiB in 1 connection that the receiver acknowledged: "
        "the capturing host dropped packets, the network did not"
    )
    whole = 8_000 + len(response(body=bytes(8_000)).partition(b"\r\n\r\n")[0]) + 4
    assert evidence_of(finding) == [
        (9, "TCP data from server 203.0.113.10:80", f"1460 of {whole} bytes acknowledged but not captured")
    ]
    assert finding.streams == (0,)


def test_holes_in_both_directions_are_told_once_with_both() -> None:
    capture = exchange_capture((request("PUT", body=bytes(5_000)), response(body=bytes(5_000))))
    del capture.packets[9], capture.packets[4]
    finding = only_finding(capture, "CAP002")
    assert [item.field for item in finding.evidence] == [
        "TCP data from client 192.0.2.10:50000",
        "TCP data from server 203.0.113.10:80",
    ]
    assert finding.occurrences == 2


def test_a_packet_lost_by_the_network_and_sent_again_is_silent() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(request())
    answer = response(body=bytes(2_000))
    first = tcp.next_seq[1]
    tcp.lose(1, answer[:1000])
    tcp.server(answer[1000:], acknowledge=False)
    tcp.send(0, 0x10, ack=first)
    tcp.send(1, 0x10, answer[:1000], seq=first)
    tcp.send(0, 0x10)
    tcp.close()
    assert not analyze_capture(capture, "CAP002").findings


def test_reordered_packets_are_silent() -> None:
    capture = download()
    capture.packets[7], capture.packets[8] = capture.packets[8], capture.packets[7]
    assert not analyze_capture(capture, "CAP002").findings


def test_bytes_that_nobody_acknowledged_are_silent() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(request("PUT", body=bytes(100)), acknowledge=False)
    tcp.reset(1)
    assert not analyze_capture(capture, "CAP002").findings
