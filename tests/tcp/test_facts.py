import random
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from osspcap.model.stream import Connection, ConnectionEnd, Direction, RoleSource
from osspcap.tcp.facts import set_client_side
from tests.build.streams import assemble, one
from tests.build.wire import ACK, PSH, Capture, Tcp

COUNTED = ("retransmitted", "out_of_order", "duplicate_acks", "zero_windows", "keep_alives")


def opened(step_ns: int = 1_000_000) -> tuple[Capture, Tcp]:
    capture = Capture(step_ns=step_ns)
    tcp = capture.tcp()
    tcp.handshake()
    return capture, tcp


def counts(direction: Direction) -> dict[str, int]:
    return {name: value for name in COUNTED if (value := getattr(direction, name))}


def test_a_repeated_segment_is_a_retransmission() -> None:
    capture, tcp = opened()
    tcp.send(0, ACK, b"abc")
    capture.wait(0.5)
    tcp.send(0, ACK, b"abc", seq=1001)
    connection, _, _ = one(capture)
    assert counts(connection.from_client) == {"retransmitted": 1}
    assert connection.from_client.first_retransmission_frame == 5


def test_every_packet_twice_counts_as_retransmitted() -> None:
    capture, tcp = opened()
    tcp.client(b"abc")
    tcp.server(b"x" * 3000)
    capture.packets[:] = [packet for packet in capture.packets for _ in (0, 1)]
    connection, _, _ = one(capture)
    assert connection.from_client.retransmitted == 1
    assert connection.from_server.retransmitted == 3


def test_swapped_segments_are_out_of_order_and_not_retransmitted() -> None:
    capture, tcp = opened(step_ns=1000)
    tcp.client(b"a" * 100 + b"b" * 100, size=100)
    capture.packets[3], capture.packets[4] = capture.packets[4], capture.packets[3]
    connection, _, _ = one(capture)
    assert counts(connection.from_client) == {"out_of_order": 1}


def test_new_bytes_that_were_acknowledged_before_they_came_are_not_retransmitted() -> None:
    capture, tcp = opened()
    tcp.client(b"a" * 100 + b"b" * 100, size=100)
    capture.packets[3:6] = capture.packets[4], capture.packets[5], capture.packets[3]
    connection, _, _ = one(capture)
    assert counts(connection.from_client) == {"out_of_order": 1}


def test_a_segment_lost_before_the_capture_and_sent_again_is_retransmitted() -> None:
    capture, tcp = opened()
    tcp.lose(0, b"a" * 100)
    tcp.send(0, ACK, b"b" * 100)
    for _ in range(3):
        tcp.send(1, ACK, ack=1001)
    capture.wait(0.2)
    tcp.send(0, ACK, b"a" * 100, seq=1001)
    tcp.send(1, ACK)
    connection, _, _ = one(capture)
    assert counts(connection.from_client) == {"retransmitted": 1}
    assert counts(connection.from_server) == {"duplicate_acks": 2}


def test_a_window_update_is_no_duplicate_ack() -> None:
    capture, tcp = opened()
    tcp.client(b"abc")
    tcp.send(1, ACK, window=900)
    tcp.send(1, ACK, window=900)
    connection, _, _ = one(capture)
    assert counts(connection.from_server) == {"duplicate_acks": 1}


def test_zero_windows_are_counted_without_reset_and_fin() -> None:
    capture, tcp = opened()
    tcp.server(b"abc", acknowledge=False)
    tcp.send(0, ACK, window=0)
    tcp.send(0, ACK, window=0)
    tcp.reset(0)
    connection, _, _ = one(capture)
    assert counts(connection.from_client) == {"zero_windows": 2}
    assert connection.from_client.first_zero_window_frame == 5


def test_a_keep_alive_and_its_answer_are_neither_retransmission_nor_duplicate_ack() -> None:
    capture, tcp = opened()
    tcp.client(b"abc")
    tcp.send(0, ACK, b"c", seq=1003)
    tcp.send(1, ACK)
    connection, _, _ = one(capture)
    assert counts(connection.from_client) == {"keep_alives": 1}
    assert counts(connection.from_server) == {}
    assert connection.from_client.last_data_frame == 4


