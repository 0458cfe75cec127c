"""gzip and zstd, decompressed in bounded pieces; where the data breaks off, what came before is kept.

Memory is bounded by the pieces, whatever the data claims; work is bounded by the ratio limit. zstd frames are cut
into their blocks here, because the library neither bounds the output of one call nor tells a frame that ends early
from one that is complete.

Sources: RFC 1952 section 2.2 (members), RFC 8878 section 3.1 (frames, blocks).
"""

import zlib
from collections.abc import Iterator

from osspcap.capture.detect import Compression
from osspcap.capture.source import READ_BYTES, RawInput
from osspcap.units import format_bytes

MAX_RATIO = 1000
"""Decompressed bytes for each compressed one, once there are more than `RATIO_FREE_BYTES`; captures reach about 50."""

RATIO_FREE_BYTES = 1024**3
"""Decompressed bytes up to which any ratio is accepted."""

MAX_WINDOW_BYTES = 128 * 1024 * 1024
"""Largest zstd window, which must be held in memory: the limit of `zstd -d` without `--memory` (2^27)."""

_PIECE_BYTES = 1024 * 1024
_MAX_BLOCK_BYTES = 128 * 1024  # RFC 8878 section 3.1.1.2.4: Block_Maximum_Size
_GZIP_WITH_HEADER = 31  # zlib's wbits: 32 KiB window, gzip wrapper
_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = 0xFD2FB528


class _BrokenError(Exception):
    """The compressed data cannot be read further; its text says why."""


class _ShortError(_BrokenError):
    """The compressed data ends before its own end mark."""


class Decompressor:
    """The bytes of a compressed input."""

    def __init__(self, raw: RawInput, compression: Compression) -> None:
        """Begin to decompress.

        Args:
            raw: Positioned at the first compressed byte.
            compression: What it holds.
        """
        self.failure = ""
        """Why decompression stopped before the end; empty if it did not."""
        self.is_short = False
        """True if it stopped because the input ends early."""
        self._raw = raw
        self._pieces = _gunzip(raw) if compression is Compression.GZIP else _unzstd(raw)
        self._piece = memoryview(b"")
        self._total = 0

    def peek(self, count: int) -> bytes:
        """Return the first bytes, fewer only if the data ends; they are read again afterwards."""
        data = bytearray(count)
        got = self.readinto(memoryview(data))
        first = bytes(data[:got])
        self._piece = memoryview(first + self._piece)
        return first

    def readinto(self, view: memoryview) -> int:
        """Fill the view and return how much was filled: all of it unless the data ends or breaks off."""
        got = 0
        while got < len(view):
            if not self._piece:
                self._piece = memoryview(self._next())
                if not self._piece:
                    break
            count = min(len(self._piece), len(view) - got)
            view[got : got + count] = self._piece[:count]
            self._piece = self._piece[count:]
            got += count
        return got

    def _next(self) -> bytes:
        """Return the next piece; empty at the end."""
        if self.failure:
            return b""
        try:
            piece = next(self._pieces, b"")
        except _BrokenError as error:
            self.failure, self.is_short = str(error), isinstance(error, _ShortError)
            return b""
        self._total += len(piece)
        if self._total > RATIO_FREE_BYTES and self._total > MAX_RATIO * self._raw.bytes_read:
            self.failure = (
                f"decompression stopped after {format_bytes(self._total)} out of {format_bytes(self._raw.bytes_read)}, "
                f"more than {MAX_RATIO} to 1, which no capture reaches"
            )
        return piece


def _gunzip(raw: RawInput) -> Iterator[bytes]:
    """Yield the content of all members (RFC 1952 section 2.2: members follow one another directly)."""
    data = raw.read(READ_BYTES)
    while data:
        member = zlib.decompressobj(_GZIP_WITH_HEADER)
        while not member.eof:
            data = data or raw.read(READ_BYTES)
            ended = not data
            before = member.copy()
            try:
                piece = member.decompress(data, _PIECE_BYTES)
            except zlib.error as error:
                yield from _salvage(before, data)
                raise _BrokenError(f"the gzip data is damaged ({error})") from error
            data = member.unconsumed_tail
            if piece:
                yield piece
            elif ended and not member.eof:
                raise _ShortError("the gzip data ends early")
        data = _next_member(raw, member.unused_data)


