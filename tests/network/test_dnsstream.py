import pytest

from osspcap.model.datagrams import Carrier
from osspcap.network.dnsstream import MAX_MESSAGES, DnsStreams
from tests.build.datagrams import answer, question
from tests.build.streams import assemble
from tests.build.wire import Capture

HOST = "rokid.oss-cn-hangzhou.aliyuncs.com"


def framed(message: bytes) -> bytes:
    return len(message).to_bytes(2) + message


@pytest.mark.parametrize("size", [1, 7, 1460])
def test_messages_are_cut_out_of_the_stream(size: int) -> None:
    capture = Capture()
    tcp = capture.tcp(sport=53)
    tcp.handshake()
    tcp.client(framed(question(HOST)) + framed(question(HOST, "AAAA", 2)), size=size)
    tcp.server(framed(answer(HOST, "203.0.113.1")), size=size)
    tcp.close()
    names = DnsStreams()
    for connection, events in assemble(capture):
        names.take(connection, events)
    assert [(item.carrier, item.sport, item.payload) for item in names.datagrams] == [
        (Carrier.TCP, 50_000, question(HOST)),
        (Carrier.TCP, 50_000, question(HOST, "AAAA", 2)),
        (Carrier.TCP, 53, answer(HOST, "203.0.113.1")),
    ]


def test_nothing_is_guessed_behind_a_hole() -> None:
    capture = Capture()
    tcp = capture.tcp(sport=53)
    tcp.handshake()
    tcp.lose(0, bytes(5))
    tcp.client(framed(question(HOST)))
    tcp.close()
    names = DnsStreams()
    for connection, events in assemble(capture):
        names.take(connection, events)
    assert names.datagrams == []


def test_their_number_is_bounded() -> None:
    capture = Capture()
    tcp = capture.tcp(sport=53)
    tcp.handshake()
    tcp.client(framed(b"x") * (MAX_MESSAGES + 5))
    names = DnsStreams()
    for connection, events in assemble(capture):
        names.take(connection, events)
    assert len(names.datagrams) == MAX_MESSAGES
