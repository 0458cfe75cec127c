import struct

import pytest

from tests.build.decoded import read_rows
from tests.build.tunnels import mpls, pktap, pppoe, sll, sll2, vlan
from tests.build.wire import CLIENT_MAC, SERVER_MAC, Capture, ethernet, ip_packet, tcp_segment

V4 = ip_packet("192.0.2.10", "203.0.113.10", tcp_segment(50000, 80, 7, 8, 0x18, b"hello"))
V6 = ip_packet("2001:db8::10", "2001:db8::80", tcp_segment(50000, 80, 7, 8, 0x18, b"hello"))
SNAP = b"\xaa\xaa\x03\0\0\0"


def length_framed(payload: bytes, *, tags: bytes = b"") -> bytes:
    return ethernet(payload, ethertype=len(payload), tags=tags)


@pytest.mark.parametrize(
    ("link_type", "frame"),
    [
        pytest.param(1, ethernet(V4), id="ethernet"),
        pytest.param(1, ethernet(V6), id="ethernet-ipv6"),
        pytest.param(1, ethernet(V4, tags=vlan(5)), id="vlan"),
        pytest.param(1, ethernet(V6, tags=vlan(5, kind=0x88A8)), id="vlan-88a8"),
        pytest.param(1, ethernet(V4, tags=vlan(5, 6)), id="two-vlans"),
        pytest.param(1, ethernet(V4, tags=vlan(5, 6, kind=0x88A8)), id="qinq-88a8"),
        pytest.param(1, ethernet(V6, tags=vlan(5, 6, 7, kind=0x9100)), id="three-vlans-9100"),
        pytest.param(1, mpls(V4, 16), id="mpls"),
        pytest.param(1, mpls(V6, 16, 17, 18), id="mpls-stack"),
        pytest.param(1, mpls(bytes(4) + ethernet(V4), 16, 17), id="mpls-pseudowire"),
        pytest.param(1, ethernet(pppoe(V4), ethertype=0x8864), id="pppoe"),
        pytest.param(1, ethernet(pppoe(V6, protocol=0x57) + b"\xee" * 9, ethertype=0x8864), id="pppoe-padded"),
        pytest.param(1, ethernet(pppoe(V4), ethertype=0x8864, tags=vlan(7)), id="pppoe-vlan"),
        pytest.param(1, length_framed(SNAP + b"\x08\0" + V4), id="snap"),
        pytest.param(1, length_framed(SNAP + b"\x86\xdd" + V6, tags=vlan(9)), id="snap-vlan"),
        pytest.param(9, b"\xff\x03\0\x21" + V4, id="ppp-hdlc"),
        pytest.param(9, b"\0\x57" + V6, id="ppp"),
        pytest.param(9, b"\x21" + V4, id="ppp-compressed"),
        pytest.param(50, b"\xff\x03\0\x21" + V4, id="ppp-serial"),
        pytest.param(51, pppoe(V4), id="ppp-ether"),
        pytest.param(258, pktap(ethernet(V4)), id="pktap"),
        pytest.param(258, pktap(V6, link_type=12), id="pktap-raw"),
        pytest.param(0, struct.pack("<I", 2) + V4, id="null-little"),
        pytest.param(0, struct.pack(">I", 2) + V4, id="null-big"),
        pytest.param(0, struct.pack("<I", 30) + V6, id="null-ipv6-macos"),
        pytest.param(0, struct.pack(">I", 28) + V6, id="null-ipv6-freebsd"),
        pytest.param(0, struct.pack("<I", 24) + V6, id="null-ipv6-openbsd"),
        pytest.param(108, struct.pack(">I", 2) + V4, id="loop"),
        pytest.param(12, V4, id="raw-12"),
        pytest.param(14, V6, id="raw-14"),
        pytest.param(101, V4, id="raw-101"),
        pytest.param(101, V6, id="raw-101-ipv6"),
        pytest.param(228, V4, id="ipv4"),
        pytest.param(229, V6, id="ipv6"),
        pytest.param(113, sll(V4), id="sll"),
        pytest.param(113, sll(struct.pack("!HH", 5, 0x86DD) + V6, protocol=0x8100), id="sll-vlan"),
        pytest.param(276, sll2(V6, protocol=0x86DD), id="sll2"),
        pytest.param(276, sll2(struct.pack("!HHHH", 5, 0x8100, 6, 0x0800) + V4, protocol=0x88A8), id="sll2-qinq"),
    ],
)
def test_every_link_layer_leads_to_the_segment(link_type: int, frame: bytes) -> None:
    cap = Capture()
    cap.add(frame)
    cap.add(frame, original_length=len(frame) + 3)
    info, rows = read_rows(cap.pcap(link_type=link_type))
    assert info.undecoded == {}
    assert [(row.frame, row.sport, row.dport, row.seq, row.payload) for row in rows] == [
        (1, 50000, 80, 7, b"hello"),
        (2, 50000, 80, 7, b"hello"),
    ]
    assert rows[0].src in {"192.0.2.10", "2001:db8::10"}
    assert all(row.length == 5 for row in rows)


