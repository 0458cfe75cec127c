"""Packets from nothing: a conversation is written down as calls and comes out as a capture file's bytes.

cap = Capture()
tcp = cap.tcp()
tcp.handshake()
tcp.client(b"GET / HTTP/1.1\r\nHost: b.oss-cn-hangzhou.aliyuncs.com\r\n\r\n")
tcp.server(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
tcp.close()
path = cap.write(tmp_path / "x.pcap")

Everything is deterministic: the clock starts at `START_NS` and advances 1 ms a packet unless told otherwise.
"""

import ipaddress
import struct
from dataclasses import dataclass, field
from pathlib import Path

FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10
START_NS = 1_546_068_754_000_000_000  # 2018-12-29T07:32:34Z, the time of the exchange in the FAQ
CLIENT_MAC, SERVER_MAC = bytes.fromhex("020000000001"), bytes.fromhex("020000000002")


@dataclass
class Packet:
    """One captured packet: link-layer bytes, time, and its length on the wire if the capture cut it."""

    data: bytes
    ts_ns: int
    original_length: int | None = None


def checksum(data: bytes) -> int:
    """Internet checksum (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def tcp_segment(
    sport: int,
    dport: int,
    seq: int,
    ack: int,
    flags: int,
    payload: bytes = b"",
    *,
    window: int = 502,
    options: bytes = b"",
) -> bytes:
    """TCP header and payload, checksum left zero (as offload leaves it)."""
    options += b"\1" * (-len(options) % 4)
    offset = (20 + len(options)) // 4
    header = struct.pack("!HHIIBBHHH", sport, dport, seq % 2**32, ack % 2**32, offset << 4, flags, window, 0, 0)
    return header + options + payload


def ip_packet(
    src: str,
    dst: str,
    payload: bytes,
    *,
    protocol: int = 6,
    ttl: int = 64,
    ip_id: int = 0,
    options: bytes = b"",
    total_length: int | None = None,
    fragment: int = 0,
) -> bytes:
    """IPv4 or IPv6 header and payload, by the form of the addresses. `total_length=0` is what TSO leaves."""
    source, target = ipaddress.ip_address(src), ipaddress.ip_address(dst)
    if source.version == 6:
        length = len(payload) if total_length is None else total_length
        return struct.pack("!IHBB", 6 << 28, length, protocol, ttl) + source.packed + target.packed + payload
    options += b"\1" * (-len(options) % 4)
    words = 5 + len(options) // 4
    length = words * 4 + len(payload) if total_length is None else total_length
    header = struct.pack(
        "!BBHHHBBH4s4s", 0x40 | words, 0, length, ip_id, fragment, ttl, protocol, 0, source.packed, target.packed
    )
    summed = checksum(header + options)
    return header[:10] + struct.pack("!H", summed) + header[12:] + options + payload


def ethernet(payload: bytes, *, ethertype: int | None = None, tags: bytes = b"") -> bytes:
    """Ethernet II header; the type is told from the IP version nibble unless given. `tags` go before the type."""
    if ethertype is None:
        ethertype = 0x86DD if payload[:1] and payload[0] >> 4 == 6 else 0x0800
    return SERVER_MAC + CLIENT_MAC + tags + struct.pack("!H", ethertype) + payload


@dataclass
class Capture:
    """A capture file in the making."""

    packets: list[Packet] = field(default_factory=list)
    now_ns: int = START_NS
    step_ns: int = 1_000_000

    def add(self, data: bytes, *, at_ns: int | None = None, original_length: int | None = None) -> Packet:
        """Append a packet and advance the clock."""
        packet = Packet(data, self.now_ns if at_ns is None else at_ns, original_length)
        self.packets.append(packet)
        self.now_ns += self.step_ns
        return packet

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now_ns += round(seconds * 1e9)

    def tcp(
        self,
        client: str = "192.0.2.10",
        cport: int = 50000,
        server: str = "203.0.113.10",
        sport: int = 80,
        **kwargs: int,
    ) -> "Tcp":
        """Begin a TCP conversation; nothing is sent yet."""
        return Tcp(self, client, cport, server, sport, **kwargs)

    def pcap(
        self, *, nanoseconds: bool = False, big_endian: bool = False, snaplen: int = 262144, link_type: int = 1
    ) -> bytes:
        """The capture as a classic pcap file; packets longer than `snaplen` are cut."""
        order = ">" if big_endian else "<"
        magic = 0xA1B23C4D if nanoseconds else 0xA1B2C3D4
        unit = 1 if nanoseconds else 1000
        out = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snaplen, link_type)]
        for packet in self.packets:
            seconds, rest = divmod(packet.ts_ns, 1_000_000_000)
            data = packet.data[:snaplen]
            original = len(packet.data) if packet.original_length is None else packet.original_length
            out += (struct.pack(order + "IIII", seconds, rest // unit, len(data), original), data)
        return b"".join(out)

    def write(self, path: Path, **kwargs: int) -> Path:
        """Write the pcap file and return its path."""
        path.write_bytes(self.pcap(**kwargs))  # type: ignore[arg-type]
        return path


class Tcp:
    """One TCP conversation: keeps both sequence numbers, sends what it is told."""

    def __init__(
        self,
        capture: Capture,
        client: str,
        cport: int,
        server: str,
        sport: int,
        *,
        client_isn: int = 1000,
        server_isn: int = 9000,
        mss: int = 1460,
        client_ttl: int = 64,
        server_ttl: int = 52,
    ) -> None:
        self.capture = capture
        self.ends = ((client, cport), (server, sport))
        self.next_seq = [client_isn, server_isn]
        self.mss = mss
        self.ttls = (client_ttl, server_ttl)
        self.ip_ids = [1, 1]

    def frame(
        self,
        side: int,
        flags: int,
        payload: bytes = b"",
        *,
        seq: int | None = None,
        ack: int | None = None,
        window: int = 502,
        options: bytes = b"",
        ttl: int | None = None,
        ip_id: int | None = None,
        total_length: int | None = None,
    ) -> bytes:
        """Build one Ethernet frame from a side (0 client, 1 server) without sending it or moving any number."""
        (src, sport), (dst, dport) = self.ends[side], self.ends[1 - side]
        ack_number = (self.next_seq[1 - side] if ack is None else ack) if flags & ACK else 0
        segment = tcp_segment(
            sport,
            dport,
            self.next_seq[side] if seq is None else seq,
            ack_number,
            flags,
            payload,
            window=window,
            options=options,
        )
        self.ip_ids[side] += 1
        packet = ip_packet(
            src,
            dst,
            segment,
            ttl=self.ttls[side] if ttl is None else ttl,
            ip_id=self.ip_ids[side] if ip_id is None else ip_id,
            total_length=total_length,
        )
        return ethernet(packet)

    def send(self, side: int, flags: int, payload: bytes = b"", **kwargs: int | bytes | None) -> Packet:
        """Send one packet and advance the side's sequence number."""
        packet = self.capture.add(self.frame(side, flags, payload, **kwargs))  # type: ignore[arg-type]
        if kwargs.get("seq") is None:
            self.next_seq[side] += len(payload) + bool(flags & SYN) + bool(flags & FIN)
        return packet

    def handshake(self) -> None:
        """SYN, SYN-ACK, ACK with MSS 1460, SACK and window scale 7."""
        options = bytes.fromhex("020405b4 0402 0303 07")
        self.send(0, SYN, window=64240, options=options)
        self.send(1, SYN | ACK, window=65160, options=options)
        self.send(0, ACK)

    def segments(self, side: int, data: bytes, *, size: int | None = None, acknowledge: bool = True) -> None:
        """Send data in segments of `size` (default: MSS), then one ACK from the other side."""
        step = size or self.mss
        for start in range(0, len(data), step):
            part = data[start : start + step]
            self.send(side, ACK | (PSH if start + step >= len(data) else 0), part)
        if acknowledge:
            self.send(1 - side, ACK)

    def client(self, data: bytes, *, size: int | None = None, acknowledge: bool = True) -> None:
        """Send data from the client."""
        self.segments(0, data, size=size, acknowledge=acknowledge)

    def server(self, data: bytes, *, size: int | None = None, acknowledge: bool = True) -> None:
        """Send data from the server."""
        self.segments(1, data, size=size, acknowledge=acknowledge)

    def close(self, side: int = 0) -> None:
        """FIN from one side, FIN from the other, last ACK."""
        self.send(side, FIN | ACK)
        self.send(1 - side, FIN | ACK)
        self.send(side, ACK)

    def reset(self, side: int = 1, **kwargs: int | bytes | None) -> Packet:
        """RST, ACK from one side."""
        return self.send(side, RST | ACK, **({"window": 0} | kwargs))  # type: ignore[arg-type]

    def lose(self, side: int, data: bytes) -> None:
        """Advance the sequence number over data that the capture does not hold."""
        self.next_seq[side] += len(data)