def _salvage(member: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    """Yield what lies in front of damage: zlib throws away the output of the call that meets it; single bytes help."""
    out = bytearray()
    for at in range(len(data)):
        try:
            out += member.decompress(data[at : at + 1])
        except zlib.error:
            break
        if len(out) >= _PIECE_BYTES:
            yield bytes(out)
            out.clear()
    if out:
        yield bytes(out)


def _next_member(raw: RawInput, data: bytes) -> bytes:
    """Return the bytes from the next member's header on; empty if there is none. Zero padding is passed over."""
    while True:
        data = data.lstrip(b"\0")
        if len(data) >= len(_GZIP_MAGIC):
            break
        more = raw.read(READ_BYTES)
        if not more:
            break
        data += more
    if data and not data.startswith(_GZIP_MAGIC):
        raise _BrokenError("bytes that are not gzip follow the gzip data")
    return data


class _Exact:
    """Reads counted bytes out of an input, for a format that is a chain of lengths."""

    def __init__(self, raw: RawInput) -> None:
        self._raw = raw
        self._data = b""
        self._at = 0

    def upto(self, count: int) -> bytes:
        """Return the next `count` bytes, fewer only at the end."""
        if len(self._data) - self._at < count:
            self._data = self._data[self._at :] + self._raw.read(max(READ_BYTES, count))
            self._at = 0
        piece = self._data[self._at : self._at + count]
        self._at += len(piece)
        return piece

    def exactly(self, count: int) -> bytes:
        """Return the next `count` bytes.

        Raises:
            _ShortError: There are fewer.
        """
        piece = self.upto(count)
        if len(piece) < count:
            raise _ShortError("the zstd data ends early")
        return piece


def _unzstd(raw: RawInput) -> Iterator[bytes]:
    """Yield the content of all frames; skippable frames are passed over."""
    import zstandard  # noqa: PLC0415 - 15 ms that only compressed captures cost

    source = _Exact(raw)
    while magic := source.upto(4):
        number = int.from_bytes(magic, "little")
        if len(magic) == 4 and number >> 4 == 0x184D2A5:  # section 3.1.2: skippable frame
            left = int.from_bytes(source.exactly(4), "little")
            while left:
                left -= len(source.exactly(min(left, READ_BYTES)))
        elif number == _ZSTD_MAGIC:
            frame = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW_BYTES).decompressobj()
            for part in _frame(source, magic):
                try:
                    piece = frame.decompress(part)
                except zstandard.ZstdError as error:
                    raise _BrokenError(f"the zstd data is damaged ({error})") from error
                if piece:
                    yield piece
        elif len(magic) < 4:
            raise _ShortError("the zstd data ends early")
        else:
            raise _BrokenError("bytes that are not zstd follow the zstd data")


def _frame(source: _Exact, magic: bytes) -> Iterator[bytes]:
    """Yield a frame in parts of at most one block: header, blocks, checksum (section 3.1.1)."""
    descriptor = source.exactly(1)
    flags = descriptor[0]
    is_single_segment = bool(flags & 0x20)
    window = 0 if is_single_segment else 1
    dictionary = (0, 1, 2, 4)[flags & 3]
    content_size = (int(is_single_segment), 2, 4, 8)[flags >> 6]
    yield magic + descriptor + source.exactly(window + dictionary + content_size)
    is_last = False
    while not is_last:
        header = source.exactly(3)
        number = int.from_bytes(header, "little")
        is_last, kind, size = bool(number & 1), number >> 1 & 3, number >> 3
        if size > _MAX_BLOCK_BYTES:
            raise _BrokenError(f"the zstd data is damaged (a block claims {size} bytes)")
        yield header + source.exactly(1 if kind == 1 else size)  # kind 1 repeats one byte
    if flags & 0x04:
        yield source.exactly(4)
