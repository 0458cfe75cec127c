import random

import pytest

from tests.build.decoded import Row, read_rows
from tests.build.tunnels import geneve, gre, ipv4_fragments, ipv6_fragments, outer, pppoe, udp, vxlan
from tests.build.wire import Capture, ethernet, ip_packet, tcp_segment

C4, S4, C6, S6 = "192.0.2.10", "203.0.113.10", "2001:db8::10", "2001:db8::80"
SEGMENT = tcp_segment(50000, 80, 7, 8, 0x18, b"hello", options=b"\1\1\x05\x0a" + bytes(8))
INNER = ip_packet(C4, S4, SEGMENT, ttl=33, ip_id=44)
INNER6 = ip_packet(C6, S6, SEGMENT, ttl=33)


def capture(*frames: bytes) -> Capture:
    cap = Capture()
    for frame in frames:
        cap.add(frame)
    return cap


def single(frame: bytes) -> Row:
    info, rows = read_rows(capture(frame).pcap())
    assert (len(rows), info.undecoded, info.other_protocols) == (1, {}, {})
    return rows[0]


def inside(row: Row) -> tuple[object, ...]:
    return (row.src, row.dst, row.sport, row.dport, row.seq, row.ack, row.flags, row.payload, row.length)


EXPECTED4 = (C4, S4, 50000, 80, 7, 8, 0x18, b"hello", 5)
EXPECTED6 = (C6, S6, 50000, 80, 7, 8, 0x18, b"hello", 5)


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(ethernet(INNER), id="plain"),
        pytest.param(ethernet(ip_packet(C4, S4, SEGMENT, ttl=33, ip_id=44, options=b"\x94\4\0\0")), id="ip-options"),
        pytest.param(outer(INNER, 4), id="ip-in-ip"),
        pytest.param(ethernet(ip_packet(C6, S6, INNER, protocol=4)), id="4in6"),
        pytest.param(outer(gre(INNER), 47), id="gre"),
        pytest.param(outer(gre(INNER, key=1, sequence=2), 47), id="gre-key-sequence-checksum"),
        pytest.param(outer(gre(ethernet(INNER), protocol=0x6558), 47), id="gre-ethernet"),
        pytest.param(outer(gre(ethernet(INNER), protocol=0x88BE), 47), id="erspan-1"),
        pytest.param(outer(gre(bytes(8) + ethernet(INNER), protocol=0x88BE, sequence=1), 47), id="erspan-2"),
        pytest.param(outer(gre(bytes(12) + ethernet(INNER), protocol=0x22EB, sequence=1), 47), id="erspan-3"),
        pytest.param(outer(gre(bytes(11) + b"\1" + bytes(8) + ethernet(INNER), protocol=0x22EB), 47), id="erspan-3-o"),
        pytest.param(outer(gre(INNER, protocol=0x883E), 47), id="wccp-1"),
        pytest.param(outer(gre(bytes(4) + INNER, protocol=0x883E), 47), id="wccp-2"),
        pytest.param(outer(b"\x30\x01\x88\x0b" + bytes(8) + b"\xff\x03\0\x21" + INNER, 47), id="pptp"),
        pytest.param(outer(vxlan(ethernet(INNER)), 17), id="vxlan"),
        pytest.param(outer(vxlan(ethernet(outer(vxlan(ethernet(INNER)), 17)[14:])), 17), id="vxlan-in-vxlan"),
        pytest.param(outer(geneve(ethernet(INNER), options=bytes(12)), 17), id="geneve"),
    ],
)
def test_ipv4_inside_anything_is_the_same_segment(frame: bytes) -> None:
    row = single(frame)
    assert inside(row) == EXPECTED4
    assert (row.ttl, row.ip_id, row.options) == (33, 44, SEGMENT[20:32])


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(ethernet(INNER6), id="plain"),
        pytest.param(ethernet(ip_packet(C6, S6, b"\6\0" + bytes(6) + SEGMENT, protocol=0, ttl=33)), id="hop-by-hop"),
        pytest.param(
            ethernet(ip_packet(C6, S6, b"\x2b\0\1\4\0\0\0\0" + b"\6\2" + bytes(22) + SEGMENT, protocol=60, ttl=33)),
            id="destination-and-routing",
        ),
        pytest.param(ethernet(ip_packet(C6, S6, b"\6\0\0\0\0\0\0\1" + SEGMENT, protocol=44, ttl=33)), id="atomic"),
        pytest.param(ethernet(ip_packet(C6, S6, b"\6\4" + bytes(22) + SEGMENT, protocol=51, ttl=33)), id="ah"),
        pytest.param(outer(INNER6, 41), id="6in4"),
        pytest.param(ethernet(ip_packet(C6, S6, INNER6, protocol=41)), id="6in6"),
        pytest.param(outer(gre(INNER6, protocol=0x86DD), 47), id="gre"),
        pytest.param(outer(vxlan(ethernet(INNER6)), 17), id="vxlan"),
    ],
)
def test_ipv6_inside_anything_is_the_same_segment(frame: bytes) -> None:
    row = single(frame)
    assert inside(row) == EXPECTED6
    assert (row.ttl, row.ip_id, row.options) == (33, 0, SEGMENT[20:32])


def test_length_zero_reaches_to_the_end_of_the_packet() -> None:
    long = tcp_segment(50000, 80, 7, 8, 0x18, bytes(70_000))
    for packet in (
        ip_packet(C6, S6, long, total_length=0),
        ip_packet(C4, S4, long, total_length=0),
        ip_packet(C4, S4, long, total_length=0, options=b"\1" * 4),
    ):
        assert single(ethernet(packet)).length == 70_000
    assert single(outer(gre(ip_packet(C4, S4, SEGMENT, total_length=0)), 47)).payload == b"hello"


