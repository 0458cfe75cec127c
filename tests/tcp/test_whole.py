import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.model.anomaly import AnomalyName
from osspcap.model.packets import AddressBook
from osspcap.model.stream import Chunk, ConnectionEnd, End, EndCause, RoleSource
from osspcap.tcp.limits import LINGER_NS
from osspcap.tcp.reassembly import Half
from osspcap.tcp.rows import sort_rows
from osspcap.tcp.streams import StreamAssembler
from tests.build.streams import assemble, content, one
from tests.build.tables import table, tables
from tests.build.wire import ACK, FIN, PSH, RST, SYN, Capture, Packet

STATE = [name for name in Half.__slots__ if name != "held"]


def talk(rng: random.Random, number: int) -> list[Packet]:
    """An orderly connection: some requests and answers, closed by either side or left open."""
    capture = Capture()
    tcp = capture.tcp(cport=50000 + number, client_isn=rng.randrange(2**32), server_isn=2**32 - rng.randrange(9000))
    tcp.handshake()
    for _ in range(rng.randrange(4)):
        tcp.client(rng.randbytes(rng.randrange(1, 3000)), size=700, acknowledge=rng.random() < 0.5)
        tcp.server(rng.randbytes(rng.randrange(1, 5000)), size=1400)
    match rng.randrange(4):
        case 0 | 1:
            tcp.close(rng.randrange(2))
        case 2:
            tcp.send(1, FIN | ACK | PSH, b"last words")
            tcp.send(0, FIN | ACK)
            tcp.send(1, ACK)
    return capture.packets


def merged(rng: random.Random, talks: list[list[Packet]]) -> Capture:
    """The packets of all connections in turns, each connection's own in order, up to where the capture stops."""
    capture = Capture()
    queues = [list(packets) for packets in talks]
    while queues := [queue for queue in queues if queue]:
        capture.add(rng.choice(queues).pop(0).data)
    del capture.packets[rng.randrange(1, len(capture.packets) + 1) :]
    return capture


def whole_count(capture: Capture) -> int:
    return sum(sort_rows(table(capture.packets, AddressBook()), 0).group_whole)


def remembered(capture: Capture, *, shortcuts: bool) -> list[dict[str, Any]]:
    """Return what the connections know and remember when every packet was taken and none is over."""
    book = AddressBook()
    assembler = StreamAssembler(book, shortcuts=shortcuts)
    for part in tables(capture, book):
        list(assembler.feed(part))
    found = []
    for key in list(assembler._resting):
        assembler._resume(key)
    for flow in sorted(assembler._flows.values(), key=lambda flow: flow.connection.stream):
        assert flow.halves is not None
        for half in flow.halves:
            half.facts.acknowledged = half.acked if half.ack_known else None
        state = {name: getattr(flow, name) for name in ("connection", "closed_ns", "flip", "number", "reset", "rtt_ns")}
        for number, half in enumerate(flow.halves):
            state |= {f"{number} {name}": getattr(half, name) for name in STATE}
        state["handshake"] = flow.handshake.facts()
        found.append(state)
    return found


@given(seed=st.integers(0, 2**32))
def test_orderly_connections_leave_the_state_and_the_events_that_single_packets_leave(seed: int) -> None:
    rng = random.Random(seed)
    capture = merged(rng, [talk(rng, number) for number in range(4)])
    assert remembered(capture, shortcuts=True) == remembered(capture, shortcuts=False)
    assert assemble(capture) == assemble(capture, shortcuts=False)


@given(seed=st.integers(0, 2**32), size=st.integers(0, 40))
def test_what_disturbs_an_orderly_connection_changes_no_result(seed: int, size: int) -> None:
    rng = random.Random(seed)
    packets = talk(rng, 0)
    at = rng.randrange(len(packets))
    match rng.randrange(4):
        case 0:
            packets.insert(rng.randrange(at, len(packets)), packets[at])
        case 1:
            del packets[at]
        case 2:
            packets.insert(at, packets.pop())
        case _:
            data = bytearray(packets[at].data)
            data[34 + rng.randrange(4, 16)] ^= 1 << rng.randrange(8)  # sequence number, ACK number, flags, window
            packets[at] = Packet(bytes(data), packets[at].ts_ns, None)
    capture = merged(rng, [packets, talk(rng, 1)])
    assert assemble(capture, size=size) == assemble(capture, shortcuts=False)


def orderly(*, close: bool = True) -> Capture:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(b"request", acknowledge=False)
    tcp.server(b"x" * 4000)
    if close:
        tcp.close(1)
    return capture


def test_an_orderly_connection_is_told_with_all_its_facts() -> None:
    capture = orderly()
    assert whole_count(capture) == 1
    connection, client, server = one(capture)
    assert (content(client), content(server)) == ([b"request"], [b"x" * 4000])
    assert [(event.offset, event.frame, event.peer_offset) for event in server if isinstance(event, Chunk)] == [
        (0, 5, 7),
        (1460, 6, 7),
        (2920, 7, 7),
    ]
    assert (client[-1], server[-1]) == (
        End(7, EndCause.FIN, 10, capture.packets[9].ts_ns),
        End(4000, EndCause.FIN, 9, capture.packets[8].ts_ns),
    )
    assert (connection.packets, connection.role_source) == (11, RoleSource.HANDSHAKE)
    assert (connection.end, connection.end_frame) == (ConnectionEnd.FIN_SERVER, 9)
    up, down = connection.directions
    assert (up.packets, up.data_packets, up.bytes_delivered, up.ttls) == (5, 1, 7, {64: 5})
    assert (down.packets, down.data_packets, down.bytes_delivered, down.ttls) == (6, 3, 4000, {52: 6})
    assert (down.first_data_frame, down.last_data_frame, down.fin_frame) == (5, 7, 9)
    assert (up.mss, up.window_scale, up.sack_permitted, up.initial_sequence) == (1460, 7, True, 1000)
    assert connection.handshake is not None
    assert connection.handshake.rtt_ns == 2_000_000


