"""Media files in the making: just the parts that tell what they are, written as their standards have them."""

import struct
import zlib
from typing import Literal

Layout = Literal["front", "end", "missing", "fragmented"]


def box(kind: str, *parts: bytes, size: int | None = None) -> bytes:
    """A box of MP4; `size` states another length than it has."""
    content = b"".join(parts)
    return struct.pack("!I", 8 + len(content) if size is None else size) + kind.encode("latin-1") + content


def full(kind: str, *parts: bytes) -> bytes:
    """A box with version and flags."""
    return box(kind, bytes(4), *parts)


def visual(code: str, *children: bytes, width: int = 320, height: int = 240) -> bytes:
    """A sample entry of a video track."""
    fields = bytes(16) + struct.pack("!HH", width, height) + bytes(50)
    return box(code, bytes(6), b"\0\1", fields, *children)


def sound(code: str, *children: bytes) -> bytes:
    """A sample entry of a sound track."""
    return box(code, bytes(6), b"\0\1", bytes(8), struct.pack("!HHHHI", 2, 16, 0, 0, 44100 << 16), *children)


def esds(object_type: int) -> bytes:
    """Elementary stream descriptor with the object type."""
    configuration = b"\x04\x0d" + bytes([object_type]) + bytes(12)
    stream = b"\x03" + b"\x80\x80\x80" + bytes([3 + len(configuration)]) + b"\0\1\0" + configuration
    return full("esds", stream)


def hvcc(profile: int = 1) -> bytes:
    """HEVC's decoder configuration."""
    return box("hvcC", bytes([1, profile]), bytes(21))


def avcc(profile: int = 100) -> bytes:
    """H.264's decoder configuration."""
    return box("avcC", bytes([1, profile, 0, 30]))


def track(handler: str, entry: bytes) -> bytes:
    """A `trak` with one sample entry."""
    hdlr = full("hdlr", bytes(4), handler.encode(), bytes(12), b"x\0")
    stsd = full("stsd", struct.pack("!I", 1), entry)
    stbl = box("stbl", stsd, full("stts", bytes(4)), full("stco", bytes(4)))
    minf = box("minf", full("vmhd", bytes(8)), box("dinf"), stbl)
    return box("trak", full("tkhd", bytes(80)), box("mdia", full("mdhd", bytes(20)), hdlr, minf))


def video(code: str = "avc1", *children: bytes) -> bytes:
    """A video track."""
    return track("vide", visual(code, *children))


def audio(code: str = "mp4a", *children: bytes) -> bytes:
    """A sound track."""
    return track("soun", sound(code, *children))


H264 = (video("avc1", avcc()), audio("mp4a", esds(0x40)))
HEVC = (video("hvc1", hvcc()), audio("mp4a", esds(0x40)))
MPEG4 = (video("mp4v", esds(0x20)), audio("mp4a", esds(0x40)))


def mp4(*tracks: bytes, layout: Layout = "front", data: int = 2000, brand: str = "isom") -> bytes:
    """A file with these tracks and so many bytes of media data."""
    ftyp = box("ftyp", brand.encode(), bytes(4), b"isomiso2")
    moov = box("moov", full("mvhd", bytes(96)), *tracks)
    mdat = box("mdat", b"\x5a" * data)
    match layout:
        case "front":
            return ftyp + moov + mdat
        case "end":
            return ftyp + box("free") + mdat + moov
        case "missing":
            return ftyp + mdat
        case "fragmented":
            inner = box("moov", full("mvhd", bytes(96)), *tracks, box("mvex"))
            return ftyp + inner + box("moof", bytes(40)) + mdat


