import pytest

from osspcap.model.anomaly import AnomalyName
from osspcap.model.stream import Chunk, Direction, End, EndCause, Gap, GapCause
from osspcap.tcp.limits import Limits
from osspcap.tcp.reassembly import Half, Held, signed
from tests.build.streams import content, one
from tests.build.wire import ACK, FIN, RST, SYN, Capture, Tcp

LOST = GapCause.NOT_CAPTURED


def opened(client_isn: int = 1000, server_isn: int = 9000) -> tuple[Capture, Tcp]:
    capture = Capture()
    tcp = capture.tcp(client_isn=client_isn, server_isn=server_isn)
    tcp.handshake()
    return capture, tcp


@pytest.mark.parametrize("size", [0, 1, 3])
def test_a_segment_missing_from_the_capture_costs_only_its_own_bytes(size: int) -> None:
    capture, tcp = opened()
    tcp.client(b"a" * 100)
    tcp.lose(0, b"b" * 50)
    tcp.client(b"c" * 100)
    for _ in range(60):
        tcp.server(b"answer")
        tcp.client(b"next")
    connection, client, server = one(capture, size=size)
    assert content(client) == [b"a" * 100, (100, 50, LOST, True), b"c" * 100 + b"next" * 60]
    assert content(server) == [b"answer" * 60]
    assert client[1] == Gap(100, 50, LOST, True, 6, capture.packets[5].ts_ns)
    assert connection.from_client.bytes_missing_acknowledged == 50
    assert connection.from_client.first_missing_frame == 6


def test_an_acknowledged_hole_is_given_up_when_patience_is_over() -> None:
    capture, tcp = opened()
    tcp.lose(0, b"b" * 50)
    tcp.client(b"c" * 100)  # frames 4 and 5; 5 acknowledges the hole
    tcp.server(b"x", acknowledge=False)  # 6
    tcp.server(b"y", acknowledge=False)  # 7
    late = tcp.frame(0, ACK, b"b" * 50, seq=1001)
    patient, impatient = Limits(patience_packets=3), Limits(patience_packets=2)
    capture.add(late)
    capture.packets[-1].ts_ns = capture.packets[-2].ts_ns
    for limits, expected in ((patient, [b"b" * 50 + b"c" * 100]), (impatient, [(0, 50, LOST, True), b"c" * 100])):
        _, client, _ = one(capture, limits=limits)  # type: ignore[arg-type]
        assert content(client) == expected


def test_patience_also_ends_with_time() -> None:
    capture, tcp = opened()
    tcp.lose(0, b"b" * 50)
    tcp.client(b"c" * 100)
    capture.wait(0.3)
    tcp.server(b"x")
    capture.add(tcp.frame(0, ACK, b"b" * 50, seq=1001))
    _, client, _ = one(capture)
    assert content(client) == [(0, 50, LOST, True), b"c" * 100]


def test_a_hole_nobody_acknowledged_waits_for_its_retransmission() -> None:
    capture, tcp = opened()
    tcp.lose(0, b"b" * 50)
    tcp.send(0, ACK, b"c" * 100)
    for _ in range(200):
        tcp.send(1, ACK, b"x", ack=1001)
    capture.wait(2)
    tcp.send(0, ACK, b"b" * 50, seq=1001)
    connection, client, _ = one(capture)
    assert content(client) == [b"b" * 50 + b"c" * 100]
    assert connection.from_client.bytes_missing == 0


def test_with_one_direction_captured_a_hole_is_given_up_without_acknowledgment() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.send(1, ACK, b"a" * 10)
    tcp.lose(1, b"b" * 10)
    tcp.send(1, ACK, b"c" * 10)
    capture.wait(4)
    tcp.send(1, ACK, b"d" * 10)
    tcp.send(1, ACK, b"b" * 10, seq=9010)
    _, server, _ = one(capture)
    assert content(server) == [b"a" * 10, (10, 10, LOST, False), b"c" * 10 + b"d" * 10]


