"""Downloads in ranges: whether the pieces, joined, are the object.

Each 206 answer states the CRC-64 of the whole object, which says nothing about its own range. Once all ranges of an
object were captured, their CRCs are combined and compared with it. Answers belong together by bucket, key and the CRC
that they state, so that two versions of an object are never mixed.

Memory: a few hundred bytes a range, `MAX_RANGES` at most. Source: RFC 9110 section 14.4 (Content-Range).
"""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.integrity import Algorithm, BodyCheck, Statement
from osspcap.model.message import Message
from osspcap.model.operation import Operation
from osspcap.model.pattern import pattern
from osspcap.model.seen import Seen
from osspcap.oss.crc64 import combine, parse_crc64
from osspcap.oss.head import Head

MAX_RANGES = 100_000
"""Remembered of one capture."""

_read_range = pattern(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})").fullmatch

Key = tuple[str | None, str | None, int, int]
"""Bucket, object, its CRC-64 and its length."""
First = tuple[int, Seen[str]]
"""First exchange with an object, and what it states."""


class Ranges:
    """The ranges of a capture, by the object they are of."""

    def __init__(self) -> None:
        self._pieces: dict[Key, dict[int, tuple[int, int]]] = {}
        """By their first byte: CRC-64 and length."""
        self._first: dict[Key, First] = {}
        self._count = 0

    def take(self, exchange: Exchange, operation: Operation, response: Message, head: Head) -> None:
        """Remember an answer with a range that was captured whole."""
        body = response.body
        found = _read_range(head.value(b"\ncontent-range:"))
        stated = head.seen(b"\nx-oss-hash-crc64ecma:")
        crc = None if stated is None else parse_crc64(stated.value)
        if found is None or stated is None or crc is None or body.crc64 is None or self._count >= MAX_RANGES:
            return
        first, last, total = int(found[1]), int(found[2]), int(found[3])
        if body.captured != last - first + 1 or head.has(b"\ncontent-encoding:"):
            return
        self._count += 1
        key = (operation.bucket, operation.object, crc, total)
        self._first.setdefault(key, (exchange.id, stated))
        # A range that was asked for again replaces what came before, as the client's own retry does.
        self._pieces.setdefault(key, {})[first] = (body.crc64, body.captured)

    def checks(self) -> Iterator[BodyCheck]:
        """Yield a check for each object whose ranges are all there and do not give its CRC."""
        for key, pieces in self._pieces.items():
            joined = _joined(pieces, key[3])
            if joined is None or joined == key[2]:
                continue
            number, stated = self._first[key]
            statement = Statement(Algorithm.CRC64, stated, by_client=False, captured=str(joined), fits=False)
            yield BodyCheck(number, of_request=False, statements=(statement,), parts=len(pieces))


def _joined(pieces: dict[int, tuple[int, int]], total: int) -> int | None:
    """Return the CRC of ranges that cover an object without a gap; None if they do not."""
    chosen: list[tuple[int, int]] = []
    at = 0
    while at < total:
        piece = pieces.get(at)
        if piece is None or not piece[1]:
            return None
        chosen.append(piece)
        at += piece[1]
    return combine(chosen) if at == total and len(chosen) > 1 else None
