"""What a direction of TLS is made of: whole records, torn ones, and stretches in which none is known."""

from typing import NamedTuple

from osspcap.model.stream import End, Gap


class Record(NamedTuple):
    """A whole record."""

    kind: int
    version: int
    """As in its header, which says 0x0301 or 0x0303 in TLS 1.3 too."""
    payload: bytes | bytearray | memoryview
    """Valid only until the next one is asked for."""
    frame: int
    """Packet that completed it."""
    ts_ns: int
    peer_offset: int
    """How far the packet in which it began acknowledges the other direction; -1 if unknown."""
    offset: int
    """Stream offset of its header."""


class Torn(NamedTuple):
    """A record that is not there as a whole."""

    kind: int
    version: int
    length: int
    """Of its payload, as announced."""
    head: bytes
    """The payload's captured beginning."""
    gap: Gap
    """First hole in it; for one that the end of the stream cut off, what is missing of it."""
    frame: int
    """Packet in which it began."""
    ts_ns: int
    offset: int


class Hole(NamedTuple):
    """A stretch in which no record is known."""

    offset: int
    length: int
    gap: Gap
    """The hole that began it."""


class Candidate(NamedTuple):
    """What may be the next record; answer with `accept` or `refuse` before the next one is asked for."""

    record: Record
    is_followed: bool
    """The header of another record follows, or nothing does."""


Item = Record | Torn | Hole | Candidate | End