def test_many_holes_do_not_add_up_their_patience() -> None:
    capture, tcp = opened()
    for number in range(400):
        if number % 4 == 1:
            tcp.lose(0, b"l" * 10)
        else:
            tcp.client(b"d" * 10)
    limits = Limits(pending_segments=80)
    connection, client, _ = one(capture, limits=limits)  # type: ignore[arg-type]
    assert connection.anomalies == []
    assert connection.from_client.bytes_missing == 1000
    assert sum(isinstance(event, Gap) for event in client) == 100


def test_an_ack_before_its_data_changes_nothing() -> None:
    capture, tcp = opened()
    tcp.client(b"abc")
    capture.packets[3], capture.packets[4] = capture.packets[4], capture.packets[3]
    connection, client, _ = one(capture)
    assert content(client) == [b"abc"]
    assert connection.from_client.retransmitted == 0


def test_a_retransmission_with_more_behind_it_delivers_only_what_is_new() -> None:
    capture, tcp = opened()
    tcp.client(b"hello ")
    tcp.send(0, ACK, b"HELLO world", seq=1001)
    _, client, _ = one(capture)
    assert content(client) == [b"hello world"]
    assert [(event.offset, event.frame) for event in client if isinstance(event, Chunk)] == [(0, 4), (6, 6)]


def test_the_first_captured_byte_wins_and_a_difference_is_told() -> None:
    capture, tcp = opened()
    tcp.send(0, ACK, b"world", seq=1007)
    tcp.send(0, ACK, b"hello WORLD!", seq=1001)
    connection, client, _ = one(capture)
    assert content(client) == [b"hello world!"]
    assert [(anomaly.name, anomaly.frame) for anomaly in connection.anomalies] == [(AnomalyName.OVERLAP_DIFFERS, 5)]


def test_the_same_bytes_twice_are_no_difference() -> None:
    capture, tcp = opened()
    tcp.send(0, ACK, b"world", seq=1007)
    tcp.send(0, ACK, b"hello world!", seq=1001)
    connection, client, _ = one(capture)
    assert content(client) == [b"hello world!"]
    assert connection.anomalies == []


def test_numbers_wrap_without_a_seam() -> None:
    capture, tcp = opened(client_isn=2**32 - 3, server_isn=2**32 - 1)
    tcp.client(b"abcdefgh", size=3)
    tcp.server(b"01234567", size=3)
    _, client, server = one(capture)
    assert content(client) == [b"abcdefgh"]
    assert content(server) == [b"01234567"]
    assert [event.peer_offset for event in server if isinstance(event, Chunk)] == [8, 8, 8]


def test_offsets_go_on_beyond_four_gigabytes() -> None:
    half = Half(Direction(), Held())
    half.begin(10, firm=True)
    for step in range(1, 6):
        half.next = step * 2**30
        assert half.unwrap((10 + half.next + 7) % 2**32) == half.next + 7
        assert half.unwrap((10 + half.next - 7) % 2**32) == half.next - 7


def test_data_in_a_syn_is_the_start_of_the_stream() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.send(0, SYN, b"GET")
    tcp.send(1, SYN | ACK)
    tcp.client(b" /")
    _, client, server = one(capture)
    assert content(client) == [b"GET /"]
    assert content(server) == []


def test_a_keep_alive_probe_is_not_delivered() -> None:
    capture, tcp = opened()
    tcp.client(b"abc")
    tcp.send(0, ACK, b"\0", seq=tcp.next_seq[0] - 1)
    tcp.send(0, ACK, seq=tcp.next_seq[0] - 1)
    tcp.client(b"def")
    connection, client, _ = one(capture)
    assert content(client) == [b"abcdef"]
    assert connection.from_client.keep_alives == 2
    assert connection.anomalies == []


@pytest.mark.parametrize("garbage", [b"", b"\0"])
def test_a_capture_that_begins_with_a_keep_alive_probe_misses_nothing(garbage: bytes) -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.send(1, ACK)  # acknowledges all that the client sent
    tcp.send(0, ACK, garbage, seq=999)
    tcp.client(b"GET")
    _, server, client = one(capture)
    assert content(client) == [b"GET"]
    assert client[0].offset == 0
    assert content(server) == []


