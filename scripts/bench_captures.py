"""Generates the captures that `scripts/bench.py` measures on: the same bytes for the same seed, on any machine.

Every exchange is honest: lengths are right, V1 signatures verify, request IDs are unique and every CRC-64 is the CRC of
the body it describes. Bodies repeat a few random blocks, so that a gigabyte is made in seconds. Several conversations
run at once and their packets interleave, as on a busy client. TCP checksums are zero, as checksum offload leaves them
where a capture is taken.
"""

import argparse
import base64
import hashlib
import hmac
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import lru_cache
from heapq import merge
from pathlib import Path
from typing import NamedTuple

import fastcrc
import numpy as np

FIN, SYN, PSH, ACK = 0x01, 0x02, 0x08, 0x10
MSS = 1448
"""Payload bytes of a full segment: MTU 1500 with TCP timestamps."""
START_NS = 1_700_000_000_000_000_000
"""Time of the first packet, ns since 1970: 2023-11-14T22:13:20Z."""
LINK_NS_PER_BYTE = 8
"""A 1 Gbit/s link."""
ROUND_TRIP_NS = 8_000_000
ACK_EVERY = 30
"""Data segments behind one ACK: what receive offload leaves of delayed ACKs."""

BUCKET, HOST = "bench", "bench.oss-cn-hangzhou.aliyuncs.com"
KEY_ID, SECRET = "LTAI5tBenchClientKey0001", b"BenchSecretOpensNothing0000001"
AGENT = "aliyun-sdk-python/2.19.1(Linux/5.15.0-91-generic/x86_64;3.11.7)"
_HEADER = struct.Struct("!12sHBBHHHBBH4s4sHHIIBBHHH")
_FOUR_WORDS = struct.Struct("!4H")
_TIMESTAMPS = struct.Struct("!BBII")
_SYN_OPTIONS = bytes.fromhex("020405b4 01 030307 0402")
_MACS = (bytes.fromhex("020000000002 020000000001"), bytes.fromhex("020000000001 020000000002"))
_RECORD = struct.Struct("<IIII")
_FILE_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)

Timed = tuple[int, bytes]
"""Time in ns and the frame's bytes."""


class Body(NamedTuple):
    """A body with what OSS states about it."""

    data: bytes
    crc64: int
    etag: str
    md5_base64: str

    @classmethod
    def of(cls, data: bytes) -> "Body":
        """Compute what goes with the bytes."""
        md5 = hashlib.md5(data, usedforsecurity=False)
        return cls(
            data, fastcrc.crc64.xz(data), f'"{md5.hexdigest().upper()}"', base64.b64encode(md5.digest()).decode()
        )


class Turn(NamedTuple):
    """One exchange as bytes: request head, request body, response."""

    head: bytes
    body: bytes
    answer: bytes
    think_ns: int
    """How long the server takes."""


@lru_cache(maxsize=4096)
def _http_date(second: int) -> str:
    return formatdate(second, usegmt=True)


