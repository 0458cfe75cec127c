import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osspcap.tcp.pauses import MIN_PAUSE_NS, PauseCollector
from osspcap.units import StreamId
from tests.build.pausing import assembled, pauses_of
from tests.build.wire import ACK, PSH, SYN, Capture


def quick() -> Capture:
    return Capture(step_ns=10_000)


@pytest.mark.parametrize("size", [0, 1, 2, 3])
def test_a_silence_states_what_stood_open_and_who_ended_it(size: int) -> None:
    capture = quick()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(b"x" * 3000, acknowledge=False)
    tcp.send(1, ACK, ack=tcp.next_seq[0] - 1540, window=300)
    capture.wait(0.25)
    tcp.send(1, ACK | PSH, b"y" * 100)
    (pause,) = pauses_of(capture, size=size)
    assert pause.duration_ns == 250_010_000
    assert (pause.frame_before, pause.frame_after) == (7, 8)
    assert (pause.side, pause.length, pause.repeats) == (1, 100, False)
    assert pause.outstanding == (1540, 0)
    assert pause.window == (502, 300)


@pytest.mark.parametrize("size", [0, 1, 4])
def test_a_segment_sent_again_is_noticed(size: int) -> None:
    capture = quick()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(b"x" * 4000, acknowledge=False)
    capture.wait(0.2)
    tcp.send(0, ACK | PSH, b"x" * 1460, seq=1001)
    (pause,) = pauses_of(capture, size=size)
    assert (pause.side, pause.repeats, pause.outstanding) == (0, True, (4000, 0))


def test_shorter_silences_are_part_of_the_flow() -> None:
    capture = Capture(step_ns=MIN_PAUSE_NS - 1)
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(b"x" * 3000)
    assert pauses_of(capture) == []


@pytest.mark.parametrize("size", [0, 1, 3])
def test_the_time_between_two_connections_of_the_same_ports_is_no_pause(size: int) -> None:
    capture = quick()
    first = capture.tcp()
    first.handshake()
    first.close()
    capture.wait(5)
    second = capture.tcp(client_isn=900_000)
    second.handshake()
    capture.wait(1)
    second.client(b"x")
    connections, pauses = assembled(capture, size=size)
    assert [len(pauses.of(connection.stream)) for connection in connections] == [0, 1]


def test_the_shortest_are_dropped_when_there_are_too_many() -> None:
    capture = quick()
    tcp = capture.tcp()
    tcp.handshake()
    for milliseconds in (6, 50, 7, 30, 12):
        capture.wait(milliseconds / 1000)
        tcp.send(0, ACK | PSH, b"x")
    _, pauses = assembled(capture)
    assert len(pauses) == 5
    collector = PauseCollector(limit=2)
    columns = pauses._columns
    assert columns is not None
    collector._add(columns)
    kept = collector.finish()
    assert [round(pause.duration_ns / 1e6) for pause in kept.of(StreamId(0))] == [50, 30]
    assert kept.min_ns == 4 * MIN_PAUSE_NS


@settings(max_examples=200)
@given(seed=st.integers(0, 2**32), size=st.integers(1, 12))
def test_pauses_do_not_depend_on_how_the_capture_is_cut(*, seed: int, size: int) -> None:
    rng = random.Random(seed)
    capture = quick()
    talks = [capture.tcp(cport=50_000 + number, client_isn=rng.randrange(2**32)) for number in range(3)]
    for tcp in talks:
        tcp.handshake()
    for _ in range(30):
        tcp = rng.choice(talks)
        side = rng.randrange(2)
        if rng.random() < 0.4:
            capture.wait(rng.choice((0.004, 0.006, 0.3)))
        if rng.random() < 0.05:  # what comes so long after the end finds the connection's state gone
            rng.choice((tcp.close, tcp.reset))()
            capture.wait(61)
        elif rng.random() < 0.2:
            tcp.send(side, ACK | PSH, b"again", seq=tcp.next_seq[side] - 5)
        else:
            tcp.send(side, ACK | PSH, b"x" * rng.randrange(1400))
    expected = [pauses_of(capture, stream=number) for number in range(3)]
    assert [pauses_of(capture, stream=number, size=size) for number in range(3)] == expected
    assert [pauses_of(capture, stream=number, shortcuts=False) for number in range(3)] == expected


def test_a_syn_that_is_repeated_ends_a_pause_without_payload() -> None:
    capture = quick()
    tcp = capture.tcp()
    for _ in range(2):
        tcp.send(0, SYN, seq=1000)
        capture.wait(1)
    (pause,) = pauses_of(capture)
    assert (pause.side, pause.length, pause.repeats, pause.outstanding) == (0, 0, False, (-1, -1))
