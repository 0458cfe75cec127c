"""Capture containers around packets: pcapng blocks, the modified pcap form, gzip and zstd."""

import struct
from collections.abc import Iterable

from tests.build.wire import Capture, Packet

TLS_KEY_LOG = 0x544C534B
SHB_MAGIC = 0x1A2B3C4D


def option(code: int, value: bytes, *, order: str = "<") -> bytes:
    """One pcapng option, padded."""
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def block(kind: int, body: bytes, *, order: str = "<") -> bytes:
    """One pcapng block: type, length, padded body, length."""
    length = 12 + len(body) + -len(body) % 4
    return struct.pack(order + "II", kind, length) + body + bytes(-len(body) % 4) + struct.pack(order + "I", length)


def section(*, order: str = "<", options: bytes = b"") -> bytes:
    """Section Header Block of unknown section length."""
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", SHB_MAGIC, 1, 0, -1) + options, order=order)


def interface(
    link_type: int = 1,
    *,
    snaplen: int = 262144,
    resolution: int | None = None,
    offset_s: int | None = None,
    name: str | None = None,
    order: str = "<",
) -> bytes:
    """Interface Description Block with the options given."""
    options = b""
    if name is not None:
        options += option(2, name.encode(), order=order)
    if resolution is not None:
        options += option(9, bytes((resolution,)), order=order)
    if offset_s is not None:
        options += option(14, struct.pack(order + "q", offset_s), order=order)
    if options:
        options += option(0, b"", order=order)
    return block(1, struct.pack(order + "HHI", link_type, 0, snaplen) + options, order=order)


def enhanced(
    data: bytes, ticks: int = 0, *, number: int = 0, original: int | None = None, order: str = "<", options: bytes = b""
) -> bytes:
    """Enhanced Packet Block."""
    wire = len(data) if original is None else original
    head = struct.pack(order + "IIIII", number, ticks >> 32, ticks & 0xFFFFFFFF, len(data), wire)
    return block(6, head + data + bytes(-len(data) % 4) + options, order=order)


def obsolete(data: bytes, ticks: int = 0, *, number: int = 0, order: str = "<") -> bytes:
    """Packet Block of the first drafts."""
    head = struct.pack(order + "HHIIII", number, 0, ticks >> 32, ticks & 0xFFFFFFFF, len(data), len(data))
    return block(2, head + data, order=order)


def simple(data: bytes, *, original: int | None = None, order: str = "<") -> bytes:
    """Write a Simple Packet Block."""
    return block(3, struct.pack(order + "I", len(data) if original is None else original) + data, order=order)


def secrets(key_log: bytes, *, kind: int = TLS_KEY_LOG, order: str = "<") -> bytes:
    """Decryption Secrets Block."""
    return block(10, struct.pack(order + "II", kind, len(key_log)) + key_log, order=order)


def pcapng(packets: Iterable[Packet], *, link_type: int = 1) -> bytes:
    """One section, one interface with nanoseconds, one enhanced packet block for each packet."""
    blocks = [section(), interface(link_type, resolution=9)]
    blocks += [enhanced(packet.data, packet.ts_ns, original=packet.original_length) for packet in packets]
    return b"".join(blocks)


def modified_pcap(packets: Iterable[Packet], *, order: str = "<", link_type: int = 1) -> bytes:
    """Kuznetzov's modified pcap: record headers carry interface, protocol and packet type as well."""
    out = [struct.pack(order + "IHHiIII", 0xA1B2CD34, 2, 4, 0, 0, 65535, link_type)]
    for packet in packets:
        seconds, rest = divmod(packet.ts_ns, 1_000_000_000)
        size = len(packet.data)
        out += (struct.pack(order + "IIIIIHBB", seconds, rest // 1000, size, size, 2, 0x0800, 0, 0), packet.data)
    return b"".join(out)


def pcapng_with_secrets(capture: Capture, key_log: bytes, *, behind: bool = False) -> bytes:
    """A pcapng file with a TLS key log in front of the packets, or behind them."""
    content = pcapng(capture.packets)
    if behind:
        return content + secrets(key_log)
    head = section() + interface(1, resolution=9)
    assert content.startswith(head)
    return head + secrets(key_log) + content[len(head) :]
