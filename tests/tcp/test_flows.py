import pytest

from osspcap.model.anomaly import AnomalyName
from osspcap.model.stream import ConnectionEnd, End, EndCause, Reset
from osspcap.tcp.flows import find_starts
from tests.build.streams import assemble, content, one
from tests.build.wire import ACK, FIN, RST, START_NS, SYN, Capture, Tcp

MS = 1_000_000


def opened() -> tuple[Capture, Tcp]:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    return capture, tcp


@pytest.mark.parametrize(
    ("packets", "expected"),
    [
        ([(0, 100, 0, SYN), (0, 100, 0, SYN)], []),
        ([(0, 100, 0, SYN), (0, 101, 0, SYN)], [1]),
        ([(0, 100, 0, SYN), (1, 500, 101, RST | ACK), (0, 100, 0, SYN)], []),
        ([(0, 100, 0, SYN), (1, 500, 0, SYN), (0, 100, 501, SYN | ACK)], []),
        ([(1, 500, 101, SYN | ACK), (0, 100, 0, SYN)], []),
        ([(1, 500, 101, SYN | ACK), (1, 600, 101, SYN | ACK), (1, 600, 0, SYN), (1, 500, 0, SYN)], [3]),
        ([(1, 500, 101, RST | ACK), (0, 100, 0, SYN)], []),
        ([(1, 500, 101, RST | ACK), (0, 101, 0, SYN)], [1]),
        ([(0, 100, 500, ACK), (0, 99, 0, SYN)], []),
        ([(0, 100, 500, ACK), (0, 100, 0, SYN), (1, 7, 101, SYN | ACK)], [1]),
        ([(0, 0, 0, ACK), (0, 2**32 - 1, 0, SYN)], []),
    ],
)
def test_a_connection_starts_where_wireshark_starts_one(
    packets: list[tuple[int, int, int, int]], expected: list[int]
) -> None:
    assert find_starts(packets, [-1, -1]) == expected


def test_a_reset_in_mid_body_is_recorded_with_its_place() -> None:
    capture, tcp = opened()
    tcp.client(b"x" * 3000)
    tcp.reset(1, ttl=111, ip_id=4242)
    connection, client, server = one(capture)
    assert connection.end is ConnectionEnd.RST_SERVER
    assert connection.end_frame == 8
    assert connection.from_server.resets == [
        Reset(8, START_NS + 7 * MS, 111, 4242, 0, 0, 3000, has_ack=True)  # type: ignore[arg-type]
    ]
    assert client[-1] == End(3000, EndCause.RST, 8, START_NS + 7 * MS)
    assert server == [End(0, EndCause.RST, 8, START_NS + 7 * MS)]


@pytest.mark.parametrize("size", [0, 1, 4])
def test_a_forged_reset_loses_no_exchange(size: int) -> None:
    capture, tcp = opened()
    tcp.client(b"one")
    tcp.send(1, RST, seq=9001)
    for _ in range(4):
        tcp.server(b"answer")
        capture.wait(40)
        tcp.client(b"more")
    connection, client, server = one(capture, size=size)
    assert content(client) == [b"one" + b"more" * 4]
    assert content(server) == [b"answer" * 4]
    assert connection.anomalies == []


@pytest.mark.parametrize("size", [0, 1])
def test_a_minute_after_the_close_nothing_is_delivered_any_more(size: int) -> None:
    capture, tcp = opened()
    tcp.client(b"one")
    tcp.reset()
    capture.wait(59)
    tcp.send(0, ACK, b"two")
    capture.wait(61)
    tcp.send(0, ACK, b"three")
    connection, client, _ = one(capture, size=size)
    assert content(client) == [b"onetwo"]
    assert [(anomaly.name, anomaly.frame) for anomaly in connection.anomalies] == [(AnomalyName.DATA_AFTER_CLOSE, 8)]
    assert connection.packets == 8


def test_a_refused_connection_is_called_so() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.send(0, SYN)
    tcp.reset(1)
    connection, _, _ = one(capture)
    assert connection.end is ConnectionEnd.REFUSED


def test_a_refused_syn_that_is_tried_again_with_success_is_open() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.send(0, SYN, seq=1000)
    tcp.send(1, RST | ACK, seq=0, ack=1001)
    tcp.handshake()
    tcp.client(b"hello")
    connection, client, _ = one(capture)
    assert connection.end is ConnectionEnd.OPEN
    assert content(client) == [b"hello"]
    assert connection.handshake is not None
    assert connection.handshake.syn_count == 2


def test_syns_without_answer_are_unanswered() -> None:
    capture = Capture()
    tcp = capture.tcp()
    for _ in range(3):
        tcp.send(0, SYN, seq=1000)
        capture.wait(1)
    connection, client, server = one(capture)
    assert connection.end is ConnectionEnd.UNANSWERED
    assert connection.handshake is not None
    assert (connection.handshake.syn_count, connection.handshake.syn_frame) == (3, 1)
    assert [type(event) for event in client + server] == [End, End]


def test_the_first_to_close_names_the_end() -> None:
    capture, tcp = opened()
    tcp.send(1, FIN | ACK)
    tcp.send(0, ACK, b"too late")
    tcp.reset(1)
    connection, _, _ = one(capture)
    assert connection.end is ConnectionEnd.FIN_SERVER
    assert connection.end_frame == 4


def test_a_half_closed_connection_goes_on_in_the_other_direction() -> None:
    capture, tcp = opened()
    tcp.send(0, FIN | ACK, b"request")
    tcp.server(b"x" * 9000)
    tcp.send(1, FIN | ACK)
    connection, client, server = one(capture)
    assert content(client) == [b"request"]
    assert content(server) == [b"x" * 9000]
    assert isinstance(server[-1], End)
    assert server[-1].cause is EndCause.FIN
    assert connection.end is ConnectionEnd.FIN_CLIENT


def test_only_the_first_sixteen_resets_are_kept() -> None:
    capture, tcp = opened()
    for _ in range(40):
        tcp.send(1, RST, seq=9001)
    connection, _, _ = one(capture)
    assert len(connection.from_server.resets) == 16
    assert connection.from_server.packets == 41


def test_a_reset_alone_is_a_connection() -> None:
    capture = Capture()
    capture.tcp().send(1, RST, seq=5)
    ((connection, _),) = assemble(capture)
    assert connection.end is ConnectionEnd.RST_SERVER
    assert connection.from_server.resets[0].offset == -1
