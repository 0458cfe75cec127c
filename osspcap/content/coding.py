"""Removes content codings (gzip, deflate, br) from a body window, within bounds.

In: the first bytes of a body and its Content-Encoding. Out: what could be decoded, and whether something was wrong. The
window may end anywhere, so a stream that breaks off is no error; of a stream that breaks, what came before stays.
Memory: at most `MAX_DECODED_BYTES` per stage plus one brotli output block.
"""

import zlib
from collections.abc import Callable
from typing import Any, NamedTuple

from osspcap.model.anomaly import AnomalyName

MAX_DECODED_BYTES = 4 * 1024 * 1024
"""Longest decoded window: error documents and callback answers are far smaller, bombs are not."""
MAX_RATIO = 200
"""Decoded bytes per coded byte that are believed; text compresses 3 to 20 times, bombs 1000 times and more."""
MIN_BOUND_BYTES = 64 * 1024
"""The ratio is not applied below this size: a few bytes may honestly stand for a page of blanks."""
MAX_CODINGS = 2
"""Codings in a row that are removed; nobody applies three."""
MAX_GZIP_MEMBERS = 64
"""Members of one gzip stream that are decoded; each costs a copy of what follows it."""
_PIECE_BYTES = 512
"""Step in which a broken stream is decoded again to save what precedes the fault."""
_BROTLI_PIECE_BYTES = 4
"""Step for brotli without an output limit (before 1.2): few enough bytes to announce at most one 16 MiB block."""


class Decoded(NamedTuple):
    """A window without its content codings."""

    content: bytes
    oddity: AnomalyName | None = None
    detail: str = ""


def decode(window: bytes, content_encoding: bytes, limit: int = MAX_DECODED_BYTES) -> Decoded:
    """Undo the codings of a Content-Encoding value (lower case), last applied first.

    Args:
        window: First bytes of the body, without a hole.
        content_encoding: The field's value; several lines joined by commas.
        limit: Decoded bytes wanted; stopping there is no oddity unless the hard bounds are reached.
    """
    names = [name.strip() for name in content_encoding.split(b",")]
    names = [name for name in names if name and name != b"identity"]
    if len(names) > MAX_CODINGS or any(name not in _DECODERS for name in names):
        shown = content_encoding.strip()[:60].decode("latin-1").encode("unicode_escape").decode()
        return Decoded(b"", AnomalyName.CONTENT_CODING_UNKNOWN, shown)
    content = window
    oddity: AnomalyName | None = None
    hard_bound = min(MAX_DECODED_BYTES, max(MIN_BOUND_BYTES, MAX_RATIO * len(window)))
    bound = min(limit, hard_bound)
    for name in reversed(names):
        content, is_broken = _DECODERS[name](content, bound + 1)
        if is_broken and oddity is None:
            oddity = AnomalyName.CONTENT_CODING_BROKEN
        if len(content) > bound:
            content = content[:bound]
            if bound == hard_bound:
                oddity = AnomalyName.DECODED_BODY_TOO_LARGE
    return Decoded(content, oddity, ", ".join(name.decode() for name in names) if oddity is not None else "")


def _gunzip(data: bytes, bound: int) -> tuple[bytes, bool]:
    """Decode gzip members one behind the other (RFC 1952 section 2.2)."""
    out = bytearray()
    for _ in range(MAX_GZIP_MEMBERS):
        if not data or len(out) >= bound:
            break
        decoder = zlib.decompressobj(31)
        part, is_broken = _inflate_with(decoder, data, bound - len(out), 31)
        out += part
        if is_broken:  # bytes behind the last member that begin no other are padding, not a fault
            return bytes(out), not out or data[:2] == b"\x1f\x8b"
        data = decoder.unused_data
    return bytes(out), False


def _inflate(data: bytes, bound: int) -> tuple[bytes, bool]:
    """Decode `deflate`: zlib as RFC 9110 section 8.4.1.2 says, or bare deflate as some senders do."""
    has_zlib_header = len(data) < 2 or (data[0] & 0x0F == 8 and int.from_bytes(data[:2]) % 31 == 0)
    bits = 15 if has_zlib_header else -15
    return _inflate_with(zlib.decompressobj(bits), data, bound, bits)


def _inflate_with(decoder: "zlib._Decompress", data: bytes, bound: int, bits: int) -> tuple[bytes, bool]:
    try:
        return decoder.decompress(data, bound), False
    except zlib.error:
        return _salvage(data, bound, bits), True


def _salvage(data: bytes, bound: int, bits: int) -> bytes:
    """Decode up to the fault: piece by piece, the piece that holds it byte by byte."""
    out = bytearray()
    decoder = zlib.decompressobj(bits)
    for start in range(0, len(data), _PIECE_BYTES):
        before = decoder.copy()
        piece = data[start : start + _PIECE_BYTES]
        try:
            out += decoder.decompress(piece, bound - len(out))
        except zlib.error:
            out += _salvage_bytes(before, piece, bound - len(out))
            break
        if len(out) >= bound or decoder.eof:
            break
    return bytes(out)


def _salvage_bytes(decoder: "zlib._Decompress", piece: bytes, bound: int) -> bytes:
    out = bytearray()
    try:
        for index in range(len(piece)):
            if len(out) >= bound:
                break
            out += decoder.decompress(piece[index : index + 1], bound - len(out))
    except zlib.error:
        pass
    return bytes(out)


def _unbrotli(data: bytes, bound: int) -> tuple[bytes, bool]:
    out = bytearray()
    import brotli  # noqa: PLC0415 - few bodies are packed so

    decoder = brotli.Decompressor()
    try:
        for start in range(0, len(data), _PIECE_BYTES):
            piece = data[start : start + _PIECE_BYTES]
            if not _process_brotli(decoder, piece, out, bound):
                break
    except brotli.error:
        return bytes(out), True
    return bytes(out), False


def _process_brotli(decoder: Any, piece: bytes, out: bytearray, bound: int) -> bool:
    """Decode one piece into `out`; tell whether more is wanted."""
    if not _has_output_limit(decoder):
        for start in range(0, len(piece), _BROTLI_PIECE_BYTES):
            out += decoder.process(piece[start : start + _BROTLI_PIECE_BYTES])
            if len(out) >= bound or decoder.is_finished():
                return False
        return True
    out += decoder.process(piece, output_buffer_limit=bound - len(out))
    while len(out) < bound and not decoder.can_accept_more_data():
        more = decoder.process(b"", output_buffer_limit=bound - len(out))
        if not more:
            break
        out += more
    return len(out) < bound and not decoder.is_finished()


def _has_output_limit(decoder: Any) -> bool:
    """Tell whether the installed brotli takes one (1.2 and later)."""
    return hasattr(decoder, "can_accept_more_data")


_DECODERS: dict[bytes, Callable[[bytes, int], tuple[bytes, bool]]] = {
    b"gzip": _gunzip,
    b"x-gzip": _gunzip,
    b"deflate": _inflate,
    b"br": _unbrotli,
}
