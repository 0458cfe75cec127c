"""Packet tables straight from built packets, so that tests of the TCP stage need no capture reader."""

import struct
from collections.abc import Iterator, Sequence

import numpy as np

from osspcap.model.packets import AddressBook, PacketTable
from tests.build.wire import Capture, Packet

ETHERNET = 14


def table(packets: Sequence[Packet], book: AddressBook, *, first_frame: int = 1, snaplen: int = 1 << 20) -> PacketTable:
    """Decode Ethernet, IPv4 or IPv6, and TCP. A total length of 0 (TSO) means the rest of the packet."""
    buffer = bytearray()
    rows = []
    for frame, packet in enumerate(packets, first_frame):
        base = len(buffer)
        buffer += packet.data[:snaplen]
        rows.append((frame, packet.ts_ns, *_decode(packet.data, base, len(buffer), book)))
    columns = list(zip(*rows, strict=True)) or [()] * 17
    kinds = (
        *(np.int64, np.int64, np.uint32, np.uint32, np.uint16, np.uint16, np.uint32, np.uint32, np.uint8, np.uint16),
        *(np.uint8, np.uint16, np.int64, np.int64, np.int64, np.int64, np.uint8),
    )
    arrays = [np.array(column, dtype=kind) for column, kind in zip(columns, kinds, strict=True)]
    return PacketTable(memoryview(bytes(buffer)), *arrays)


def tables(capture: Capture, book: AddressBook, *, size: int = 0, snaplen: int = 1 << 20) -> Iterator[PacketTable]:
    """Decode a capture in tables of `size` packets; 0 means one table."""
    step = size or max(len(capture.packets), 1)
    for start in range(0, len(capture.packets), step):
        yield table(capture.packets[start : start + step], book, first_frame=start + 1, snaplen=snaplen)


def _decode(data: bytes, base: int, end: int, book: AddressBook) -> tuple[int, ...]:
    """Return src, dst, sport, dport, seq, ack, flags, window, ttl, ip_id and the five places of payload and options."""
    ip = ETHERNET
    if data[ip] >> 4 == 6:
        header, source, target, width = 40, ip + 8, ip + 24, 16
        ttl, ip_id = data[ip + 7], 0
        size = header + int.from_bytes(data[ip + 4 : ip + 6])
        missing = size == header
    else:
        header, source, target, width = (data[ip] & 15) * 4, ip + 12, ip + 16, 4
        ttl, ip_id = data[ip + 8], int.from_bytes(data[ip + 4 : ip + 6])
        size = int.from_bytes(data[ip + 2 : ip + 4])
        missing = size == 0
    wire_end = len(data) if missing else ip + size
    tcp = ip + header
    sport, dport, seq, ack, offset, flags, window = struct.unpack_from("!HHIIBBH", data, tcp)
    payload = tcp + (offset >> 4) * 4
    captured = max(0, min(base + wire_end, end) - base - payload)
    options = max(0, min(payload, end - base) - tcp - 20)
    src, dst = book.number(data[source : source + width]), book.number(data[target : target + width])
    numbers = (src, dst, sport, dport, seq, ack, flags, window, ttl, ip_id)
    return (*numbers, base + payload, captured, wire_end - payload, base + tcp + 20, options)
