"""IPv4, IPv6, TCP and the tunnels that run over IP, header by header, for packets that columns cannot decode.

Layouts of headers are dpkt's; they are read at an offset, because dpkt's own classes copy, descend through all inner
headers at once, and forget where in the packet a header stood.

Sources: RFC 791, RFC 8200 (extension headers), RFC 9293, RFC 2784 and 2890 (GRE), RFC 7348 (VXLAN), RFC 8926 (Geneve).
"""

from struct import Struct

import dpkt

from osspcap.capture.cursor import IP_PROTOCOL, LINK, Cursor, Step, Stop, TcpRow
from osspcap.model.datagrams import Carrier

VXLAN_PORT = 4789  # RFC 7348 section 8; the format of traffic mirrors in clouds
GENEVE_PORT = 6081  # RFC 8926 section 3.3
DNS_PORT = 53  # RFC 1035 section 4.2.1
MAX_DNS_BYTES = 4_096
"""Bytes kept of a DNS message: what resolvers announce at most (RFC 6891 section 6.2.5)."""
ICMP_ERRORS = (3, 11)
"""Destination unreachable and time exceeded (RFC 792)."""
ICMPV6_ERRORS = (1, 2, 3)
"""Destination unreachable, packet too big and time exceeded (RFC 4443 section 3)."""
MAX_ICMP_BYTES = 256
"""Bytes kept of an ICMP error: its header, and the headers of the packet that it quotes."""

_ETHERNET = LINK + 1
_PPP = LINK + 9
_IPV4, _IPV6 = 0x0800, 0x86DD

_IP_HEADER = Struct(dpkt.ip.IP.__hdr_fmt__)
_IP6_HEADER = Struct(dpkt.ip6.IP6.__hdr_fmt__)
_IP6_FRAGMENT = Struct(dpkt.ip6.IP6FragmentHeader.__hdr_fmt__)
_IP6_OPTIONS = Struct(dpkt.ip6.IP6OptsHeader.__hdr_fmt__)
_TCP_HEADER = Struct(dpkt.tcp.TCP.__hdr_fmt__)
_UDP_HEADER = Struct(dpkt.udp.UDP.__hdr_fmt__)
_GRE_HEADER = Struct(dpkt.gre.GRE.__hdr_fmt__)
_TUNNEL_HEADER = Struct(">B3xI")  # VXLAN: flags, VNI
_GENEVE_HEADER = Struct(">BBHI")

_MORE_FRAGMENTS, _OFFSET_MASK = 0x2000, 0x1FFF
_GRE_CHECKSUM, _GRE_ROUTING, _GRE_KEY, _GRE_SEQUENCE, _GRE_ACK = 0x8000, 0x4000, 0x2000, 0x1000, 0x0080
_TRANSPARENT_BRIDGING, _PPTP, _WCCP, _ERSPAN, _ERSPAN_III = 0x6558, 0x880B, 0x883E, 0x88BE, 0x22EB


def decode_ip(cursor: Cursor) -> Step:
    """Decode a packet that states its IP version by its first four bits."""
    if not cursor.has(1):
        return cursor.short("IP")
    match cursor.view[cursor.at] >> 4:
        case 4:
            return decode_ipv4(cursor)
        case 6:
            return decode_ipv6(cursor)
    return Stop("malformed IP header", is_understood=False)


def decode_ipv4(cursor: Cursor) -> Step:
    """Decode an IPv4 header with options and fragments (RFC 791 section 3.1)."""
    begin = cursor.at
    fields = cursor.take(_IP_HEADER)
    if fields is None:
        return cursor.short("IPv4")
    version, _tos, total, cursor.ip_id, fragment, cursor.ttl, protocol, _sum, cursor.src, cursor.dst = fields
    header = (version & 0x0F) * 4
    # A total length of 0 is what segmentation offload leaves in packets captured before the card sees them.
    if version >> 4 != 4 or header < _IP_HEADER.size or 0 < total < header:
        return Stop("malformed IPv4 header", is_understood=False)
    if begin + header > cursor.captured_end:
        return cursor.short("IPv4")
    cursor.at = begin + header
    if total:
        cursor.end_at(begin + total)
    if fragment & (_MORE_FRAGMENTS | _OFFSET_MASK):
        key = (cursor.src, cursor.dst, bytes((protocol,)), cursor.ip_id.to_bytes(2))
        offset = (fragment & _OFFSET_MASK) * 8
        if not _reassembled(cursor, key, offset, is_last=not fragment & _MORE_FRAGMENTS):
            return Stop("IPv4 fragment", is_understood=True)
    return IP_PROTOCOL + int(protocol)


