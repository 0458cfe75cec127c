"""Link layers and what lies between them and IP, header by header, for packets that columns cannot decode.

Sources: tcpdump.org link-layer header types; IEEE 802.1Q; RFC 3032 (MPLS), RFC 4448 (Ethernet over MPLS),
RFC 2516 (PPPoE), RFC 1661 and 1662 (PPP), RFC 1042 (SNAP); Apple's pktap.h.
"""

from collections.abc import Callable
from struct import Struct

import dpkt

from osspcap.capture.cursor import IP_PROTOCOL, LINK, MAX_HEADERS, Cursor, Step, Stop, TcpRow
from osspcap.capture.ip import (
    decode_authentication,
    decode_gre,
    decode_icmp,
    decode_icmpv6,
    decode_ip,
    decode_ipv4,
    decode_ipv6,
    decode_ipv6_extension,
    decode_ipv6_fragment,
    decode_tcp,
    decode_udp,
)
from osspcap.capture.names import MAX_802_3_LENGTH, ethertype_name, ip_protocol_name, undecoded_link_type

_ETHERNET_HEADER = Struct(dpkt.ethernet.Ethernet.__hdr_fmt__)
_VLAN_TAG = Struct(dpkt.ethernet.VLANtag8021Q.__hdr_fmt__)
_MPLS_LABEL = Struct(dpkt.ethernet.MPLSlabel.__hdr_fmt__)
_PPPOE_HEADER = Struct(dpkt.pppoe.PPPoE.__hdr_fmt__)
_SLL_HEADER = Struct(dpkt.sll.SLL.__hdr_fmt__)
_SLL2_HEADER = Struct(dpkt.sll2.SLL2.__hdr_fmt__)
_FAMILY = Struct("<I")
_BIG_FAMILY = Struct(">I")
_SNAP_HEADER = Struct(">3s3sH")
_PKTAP_HEADER = Struct("<III")

_BSD_INET, _BSD_INET6 = 2, frozenset((24, 28, 30))  # AF_INET6 of OpenBSD and NetBSD, FreeBSD, macOS
_PPP_PROTOCOLS = {0x0021: 0x0800, 0x0057: 0x86DD, 0x0281: 0x8847, 0x0283: 0x8848}
_SNAP = (b"\xaa\xaa\x03", b"\0\0\0")
_ETHERNET, _PPP = LINK + 1, LINK + 9


def _ethernet(cursor: Cursor) -> Step:
    fields = cursor.take(_ETHERNET_HEADER)
    return cursor.short("Ethernet") if fields is None else _ethertype(cursor, fields[2])


def _ethertype(cursor: Cursor, value: int) -> Step:
    """Return what an Ethernet type field leads to; a length (IEEE 802.3) leads to LLC, and SNAP to a type again."""
    if value > MAX_802_3_LENGTH:
        return value
    fields = cursor.take(_SNAP_HEADER)
    if fields is None or fields[:2] != _SNAP:
        return Stop("LLC", is_understood=True)
    return int(fields[2])


def _vlan(cursor: Cursor) -> Step:
    fields = cursor.take(_VLAN_TAG)
    return cursor.short("VLAN") if fields is None else _ethertype(cursor, fields[1])


def _mpls(cursor: Cursor) -> Step:
    """Take off labels down to the bottom of the stack (RFC 3032 section 2.1); first bits tell what follows."""
    for _ in range(MAX_HEADERS):
        fields = cursor.take(_MPLS_LABEL)
        if fields is None:
            return cursor.short("MPLS")
        if fields[0] & 0x100:
            break
    if not cursor.has(1):
        return cursor.short("MPLS")
    match cursor.view[cursor.at] >> 4:
        case 4:
            return 0x0800
        case 6:
            return 0x86DD
        case 0:  # RFC 4448 section 4.6: the control word of a pseudowire starts with four zero bits
            cursor.at += 4
    return _ETHERNET


def _pppoe(cursor: Cursor) -> Step:
    fields = cursor.take(_PPPOE_HEADER)
    if fields is None:
        return cursor.short("PPPoE")
    cursor.end_at(cursor.at + fields[3])
    return _PPP


def _ppp(cursor: Cursor) -> Step:
    if cursor.has(2) and bytes(cursor.view[cursor.at : cursor.at + 2]) == b"\xff\x03":  # RFC 1662 section 3.1
        cursor.at += 2
    if not cursor.has(2):
        return cursor.short("PPP")
    protocol = cursor.view[cursor.at]
    cursor.at += 1
    if not protocol & 1:  # RFC 1661 section 2: an odd first byte is a compressed, one-byte field
        protocol = protocol << 8 | cursor.view[cursor.at]
        cursor.at += 1
    return _PPP_PROTOCOLS.get(protocol, Stop("PPP", is_understood=True))