class Oss:
    """Writes requests as the Python SDK does and answers as OSS does."""

    def __init__(self, rng: np.random.Generator, number: int) -> None:
        self.rng = rng
        self.serial = number << 32  # each writer counts in a range of its own, so that no request ID comes twice

    def request_id(self, now_ns: int) -> str:
        """Return 24 hex digits that no other answer has."""
        self.serial += 1
        return f"{now_ns // 10**9:08X}{self.serial * 0x9E3779B97F4A7C15 % 2**64:016X}"

    def request(self, method: str, key: str, now_ns: int, *, body: Body | None = None, md5: bool = False) -> bytes:
        """Return a signed request head. Slashes in the key are sent as %2F, as this SDK does."""
        date = _http_date(now_ns // 10**9)
        content_type = "application/octet-stream" if body else ""
        content_md5 = body.md5_base64 if body and md5 else ""
        to_sign = f"{method}\n{content_md5}\n{content_type}\n{date}\n/{BUCKET}/{key}"
        signature = base64.b64encode(hmac.digest(SECRET, to_sign.encode(), "sha1")).decode()
        lines = [
            f"{method} /{key.replace('/', '%2F')} HTTP/1.1",
            f"Host: {HOST}",
            "Accept-Encoding: identity",
            f"User-Agent: {AGENT}",
            "Accept: */*",
            "Connection: keep-alive",
        ]
        if body:
            lines.append(f"Content-Type: {content_type}")
        if content_md5:
            lines.append(f"Content-MD5: {content_md5}")
        lines += [f"date: {date}", f"authorization: OSS {KEY_ID}:{signature}"]
        if body:
            lines.append(f"Content-Length: {len(body.data)}")
        return "\r\n".join([*lines, "", ""]).encode()

    def answer(
        self,
        status: str,
        now_ns: int,
        headers: list[str],
        body: bytes = b"",
        *,
        length: int | None = 0,
        request_id: str = "",
    ) -> bytes:
        """Return a response. `length` None leaves Content-Length out; 0 means that of the body."""
        lines = [
            f"HTTP/1.1 {status}",
            "Server: AliyunOSS",
            f"Date: {_http_date(now_ns // 10**9)}",
            *([] if length is None else [f"Content-Length: {length or len(body)}"]),
            "Connection: keep-alive",
            f"x-oss-request-id: {request_id or self.request_id(now_ns)}",
            *headers,
            f"x-oss-server-time: {self.rng.integers(1, 30)}",
        ]
        return "\r\n".join([*lines, "", ""]).encode() + body

    def stored(self, body: Body) -> list[str]:
        """Headers that describe an object."""
        return [
            "Content-Type: application/octet-stream",
            "Accept-Ranges: bytes",
            f"ETag: {body.etag}",
            "Last-Modified: Tue, 14 Nov 2023 20:00:00 GMT",
            "x-oss-object-type: Normal",
            f"x-oss-hash-crc64ecma: {body.crc64}",
            "x-oss-storage-class: Standard",
        ]

    def put(self, key: str, body: Body, now_ns: int) -> Turn:
        """PutObject."""
        headers = [f"ETag: {body.etag}", f"x-oss-hash-crc64ecma: {body.crc64}", f"Content-MD5: {body.md5_base64}"]
        head = self.request("PUT", key, now_ns, body=body, md5=self.serial % 2 == 0)
        return Turn(head, body.data, self.answer("200 OK", now_ns, headers), 12_000_000)

    def get(self, key: str, body: Body, now_ns: int) -> Turn:
        """GetObject."""
        return Turn(
            self.request("GET", key, now_ns),
            b"",
            self.answer("200 OK", now_ns, self.stored(body), body.data),
            6_000_000,
        )

    def head(self, key: str, body: Body, now_ns: int) -> Turn:
        """HeadObject: Content-Length of the object, no body."""
        answer = self.answer("200 OK", now_ns, self.stored(body), length=len(body.data))
        return Turn(self.request("HEAD", key, now_ns), b"", answer, 3_000_000)

    def delete(self, key: str, now_ns: int) -> Turn:
        """DeleteObject."""
        return Turn(
            self.request("DELETE", key, now_ns), b"", self.answer("204 No Content", now_ns, [], length=None), 4_000_000
        )

    def missing(self, method: str, key: str, now_ns: int) -> Turn:
        """404 NoSuchKey; on HEAD the document stands in x-oss-err."""
        request_id = self.request_id(now_ns)
        document = (
            '<?xml version="1.0" encoding="UTF-8"?>\n<Error>\n  <Code>NoSuchKey</Code>\n'
            "  <Message>The specified key does not exist.</Message>\n"
            f"  <RequestId>{request_id}</RequestId>\n  <HostId>{HOST}</HostId>\n  <Key>{key}</Key>\n"
            "  <EC>0026-00000001</EC>\n</Error>\n"
        ).encode()
        headers = ["Content-Type: application/xml", "x-oss-ec: 0026-00000001"]
        if method == "HEAD":
            headers.append(f"x-oss-err: {base64.b64encode(document).decode()}")
        answer = self.answer(
            "404 Not Found",
            now_ns,
            headers,
            b"" if method == "HEAD" else document,
            length=None if method == "HEAD" else 0,
            request_id=request_id,
        )
        return Turn(self.request(method, key, now_ns), b"", answer, 3_000_000)


@dataclass
class Conversation:
    """One TCP connection between a client port and OSS; yields timed frames."""

    client: bytes
    cport: int
    server: bytes
    now_ns: int
    isns: tuple[int, int]
    seq: list[int] = field(init=False)
    ip_ids: list[int] = field(init=False)

    def __post_init__(self) -> None:
        """Place both sequence numbers behind the SYN."""
        self.seq = [self.isns[0] + 1, self.isns[1] + 1]
        self.ip_ids = [self.isns[0] & 0xFFFF, self.isns[1] & 0xFFFF]

    def frame(self, side: int, flags: int, payload: bytes = b"", *, ack: int | None = None) -> bytes:
        """Build one frame with TCP timestamps and advance the side's sequence number."""
        source, target = (self.client, self.server) if side == 0 else (self.server, self.client)
        sport, dport = (self.cport, 80) if side == 0 else (80, self.cport)
        opening = flags & SYN
        seq = self.isns[side] if opening else self.seq[side]
        acked = (self.seq[1 - side] if ack is None else ack) if flags & ACK else 0
        if not opening:
            self.seq[side] += len(payload) + (flags & FIN)
        self.ip_ids[side] = ip_id = (self.ip_ids[side] + 1) & 0xFFFF
        tcp_bytes = 40 if opening else 32
        length, ttl = 20 + tcp_bytes + len(payload), 64 if side == 0 else 52
        # the IPv4 header checksum, summed from the header's words (RFC 1071)
        total = 0x4500 + length + ip_id + 0x4000 + (ttl << 8 | 6) + sum(_FOUR_WORDS.unpack(source + target))
        total = (total & 0xFFFF) + (total >> 16)
        total = (total & 0xFFFF) + (total >> 16)
        clock = self.now_ns // 10**6 & 0xFFFFFFFF
        head = _HEADER.pack(
            _MACS[side], 0x0800, 0x45, 0, length, ip_id, 0x4000, ttl, 6, ~total & 0xFFFF, source, target,
            sport, dport, seq & 0xFFFFFFFF, acked & 0xFFFFFFFF, tcp_bytes << 2, flags, 64240 if opening else 1024, 0, 0,
        )  # fmt: skip
        options = _SYN_OPTIONS if opening else b"\1\1"
        return head + options + _TIMESTAMPS.pack(8, 10, clock, 0 if flags == SYN else clock - 9 & 0xFFFFFFFF) + payload

    def opening(self) -> Iterator[Timed]:
        """SYN, SYN-ACK, ACK."""
        yield self.now_ns, self.frame(0, SYN)
        self.now_ns += ROUND_TRIP_NS
        yield self.now_ns, self.frame(1, SYN | ACK)
        self.now_ns += 40_000
        yield self.now_ns, self.frame(0, ACK)

    def data(self, side: int, payload: bytes) -> Iterator[Timed]:
        """Full segments at link speed; the other side acknowledges every `ACK_EVERY`, one batch late from afar."""
        before = self.seq[side]
        for number, start in enumerate(range(0, len(payload), MSS), 1):
            part = payload[start : start + MSS]
            last = start + MSS >= len(payload)
            yield self.now_ns, self.frame(side, ACK | (PSH if last else 0), part)
            self.now_ns += (len(part) + 66) * LINK_NS_PER_BYTE
            if number % ACK_EVERY == 0 and not last:
                yield self.now_ns, self.frame(1 - side, ACK, ack=before if side == 0 else None)
                before = self.seq[side]
                self.now_ns += 20_000

    def turn(self, turn: Turn) -> Iterator[Timed]:
        """One exchange."""
        yield from self.data(0, turn.head)
        if turn.body:
            self.now_ns += 30_000
            yield from self.data(0, turn.body)
        self.now_ns += ROUND_TRIP_NS
        yield self.now_ns, self.frame(1, ACK)
        self.now_ns += turn.think_ns
        yield from self.data(1, turn.answer)
        self.now_ns += 40_000
        yield self.now_ns, self.frame(0, ACK)
        self.now_ns += 500_000

    def closing(self) -> Iterator[Timed]:
        """FIN from the client, FIN from the server, last ACK."""
        yield self.now_ns, self.frame(0, FIN | ACK)
        self.now_ns += ROUND_TRIP_NS
        yield self.now_ns, self.frame(1, FIN | ACK)
        self.now_ns += 40_000
        yield self.now_ns, self.frame(0, ACK)


@dataclass(frozen=True)
class Plan:
    """What a capture holds."""

    connections: int
    exchanges_each: int
    slots: int
    """Conversations that run at once."""
    smallest: int
    largest: int
    """Body lengths in bytes."""
    is_chatty: bool


PLANS = {
    "bulk": Plan(34, 10, 6, 100_000, 1_000_000, is_chatty=False),
    "chatty": Plan(8600, 5, 40, 16, 200, is_chatty=True),
    "bulk4": Plan(136, 10, 6, 100_000, 1_000_000, is_chatty=False),
    "start": Plan(2, 5, 2, 16, 200, is_chatty=True),
    "large": Plan(9, 10, 6, 100_000, 1_000_000, is_chatty=False),
}
"""The captures of the speed goals, by name; `start` is only cut to its first packets, or scanned by the thousand."""


def choose_turn(oss: Oss, plan: Plan, bodies: list[Body], key: str, now_ns: int) -> Turn:
    """Pick what the client does next, with the shares of its kind of traffic."""
    body = bodies[int(oss.rng.integers(len(bodies)))]
    dice = float(oss.rng.random())
    if not plan.is_chatty:
        return oss.put(key, body, now_ns) if dice < 0.5 else oss.get(key, body, now_ns)
    if dice < 0.02:
        return oss.missing("HEAD" if dice < 0.01 else "GET", key, now_ns)
    if dice < 0.06:
        return oss.put(key, body, now_ns)
    if dice < 0.24:
        return oss.delete(key, now_ns)
    return oss.head(key, body, now_ns) if dice < 0.45 else oss.get(key, body, now_ns)


def slot(oss: Oss, plan: Plan, bodies: list[Body], number: int) -> Iterator[Timed]:
    """Run one slot's conversations, one after the other."""
    now_ns = START_NS + number * 3_100_017
    client, server = bytes([192, 0, 2, 10 + number % 100]), bytes([203, 0, 113, 10 + number % 4])
    for serial in range(number, plan.connections, plan.slots):
        isns = (int(oss.rng.integers(2**32)), int(oss.rng.integers(2**32)))
        talk = Conversation(client, 32768 + serial // plan.slots % 28000, server, now_ns, isns)
        yield from talk.opening()
        for turn in range(plan.exchanges_each):
            yield from talk.turn(choose_turn(oss, plan, bodies, f"data/{serial:06d}/{turn:02d}.bin", talk.now_ns))
        yield from talk.closing()
        now_ns = talk.now_ns + 1_000_000


def generate(name: str, path: Path, seed: int = 20181229) -> dict[str, int]:
    """Write the capture of a plan; returns its size in bytes, packets, connections and exchanges."""
    plan = PLANS[name]
    rng = np.random.Generator(np.random.PCG64(seed))
    block = rng.bytes(plan.largest)
    sizes = np.linspace(plan.smallest, plan.largest, 16).astype(int)
    bodies = [Body.of(block[: int(size)]) for size in sizes]
    packets = size = 0
    with path.open("wb", buffering=1 << 20) as out:
        size += out.write(_FILE_HEADER)
        # each slot draws from a generator of its own, so that interleaving cannot change what is drawn
        slots = [slot(Oss(child, number), plan, bodies, number) for number, child in enumerate(rng.spawn(plan.slots))]
        for ts_ns, frame in merge(*slots):
            seconds, rest = divmod(ts_ns, 10**9)
            size += out.write(_RECORD.pack(seconds, rest // 1000, len(frame), len(frame)))
            size += out.write(frame)
            packets += 1
    return {
        "bytes": size,
        "packets": packets,
        "connections": plan.connections,
        "exchanges": plan.connections * plan.exchanges_each,
    }


def main() -> None:
    """Write one capture and print what it holds as JSON; or write many into a directory."""
    parser = argparse.ArgumentParser(description="Generates a capture to measure on.")
    parser.add_argument("name", choices=PLANS)
    parser.add_argument("path", type=Path)
    parser.add_argument("--seed", type=int, default=20181229)
    parser.add_argument("--count", type=int, default=0, help="write so many, each of its own seed, into PATH")
    options = parser.parse_args()
    for number in range(options.count):
        generate(options.name, options.path / f"{number:04}.pcap", options.seed + number)
    if options.count:
        return
    print(json.dumps(generate(options.name, options.path, options.seed)))


if __name__ == "__main__":
    main()
