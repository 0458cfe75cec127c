import gzip
import io
import os
import struct

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from osspcap.capture import decompress
from osspcap.capture.decompress import Decompressor
from osspcap.capture.detect import Compression
from osspcap.capture.source import RawInput

DATA = b"".join(struct.pack("<I", i * i % 9973) for i in range(80_000))


def unpack(data: bytes, compression: Compression, *, step: int = 100_000) -> tuple[bytes, str]:
    source = Decompressor(RawInput(io.BytesIO(data), "x"), compression)
    out, buffer = bytearray(), bytearray(step)
    while got := source.readinto(memoryview(buffer)):
        out += buffer[:got]
    return bytes(out), source.failure


def zstd(data: bytes, *, write_checksum: bool = False) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=write_checksum).compress(data)


GZIP, ZSTD = Compression.GZIP, Compression.ZSTD


@pytest.mark.parametrize("step", [1000, 100_000, 2_000_000])
def test_members_and_frames_are_joined(step: int) -> None:
    members = gzip.compress(DATA[:1000], mtime=0) + gzip.compress(b"", mtime=0) + gzip.compress(DATA[1000:], mtime=0)
    assert unpack(members, GZIP, step=step) == (DATA, "")
    skipped = struct.pack("<II", 0x184D2A53, 5) + b"notes"
    frames = skipped + zstd(DATA[:1000]) + zstd(b"") + skipped + zstd(DATA[1000:], write_checksum=True)
    assert unpack(frames, ZSTD, step=step) == (DATA, "")


def test_streamed_zstd_without_sizes_is_read() -> None:
    out = io.BytesIO()
    with zstandard.ZstdCompressor(level=19).stream_writer(out, closefd=False) as writer:
        for at in range(0, len(DATA), 7777):
            writer.write(DATA[at : at + 7777])
            writer.flush()
    assert unpack(out.getvalue(), ZSTD) == (DATA, "")


@pytest.mark.parametrize(("pack", "kind"), [(gzip.compress, GZIP), (zstd, ZSTD)])
def test_data_cut_short_keeps_what_came_before(pack: object, kind: Compression) -> None:
    noise = os.urandom(300_000)
    packed = gzip.compress(noise, mtime=0) if pack is gzip.compress else zstd(noise)
    out, failure = unpack(packed[:-100_000], kind)
    assert noise.startswith(out)
    assert len(out) > 100_000
    assert "ends early" in failure


def test_cut_at_any_byte_is_noticed() -> None:
    for packed, kind in ((gzip.compress(b"hello", mtime=0), GZIP), (zstd(b"hello", write_checksum=True), ZSTD)):
        for end in range(1, len(packed)):
            out, failure = unpack(packed[:end], kind)
            assert b"hello".startswith(out)
            assert failure


def test_wrong_checksums_and_damage_are_noticed() -> None:
    packed = bytearray(gzip.compress(DATA, mtime=0))
    packed[-5] ^= 1
    out, failure = unpack(bytes(packed), GZIP)
    assert (out, "damaged" in failure) == (DATA, True)
    packed = bytearray(gzip.compress(noise := os.urandom(300_000), mtime=0))
    packed[200_000:] = bytes(100_000)
    out, failure = unpack(bytes(packed), GZIP)
    assert len(out) > 100_000
    assert noise.startswith(out[:150_000])
    framed = bytearray(zstd(DATA, write_checksum=True))
    framed[-1] ^= 1
    assert "damaged" in unpack(bytes(framed), ZSTD)[1]
    oversized = zstd(DATA)[:9] + b"\xff\xff\xff" + bytes(100)
    assert "damaged" in unpack(oversized, ZSTD)[1]


def test_zero_padding_behind_gzip_is_fine_and_anything_else_is_noted() -> None:
    packed = gzip.compress(DATA, mtime=0)
    assert unpack(packed + bytes(1000), GZIP) == (DATA, "")
    assert "not gzip" in unpack(packed + b"garbage", GZIP)[1]
    assert "not zstd" in unpack(zstd(DATA) + b"garbage", ZSTD)[1]


@pytest.mark.parametrize("kind", [GZIP, ZSTD])
def test_bomb_is_stopped_by_its_ratio(kind: Compression, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decompress, "RATIO_FREE_BYTES", 4_000_000)
    monkeypatch.setattr(decompress, "MAX_RATIO", 100)
    zeros = bytes(20_000_000)
    out, failure = unpack(gzip.compress(zeros, mtime=0) if kind is GZIP else zstd(zeros), kind)
    assert len(out) < 8_000_000
    assert "100 to 1" in failure


def test_first_bytes_can_be_looked_at_and_read_again() -> None:
    source = Decompressor(RawInput(io.BytesIO(gzip.compress(DATA, mtime=0)), "x"), GZIP)
    assert source.peek(700) == DATA[:700]
    buffer = bytearray(len(DATA) + 10)
    assert source.readinto(memoryview(buffer)) == len(DATA)
    assert buffer[: len(DATA)] == DATA


@given(st.binary(max_size=200), st.sampled_from([GZIP, ZSTD]), st.integers(1, 50))
def test_any_bytes_behind_a_magic_never_raise(data: bytes, kind: Compression, step: int) -> None:
    magic = b"\x1f\x8b\x08" if kind is GZIP else b"\x28\xb5\x2f\xfd"
    unpack(magic + data, kind, step=step)
