"""CRC-64/XZ of joined pieces, from the CRCs and lengths of the pieces alone.

A CRC is a remainder modulo a polynomial over two elements: appending `n` bytes multiplies the remainder by x^(8n), and
what is appended is added. Polynomials are kept reflected, as the algorithm prescribes: bit 63 is the coefficient of
x^0. Cost: some 60 steps a piece, and as much again for each length that was not met before (parts have equal lengths).

Source: OSS documentation, "Check data integrity by CRC-64" (polynomial 0x142F0E1EBA9EA3693, reflected, inverted before
and after); RFC 1952 style combination as in zlib's `crc32_combine`.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

MAX_CRC64 = 2**64 - 1
_REFLECTED = 0xC96C5795D7870F42
_ONE = 1 << 63
"""The polynomial 1."""
_is_number = re.compile(r"[0-9]{1,20}").fullmatch


def combine(pieces: Iterable[tuple[int, int]]) -> int:
    """Return the CRC of pieces joined in order; each is its CRC and its length in bytes."""
    total = 0
    for crc, length in pieces:
        total = _product(_shift(length), total) ^ crc
    return total


def parse_crc64(text: str) -> int | None:
    """Read a CRC-64 as OSS states it, an unsigned decimal number; None if it is none."""
    stripped = text.strip()
    if _is_number(stripped) is None:
        return None
    value = int(stripped)
    return value if value <= MAX_CRC64 else None


@lru_cache(maxsize=256)
def _shift(length: int) -> int:
    """Return x^(8 * length): what a remainder is multiplied by when that many bytes follow."""
    result = _ONE
    for bit, power in enumerate(_powers()):
        if length >> bit == 0:
            break
        if length >> bit & 1:
            result = _product(result, power)
    return result


@lru_cache(maxsize=1)
def _powers() -> tuple[int, ...]:
    """Return x^8, x^16, x^32 ..., enough for any length of 64 bits."""
    found = [_ONE >> 8]
    for _ in range(63):
        found.append(_product(found[-1], found[-1]))
    return tuple(found)


def _product(left: int, right: int) -> int:
    """Multiply two reflected polynomials modulo the CRC's."""
    result = 0
    while left:
        if left & _ONE:
            result ^= right
        left = left << 1 & MAX_CRC64
        right = right >> 1 ^ _REFLECTED if right & 1 else right >> 1
    return result