def test_resets_are_left_out_of_the_ttls() -> None:
    capture, tcp = opened()
    tcp.client(b"abc")
    tcp.reset(1, ttl=200)
    connection, _, _ = one(capture)
    assert connection.from_server.ttls == {52: 2}
    assert connection.from_server.packets == 3


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ConnectionEnd.FIN_CLIENT, ConnectionEnd.FIN_SERVER),
        (ConnectionEnd.RST_SERVER, ConnectionEnd.RST_CLIENT),
        (ConnectionEnd.OPEN, ConnectionEnd.OPEN),
    ],
)
def test_a_corrected_client_corrects_who_closed(before: ConnectionEnd, after: ConnectionEnd) -> None:
    capture = Capture()
    capture.tcp().client(b"x")
    connection, _, _ = one(capture)
    connection.end = before
    set_client_side(connection, 1, RoleSource.CONTENT)
    assert (connection.client_side, connection.role_source, connection.end) == (1, RoleSource.CONTENT, after)
    set_client_side(connection, 1, RoleSource.CONTENT)
    assert connection.end is after


def lossy(seed: int) -> Capture:
    """Conversations with repeats, disorder, probes, window updates and lost packets, as captures hold them."""
    rng = random.Random(seed)
    capture = Capture(step_ns=rng.choice([100_000, 1_000_000]))
    for number in range(4):
        tcp = capture.tcp(cport=50000 + number)
        tcp.handshake()
        for _ in range(12):
            side, data = rng.randrange(2), rng.randbytes(rng.randrange(2, 4000))
            start = tcp.next_seq[side]
            match rng.randrange(7):
                case 0:
                    tcp.lose(side, data)
                case 1:
                    tcp.segments(side, data, size=900)
                    capture.wait(0.3)
                    tcp.send(side, ACK | PSH, data[:900], seq=start)
                case 2:
                    tcp.send(side, ACK, window=rng.choice([0, 1, 900]))
                case 3:
                    tcp.send(side, ACK, data[:1] * rng.randrange(2), seq=start - 1)
                    tcp.send(1 - side, ACK)
                case 4:
                    for _ in range(3):
                        tcp.send(1 - side, ACK)
                    capture.add(tcp.frame(side, ACK, data))
                    tcp.lose(side, data)
                case _:
                    tcp.segments(side, data, size=rng.randrange(300, 1500))
        tcp.close()
    return capture


def tshark_counts(path: Path) -> dict[int, list[int]]:
    """Per stream, frames with payload retransmitted and out of order, then duplicate ACK, zero window, keep-alive."""
    names = ("out_of_order", "duplicate_ack", "zero_window", "keep_alive")
    fields = ["tcp.stream", "tcp.len", "tcp.analysis.retransmission", *(f"tcp.analysis.{name}" for name in names)]
    command = ["tshark", "-r", str(path), "-T", "fields", *(part for field in fields for part in ("-e", field))]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found: dict[int, list[int]] = defaultdict(lambda: [0] * 5)
    for line in shown.splitlines():
        stream, length, *flags = line.split("\t")
        with_data = length != "0"
        for index, flag in enumerate(flags):
            found[int(stream)][index] += bool(flag) and (with_data or index > 1)
    return found


def ours(connection: Connection) -> list[int]:
    return [sum(getattr(direction, name) for direction in connection.directions) for name in COUNTED]


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
@pytest.mark.parametrize("seed", range(6))
def test_counts_agree_with_tshark(seed: int, tmp_path: Path) -> None:
    capture = lossy(seed)
    expected = tshark_counts(capture.write(tmp_path / "x.pcap", nanoseconds=True))
    found = {int(connection.stream): ours(connection) for connection, _ in assemble(capture)}
    assert sum(map(sum, found.values())) > 10
    assert found == expected