def decode_ipv6(cursor: Cursor) -> Step:
    """Decode the fixed IPv6 header (RFC 8200 section 3)."""
    fields = cursor.take(_IP6_HEADER)
    if fields is None:
        return cursor.short("IPv6")
    version, length, following, cursor.ttl, cursor.src, cursor.dst = fields
    if version >> 28 != 6:
        return Stop("malformed IPv6 header", is_understood=False)
    cursor.ip_id = 0
    if length:  # 0: a jumbogram (RFC 2675) or segmentation offload; the packet reaches to its end
        cursor.end_at(cursor.at + length)
    return IP_PROTOCOL + int(following)


def _reassembled(cursor: Cursor, key: tuple[bytes, ...], offset: int, *, is_last: bool) -> bool:
    """Take in a fragment; True if it completes a datagram, to which the cursor then points."""
    data = bytes(cursor.view[cursor.at : cursor.captured_end])
    length = cursor.wire_end - cursor.at
    datagram = cursor.reassembler.add(key, offset, data, length=length, is_last=is_last, ts_ns=cursor.ts_ns)
    if datagram is None:
        return False
    cursor.origin = cursor.side.put(datagram.captured)
    cursor.view, cursor.at = datagram.captured, 0
    cursor.captured_end, cursor.wire_end = len(datagram.captured), datagram.length
    return True


def decode_ipv6_fragment(cursor: Cursor) -> Step:
    """Decode a fragment header (RFC 8200 section 4.5)."""
    fields = cursor.take(_IP6_FRAGMENT)
    if fields is None:
        return cursor.short("IPv6 fragment")
    following, _reserved, place, identification = fields
    offset, has_more = place & 0xFFF8, bool(place & 1)
    if offset or has_more:  # else an atomic fragment (RFC 6946): whole by itself
        key = (cursor.src, cursor.dst, identification.to_bytes(4), b"\6")
        if not _reassembled(cursor, key, offset, is_last=not has_more):
            return Stop("IPv6 fragment", is_understood=True)
    return IP_PROTOCOL + int(following)


def decode_ipv6_extension(cursor: Cursor) -> Step:
    """Step over an extension header whose length counts units of 8 bytes beyond the first (RFC 8200 section 4)."""
    return _extension(cursor, unit=8, extra=1)


def decode_authentication(cursor: Cursor) -> Step:
    """Step over an authentication header, whose length counts units of 4 bytes less 2 (RFC 4302 section 2.2)."""
    return _extension(cursor, unit=4, extra=2)


def _extension(cursor: Cursor, *, unit: int, extra: int) -> Step:
    begin = cursor.at
    fields = cursor.take(_IP6_OPTIONS)
    if fields is None:
        return cursor.short("IPv6 extension")
    following, length = fields
    cursor.at = begin + (length + extra) * unit
    if cursor.at > cursor.captured_end:
        return cursor.short("IPv6 extension")
    return IP_PROTOCOL + int(following)


def decode_tcp(cursor: Cursor) -> Step:
    """Decode a TCP header (RFC 9293 section 3.1)."""
    begin = cursor.at
    fields = cursor.take(_TCP_HEADER)
    if fields is None:
        return cursor.short("TCP")
    sport, dport, seq, ack, offset_flags, window, _sum, _urgent = fields
    header = (offset_flags >> 12) * 4
    payload = begin + header
    if header < _TCP_HEADER.size or payload > cursor.wire_end:
        return Stop("malformed TCP header", is_understood=False)
    return TcpRow(
        cursor.src,
        cursor.dst,
        sport,
        dport,
        seq,
        ack,
        offset_flags & 0xFF,
        window,
        cursor.ttl,
        cursor.ip_id,
        payload_start=cursor.origin + payload,
        payload_captured=max(0, cursor.captured_end - payload),
        payload_length=cursor.wire_end - payload,
        options_start=cursor.origin + begin + _TCP_HEADER.size,
        options_length=min(header, cursor.captured_end - begin) - _TCP_HEADER.size,
    )


