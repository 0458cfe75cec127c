"""Checksums: what the two sides stated about a body, beside what the captured bytes have."""

from enum import StrEnum

from osspcap.model.record import record
from osspcap.model.seen import Seen


class Algorithm(StrEnum):
    """Kinds of statements, as findings name them."""

    MD5 = "MD5"
    CRC64 = "CRC-64"
    ETAG = "ETag"
    """The MD5 of a simple object, in hexadecimal; of a multipart object something else."""


@record
class Statement:
    """What one side says about a body."""

    algorithm: Algorithm
    seen: Seen[str]
    by_client: bool
    """True if the client stated it, False if OSS did."""
    captured: str = ""
    """The same of the captured bytes, written alike; empty if it is not known."""
    fits: bool | None = None
    """Whether both are the same; None if that is not known."""
    lacking: str = ""
    """Why it is not known; empty if it is."""
    stated_hex: str = ""
    """MD5 only: the digest that is stated, in hexadecimal; empty if none is."""
    malformed: str = ""
    """What is wrong with the form of the statement, in words; empty if nothing is."""


@record
class BodyCheck:
    """One body with statements about it of which not all fit."""

    exchange: int
    of_request: bool
    statements: tuple[Statement, ...]
    is_refused: bool = False
    """True if OSS refused the body because of its checksum (InvalidDigest, InvalidCRC64)."""
    parts: int = 0
    """Parts or ranges whose checksums were combined; 0 if the body is checked by itself."""


@record
class Integrity:
    """All bodies of a capture that do not fit what is stated about them, or could not be held against it."""

    checks: tuple[BodyCheck, ...]
    """First 10,000."""