def test_a_connection_still_open_is_whole_and_goes_on_in_the_next_table() -> None:
    capture = orderly(close=False)
    assert whole_count(capture) == 1
    before = len(capture.packets)
    tcp = capture.tcp(client_isn=1008, server_isn=13001)
    tcp.server(b"more")
    tcp.close()
    _, _, server = one(capture, size=before)
    assert content(server) == [b"x" * 4000 + b"more"]


@pytest.mark.parametrize(
    ("flags", "payload"),
    [(ACK | PSH, b"late"), (FIN | ACK, b""), (RST | ACK, b""), (SYN, b"")],
)
def test_more_than_acks_behind_a_fin_is_taken_singly(flags: int, payload: bytes) -> None:
    capture = orderly()
    tcp = capture.tcp(client_isn=1009, server_isn=13002)
    tcp.send(1, flags, payload)
    assert whole_count(capture) == 0
    assert assemble(capture) == assemble(capture, shortcuts=False)


def test_an_ack_long_after_the_close_counts_as_it_does_singly() -> None:
    capture = orderly()
    capture.wait(LINGER_NS / 1e9 + 1)
    tcp = capture.tcp(client_isn=1009, server_isn=13002)
    tcp.send(0, ACK, window=501)
    assert whole_count(capture) == 1
    capture.tcp(client_isn=1009, server_isn=13002).send(0, ACK | PSH, b"late")
    found = assemble(capture, size=len(capture.packets) - 1)
    assert found == assemble(capture, shortcuts=False)
    ((connection, _),) = found
    assert [anomaly.name for anomaly in connection.anomalies] == [AnomalyName.DATA_AFTER_CLOSE]


@pytest.mark.parametrize(
    ("packet", "at", "value"),
    [
        (0, 22, "03"),  # TTL of the SYN
        (0, 42, "00002329"),  # ACK number of the SYN, which has none: what the third packet acknowledges
        (1, 48, "0000"),  # window of the SYN-ACK
        (2, 48, "0000"),
    ],
)
def test_an_opening_out_of_the_ordinary_is_taken_singly(packet: int, at: int, value: str) -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(b"x")
    tcp.server(b"y")
    capture.packets[0].data = _changed(capture.packets[0].data, 48, "01f6")  # the window of all others
    assert whole_count(capture) == 1
    capture.packets[packet].data = _changed(capture.packets[packet].data, at, value)
    assert whole_count(capture) == 0
    assert assemble(capture) == assemble(capture, shortcuts=False)


def _changed(data: bytes, at: int, value: str) -> bytes:
    return data[:at] + bytes.fromhex(value) + data[at + len(value) // 2 :]


def test_a_repeated_opening_of_a_known_connection_is_no_new_one() -> None:
    capture = Capture()
    first = capture.tcp()
    first.handshake()
    again = capture.tcp()
    again.handshake()
    again.client(b"request")
    assert [connection.packets for connection, _ in assemble(capture, size=3)] == [8]
    assert assemble(capture, size=3) == assemble(capture, shortcuts=False)


def test_ports_used_again_make_two_orderly_connections_in_two_tables() -> None:
    capture = orderly()
    count = len(capture.packets)
    tcp = capture.tcp(client_isn=77000, server_isn=88000)
    tcp.handshake()
    tcp.client(b"other")
    found = assemble(capture, size=count)
    assert [(connection.packets, content(client)) for connection, (client, _) in found] == [
        (11, [b"request"]),
        (5, [b"other"]),
    ]


def test_an_orderly_connection_has_no_flow_until_more_packets_come() -> None:
    capture = orderly()
    quiet = len(capture.packets)
    capture.add(capture.packets[8].data)  # the FIN once more
    book = AddressBook()
    assembler = StreamAssembler(book)
    first, second = tables(capture, book, size=quiet)
    list(assembler.feed(first))
    assert (len(assembler._flows), len(assembler._resting)) == (0, 1)
    list(assembler.feed(second))
    assert (len(assembler._flows), len(assembler._resting)) == (1, 0)
    (connection,) = assembler.connections
    assert (connection.packets, connection.from_server.ttls) == (quiet + 1, {52: 7})


def test_an_orderly_connection_still_open_ends_with_the_capture() -> None:
    capture = orderly(close=False)
    last = len(capture.packets)
    connection, client, server = one(capture)
    assert connection.end is ConnectionEnd.OPEN
    assert (client[-1], server[-1]) == (
        End(7, EndCause.CAPTURE_ENDED, last, capture.packets[-1].ts_ns),
        End(4000, EndCause.CAPTURE_ENDED, last, capture.packets[-1].ts_ns),
    )
