"""IP fragments -> datagrams (RFC 791 section 3.2, RFC 8200 section 4.5), in bounded memory and independent of chunks.

A datagram appears with the fragment that completes it, as in Wireshark. Of overlapping bytes the first seen are kept.
"""

from dataclasses import dataclass, field

from osspcap.model.record import record

MAX_PENDING_BYTES = 4 * 1024 * 1024
"""Fragment bytes held, all incomplete datagrams together; the oldest is given up first. Linux's ipfrag_high_thresh."""

MAX_PENDING_DATAGRAMS = 1024
"""Incomplete datagrams held; the oldest is given up first."""

MAX_DATAGRAM_BYTES = 65_535
"""Longest datagram that the length fields of IPv4 and IPv6 allow."""

TIMEOUT_NS = 30_000_000_000
"""Age at which fragments no longer belong to a new datagram of the same identification; Linux's ipfrag_time."""

MAX_FAILED_JOINS = 16
"""Times that a datagram may look complete by its byte count and not be: only overlaps do that, and each try sorts."""

_FRAGMENT_COST_BYTES = 200
"""Memory that a fragment takes beside its bytes."""


@record
class Datagram:
    """The payload of a complete datagram."""

    captured: bytes
    """Its bytes, up to the first that a snap length cut off."""
    length: int
    """Its length on the wire."""


@dataclass(slots=True)
class _Pending:
    """Fragments of one datagram."""

    first_ns: int
    parts: dict[int, tuple[int, bytes]] = field(default_factory=dict)
    """Offset to length on the wire and captured bytes."""
    received: int = 0
    """Wire bytes of all parts: less than `length` as long as something is missing."""
    length: int | None = None
    """Length of the whole, once the last fragment is there."""
    cost: int = 0
    failed_joins: int = 0


class Reassembler:
    """Holds fragments until their datagrams are complete."""

    def __init__(self) -> None:
        self._pending: dict[tuple[bytes, ...], _Pending] = {}
        self._cost = 0

    def add(
        self, key: tuple[bytes, ...], offset: int, data: bytes, *, length: int, is_last: bool, ts_ns: int
    ) -> Datagram | None:
        """Take in a fragment.

        Args:
            key: What fragments of one datagram share: addresses, protocol, identification.
            offset: Place of the fragment in the datagram's payload, in bytes.
            data: Its captured bytes.
            length: Its bytes on the wire.
            is_last: No fragment lies behind it.
            ts_ns: Its capture time.

        Returns:
            The datagram that it completes, or None.
        """
        entry = self._pending.get(key)
        if entry is not None and abs(ts_ns - entry.first_ns) > TIMEOUT_NS:
            self._drop(key)
            entry = None
        if offset + length > MAX_DATAGRAM_BYTES:
            return None
        if entry is None:
            entry = self._pending[key] = _Pending(ts_ns)
        if offset not in entry.parts or entry.parts[offset][0] < length:
            replaced = entry.parts.get(offset, (0, b""))
            entry.parts[offset] = (length, data)
            entry.received += length - replaced[0]
            cost = len(data) - len(replaced[1]) + (_FRAGMENT_COST_BYTES if not replaced[0] else 0)
            entry.cost += cost
            self._cost += cost
        if is_last and entry.length is None:
            entry.length = offset + length
        datagram = None
        if entry.length is not None and entry.received >= entry.length:
            datagram = _join(entry.parts, entry.length)
            entry.failed_joins += datagram is None
            if datagram is not None or entry.failed_joins > MAX_FAILED_JOINS:
                self._drop(key)
        while self._cost > MAX_PENDING_BYTES or len(self._pending) > MAX_PENDING_DATAGRAMS:
            self._drop(next(iter(self._pending)))
        return datagram

    def _drop(self, key: tuple[bytes, ...]) -> None:
        """Forget a datagram."""
        self._cost -= self._pending.pop(key).cost


def _join(parts: dict[int, tuple[int, bytes]], whole: int) -> Datagram | None:
    """Put the parts of a datagram together if none is missing."""
    out = bytearray()
    covered, is_cut = 0, False
    for offset in sorted(parts):
        length, data = parts[offset]
        if offset > covered:
            return None
        if not is_cut:
            out += data[covered - offset :]
            is_cut = len(data) < length
        covered = max(covered, offset + length)
    return Datagram(bytes(out[:whole]), whole) if covered >= whole else None
