from pathlib import Path

import pytest

from osspcap.analysis import dissect
from osspcap.model.packets import ACK, PSH, RST, SYN
from osspcap.model.stream import GapCause
from osspcap.model.trace import PacketNote
from tests.build.traces import notes_of, packets_of, traced, traced_report
from tests.build.wire import Capture, Tcp

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
NOTED = {
    PacketNote.RETRANSMISSION: "retransmitted",
    PacketNote.OUT_OF_ORDER: "out_of_order",
    PacketNote.DUPLICATE_ACK: "duplicate_acks",
    PacketNote.ZERO_WINDOW: "zero_windows",
    PacketNote.KEEP_ALIVE: "keep_alives",
}


def opened(step_ns: int = 1_000_000) -> tuple[Capture, Tcp]:
    capture = Capture(step_ns=step_ns)
    tcp = capture.tcp()
    tcp.handshake()
    return capture, tcp


def test_numbers_are_relative_and_windows_scaled_as_wireshark_shows_them() -> None:
    capture, tcp = opened()
    tcp.client(b"abc")
    told = [(p.from_client, p.seq, p.ack, p.flags, p.length, p.window) for p in packets_of(traced(capture))]
    assert told == [
        (True, 0, None, SYN, 0, 64240),
        (False, 0, 1, SYN | ACK, 0, 65160),
        (True, 1, 1, ACK, 0, 502 << 7),
        (True, 1, 1, ACK | PSH, 3, 502 << 7),
        (False, 1, 4, ACK, 0, 502 << 7),
    ]


def test_windows_are_not_scaled_where_the_handshake_was_not_captured() -> None:
    capture, tcp = opened()
    del capture.packets[:2]
    tcp.client(b"abc")
    assert {packet.window for packet in packets_of(traced(capture))} == {502}


def test_a_repeated_segment_and_a_repeated_syn_are_retransmissions() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.send(0, SYN)
    capture.wait(1)
    tcp.send(0, SYN, seq=1000)
    tcp.send(1, SYN | ACK)
    tcp.send(0, ACK, b"abc")
    capture.wait(0.5)
    tcp.send(0, ACK, b"abc", seq=1001)
    assert notes_of(traced(capture)) == {2: (PacketNote.RETRANSMISSION,), 5: (PacketNote.RETRANSMISSION,)}


def test_zero_windows_keep_alives_and_cut_packets_are_named() -> None:
    capture, tcp = opened()
    tcp.client(b"abc", acknowledge=False)
    tcp.send(1, ACK, window=0)
    tcp.send(0, ACK, seq=1003)
    tcp.send(0, ACK, b"x" * 200)
    notes = notes_of(traced(capture, snaplen=100))
    assert notes == {5: (PacketNote.ZERO_WINDOW,), 6: (PacketNote.KEEP_ALIVE,), 7: (PacketNote.CUT,)}


def test_a_hole_is_told_with_the_packet_that_reveals_it() -> None:
    capture, tcp = opened()
    tcp.client(b"abc")
    tcp.lose(1, b"y" * 700)
    tcp.server(b"later")
    (found,) = traced(capture).gaps
    assert (found.from_client, found.gap.length, found.gap.cause) == (False, 700, GapCause.NOT_CAPTURED)
    assert found.gap.frame == 6


def test_a_packet_long_behind_the_end_is_said_to_come_late() -> None:
    capture, tcp = opened()
    tcp.reset()
    capture.wait(120)
    tcp.send(0, ACK, b"late")
    tcp.send(0, ACK, b"later")
    assert notes_of(traced(capture)) == {6: (PacketNote.AFTER_CLOSE,)}
    assert packets_of(traced(capture))[3].flags == RST | ACK


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.pcap*")), ids=lambda path: path.name)
def test_notes_agree_with_the_counts_of_the_report(path: Path) -> None:
    connections = dissect(path).connections
    for trace in traced_report(path.read_bytes()).traces.streams:
        connection = connections[trace.stream]
        for from_client, facts in ((True, connection.from_client), (False, connection.from_server)):
            packets = [packet for packet in packets_of(trace) if packet.from_client is from_client]
            for note, name in NOTED.items():
                count = sum(note in packet.notes and not packet.flags & SYN for packet in packets)
                assert count == getattr(facts, name), (trace.stream, note)
