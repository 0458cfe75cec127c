from io import BytesIO

from osspcap.capture.datagrams import MAX_DATAGRAMS, note_datagrams
from osspcap.capture.reader import open_capture
from osspcap.model.capture import CaptureInfo
from osspcap.model.datagrams import Carrier
from tests.build.datagrams import CLIENT, RESOLVER, ask, icmp_error, question, resolve, udp
from tests.build.wire import Capture, ethernet, ip_packet


def info_of(capture: Capture, *, chunk_bytes: int = 1 << 20, snaplen: int = 262_144) -> CaptureInfo:
    with open_capture("-", stdin=BytesIO(capture.pcap(snaplen=snaplen)), chunk_bytes=chunk_bytes) as reader:
        for _ in reader.tables():
            pass
        return reader.info


def test_dns_and_icmp_errors_are_kept_with_their_places_and_counted_as_before() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    resolve(capture, "a.example", "203.0.113.1")
    udp(capture, CLIENT, 1000, RESOLVER, 123, b"ntp")
    icmp_error(capture, tcp, kind=3, code=1)
    icmp_error(capture, tcp, kind=8, code=0)
    info = info_of(capture)
    assert [(item.frame, item.carrier, item.src, item.sport, item.dport) for item in info.datagrams] == [
        (4, Carrier.UDP, CLIENT, 40_000, 53),
        (5, Carrier.UDP, RESOLVER, 53, 40_000),
        (7, Carrier.ICMP, "198.51.100.1", 0, 0),
    ]
    assert info.datagrams[0].payload == question("a.example")
    assert not info.datagrams[0].is_cut
    assert {name: part.count for name, part in info.other_protocols.items()} == {"UDP": 3, "ICMP": 2}
    assert info.tcp_packets == 3


def test_the_same_is_kept_in_whatever_pieces_the_file_is_read() -> None:
    capture = Capture()
    for number in range(20):
        resolve(capture, f"n{number}.example", "203.0.113.1", number=number)
    assert info_of(capture, chunk_bytes=1).datagrams == info_of(capture).datagrams


def test_tunnelled_messages_are_found_by_the_decoders_of_single_headers() -> None:
    capture = Capture()
    resolve(capture, "a.example", "203.0.113.1")
    inner = capture.packets[0].data[14:]
    tunnelled = Capture()
    tunnelled.add(ethernet(ip_packet("198.51.100.7", "198.51.100.8", inner, protocol=4)))
    (kept,) = info_of(tunnelled).datagrams
    assert (kept.src, kept.dst, kept.payload) == (CLIENT, RESOLVER, question("a.example"))


def test_a_message_that_the_snap_length_cut_says_so() -> None:
    capture = Capture()
    ask(capture, "a-rather-long-name.example")
    (kept,) = info_of(capture, snaplen=60).datagrams
    assert kept.is_cut
    assert len(kept.payload) == 60 - 14 - 20 - 8


def test_their_number_is_bounded() -> None:
    capture = Capture(step_ns=1000)
    for number in range(MAX_DATAGRAMS + 10):
        ask(capture, "a.example", number=number)
    info = info_of(capture, chunk_bytes=100_000)
    assert len(info.datagrams) == MAX_DATAGRAMS
    assert info.datagrams[-1].frame == MAX_DATAGRAMS
    assert info.other_protocols["UDP"].count == MAX_DATAGRAMS + 10


def test_nothing_noted_changes_nothing() -> None:
    info = CaptureInfo("x")
    note_datagrams(info, [], 1, None)  # type: ignore[arg-type]
    assert info.datagrams == []
