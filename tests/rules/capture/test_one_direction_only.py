import pytest

from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding
from tests.build.http import request, response
from tests.build.wire import ACK, Capture, Packet


def is_from_client(packet: Packet) -> bool:
    return packet.data[26:30] == bytes([192, 0, 2, 10])


@pytest.mark.parametrize("side", [0, 1])
def test_a_conversation_of_which_one_side_is_missing_is_told(side: int) -> None:
    capture = exchange_capture((request("PUT", body=bytes(5_000)), response(body=bytes(5_000))))
    capture.packets = [packet for packet in capture.packets if is_from_client(packet) is (side == 0)]
    finding = only_finding(capture, "CAP003")
    assert finding.severity is Severity.WARNING
    assert finding.summary == "1 connection of 1 was captured in one direction only"
    sender, peer = ("192.0.2.10:50000", "203.0.113.10:80")[:: 1 if side == 0 else -1]
    frame, field, observed = evidence_of(finding)[0]
    assert (frame, field) == (3, f"TCP packets of {sender} and {peer}")
    assert observed == f"{len(capture.packets)} packets from {sender}, none from {peer}"


def test_both_directions_are_silent() -> None:
    assert not analyze_capture(exchange_capture((request(), response())), "CAP003").findings


def test_unanswered_syns_are_silent() -> None:
    capture = Capture()
    tcp = capture.tcp()
    for _ in range(5):
        tcp.send(0, 0x02, seq=1000)
        capture.wait(1)
    assert not analyze_capture(capture, "CAP003").findings


def test_a_silent_peer_to_which_data_is_sent_again_and_again_is_silent() -> None:
    capture = Capture()
    tcp = capture.tcp()
    for _ in range(6):
        tcp.send(0, ACK, request(), seq=1000)
        capture.wait(1)
    assert not analyze_capture(capture, "CAP003").findings


def test_a_single_packet_at_the_end_of_the_capture_is_silent() -> None:
    capture = exchange_capture((request(), response()))
    capture.tcp(cport=50001).client(request(), acknowledge=False)
    assert not analyze_capture(capture, "CAP003").findings


def test_a_single_packet_that_had_time_to_be_acknowledged_is_told() -> None:
    capture = Capture()
    capture.tcp(cport=50001).client(request(), acknowledge=False)
    capture.wait(3)
    tcp = capture.tcp()
    tcp.handshake()
    tcp.close()
    assert only_finding(capture, "CAP003").streams == (0,)
