"""Makes the TCP checksum of a changed packet right again.

The TCP header is found from its payload backwards, by its ports and its own length, and the IP header from there by
the addresses: so whatever encapsulation is in front does not matter. A packet whose headers are not found so (IPv6
extension headers, for example) keeps its checksum, as packets with checksum offload do.

Source: RFC 9293 section 3.1, RFC 8200 section 8.1.
"""

import ipaddress
import struct

from osspcap.model.stream import Address

_CHECKSUM_OFFSET = 16
_TCP = 6


def fix_checksum(data: bytearray, payload_offset: int, source: Address, target: Address) -> bool:
    """Recompute the checksum of a whole TCP packet in place; tell whether its headers were found.

    Args:
        data: The packet from its link layer to the last payload byte.
        payload_offset: Where the payload starts.
        source: Sender.
        target: Receiver.
    """
    ports = struct.pack(">HH", source.port, target.port)
    addresses = ipaddress.ip_address(source.host).packed + ipaddress.ip_address(target.host).packed
    for length in range(20, 64, 4):
        start = payload_offset - length
        if start < 0:
            break
        if (
            data[start : start + 4] == ports
            and (data[start + 12] >> 4) * 4 == length
            and _is_ip(data, start, addresses)
        ):
            end = _end_of_segment(data, start, addresses)
            at = start + _CHECKSUM_OFFSET
            data[at : at + 2] = b"\0\0"
            segment = bytes(data[start:end])
            pseudo = addresses + (
                struct.pack(">BBH", 0, _TCP, len(segment) & 0xFFFF)
                if len(addresses) == 8
                else struct.pack(">IHBB", len(segment), 0, 0, _TCP)
            )
            data[at : at + 2] = _ones_complement(pseudo + segment).to_bytes(2)
            return True
    return False


def _is_ip(data: bytearray, end: int, addresses: bytes) -> bool:
    """Tell whether an IP header with these addresses ends here."""
    if len(addresses) == 32:
        return end >= 40 and data[end - 40] >> 4 == 6 and data[end - 32 : end] == addresses
    return any(
        end >= length
        and data[end - length] == 0x40 | length // 4
        and data[end - length + 12 : end - length + 20] == addresses
        for length in range(20, 64, 4)
    )


def _end_of_segment(data: bytearray, tcp: int, addresses: bytes) -> int:
    """Return where the IP packet ends: Ethernet may have padding behind it."""
    if len(addresses) == 32:
        length = int.from_bytes(data[tcp - 36 : tcp - 34])
        end = tcp + length
    else:
        ip = next(tcp - n for n in range(20, 64, 4) if tcp >= n and data[tcp - n] == 0x40 | n // 4)
        length = int.from_bytes(data[ip + 2 : ip + 4])
        end = ip + length
    return end if length and tcp < end <= len(data) else len(data)


def _ones_complement(data: bytes) -> int:
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return 0xFFFF - int(total)
