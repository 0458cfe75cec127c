from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from osspcap.model.stream import Address, Chunk, Connection, Direction, Handshake, unrolled
from osspcap.units import FrameNumber, Nanoseconds, StreamId
from tests.build.events import Talk, train

ZERO = Nanoseconds(0)


def test_address_is_written_as_people_do() -> None:
    assert str(Address("203.0.113.10", 80)) == "203.0.113.10:80"
    assert str(Address("2001:db8::1", 443)) == "[2001:db8::1]:443"


def test_round_trip_needs_all_three_packets_of_the_handshake() -> None:
    whole = Handshake(
        FrameNumber(1), Nanoseconds(100), 1, FrameNumber(2), Nanoseconds(150), FrameNumber(3), Nanoseconds(160)
    )
    assert whole.rtt_ns == 60
    assert Handshake(FrameNumber(1), Nanoseconds(100), 1, None, None, None, None).rtt_ns is None


def test_client_and_server_follow_the_client_side() -> None:
    sent, answered = Direction(packets=1), Direction(packets=2)
    connection = Connection(
        StreamId(0),
        (Address("a", 1), Address("b", 2)),
        (sent, answered),
        FrameNumber(1),
        ZERO,
        FrameNumber(1),
        ZERO,
        client_side=1,
    )
    assert connection.client == Address("b", 2)
    assert connection.server == Address("a", 1)
    assert connection.from_client is answered
    assert connection.from_server is sent


def test_a_train_holds_its_chunks() -> None:
    talk = Talk(offsets=(100, 7))
    talk.client(b"abcdefgh", size=3)
    chunks = [event for event in talk.events[0] if isinstance(event, Chunk)]
    whole = train(chunks)
    assert (len(whole), whole.offset, whole.end, whole.frame, whole.ts_ns) == (3, 100, 108, 3, chunks[2].ts_ns)
    assert whole.chunks() == chunks
    assert whole.first() == chunks[0]
    assert [whole.index(offset) for offset in range(100, 108)] == [0, 0, 0, 1, 1, 1, 2, 2]
    assert [whole.joined(0, 1), whole.joined(1, 3), whole.joined(0, 3)] == [b"abc", b"defgh", b"abcdefgh"]
    rest = whole.part(1, 3)
    assert (rest.offset, rest.end, rest.chunks()) == (103, 108, chunks[1:])
    assert (whole.part(0, 2).end, whole.part(0, 2).frame, rest.index(104)) == (106, 2, 0)
    assert unrolled([chunks[0], rest]) == chunks


@given(sizes=st.lists(st.integers(1, 5), min_size=1, max_size=8))
def test_chunks_of_any_sizes_are_joined_whole_and_in_order(sizes: list[int]) -> None:
    talk = Talk()
    data = bytes(range(sum(sizes)))
    for start, size in zip(accumulate(sizes, initial=0), sizes, strict=False):
        talk.client(data[start : start + size])
    whole = train([event for event in talk.events[0] if isinstance(event, Chunk)])
    assert bytes(whole.joined(0, len(sizes))) == data


def test_a_train_that_acknowledges_nothing_known_has_such_chunks() -> None:
    talk = Talk(knows_acks=False)
    talk.client(b"abcdefgh", size=3)
    chunks = [event for event in talk.events[0] if isinstance(event, Chunk)]
    assert train(chunks).chunks() == chunks