def decode_udp(cursor: Cursor) -> Step:
    """Look into UDP for VXLAN and Geneve; anything else is UDP."""
    udp = Stop("UDP", is_understood=True)
    fields = cursor.take(_UDP_HEADER)
    if fields is None:
        return udp
    sport, dport, _length, _sum = fields
    if DNS_PORT in (sport, dport):
        cursor.note(Carrier.UDP, MAX_DNS_BYTES, (sport, dport))
        return udp
    if dport == VXLAN_PORT and (header := cursor.take(_TUNNEL_HEADER)) is not None:
        # RFC 7348 section 5: the I flag must be set, the others are reserved or extensions.
        return _ETHERNET if header[0] & 0x08 and cursor.has(14) else udp
    if dport == GENEVE_PORT and (header := cursor.take(_GENEVE_HEADER)) is not None:
        version_length, _flags, protocol, _vni = header
        cursor.at += (version_length & 0x3F) * 4
        if version_length >> 6 == 0 and cursor.has(1):
            return _bridged(protocol)
    return udp


def decode_icmp(cursor: Cursor) -> Step:
    """Keep errors of ICMP: they quote the packet that they are about (RFC 792)."""
    if cursor.has(8) and cursor.view[cursor.at] in ICMP_ERRORS:
        cursor.note(Carrier.ICMP, MAX_ICMP_BYTES)
    return Stop("ICMP", is_understood=True)


def decode_icmpv6(cursor: Cursor) -> Step:
    """Keep errors of ICMPv6 (RFC 4443)."""
    if cursor.has(8) and cursor.view[cursor.at] in ICMPV6_ERRORS:
        cursor.note(Carrier.ICMPV6, MAX_ICMP_BYTES)
    return Stop("ICMPv6", is_understood=True)


def _bridged(protocol: int) -> int:
    """Return what an EtherType in a tunnel header leads to: itself, or a whole Ethernet frame."""
    return _ETHERNET if protocol == _TRANSPARENT_BRIDGING else protocol


def decode_gre(cursor: Cursor) -> Step:
    """Decode GRE with checksum, key and sequence number, PPTP's version 1, and ERSPAN."""
    fields = cursor.take(_GRE_HEADER)
    if fields is None:
        return cursor.short("GRE")
    flags, protocol = fields
    if flags & _GRE_ROUTING:
        return Stop("GRE with source routes", is_understood=False)
    if flags & 7 == 1:  # RFC 2637 section 4.1
        cursor.at += 4 + 4 * bool(flags & _GRE_SEQUENCE) + 4 * bool(flags & _GRE_ACK)
        return _PPP if protocol == _PPTP and cursor.has(1) else Stop("GRE", is_understood=True)
    cursor.at += 4 * sum(bool(flags & flag) for flag in (_GRE_CHECKSUM, _GRE_KEY, _GRE_SEQUENCE))
    if protocol == _ERSPAN:
        # draft-foschiano-erspan section 4: type I has no header of its own and no sequence number.
        cursor.at += 8 if flags & _GRE_SEQUENCE else 0
        return _ETHERNET
    if protocol == _ERSPAN_III:
        has_subheader = cursor.has(12) and cursor.view[cursor.at + 11] & 1
        cursor.at += 20 if has_subheader else 12
        return _ETHERNET
    if protocol == _WCCP and cursor.has(1):
        # Version 2 puts 4 bytes between GRE and IP; IP would start with a version of 4.
        cursor.at += 0 if cursor.view[cursor.at] >> 4 == 4 else 4
        return _IPV4
    return _bridged(protocol)
