"""ICMP errors of a capture, and which connection each is about: they quote the packet that failed.

Sources: RFC 792, RFC 1191 section 4 (next-hop MTU), RFC 4443 section 3.
"""

import ipaddress
from collections.abc import Iterable

from osspcap.model.datagrams import Carrier, Datagram
from osspcap.model.lookups import IcmpError, IcmpKind

_TCP, _UDP = 6, 17
_V4_CODES = {
    0: IcmpKind.NETWORK_UNREACHABLE,
    1: IcmpKind.HOST_UNREACHABLE,
    2: IcmpKind.PROTOCOL_UNREACHABLE,
    3: IcmpKind.PORT_UNREACHABLE,
    4: IcmpKind.TOO_BIG,
    6: IcmpKind.NETWORK_UNREACHABLE,
    7: IcmpKind.HOST_UNREACHABLE,
    9: IcmpKind.PROHIBITED,
    10: IcmpKind.PROHIBITED,
    13: IcmpKind.PROHIBITED,
}
"""Codes of type 3 (RFC 792, RFC 1812 section 5.2.7.1)."""
_V6_CODES = {
    0: IcmpKind.NETWORK_UNREACHABLE,
    1: IcmpKind.PROHIBITED,
    3: IcmpKind.HOST_UNREACHABLE,
    4: IcmpKind.PORT_UNREACHABLE,
    5: IcmpKind.PROHIBITED,
    6: IcmpKind.PROHIBITED,
}
"""Codes of type 1 (RFC 4443 section 3.1)."""
_EXTENSIONS = (0, 43, 60)
"""Headers of IPv6 that may stand in front of TCP: hop-by-hop, routing, destination options."""


def read_icmp_errors(datagrams: Iterable[Datagram]) -> list[IcmpError]:
    """Decode the errors about TCP and UDP, in file order; what cannot be decoded is passed over."""
    found = (
        _read(datagram, is_v6=datagram.carrier is Carrier.ICMPV6)
        for datagram in datagrams
        if datagram.carrier in (Carrier.ICMP, Carrier.ICMPV6)
    )
    return [error for error in found if error is not None]


def _read(datagram: Datagram, *, is_v6: bool) -> IcmpError | None:
    data = datagram.payload
    if len(data) < 8:
        return None
    kind, code, word = data[0], data[1], int.from_bytes(data[4:8])
    if is_v6:
        meaning = {1: _V6_CODES.get(code, IcmpKind.OTHER), 2: IcmpKind.TOO_BIG, 3: IcmpKind.TIME_EXCEEDED}.get(kind)
        quoted = _quoted_v6(data[8:])
    else:
        word &= 0xFFFF
        meaning = {3: _V4_CODES.get(code, IcmpKind.OTHER), 11: IcmpKind.TIME_EXCEEDED}.get(kind)
        quoted = _quoted_v4(data[8:])
    if meaning is None or quoted is None:
        return None
    src, dst, protocol, head = quoted
    is_udp = protocol == _UDP
    return IcmpError(
        datagram.frame,
        datagram.ts_ns,
        meaning,
        datagram.src,
        src=src,
        sport=int.from_bytes(head[:2]),
        dst=dst,
        dport=int.from_bytes(head[2:4]),
        seq=int.from_bytes(head[4:8]) if len(head) >= 8 and not is_udp else None,
        is_udp=is_udp,
        mtu=(word or None) if meaning is IcmpKind.TOO_BIG else None,
    )


def _quoted_v4(packet: bytes) -> tuple[str, str, int, bytes] | None:
    """Return source, destination, protocol and the beginning of its header, of a quoted packet."""
    if len(packet) < 20 or packet[0] >> 4 != 4 or packet[9] not in (_TCP, _UDP):
        return None
    tcp = packet[(packet[0] & 15) * 4 :]
    if len(tcp) < 4:
        return None
    return str(ipaddress.ip_address(packet[12:16])), str(ipaddress.ip_address(packet[16:20])), packet[9], tcp


def _quoted_v6(packet: bytes) -> tuple[str, str, int, bytes] | None:
    if len(packet) < 40 or packet[0] >> 4 != 6:
        return None
    following, at = packet[6], 40
    while following in _EXTENSIONS and at + 8 <= len(packet):
        following, at = packet[at], at + (packet[at + 1] + 1) * 8
    tcp = packet[at:]
    if following not in (_TCP, _UDP) or len(tcp) < 4:
        return None
    return str(ipaddress.ip_address(packet[8:24])), str(ipaddress.ip_address(packet[24:40])), following, tcp
