import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.model.packets import AddressBook
from osspcap.model.stream import Train
from osspcap.tcp.flows import Flow
from osspcap.tcp.streams import StreamAssembler
from tests.build.streams import assemble
from tests.build.tables import tables
from tests.build.wire import ACK, FIN, SYN, Capture


@given(seed=st.integers(0, 2**32), size=st.integers(1, 60))
def test_runs_leave_what_single_packets_leave(*, seed: int, size: int) -> None:
    rng = random.Random(seed)
    capture = Capture()
    for number in range(3):
        tcp = capture.tcp(cport=50000 + number)
        if rng.random() < 0.8:
            tcp.handshake()
        for _ in range(rng.randrange(1, 6)):
            tcp.client(rng.randbytes(rng.randrange(1, 4000)), size=500)
            if rng.random() < 0.2:
                tcp.lose(rng.randrange(2), b"x" * rng.randrange(1, 600))
            tcp.server(rng.randbytes(rng.randrange(1, 9000)), size=700)
            if rng.random() < 0.3:
                send = rng.choice((tcp.client, tcp.server))
                send(rng.randbytes(rng.randrange(20_000, 60_000)), size=1_400)
        match rng.randrange(3):
            case 0:
                tcp.close()
            case 1:
                tcp.reset()
    for _ in range(rng.randrange(4)):
        at = rng.randrange(len(capture.packets))
        capture.packets.insert(at + rng.randrange(9), capture.packets[at])
    singly = assemble(capture, shortcuts=False)
    assert assemble(capture, size=size) == singly
    assert assemble(capture, size=size, trains=True) == singly
    assert assemble(capture, trains=True) == singly


def test_a_long_row_of_full_packets_is_one_event_if_that_is_wanted() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(b"request")
    tcp.server(b"x" * 60_000, size=1_000)
    tcp.client(b"small" * 20, size=5)
    counts = []
    for wanted in (True, False):
        book = AddressBook()
        assembler = StreamAssembler(book, trains=wanted)
        deliveries = [delivery for part in tables(capture, book, size=40) for delivery in assembler.feed(part)]
        counts.append(
            [sum(type(event) is Train for _, sides in deliveries for event in sides[side]) for side in (0, 1)]
        )
    # One in the table that holds the connection from its SYN on, and one in the next.
    assert counts == [[0, 2], [0, 0]]


def test_an_opening_with_fewer_than_three_packets_is_not_completed_by_a_stranger() -> None:
    capture = Capture()
    first, second = capture.tcp(cport=50000), capture.tcp(cport=50001)
    for tcp in (first, second):
        tcp.send(0, SYN)
        tcp.send(1, SYN | ACK)
    second.send(0, ACK)
    one_of_two, other = (connection for connection, _ in assemble(capture))
    assert (one_of_two.packets, other.packets) == (2, 3)
    assert one_of_two.handshake is not None
    assert one_of_two.handshake.ack_frame is None


def orderly() -> Capture:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    for _ in range(3):
        tcp.client(b"request")
        tcp.server(b"x" * 9000)
    tcp.close()
    return capture


def taken_singly(capture: Capture, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    taken: list[int] = []
    whole = Flow.take

    def take(self: Flow, row: tuple[int, ...], *rest: object) -> None:
        taken.append(row[2])
        whole(self, row, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Flow, "take", take)
    book = AddressBook()
    assembler = StreamAssembler(book)
    for part in tables(capture, book):
        list(assembler.feed(part))
    return taken


def test_of_an_orderly_connection_no_packet_is_taken_singly(monkeypatch: pytest.MonkeyPatch) -> None:
    assert taken_singly(orderly(), monkeypatch) == []


def test_of_a_connection_with_a_repeated_packet_only_that_and_the_close_are_taken_singly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    capture = orderly()
    capture.packets.insert(20, capture.packets[19])
    count = len(capture.packets)
    assert taken_singly(capture, monkeypatch) == [21, count - 2, count - 1, count]


@pytest.mark.parametrize("at", range(3))
@pytest.mark.parametrize(
    "change", [{"flags": SYN}, {"flags": ACK | FIN}, {"seq": 5}, {"ack": 77}, {"window": 0}, {"payload": b"x"}]
)
def test_a_handshake_out_of_the_ordinary_leaves_what_single_packets_leave(at: int, change: dict[str, Any]) -> None:
    capture = Capture()
    tcp = capture.tcp()
    for number, (side, flags) in enumerate(((0, SYN), (1, SYN | ACK), (0, ACK))):
        if number == at:
            tcp.send(side, **({"flags": flags} | change))
        else:
            tcp.send(side, flags)
    tcp.client(b"request" * 1000)
    tcp.server(b"response" * 1000)
    assert assemble(capture) == assemble(capture, shortcuts=False)
