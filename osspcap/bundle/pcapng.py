"""Writes pcapng: one section, an interface for each link type, packets with comments, TLS secrets if asked.

Source: draft-ietf-opsawg-pcapng sections 4.1 (section header), 4.2 (interface), 4.3 (enhanced packet), 4.7 (secrets).
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_SHB, _IDB, _EPB, _DSB = 0x0A0D0D0A, 1, 6, 10
_MAGIC = 0x1A2B3C4D
_COMMENT, _APPLICATION, _RESOLUTION = 1, 4, 9
_NANOSECONDS = b"\x09"
_TLS_KEY_LOG = 0x544C534B


@dataclass(slots=True)
class PacketToWrite:
    """One packet record."""

    link_type: int
    ts_ns: int
    original_length: int
    data: bytes
    comment: str


def write_pcapng(
    packets: Iterable[PacketToWrite], *, application: str, comment: str, key_log: bytes = b""
) -> Iterator[bytes]:
    """Yield the bytes of a capture file; interfaces are described where their first packet stands."""
    options = _option(_COMMENT, comment.encode()) + _option(_APPLICATION, application.encode()) + _option(0, b"")
    yield _block(_SHB, struct.pack("<IHHq", _MAGIC, 1, 0, -1) + options)
    if key_log:
        yield _block(_DSB, struct.pack("<II", _TLS_KEY_LOG, len(key_log)) + _padded(key_log))
    interfaces: dict[int, int] = {}
    for packet in packets:
        if packet.link_type not in interfaces:
            interfaces[packet.link_type] = len(interfaces)
            resolution = _option(_RESOLUTION, _NANOSECONDS) + _option(0, b"")
            yield _block(_IDB, struct.pack("<HHI", packet.link_type, 0, 0) + resolution)
        high, low = packet.ts_ns >> 32 & 0xFFFFFFFF, packet.ts_ns & 0xFFFFFFFF
        head = struct.pack("<IIIII", interfaces[packet.link_type], high, low, len(packet.data), packet.original_length)
        yield _block(_EPB, head + _padded(packet.data) + _option(_COMMENT, packet.comment.encode()) + _option(0, b""))


def _block(kind: int, body: bytes) -> bytes:
    length = len(body) + 12
    return struct.pack("<II", kind, length) + body + struct.pack("<I", length)


def _option(code: int, value: bytes) -> bytes:
    return struct.pack("<HH", code, len(value)) + _padded(value)


def _padded(value: bytes) -> bytes:
    return value + b"\0" * (-len(value) % 4)