def _linux_cooked(cursor: Cursor) -> Step:
    fields = cursor.take(_SLL_HEADER)
    return cursor.short("Linux cooked") if fields is None else _ethertype(cursor, fields[4])


def _linux_cooked_2(cursor: Cursor) -> Step:
    fields = cursor.take(_SLL2_HEADER)
    return cursor.short("Linux cooked") if fields is None else _ethertype(cursor, fields[0])


def _null(cursor: Cursor) -> Step:
    """Decode the BSD loopback header: the address family in the byte order of the capturing host."""
    fields = cursor.take(_FAMILY)
    if fields is None:
        return cursor.short("loopback")
    family = fields[0] if fields[0] < 0x10000 else _BIG_FAMILY.unpack(_FAMILY.pack(fields[0]))[0]
    if family == _BSD_INET:
        return 0x0800
    if family in _BSD_INET6:
        return 0x86DD
    return Stop(f"loopback family {family}", is_understood=True)


def _pktap(cursor: Cursor) -> Step:
    """Step over Apple's header; it states its own length and the link type behind it."""
    begin = cursor.at
    fields = cursor.take(_PKTAP_HEADER)
    if fields is None or fields[0] < _PKTAP_HEADER.size:
        return cursor.short("PKTAP")
    cursor.at = begin + fields[0]
    return LINK + int(fields[2] & 0xFFFF)


_DECODERS: dict[int, Callable[[Cursor], Step]] = {
    LINK + 0: _null,
    LINK + 1: _ethernet,
    LINK + 9: _ppp,
    LINK + 12: decode_ip,
    LINK + 14: decode_ip,
    LINK + 50: _ppp,
    LINK + 51: _pppoe,
    LINK + 101: decode_ip,
    LINK + 108: _null,
    LINK + 113: _linux_cooked,
    LINK + 228: decode_ipv4,
    LINK + 229: decode_ipv6,
    LINK + 258: _pktap,
    LINK + 276: _linux_cooked_2,
    0x0800: decode_ip,
    0x86DD: decode_ip,
    0x8100: _vlan,
    0x88A8: _vlan,
    0x9100: _vlan,
    0x8847: _mpls,
    0x8848: _mpls,
    0x8864: _pppoe,
    IP_PROTOCOL + 0: decode_ipv6_extension,
    IP_PROTOCOL + 1: decode_icmp,
    IP_PROTOCOL + 4: decode_ipv4,
    IP_PROTOCOL + 6: decode_tcp,
    IP_PROTOCOL + 17: decode_udp,
    IP_PROTOCOL + 41: decode_ipv6,
    IP_PROTOCOL + 43: decode_ipv6_extension,
    IP_PROTOCOL + 44: decode_ipv6_fragment,
    IP_PROTOCOL + 47: decode_gre,
    IP_PROTOCOL + 51: decode_authentication,
    IP_PROTOCOL + 58: decode_icmpv6,
    IP_PROTOCOL + 60: decode_ipv6_extension,
    IP_PROTOCOL + 135: decode_ipv6_extension,
    IP_PROTOCOL + 139: decode_ipv6_extension,
    IP_PROTOCOL + 140: decode_ipv6_extension,
}


def decode_packet(cursor: Cursor, link_type: int) -> Stop | TcpRow:
    """Take off headers until TCP or something else is reached.

    Args:
        cursor: At the first byte of the packet.
        link_type: What the packet starts with.

    Raises:
        Nothing on bad input: what cannot be decoded becomes a `Stop`.
    """
    code: Step = LINK + link_type
    for _ in range(MAX_HEADERS):
        if not isinstance(code, int):
            return code
        decode = _DECODERS.get(code)
        if decode is None:
            return _unknown(code)
        code = decode(cursor)
    return Stop(f"more than {MAX_HEADERS} headers", is_understood=False)


def _unknown(code: int) -> Stop:
    """Name a protocol that has no decoder."""
    if code >= LINK:
        return Stop(undecoded_link_type(code - LINK), is_understood=False)
    if code >= IP_PROTOCOL:
        return Stop(ip_protocol_name(code - IP_PROTOCOL), is_understood=True)
    return Stop(ethertype_name(code), is_understood=True)
