"""Link layers and tunnels around IP packets."""

import struct

from tests.build.wire import CLIENT_MAC, ethernet, ip_packet

INNER_MAC = bytes.fromhex("0200000000aa0200000000bb")


def vlan(*numbers: int, kind: int = 0x8100) -> bytes:
    """VLAN tags for `ethernet(tags=...)`; the outermost is of `kind`, the others 802.1Q."""
    return b"".join(struct.pack("!HH", 0x8100 if index else kind, number) for index, number in enumerate(numbers))


def mpls(payload: bytes, *labels: int) -> bytes:
    """Ethernet frame with a label stack."""
    stack = b"".join(
        struct.pack("!I", label << 12 | (index == len(labels) - 1) << 8 | 64) for index, label in enumerate(labels)
    )
    return ethernet(stack + payload, ethertype=0x8847)


def pppoe(payload: bytes, *, protocol: int = 0x0021) -> bytes:
    """PPPoE session header and PPP protocol field, without Ethernet."""
    return struct.pack("!BBHHH", 0x11, 0, 7, len(payload) + 2, protocol) + payload


def sll(payload: bytes, *, protocol: int = 0x0800) -> bytes:
    """Linux cooked header, version 1."""
    return struct.pack("!HHH8sH", 0, 1, 6, CLIENT_MAC, protocol) + payload


def sll2(payload: bytes, *, protocol: int = 0x0800) -> bytes:
    """Linux cooked header, version 2."""
    return struct.pack("!HHIHBB8s", protocol, 0, 2, 1, 0, 6, CLIENT_MAC) + payload


def pktap(payload: bytes, *, link_type: int = 1) -> bytes:
    """Apple's PKTAP header."""
    return struct.pack("<III", 108, 1, link_type).ljust(108, b"\0") + payload


def gre(payload: bytes, *, protocol: int = 0x0800, key: int | None = None, sequence: int | None = None) -> bytes:
    """GRE header of version 0, with checksum if it has a key."""
    flags, optional = 0, b""
    if key is not None:
        flags |= 0xA000
        optional += struct.pack("!HHI", 0, 0, key)
    if sequence is not None:
        flags |= 0x1000
        optional += struct.pack("!I", sequence)
    return struct.pack("!HH", flags, protocol) + optional + payload


def udp(payload: bytes, *, port: int, sport: int = 55555) -> bytes:
    """UDP header without checksum."""
    return struct.pack("!HHHH", sport, port, 8 + len(payload), 0) + payload


def vxlan(frame: bytes, *, flags: int = 0x08) -> bytes:
    """UDP datagram with VXLAN and an Ethernet frame."""
    return udp(struct.pack("!II", flags << 24, 5 << 8) + frame, port=4789)


def geneve(frame: bytes, *, options: bytes = b"") -> bytes:
    """UDP datagram with Geneve and an Ethernet frame."""
    header = struct.pack("!BBHI", len(options) // 4, 0, 0x6558, 5 << 8)
    return udp(header + options + frame, port=6081)


def outer(payload: bytes, protocol: int) -> bytes:
    """Ethernet and IPv4 between two tunnel ends."""
    return ethernet(ip_packet("198.51.100.1", "198.51.100.2", payload, protocol=protocol, ttl=9))


def ipv4_fragments(src: str, dst: str, payload: bytes, size: int, *, ip_id: int = 77, protocol: int = 6) -> list[bytes]:
    """Ethernet frames with the fragments of one IPv4 datagram; `size` is a multiple of 8."""
    starts = range(0, len(payload), size)
    return [
        ethernet(
            ip_packet(
                src,
                dst,
                payload[start : start + size],
                protocol=protocol,
                ip_id=ip_id,
                fragment=start // 8 | (0x2000 if start + size < len(payload) else 0),
            )
        )
        for start in starts
    ]


def ipv6_fragments(src: str, dst: str, payload: bytes, size: int, *, number: int = 9) -> list[bytes]:
    """Ethernet frames with the fragments of one IPv6 datagram of TCP; `size` is a multiple of 8."""
    out = []
    for start in range(0, len(payload), size):
        has_more = start + size < len(payload)
        header = struct.pack("!BBHI", 6, 0, start | has_more, number)
        out.append(ethernet(ip_packet(src, dst, header + payload[start : start + size], protocol=44)))
    return out
