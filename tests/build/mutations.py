"""Damages captures at random, from a seed: flipped bytes, cuts, repeated parts, lying length fields."""

import random
import re
import struct

INTERESTING = (0, 1, 7, 15, 16, 20, 54, 255, 256, 1500, 65_535, 65_536, 2**24, 2**31 - 1, 2**31, 2**32 - 1)
"""Numbers at which length arithmetic breaks."""
TEXTS = (
    b"\r\n\r\n",
    b"Content-Length: 99999999999999999999\r\n",
    b"Content-Length: -1\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Content-Encoding: gzip\r\n",
    b"ffffffffffffffff\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"CONNECT x:443 HTTP/1.1\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"\x16\x03\x01\x40\x00\x01\x00\x3f\xfc\x03\x03",
    b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;'>]><Error><Code>&b;</Code></Error>",
    b"<Error>" * 64,
    b"\x00",
    b"\xff\xfe",
    b"\x1b]0;title\x07",
    b"%00%ff%",
    b"{" * 64,
)
"""Bytes that parsers stumble over; they overwrite what stands there, so that offsets stay."""
_NUMBER = re.compile(rb"[0-9]{1,10}")


def record_offsets(data: bytes) -> list[int]:
    """Offsets of the record headers of a little-endian pcap file."""
    offsets, position = [], 24
    while position + 16 <= len(data):
        offsets.append(position)
        position += 16 + int(struct.unpack_from("<I", data, position + 8)[0])
    return offsets


def mutate(rng: random.Random, original: bytes) -> bytes:
    """Return a damaged copy: one to six wounds."""
    data = bytearray(original)
    records = record_offsets(original)
    for _ in range(rng.randint(1, 6)):
        if len(data) < 64:
            break
        _WOUNDS[rng.randrange(len(_WOUNDS))](rng, data, records)
    return bytes(data)


def _flip(rng: random.Random, data: bytearray, _records: list[int]) -> None:
    for _ in range(rng.randint(1, 20)):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _cut_end(rng: random.Random, data: bytearray, _records: list[int]) -> None:
    del data[rng.randrange(len(data)) :]


def _cut_out(rng: random.Random, data: bytearray, _records: list[int]) -> None:
    start = rng.randrange(len(data))
    del data[start : start + rng.randint(1, 200)]


def _repeat(rng: random.Random, data: bytearray, _records: list[int]) -> None:
    start = rng.randrange(len(data))
    part = data[start : start + rng.randint(1, 2_000)]
    place = rng.randrange(len(data))
    data[place:place] = part * rng.randint(1, 3)


def _repeat_records(rng: random.Random, data: bytearray, records: list[int]) -> None:
    first, last = sorted((rng.choice(records), rng.choice(records)))
    place = rng.choice(records)
    if last <= len(data) and place <= len(data):
        data[place:place] = data[first:last]


def _change_record_length(rng: random.Random, data: bytearray, records: list[int]) -> None:
    position = rng.choice(records) + rng.choice((8, 12))
    if position + 4 <= len(data):
        struct.pack_into("<I", data, position, rng.choice(INTERESTING))


def _change_header_word(rng: random.Random, data: bytearray, records: list[int]) -> None:
    """Any 16-bit word of Ethernet, IP or TCP: types, lengths, offsets, sequence numbers, flags, options."""
    position = rng.choice(records) + 16 + 2 * rng.randrange(12, 37)
    if position + 2 <= len(data):
        struct.pack_into("!H", data, position, rng.choice(INTERESTING) & 0xFFFF)


def _write_text(rng: random.Random, data: bytearray, records: list[int]) -> None:
    text = rng.choice(TEXTS)
    position = rng.choice(records) + 16 + rng.randint(54, 600)
    if position + len(text) <= len(data):
        data[position : position + len(text)] = text


def _change_number(rng: random.Random, data: bytearray, _records: list[int]) -> None:
    """A decimal number in the text: lengths, dates, statuses, ports."""
    start = rng.randrange(len(data))
    match = _NUMBER.search(data, start)
    if match is not None:
        width = match.end() - match.start()
        data[match.start() : match.end()] = str(rng.choice(INTERESTING))[:width].rjust(width, "9").encode()


_WOUNDS = (
    _flip,
    _cut_end,
    _cut_out,
    _repeat,
    _repeat_records,
    _change_record_length,
    _change_header_word,
    _write_text,
    _change_number,
)
