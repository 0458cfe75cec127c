"""CompleteMultipartUpload: the parts that a client claims, held against what OSS answered when they were uploaded.

In: one completion and the tries of its parts. Out: a `Completion`. A refused one is searched for entries that OSS
cannot accept; for an accepted one the checksums that the object must have are put together from those of the parts.

Cost: one parse of the list, and one look at the head of each part's answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from osspcap.model.exchange import Exchange
from osspcap.model.multipart import ClaimFault, Completion, FaultKind, PartEntry, PartTry
from osspcap.model.record import record
from osspcap.model.seen import Seen
from osspcap.oss.crc64 import combine, parse_crc64
from osspcap.oss.etag import bare_etag, is_nothing, multipart_etags, part_count, stated_etag
from osspcap.oss.head import Head
from osspcap.oss.limits import MAX_PART_NUMBER, MIN_PART_BYTES
from osspcap.oss.neighbours import is_successful
from osspcap.oss.part_list import read_part_list

MAX_FAULTS_OF_A_KIND = 20
"""Kept of one completion; one null ETag comes with 10,000 others."""


@record
class Uploaded:
    """What is known of the parts of an upload when it is completed."""

    exchanges: Sequence[Exchange]
    parts: Mapping[int, Sequence[PartTry]]
    listed: Mapping[int, PartEntry]
    listing: int | None
    """The ListParts that showed `listed` last."""


def judge_completion(exchange: Exchange, uploaded: Uploaded) -> Completion:
    """Hold one completion against the uploads of its parts."""
    request = exchange.request
    assert request is not None  # noqa: S101 - its target named the upload
    body = request.body
    entries, is_read = read_part_list(body.content)
    frame = request.frame if body.first_frame is None else body.first_frame
    is_whole = is_read and body.complete and body.captured <= len(body.window)
    done = Completion(exchange.id, len(entries), is_whole, frame)
    if exchange.status is None or not entries:
        return done
    if is_successful(exchange):
        return _with_checksums(done, entries, exchange, uploaded) if is_whole else done
    return _with_faults(done, entries, uploaded)


def _with_faults(done: Completion, entries: Sequence[PartEntry], uploaded: Uploaded) -> Completion:
    successes = _Successes(uploaded)
    kept: list[ClaimFault] = []
    counts: dict[FaultKind, int] = {}
    previous: PartEntry | None = None
    for place, entry in enumerate(entries):
        found = _faults_of(entry, place, previous, uploaded, successes)
        if place < len(entries) - 1:
            found += _too_small(entry, place, uploaded)
        for fault in found:
            counts[fault.kind] = counts.get(fault.kind, 0) + 1
            if counts[fault.kind] <= MAX_FAULTS_OF_A_KIND:
                kept.append(fault)
        previous = entry
    return replace(done, faults=tuple(kept), fault_counts=counts)


def _too_small(entry: PartEntry, place: int, uploaded: Uploaded) -> list[ClaimFault]:
    """Judge the size of a part that is not the last."""
    number = 0 if entry.number is None else entry.number
    tries, known = uploaded.parts.get(number, ()), uploaded.listed.get(number)
    size = tries[-1].size if tries else None if known is None else known.size
    if size is None or size >= MIN_PART_BYTES:
        return []
    part = tries[-1].exchange if tries else uploaded.listing
    return [ClaimFault(FaultKind.TOO_SMALL, entry, place, part=part, size=size)]


class _Successes:
    """The ETags that OSS stated for the parts, looked up once each."""

    def __init__(self, uploaded: Uploaded) -> None:
        self._uploaded = uploaded
        self._numbers: dict[str, int] | None = None

    def of(self, number: int) -> list[tuple[int, Seen[str] | None]]:
        """Return the successful tries of a part, in order, with the ETag that each was given."""
        exchanges = self._uploaded.exchanges
        return [
            (item.exchange, stated_etag(exchanges[item.exchange]))
            for item in self._uploaded.parts.get(number, ())
            if is_successful(exchanges[item.exchange])
        ]

    def number_of(self, etag: str) -> int | None:
        """Return the part that was given an ETag; None if none was."""
        if self._numbers is None:
            self._numbers = {
                bare_etag(stated.value): number
                for number in self._uploaded.parts
                for _, stated in self.of(number)
                if stated is not None
            }
        return self._numbers.get(etag)


def _faults_of(
    entry: PartEntry, place: int, previous: PartEntry | None, uploaded: Uploaded, successes: _Successes
) -> list[ClaimFault]:
    number = entry.number
    if number is None or not 1 <= number <= MAX_PART_NUMBER:
        return [ClaimFault(FaultKind.NUMBER, entry, place)]
    found = []
    if previous is not None and previous.number is not None and number <= previous.number:
        found.append(ClaimFault(FaultKind.ORDER, entry, place, previous))
    tries = successes.of(number)
    if is_nothing(entry.etag):
        last, stated = tries[-1] if tries else (None, None)
        return [*found, ClaimFault(FaultKind.NULL_ETAG, entry, place, part=last, stated=stated)]
    fault = _differing(entry, place, tries, successes) if tries else _unknown(entry, place, uploaded)
    return found if fault is None else [*found, fault]


def _differing(
    entry: PartEntry, place: int, tries: list[tuple[int, Seen[str] | None]], successes: _Successes
) -> ClaimFault | None:
    """Compare with the last try: a part that is uploaded again replaces the one before."""
    last, stated = tries[-1]
    if stated is None or bare_etag(stated.value) == entry.etag:
        return None
    earlier = next(
        (number for number, seen in tries[:-1] if seen is not None and bare_etag(seen.value) == entry.etag), None
    )
    return ClaimFault(
        FaultKind.ETAG_DIFFERS,
        entry,
        place,
        part=last,
        stated=stated,
        earlier=earlier,
        number_of_etag=successes.number_of(entry.etag) if earlier is None else None,
    )


def _unknown(entry: PartEntry, place: int, uploaded: Uploaded) -> ClaimFault | None:
    """Judge a part of which the capture shows no successful upload: by ListParts, if it was asked for."""
    number = 0 if entry.number is None else entry.number
    known, listing = uploaded.listed.get(number), uploaded.listing
    if known is not None and listing is not None:
        if known.etag == entry.etag:
            return None
        response = uploaded.exchanges[listing].response
        assert response is not None  # noqa: S101 - it showed the part
        raw = known.etag_text.encode("utf-8", "replace")
        stated = Seen(known.etag_text, response.frame, "response body <ETag>", raw)
        return ClaimFault(FaultKind.ETAG_DIFFERS, entry, place, part=listing, stated=stated)
    tries = uploaded.parts.get(number, ())
    return ClaimFault(FaultKind.NOT_UPLOADED, entry, place, part=tries[-1].exchange if tries else None)


def _with_checksums(
    done: Completion, entries: Sequence[PartEntry], exchange: Exchange, uploaded: Uploaded
) -> Completion:
    response = exchange.response
    assert response is not None  # noqa: S101 - it has a status
    stated = Head(response).seen(b"\nx-oss-hash-crc64ecma:")
    combined = None if stated is None else _combined(entries, uploaded)
    tag = stated_etag(exchange)
    has_etag = tag is not None and part_count(bare_etag(tag.value)) is not None
    return replace(
        done,
        combined_crc64=combined,
        stated_crc64=stated if combined is not None else None,
        combined_etags=multipart_etags([entry.etag for entry in entries]) if has_etag else (),
        stated_etag=tag if has_etag else None,
    )


def _combined(entries: Sequence[PartEntry], uploaded: Uploaded) -> int | None:
    pieces: list[tuple[int, int]] = []
    for entry in entries:
        piece = _piece(entry, uploaded)
        if piece is None:
            return None
        pieces.append(piece)
    return combine(pieces)


def _piece(entry: PartEntry, uploaded: Uploaded) -> tuple[int, int] | None:
    """Return CRC and length of a part, both as OSS has them; None if the capture does not tell."""
    number = 0 if entry.number is None else entry.number
    for item in reversed(uploaded.parts.get(number, ())):
        exchange = uploaded.exchanges[item.exchange]
        if not is_successful(exchange) or exchange.response is None:
            continue
        stated = stated_etag(exchange)
        if stated is None or bare_etag(stated.value) != entry.etag:
            continue
        crc = parse_crc64(Head(exchange.response).value(b"\nx-oss-hash-crc64ecma:"))
        return None if crc is None or item.size is None else (crc, item.size)
    known = uploaded.listed.get(number)
    if known is None or known.etag != entry.etag or known.crc64 is None or known.size is None:
        return None
    return known.crc64, known.size