def test_pppoe_length_ends_a_packet_that_states_none_itself() -> None:
    packet = ip_packet("192.0.2.10", "203.0.113.10", tcp_segment(1, 2, 3, 4, 16, b"hello"), total_length=0)
    cap = Capture()
    cap.add(ethernet(pppoe(packet), ethertype=0x8864) + b"\xee" * 7)
    assert [row.payload for row in read_rows(cap.pcap())[1]] == [b"hello"]


@pytest.mark.parametrize(
    ("link_type", "frame", "name"),
    [
        (1, ethernet(bytes(28), ethertype=0x0806), "ARP"),
        (1, ethernet(bytes(28), ethertype=0x0806, tags=vlan(3)), "ARP"),
        (1, ethernet(bytes(28), ethertype=0x0806, tags=vlan(3, 4)), "ARP"),
        (1, ethernet(bytes(28), ethertype=0x1234), "EtherType 0x1234"),
        (1, length_framed(b"\x42\x42\x03" + bytes(35)), "LLC"),
        (1, length_framed(b"\x42"), "LLC"),
        (1, ethernet(pppoe(b"\1\1\0\4", protocol=0xC021), ethertype=0x8864), "PPP"),
        (1, ethernet(ip_packet("10.0.0.1", "10.0.0.2", bytes(8), protocol=17)), "UDP"),
        (1, ethernet(ip_packet("10.0.0.1", "10.0.0.2", bytes(8), protocol=1)), "ICMP"),
        (1, ethernet(ip_packet("10.0.0.1", "10.0.0.2", bytes(8), protocol=1, options=b"\1" * 4)), "ICMP"),
        (1, ethernet(ip_packet("fe80::1", "ff02::1", bytes(8), protocol=58)), "ICMPv6"),
        (1, ethernet(ip_packet("fe80::1", "ff02::1", b"\x3a\0" + bytes(14), protocol=0)), "ICMPv6"),
        (1, ethernet(ip_packet("10.0.0.1", "10.0.0.2", bytes(8), protocol=132)), "SCTP"),
        (0, struct.pack("<I", 7) + bytes(20), "loopback family 7"),
        (113, sll(bytes(28), protocol=0x0806), "ARP"),
    ],
)
def test_other_protocols_are_counted_by_name(link_type: int, frame: bytes, name: str) -> None:
    cap = Capture()
    cap.tcp().client(b"x")
    cap.add(frame)
    cap.add(frame)
    info, _ = read_rows(cap.pcap(link_type=link_type))
    assert info.other_protocols[name].count == 2
    assert info.other_protocols[name].first_frame == 3


@pytest.mark.parametrize(
    ("link_type", "frame", "reason"),
    [
        (147, bytes(60), "link type 147 (USER0)"),
        (147, b"", "link type 147 (USER0)"),
        (105, bytes(60), "link type 105 (IEEE802_11)"),
        (60_000, bytes(60), "link type 60000"),
        (258, pktap(bytes(60), link_type=147), "link type 147 (USER0)"),
        (1, SERVER_MAC + CLIENT_MAC, "malformed Ethernet header"),
        (1, b"", "no bytes captured"),
        (1, ethernet(b"\0", ethertype=0x8100), "malformed VLAN header"),
        (1, ethernet(b"\0\0\1\0", ethertype=0x8847), "malformed MPLS header"),
        (1, ethernet(bytes(4), ethertype=0x8847), "malformed MPLS header"),
        (1, ethernet(bytes(4), ethertype=0x8864), "malformed PPPoE header"),
        (9, b"\0", "malformed PPP header"),
        (0, b"\2\0", "malformed loopback header"),
        (113, bytes(15), "malformed Linux cooked header"),
        (276, bytes(19), "malformed Linux cooked header"),
        (258, bytes(20), "malformed PKTAP header"),
        (101, b"", "no bytes captured"),
        (101, b"\x20", "malformed IP header"),
    ],
)
def test_what_cannot_be_decoded_is_counted_with_its_reason(link_type: int, frame: bytes, reason: str) -> None:
    cap = Capture()
    cap.add(frame)
    info, rows = read_rows(cap.pcap(link_type=link_type))
    assert rows == []
    assert {name: (c.count, c.first_frame) for name, c in info.undecoded.items()} == {reason: (1, 1)}
    assert info.packets == 1


def test_headers_cut_by_the_snap_length_are_told_from_malformed_ones() -> None:
    cap = Capture()
    cap.add(ethernet(V4))
    for snaplen, layer in ((10, "Ethernet"), (20, "IPv4"), (40, "TCP")):
        assert list(read_rows(cap.pcap(snaplen=snaplen))[0].undecoded) == [f"{layer} header cut by the snap length"]
