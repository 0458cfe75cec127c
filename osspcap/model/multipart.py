"""Multipart uploads of a capture: every request about an upload ID, and what the client claimed at its end."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import NamedTuple

from osspcap.model.record import record
from osspcap.model.seen import Seen
from osspcap.units import FrameNumber


class PartTry(NamedTuple):
    """One UploadPart or UploadPartCopy."""

    exchange: int
    size: int | None
    """Bytes announced, or of the copied range; None if not stated."""


class PartEntry(NamedTuple):
    """One `<Part>` of a CompleteMultipartUpload or of a ListParts answer."""

    number_text: str
    """As written."""
    number: int | None
    """None if it is no whole number."""
    etag_text: str
    """As written, blanks around it off."""
    etag: str
    """Without quotes, upper case."""
    size: int | None = None
    """ListParts only."""
    crc64: int | None = None
    """ListParts only."""


class FaultKind(StrEnum):
    """What is wrong with one entry of a CompleteMultipartUpload."""

    NULL_ETAG = "null-etag"
    """The program had no ETag for the part."""
    ETAG_DIFFERS = "etag-differs"
    """OSS stated another ETag for the part."""
    NOT_UPLOADED = "not-uploaded"
    """No upload of the part succeeded in the capture."""
    ORDER = "order"
    """Its number is not above the one before it."""
    NUMBER = "number"
    """Its number is no whole number from 1 to 10,000."""
    TOO_SMALL = "too-small"
    """It is below 100 KB and not the last one."""


@record
class ClaimFault:
    """One entry that OSS cannot accept."""

    kind: FaultKind
    entry: PartEntry
    place: int
    """0-based, in the list as sent."""
    previous: PartEntry | None = None
    """ORDER: the entry before it."""
    part: int | None = None
    """The request that tells: whose answer has another ETag (UploadPart, ListParts), or the UploadPart that failed."""
    stated: Seen[str] | None = None
    """ETAG_DIFFERS: the ETag in that answer."""
    earlier: int | None = None
    """ETAG_DIFFERS: an earlier try of the part whose answer has the claimed ETag."""
    number_of_etag: int | None = None
    """ETAG_DIFFERS: another part whose answer has the claimed ETag."""
    size: int | None = None
    """TOO_SMALL: bytes of the part."""


@record
class Completion:
    """One CompleteMultipartUpload."""

    exchange: int
    entry_count: int
    """Parts that it lists, as far as they were captured."""
    is_whole: bool
    """True if the list was captured whole and could be read."""
    frame: FrameNumber
    """Packet in which the list starts."""
    faults: tuple[ClaimFault, ...] = ()
    """First 20 of each kind; looked for in refused completions only."""
    fault_counts: Mapping[FaultKind, int] = field(default_factory=dict)
    combined_crc64: int | None = None
    """CRC-64 of the parts joined, by what OSS stated for each; None unless every part of the list was captured."""
    stated_crc64: Seen[str] | None = None
    """What OSS stated, if there is something to hold it against."""
    combined_etags: tuple[str, ...] = ()
    """ETags that the object may have by those listed; empty unless OSS stated one of that form."""
    stated_etag: Seen[str] | None = None
    """What OSS stated, likewise."""


@record
class MultipartUpload:
    """All that a capture holds about one upload ID. Numbers are exchange ids, in order of start."""

    upload_id: str
    initiation: int | None
    """The InitiateMultipartUpload whose answer gave the ID."""
    parts: Mapping[int, tuple[PartTry, ...]]
    """Tries by part number, each in order of start."""
    misnumbered: tuple[int, ...]
    """UploadPart requests whose partNumber is missing or no whole number from 1 to 10,000."""
    listed: Mapping[int, PartEntry]
    """Parts by number that ListParts showed last."""
    completions: tuple[Completion, ...]
    aborts: tuple[int, ...]
    gone: tuple[int, ...]
    """Requests answered with NoSuchUpload."""
    first: int
    last: int
    """First and last exchange about it."""


@record
class MultipartUploads:
    """All multipart uploads of a capture, in order of their first request."""

    uploads: tuple[MultipartUpload, ...]
