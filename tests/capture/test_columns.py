import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.capture.single import SingleDecoder
from tests.build.decoded import Row, read_rows
from tests.build.tunnels import outer, sll2, vlan, vxlan
from tests.build.wire import Capture, ethernet, ip_packet, tcp_segment

HOSTS = (("192.0.2.1", "203.0.113.7"), ("2001:db8::1", "2001:db8::2"))


@st.composite
def segments(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """A frame that columns decode, and the same segment in one that they do not."""
    src, dst = draw(st.sampled_from(HOSTS))
    options = b"\1" * draw(st.integers(0, 40))
    numbers = [draw(st.integers(0, limit)) for limit in (65535, 65535, 2**32 - 1, 2**32 - 1, 255, 65535)]
    sport, dport, seq, ack, flags, window = numbers
    segment = tcp_segment(sport, dport, seq, ack, flags, draw(st.binary(max_size=40)), window=window, options=options)
    ttl, ip_id = draw(st.integers(0, 255)), draw(st.integers(0, 65535))
    packet = ip_packet(src, dst, segment, ttl=ttl, ip_id=ip_id)
    trailer = bytes(draw(st.integers(0, 6)))
    plain = ethernet(packet, tags=vlan(5) if draw(st.booleans()) else b"")
    return plain + trailer, ethernet(packet, tags=vlan(1, 2, 3)) + trailer


@given(st.lists(segments(), min_size=1, max_size=8), st.integers(0, 130))
def test_columns_and_single_decoding_agree(frames: list[tuple[bytes, bytes]], lost: int) -> None:
    plain, layered = Capture(), Capture()
    for fast, slow in frames:
        extra = len(slow) - len(fast)
        keep = max(0, len(fast) - lost)
        plain.add(fast[:keep], original_length=len(fast))
        layered.add(slow[: keep + extra], original_length=len(slow))
    assert read_rows(plain.pcap())[1] == read_rows(layered.pcap())[1]


def test_plain_tcp_udp_and_arp_are_never_decoded_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("decoded one by one")

    monkeypatch.setattr(SingleDecoder, "decode", fail)
    cap = Capture()
    tcp = cap.tcp()
    tcp.handshake()
    tcp.client(b"x" * 3000)
    cap.add(ethernet(ip_packet("10.0.0.1", "10.0.0.2", bytes(20), protocol=17)))
    cap.add(ethernet(bytes(28), ethertype=0x0806))
    cap.tcp("2001:db8::1", 5, "2001:db8::2", 6).client(b"six")
    tagged = ip_packet("10.0.0.1", "10.0.0.2", tcp_segment(1, 2, 3, 4, 16))
    cap.add(ethernet(tagged, tags=vlan(7)))
    cap.add(ethernet(ip_packet("10.0.0.1", "10.0.0.2", tcp_segment(1, 2, 3, 4, 16, bytes(9)), total_length=0)))
    info, rows = read_rows(cap.pcap())
    assert len(rows) == 11
    assert sorted(info.other_protocols) == ["ARP", "UDP"]


def test_order_of_the_file_is_kept_whatever_way_packets_are_decoded() -> None:
    cap = Capture()
    for number in range(60):
        src, dst = HOSTS[number % 2]
        packet = ip_packet(src, dst, tcp_segment(1000 + number, 80, 0, 0, 16, b"x" * number))
        cap.add(ethernet(packet) if number % 3 else outer(vxlan(ethernet(packet)), 17))
    _, rows = read_rows(cap.pcap())
    assert [row.frame for row in rows] == list(range(1, 61))
    assert [row.sport for row in rows] == list(range(1000, 1060))
    assert [len(row.payload) for row in rows] == list(range(60))
    assert [(row.src, row.dst) for row in rows] == [HOSTS[number % 2] for number in range(60)]


def row_of(frame: bytes, **kwargs: int) -> Row:
    cap = Capture()
    cap.add(frame)
    return read_rows(cap.pcap(**kwargs))[1][0]  # type: ignore[arg-type]


def test_snap_length_in_options_and_payload_is_seen() -> None:
    options = bytes.fromhex("020405b40402080a0000000100000000")
    frame = ethernet(ip_packet(*HOSTS[0], tcp_segment(1, 2, 3, 4, 2, b"hello", options=options)))
    assert row_of(frame)[12:] == (b"hello", 5, options)
    assert row_of(frame, snaplen=len(frame) - 2)[12:] == (b"hel", 5, options)
    assert row_of(frame, snaplen=54 + 6)[12:] == (b"", 5, options[:6])
    assert row_of(frame, snaplen=54)[12:] == (b"", 5, b"")


def test_ip_length_beyond_the_frame_ends_with_the_frame() -> None:
    frame = ethernet(ip_packet(*HOSTS[0], tcp_segment(1, 2, 3, 4, 16, b"hello"), total_length=500))
    assert (row_of(frame).payload, row_of(frame).length) == (b"hello", 5)


def test_lengths_of_cooked_captures_count_from_their_header() -> None:
    packet = ip_packet(*HOSTS[0], tcp_segment(1, 2, 3, 4, 16, b"hello"))
    row = row_of(sll2(packet) + bytes(9), link_type=276)
    assert (row.payload, row.length) == (b"hello", 5)
