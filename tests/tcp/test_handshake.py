import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.model.stream import RoleSource
from osspcap.tcp import handshake as handshake_module
from osspcap.tcp.handshake import SynOptions, read_all_options, read_options
from tests.build.streams import one
from tests.build.wire import ACK, SYN, Capture

MS = 1_000_000


def test_a_handshake_has_its_three_packets_and_its_round_trip() -> None:
    capture = Capture()
    capture.tcp().handshake()
    connection, _, _ = one(capture)
    assert connection.handshake is not None
    assert (connection.handshake.syn_frame, connection.handshake.synack_frame, connection.handshake.ack_frame) == (
        1,
        2,
        3,
    )
    assert connection.handshake.syn_count == 1
    assert connection.handshake.rtt_ns == 2 * MS
    for direction, number in zip(connection.directions, (1000, 9000), strict=True):
        assert (direction.initial_sequence, direction.mss, direction.window_scale) == (number, 1460, 7)
        assert direction.sack_permitted


@pytest.mark.parametrize("size", [0, 1, 2])
def test_a_repeated_syn_does_not_stretch_the_round_trip(size: int) -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.send(0, SYN, seq=1000)
    capture.wait(1)
    tcp.handshake()
    connection, _, _ = one(capture, size=size)
    assert connection.handshake is not None
    assert (connection.handshake.syn_count, connection.handshake.syn_frame) == (2, 2)
    assert connection.handshake.rtt_ns == 2 * MS
    assert connection.first_frame == 1


def test_a_syn_ack_alone_tells_the_client() -> None:
    capture = Capture()
    tcp = capture.tcp(client_isn=5)
    tcp.next_seq[0] += 1
    tcp.send(1, SYN | ACK)
    tcp.client(b"hello")
    connection, client, _ = one(capture)
    assert connection.sides[0].port == 50000
    assert connection.role_source is RoleSource.HANDSHAKE
    assert connection.handshake is not None
    assert (connection.handshake.syn_frame, connection.handshake.synack_frame) == (None, 1)
    assert connection.handshake.rtt_ns is None
    assert client[0].offset == 0


def test_a_syn_ack_before_its_syn_is_the_same_handshake() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    capture.packets[0], capture.packets[1] = capture.packets[1], capture.packets[0]
    connection, _, _ = one(capture)
    assert connection.handshake is not None
    assert (connection.handshake.syn_frame, connection.handshake.synack_frame) == (2, 1)
    assert connection.sides[0].port == 50000


def test_of_a_simultaneous_open_the_first_syn_is_the_client() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.send(1, SYN, seq=9000)
    tcp.send(0, SYN, seq=1000)
    tcp.send(1, SYN | ACK, seq=9000, ack=1001)
    tcp.send(0, SYN | ACK, seq=1000, ack=9001)
    connection, _, _ = one(capture)
    assert connection.client.port == 80
    assert connection.handshake is not None
    assert connection.handshake.synack_frame == 4


@pytest.mark.parametrize(
    "options",
    ["02", "0204", "020405", "0200", "0201", "03030e02", "ff0005b4", "0103", "00020405b4", "020305"],
)
def test_malformed_options_are_read_as_far_as_they_go(options: str) -> None:
    assert read_options(bytes.fromhex(options))[0] is None


def test_a_shift_beyond_fourteen_counts_as_fourteen() -> None:
    assert read_options(bytes.fromhex("0303ff0402")) == (None, 14, True)


PIECES = [
    "01",
    "00",
    "020405b4",
    "02040218",
    "030307",
    "0303ff",
    "0402",
    "080a" + "0303" * 4,
    "080a02",
    "0506" + "02" * 4,
]
"""NOP, end, MSS, window scale, SACK permitted, a timestamp that looks like options, half of one, SACK."""


@given(pieces=st.lists(st.sampled_from([*PIECES, "02", "0301", "0203", "0204"]), max_size=8))
def test_the_short_way_reads_what_option_by_option_is_read(pieces: list[str]) -> None:
    options = bytes.fromhex("".join(pieces))
    assert read_options(options) == handshake_module._read_each(options)


@given(
    lists=st.lists(st.lists(st.sampled_from([*PIECES, "02", "0204"]), max_size=7), max_size=30),
    slack=st.sampled_from([0, 60]),
)
def test_options_of_many_syns_are_read_as_those_of_each(lists: list[list[str]], slack: int) -> None:
    each = [bytes.fromhex("".join(pieces))[:40] for pieces in lists]
    length = np.array([len(options) for options in each], np.uint8)
    start = np.array([sum(map(len, each[:number])) for number in range(len(each))], np.int64)
    buffer = memoryview(b"".join(each) + b"\x02\x04\x05\xb4" * (slack // 4))
    assert read_all_options(buffer, start, length) == [handshake_module._read_each(options) for options in each]


def test_options_that_differ_in_the_timestamp_only_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bytes] = []

    def noted(options: bytes) -> SynOptions:
        read.append(options)
        return read_options(options)

    monkeypatch.setattr(handshake_module, "read_options", noted)
    each = [bytes.fromhex("020405b40402080a") + stamp.to_bytes(8) + bytes.fromhex("01030307") for stamp in range(9)]
    buffer = memoryview(b"".join(each) + bytes(40))
    start, length = np.arange(9, dtype=np.int64) * 20, np.full(9, 20, np.uint8)
    assert read_all_options(buffer, start, length) == [(1460, 7, True)] * 9
    assert len(read) == 1


def test_what_looks_like_a_timestamp_inside_an_option_is_none() -> None:
    # The MSS of 2058 looks like the beginning of a timestamp, in which nothing would count.
    each = [bytes.fromhex(f"0204080a0402030307010101010101020402{last}") for last in ("bc", "bd")]
    each += [bytes.fromhex(f"0204080a0402{shift}01010101010101010101") for shift in ("030307", "030308")]
    buffer = memoryview(b"".join(each) + bytes(40))
    length = np.array([len(options) for options in each], np.uint8)
    start = np.append(0, np.cumsum(length, dtype=np.int64)[:-1])
    assert read_all_options(buffer, start, length) == [
        (700, 7, True),
        (701, 7, True),
        (2058, 7, True),
        (2058, 8, True),
    ]


def test_options_cut_in_an_option_are_not_those_that_go_on_with_zeros() -> None:
    buffer = memoryview(bytes.fromhex("02040500" + "020405") + bytes(40))
    found = read_all_options(buffer, np.array([0, 4], np.int64), np.array([4, 3], np.uint8))
    assert found == [(0x0500, None, False), (None, None, False)]


def test_a_second_syn_without_options_takes_nothing_back() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.send(0, SYN)
    tcp.send(1, SYN | ACK, seq=9000, options=bytes.fromhex("020405b4"))
    tcp.send(1, SYN | ACK, seq=5)
    connection, _, _ = one(capture)
    assert (connection.from_server.initial_sequence, connection.from_server.mss) == (5, 1460)
