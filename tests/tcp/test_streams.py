import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.model.anomaly import AnomalyName
from osspcap.model.packets import AddressBook
from osspcap.model.stream import (
    Address,
    Chunk,
    ConnectionEnd,
    End,
    EndCause,
    GapCause,
    RoleSource,
)
from osspcap.tcp.limits import Limits
from osspcap.tcp.streams import StreamAssembler
from tests.build.streams import assemble, content
from tests.build.tables import tables
from tests.build.wire import ACK, FIN, PSH, RST, SYN, Capture

REQUEST = b"GET /key HTTP/1.1\r\nHost: b\r\n\r\n"


def body(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def exchange(capture: Capture, **kwargs: Any) -> None:
    tcp = capture.tcp(**kwargs)
    tcp.handshake()
    tcp.client(REQUEST)
    tcp.server(body(20_000))
    tcp.client(REQUEST)
    tcp.server(body(3000))
    tcp.close()


def test_a_clean_connection_comes_out_in_order_with_both_ends() -> None:
    capture = Capture()
    exchange(capture)
    ((connection, (client, server)),) = assemble(capture)
    assert content(client) == [REQUEST * 2]
    assert content(server) == [body(20_000) + body(3000)]
    assert isinstance(client[-1], End)
    assert client[-1].cause is EndCause.FIN
    assert connection.client == Address("192.0.2.10", 50000)
    assert connection.server == Address("203.0.113.10", 80)
    assert connection.role_source is RoleSource.HANDSHAKE
    assert connection.end is ConnectionEnd.FIN_CLIENT
    assert connection.packets == len(capture.packets) == connection.last_frame
    assert connection.from_server.bytes_delivered == 23_000
    assert connection.from_server.data_packets == 17
    assert connection.from_client.ttls == {64: connection.from_client.packets}
    assert (connection.from_client.retransmitted, connection.from_client.out_of_order) == (0, 0)


def test_a_chunk_says_how_far_its_packet_acknowledges_the_other_side() -> None:
    capture = Capture()
    exchange(capture)
    ((_, (client, server)),) = assemble(capture)
    assert [event.peer_offset for event in client if isinstance(event, Chunk)] == [0, 20_000]
    assert {event.peer_offset for event in server if isinstance(event, Chunk)} == {len(REQUEST), 2 * len(REQUEST)}


def test_two_connections_are_numbered_by_their_first_packets() -> None:
    capture = Capture()
    second_by_address = capture.tcp("192.0.2.99", 60000)
    first_by_address = capture.tcp("192.0.2.1", 1024)
    second_by_address.send(0, SYN)
    first_by_address.handshake()
    second_by_address.send(1, SYN | ACK)
    first_by_address.client(b"one")
    streams = assemble(capture)
    assert [connection.client.port for connection, _ in streams] == [60000, 1024]


@pytest.mark.parametrize("size", [0, 1, 5])
def test_reused_addresses_begin_a_second_stream(size: int) -> None:
    capture = Capture()
    old = capture.tcp()
    old.handshake()
    old.client(b"old")
    new = capture.tcp(client_isn=777_777, server_isn=888_888)
    new.handshake()
    new.client(b"new")
    first, second = assemble(capture, size=size)
    assert content(first[1][0]) == [b"old"]
    assert content(second[1][0]) == [b"new"]
    assert first[0].end is ConnectionEnd.REUSED
    assert first[0].end_frame == second[0].first_frame == 6
    assert first[1][0][-1] == End(3, EndCause.REUSED, 6, capture.packets[5].ts_ns)


def test_reuse_after_a_proper_close_keeps_the_words_of_the_close() -> None:
    capture = Capture()
    exchange(capture)
    exchange(capture, client_isn=5_000_000)
    first, second = assemble(capture)
    assert first[0].end is second[0].end is ConnectionEnd.FIN_CLIENT


def test_without_syn_the_first_sender_is_side_0_and_the_lower_port_the_server() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.send(1, ACK, b"tail of a response")
    tcp.client(REQUEST)
    ((connection, (first, second)),) = assemble(capture)
    assert connection.sides[0].port == 80
    assert connection.client.port == 50000
    assert connection.role_source is RoleSource.PORT
    assert connection.handshake is None
    assert content(first) == [b"tail of a response"]
    assert content(second) == [REQUEST]


def test_without_acknowledgments_of_the_other_side_nothing_is_known_of_it() -> None:
    capture = Capture()
    tcp = capture.tcp()
    for part in (b"a" * 1000, b"b" * 1000, b"c" * 1000):
        tcp.send(1, ACK, part)
    ((_, (server, client)),) = assemble(capture)
    assert {event.peer_offset for event in server if isinstance(event, Chunk)} == {-1}
    assert client == [End(0, EndCause.CAPTURE_ENDED, 3, capture.packets[-1].ts_ns)]


def test_bytes_acknowledged_but_never_captured_are_a_gap_at_the_end() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(REQUEST)
    tcp.lose(1, b"x" * 5000)
    tcp.send(0, ACK)
    ((connection, (_, server)),) = assemble(capture)
    assert content(server) == [(0, 5000, GapCause.CAPTURE_ENDED, True)]
    assert connection.from_server.bytes_missing == connection.from_server.bytes_missing_acknowledged == 5000
    assert connection.from_server.first_missing_frame == 6


def test_an_acknowledged_fin_that_was_not_captured_is_no_missing_byte() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(REQUEST)
    tcp.lose(1, b"F")
    tcp.send(0, ACK)
    ((_, (_, server)),) = assemble(capture)
    assert content(server) == []


def test_snaplen_gives_a_gap_for_what_was_cut() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.server(body(1000), size=500)
    ((connection, (_, server)),) = assemble(capture, snaplen=154)
    sent = body(1000)
    cut = GapCause.SNAPLEN
    assert content(server) == [sent[:100], (100, 400, cut, False), sent[500:600], (600, 400, cut, False)]
    assert connection.from_server.bytes_cut_by_snaplen == connection.from_server.bytes_missing == 800
    assert connection.from_server.bytes_delivered == 200


def test_connections_with_both_ends_delivered_add_nothing_at_the_end_of_the_capture() -> None:
    capture = Capture()
    exchange(capture)
    book = AddressBook()
    assembler = StreamAssembler(book)
    for part in tables(capture, book):
        list(assembler.feed(part))
    assert list(assembler.finish()) == []


def test_a_closed_connection_is_ended_when_a_minute_has_passed_on_another() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(REQUEST)
    tcp.reset()
    capture.wait(61)
    capture.tcp(cport=50001).handshake()
    book = AddressBook()
    assembler = StreamAssembler(book)
    deliveries = [delivery for part in tables(capture, book) for delivery in assembler.feed(part)]
    ended = [delivery for delivery in deliveries if any(isinstance(event, End) for event in delivery.events[0])]
    assert [delivery.connection.stream for delivery in ended] == [0]
    assert ended[0].events[0][-1] == End(len(REQUEST), EndCause.RST, 6, capture.packets[5].ts_ns)


def test_an_empty_table_gives_nothing() -> None:
    book = AddressBook()
    assembler = StreamAssembler(book)
    assert [list(assembler.feed(part)) for part in tables(Capture(), book)] == []
    assert list(assembler.finish()) == []


def disturb(capture: Capture, rng: random.Random, *, duplicate: bool, swap: bool) -> None:
    """Every packet twice, or neighbours swapped, as capturing hosts do it; times stay those of the places."""
    packets = capture.packets
    if duplicate:
        packets = [packet for packet in packets for _ in (0, 1)]
    if swap:
        at = 3
        while at < len(packets) - 4:
            if rng.random() < 0.4:
                packets[at], packets[at + 1] = packets[at + 1], packets[at]
                at += 1
            at += 1
    capture.packets[:] = packets


@given(
    seed=st.integers(0, 2**32),
    duplicate=st.booleans(),
    swap=st.booleans(),
    size=st.integers(0, 40),
    shortcuts=st.booleans(),
    isn=st.sampled_from([0, 1000, 2**31 - 2000, 2**32 - 1, 2**32 - 2, 2**32 - 3000]),
)
def test_disorder_duplicates_and_tables_change_no_byte(
    *, seed: int, duplicate: bool, swap: bool, size: int, shortcuts: bool, isn: int
) -> None:
    rng = random.Random(seed)
    capture = Capture()
    tcp = capture.tcp(client_isn=isn, server_isn=(isn + rng.choice([0, 77, 2**31])) % 2**32)
    tcp.handshake()
    sent = [b"", b""]
    for _ in range(4):
        for side in (0, 1):
            part = rng.randbytes(rng.randrange(1, 9000))
            sent[side] += part
            tcp.segments(side, part, size=rng.randrange(200, 3000))
    tcp.close()
    disturb(capture, rng, duplicate=duplicate, swap=swap)
    ((connection, (client, server)),) = assemble(capture, size=size, shortcuts=shortcuts)
    assert content(client) == [sent[0]]
    assert content(server) == [sent[1]]
    assert connection.from_client.bytes_missing == connection.from_server.bytes_missing == 0
    assert connection.anomalies == []


@given(seed=st.integers(0, 2**32), size=st.integers(0, 12), cut=st.integers(20, 90))
def test_segments_cut_anew_with_consistent_overlap_change_no_byte(*, seed: int, size: int, cut: int) -> None:
    rng = random.Random(seed)
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    sent = rng.randbytes(2000)
    cuts = list(range(0, 2000, cut))
    rng.shuffle(cuts)
    for start in cuts:
        length = cut + rng.randrange(60)
        tcp.send(0, ACK, sent[start : start + length], seq=1001 + start)
    ((connection, (client, _)),) = assemble(capture, size=size)
    assert content(client) == [sent]
    assert connection.anomalies == []


def noise(rng: random.Random, count: int) -> Capture:
    """Packets of few connections with numbers close enough to collide, and any flags."""
    capture = Capture(step_ns=rng.choice([0, 1_000_000, 3_000_000_000]))
    ends = [capture.tcp(cport=50000 + n, client_isn=rng.choice([0, 2**32 - 50])) for n in range(2)]
    ends.append(capture.tcp("2001:db8::1", 4000, "2001:db8::1", 4000))
    flags = [ACK] * 12 + [SYN, SYN | ACK, FIN | ACK, RST, RST | ACK, 0, 0xFF, ACK | PSH]
    numbers = [0, 1, 5, 30, 31, 60, 2**31, 2**32 - 1]
    for _ in range(count):
        tcp, side = rng.choice(ends), rng.randrange(2)
        tcp.send(
            side,
            rng.choice(flags),
            bytes([rng.randrange(3)]) * rng.choice([0, 0, 1, 1, 30, 31]),
            seq=None if rng.random() < 0.6 else (rng.choice(numbers) + rng.randrange(4)) % 2**32,
            ack=None if rng.random() < 0.6 else (rng.choice(numbers) + rng.randrange(4)) % 2**32,
            window=rng.choice([0, 1, 500, 500, 500]),
            ttl=rng.choice([64, 64, 64, 60]),
        )
        if rng.random() < 0.02:
            capture.now_ns += rng.choice([-30, 61, 200]) * 1_000_000_000
    return capture


@given(
    seed=st.integers(0, 2**32), count=st.integers(1, 120), size=st.integers(1, 60), snaplen=st.sampled_from([70, 4096])
)
def test_any_packets_give_the_same_however_they_are_read(*, seed: int, count: int, size: int, snaplen: int) -> None:
    capture = noise(random.Random(seed), count)
    limits = Limits(pending_segments=6, pending_bytes=300, patience_packets=5, blind_patience_packets=9)
    expected = assemble(capture, limits=limits, shortcuts=False, snaplen=snaplen)
    for table_size in (0, size):
        assert assemble(capture, limits=limits, snaplen=snaplen, size=table_size) == expected


def tshark_streams(path: Path) -> list[int]:
    command = ["tshark", "-r", str(path), "-T", "fields", "-e", "tcp.stream"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [int(line) for line in shown.split()]


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
@pytest.mark.parametrize("seed", range(4))
def test_streams_are_numbered_as_by_tshark(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    capture = Capture()
    ends = [capture.tcp(cport=50000 + number) for number in range(3)]
    for _ in range(400):
        tcp, side = rng.choice(ends), rng.randrange(2)
        flags = rng.choice([SYN, SYN, SYN | ACK, ACK, ACK, RST, RST | ACK, FIN | ACK, 0, 0xFF, SYN | RST])
        tcp.send(side, flags, b"x" * rng.randrange(2), seq=rng.randrange(100, 104), ack=rng.randrange(100, 104))
    streams = assemble(capture)
    expected = tshark_streams(capture.write(tmp_path / "x.pcap"))
    firsts = [expected.index(number) + 1 for number in sorted(set(expected))]
    assert [connection.first_frame for connection, _ in streams] == firsts
    assert [connection.packets for connection, _ in streams] == [
        expected.count(number) for number in range(len(firsts))
    ]


def test_anomalies_are_bounded() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.close()
    for number in range(100):
        tcp.send(0, ACK, b"late", seq=5000 + number)
    ((connection, _),) = assemble(capture)
    assert {anomaly.name for anomaly in connection.anomalies} == {AnomalyName.DATA_AFTER_CLOSE}
    assert len(connection.anomalies) == 32