def test_padding_behind_short_packets_is_no_payload() -> None:
    bare = tcp_segment(50000, 80, 7, 8, 0x10)
    for packet in (ip_packet(C4, S4, bare), ip_packet(C4, S4, bare, options=b"\1" * 4), ip_packet(C6, S6, bare)):
        row = single(ethernet(packet) + b"\xee" * 12)
        assert (row.payload, row.length) == (b"", 0)


def test_vxlan_is_told_by_port_and_by_its_flag() -> None:
    other = [outer(vxlan(ethernet(INNER), flags=0), 17), outer(udp(vxlan(ethernet(INNER))[8:], port=4790), 17)]
    info, rows = read_rows(capture(*other, outer(vxlan(b"short"), 17)).pcap())
    assert rows == []
    assert info.other_protocols["UDP"].count == 3


@pytest.mark.parametrize("seed", range(5))
def test_ipv4_fragments_become_one_packet_in_the_frame_that_completes_them(seed: int) -> None:
    payload = bytes(range(256)) * 12
    frames = ipv4_fragments(C4, S4, tcp_segment(50000, 80, 7, 8, 0x18, payload), 640)
    other = ipv4_fragments(C4, S4, tcp_segment(50001, 80, 9, 9, 0x18, b"z" * 2000), 640, ip_id=78)
    frames[2:2] = other
    random.Random(seed).shuffle(frames)
    info, rows = read_rows(capture(*frames, ethernet(INNER)).pcap())
    assert sorted((row.sport, row.seq, row.payload) for row in rows[:-1]) == [
        (50000, 7, payload),
        (50001, 9, b"z" * 2000),
    ]
    assert inside(rows[-1]) == EXPECTED4
    assert max(row.frame for row in rows[:-1]) == len(frames)
    assert info.other_protocols["IPv4 fragment"].count == len(frames) - 2


def test_ipv6_fragments_become_one_packet() -> None:
    payload = bytes(range(256)) * 12
    frames = ipv6_fragments(C6, S6, tcp_segment(50000, 80, 7, 8, 0x18, payload), 1232)
    info, rows = read_rows(capture(*frames).pcap())
    assert [(row.frame, row.payload, row.src) for row in rows] == [(len(frames), payload, C6)]
    assert info.other_protocols["IPv6 fragment"].count == len(frames) - 1


def test_atomic_fragment_is_whole_beside_others_of_its_number() -> None:
    pending = ipv6_fragments(C6, S6, tcp_segment(1, 80, 7, 8, 0x18, b"x" * 2000), 1232, number=1)[0]
    atomic = ethernet(ip_packet(C6, S6, b"\6\0\0\0\0\0\0\1" + SEGMENT, protocol=44))
    assert [inside(row) for row in read_rows(capture(pending, atomic).pcap())[1]] == [EXPECTED6]


def test_tunnel_in_fragments_is_decoded() -> None:
    frames = ipv4_fragments("198.51.100.1", "198.51.100.2", gre(INNER), 24, protocol=47)
    assert [inside(row) for row in read_rows(capture(*frames).pcap())[1]] == [EXPECTED4]


def test_fragments_cut_by_the_snap_length_give_what_was_captured() -> None:
    frames = ipv4_fragments(C4, S4, tcp_segment(50000, 80, 7, 8, 0x18, b"0123456789" * 100), 512)
    info, rows = read_rows(capture(*frames).pcap(snaplen=100))
    assert [(row.payload, row.length) for row in rows] == [((b"0123456789" * 100)[: 100 - 34 - 20], 1000)]
    assert info.snaplen_cut is not None


def test_incomplete_datagram_gives_no_packet() -> None:
    frames = ipv4_fragments(C4, S4, tcp_segment(50000, 80, 7, 8, 0x18, b"x" * 2000), 640)
    info, rows = read_rows(capture(*frames[:1], *frames[2:]).pcap())
    assert rows == []
    assert info.other_protocols["IPv4 fragment"].count == len(frames) - 1


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (b"\x44" + INNER[1:], "malformed IPv4 header"),
        (INNER[:2] + b"\0\x0a" + INNER[4:], "malformed IPv4 header"),
        (b"\x55" + INNER[1:], "malformed IP header"),
        (INNER[:32] + b"\x40" + INNER[33:], "malformed TCP header"),
        (INNER[:32] + b"\xf0" + INNER[33:], "malformed TCP header"),
        (INNER[:2] + b"\0\x20" + INNER[4:], "malformed TCP header"),
        (INNER[:10], "malformed IPv4 header"),
    ],
)
def test_headers_that_contradict_themselves_are_undecoded(packet: bytes, reason: str) -> None:
    info, rows = read_rows(capture(ethernet(packet, ethertype=0x0800)).pcap())
    assert rows == []
    assert list(info.undecoded) == [reason]


def test_source_routed_gre_is_undecoded_and_pppoe_inside_gre_is_not() -> None:
    info, _ = read_rows(capture(outer(b"\x40\0\x08\0" + INNER, 47)).pcap())
    assert list(info.undecoded) == ["GRE with source routes"]
    assert inside(single(outer(gre(pppoe(INNER), protocol=0x8864), 47))) == EXPECTED4


def test_endless_nesting_ends() -> None:
    packet = INNER
    for _ in range(100):
        packet = ip_packet("198.51.100.1", "198.51.100.2", packet, protocol=4)
    info, rows = read_rows(capture(ethernet(packet)).pcap())
    assert rows == []
    assert list(info.undecoded) == ["more than 32 headers"]