def test_an_empty_probe_seen_first_of_all_misses_nothing() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.send(0, ACK, seq=999)
    tcp.client(b"GET")
    _, client, _ = one(capture)
    assert content(client) == [b"GET"]


def test_the_byte_of_a_zero_window_probe_belongs_to_the_stream() -> None:
    capture, tcp = opened()
    tcp.client(b"abc", acknowledge=False)
    tcp.send(1, ACK, window=0)
    tcp.send(0, ACK, b"d", seq=1004)
    tcp.send(1, ACK, window=0)
    tcp.send(1, ACK, window=500)
    tcp.send(0, ACK, b"def", seq=1004)
    connection, client, _ = one(capture)
    assert content(client) == [b"abcdef"]
    assert connection.from_client.retransmitted == 0


def test_a_hole_before_the_fin_is_a_gap_before_the_end() -> None:
    capture, tcp = opened()
    tcp.client(b"abc")
    tcp.lose(0, b"defg")
    tcp.close()
    connection, client, _ = one(capture)
    assert content(client) == [b"abc", (3, 4, LOST, True)]
    assert client[-1] == End(7, EndCause.FIN, 6, capture.packets[5].ts_ns)
    assert connection.from_client.fin_frame == 6


def test_a_fin_before_its_last_segment_waits_for_it() -> None:
    capture, tcp = opened()
    tcp.send(0, ACK, b"abc")
    tcp.send(0, FIN | ACK, b"def")
    capture.packets[3], capture.packets[4] = capture.packets[4], capture.packets[3]
    tcp.send(1, ACK)
    _, client, _ = one(capture)
    assert content(client) == [b"abcdef"]
    assert client[-1] == End(6, EndCause.FIN, 4, capture.packets[3].ts_ns)


def test_data_behind_the_fin_is_an_anomaly() -> None:
    capture, tcp = opened()
    tcp.send(0, FIN | ACK, b"abc")
    tcp.send(0, ACK, b"xyz")
    connection, client, _ = one(capture)
    assert content(client) == [b"abc"]
    assert [anomaly.name for anomaly in connection.anomalies] == [AnomalyName.DATA_AFTER_CLOSE]


def test_an_unacknowledged_hole_of_a_reset_connection_was_aborted() -> None:
    capture, tcp = opened()
    tcp.lose(0, b"abc")
    tcp.send(0, ACK, b"def")
    tcp.send(1, RST | ACK, ack=1001)
    connection, client, _ = one(capture)
    assert content(client) == [(0, 3, GapCause.ABORTED, False), b"def"]
    assert connection.from_client.bytes_missing == 0
    assert isinstance(client[-1], End)
    assert client[-1].cause is EndCause.RST


def test_an_ack_that_jumps_further_than_any_window_is_noise() -> None:
    capture, tcp = opened()
    tcp.client(b"abc")
    tcp.send(1, ACK, ack=1004 + 2**30 + 1)
    tcp.send(1, ACK, b"x")
    connection, client, _ = one(capture)
    assert content(client) == [b"abc"]
    assert connection.from_client.bytes_missing == 0


def test_a_far_segment_does_not_stop_the_stream() -> None:
    capture, tcp = opened()
    tcp.send(0, ACK, b"evil", seq=1001 + 2**29)
    tcp.client(b"abc")
    _, client, _ = one(capture)
    assert isinstance(client[0], Chunk)
    assert bytes(client[0].data) == b"abc"


@pytest.mark.parametrize(
    ("difference", "expected"), [(0, 0), (5, 5), (-5, -5), (2**32 - 1, -1), (2**31, -(2**31)), (2**31 - 1, 2**31 - 1)]
)
def test_differences_are_taken_modulo_the_sequence_space(difference: int, expected: int) -> None:
    assert signed(difference) == expected
