from osspcap.model.stream import Address, Connection, Direction, Handshake
from osspcap.units import FrameNumber, Nanoseconds, StreamId

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