def element(number: int, *parts: bytes, unknown: bool = False) -> bytes:
    """An element of Matroska."""
    content = b"".join(parts)
    name = number.to_bytes((number.bit_length() + 7) // 8)
    return name + (b"\x01" + b"\xff" * 7 if unknown else b"\x08" + struct.pack("!I", len(content))) + content


def matroska(*codecs: tuple[int, str], doc_type: str = "webm", private: bytes = b"") -> bytes:
    """A file with tracks of some type (1 video, 2 sound) and codec."""
    entries = [
        element(
            0xAE,
            element(0xD7, bytes([number])),
            element(0x83, bytes([kind])),
            element(0x86, codec.encode()),
            element(0x63A2, private),
            element(0xE0, element(0xB0, struct.pack("!H", 640)), element(0xBA, struct.pack("!H", 360))),
        )
        for number, (kind, codec) in enumerate(codecs, start=1)
    ]
    header = element(0x1A45DFA3, element(0x4282, doc_type.encode()))
    info, cluster = element(0x1549A966, bytes(40)), element(0x1F43B675, b"\x5a" * 500)
    return header + element(0x18538067, info, element(0x1654AE6B, *entries), cluster, unknown=True)


def transport_stream(*types: int) -> bytes:
    """A transport stream whose programme has streams of these types."""
    pat = b"\0\xb0\x0d\0\1\xc1\0\0\0\1\xe1\0" + bytes(4)
    streams = b"".join(bytes([kind]) + struct.pack("!HH", 0xE100 + at, 0xF000) for at, kind in enumerate(types, 1))
    body = b"\0\1\xc1\0\0\xe1\1\xf0\0" + streams + bytes(4)
    pmt = b"\2" + struct.pack("!H", 0xB000 | len(body)) + body
    packets = [(0x0000, pat), (0x0100, pmt), (0x0101, b"")]
    filled = []
    for pid, section in packets:
        head = b"\x47" + struct.pack("!H", (0x4000 if section else 0) | pid) + b"\x10" + (b"\0" if section else b"")
        filled.append((head + section).ljust(188, b"\xff"))
    return b"".join(filled) + filled[2] * 3


def flash(*tags: tuple[int, bytes]) -> bytes:
    """Flash Video with tags of some type (8 sound, 9 video) and content."""
    head = b"FLV\1\5" + struct.pack("!I", 9) + bytes(4)
    return head + b"".join(
        bytes([kind]) + len(content).to_bytes(3) + bytes(7) + content + bytes(4) for kind, content in tags
    )


def chunk(kind: str, *parts: bytes) -> bytes:
    """A chunk of RIFF."""
    content = b"".join(parts)
    return kind.encode() + struct.pack("<I", len(content)) + content + b"\0" * (len(content) & 1)


def avi(code: str, wave_format: int = 0x55) -> bytes:
    """An AVI file with a video of some FourCC and sound of some format."""
    header = struct.pack("<IiiHH", 40, 320, 240, 1, 24) + code.encode("latin-1") + bytes(20)
    picture = chunk("LIST", b"strl", chunk("strh", b"vids", bytes(52)), chunk("strf", header))
    noise = chunk(
        "LIST", b"strl", chunk("strh", b"auds", bytes(52)), chunk("strf", struct.pack("<H", wave_format) + bytes(16))
    )
    return chunk(
        "RIFF", b"AVI ", chunk("LIST", b"hdrl", chunk("avih", bytes(56)), picture, noise), chunk("LIST", b"movi")
    )


def png(width: int = 8, height: int = 8, *, damaged: bool = False) -> bytes:
    """A picture; a damaged one has lost the end of its data."""

    def part(kind: bytes, content: bytes) -> bytes:
        return struct.pack("!I", len(content)) + kind + content + struct.pack("!I", zlib.crc32(kind + content))

    rows = b"".join(b"\0" + bytes((x * y) % 256 for x in range(3 * width)) for y in range(height))
    whole = (
        b"\x89PNG\r\n\x1a\n"
        + part(b"IHDR", struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + part(b"IDAT", zlib.compress(rows))
        + part(b"IEND", b"")
    )
    return whole[: len(whole) // 2] if damaged else whole
