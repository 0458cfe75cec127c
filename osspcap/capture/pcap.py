"""Classic pcap (libpcap savefile): both byte orders, micro- and nanoseconds, and Kuznetzov's modified form.

Source: draft-ietf-opsawg-pcap; Wireshark's libpcap reader for the modified form (24-byte record headers).
"""

import struct
from collections.abc import Callable

import numpy as np

from osspcap.capture.chains import HEADER_BYTES, Chain, find_chains
from osspcap.capture.records import MAX_BATCH_RECORDS, MAX_PACKET_BYTES, Damage, RecordBatch, gather
from osspcap.errors import CorruptCaptureError, TruncatedCaptureError
from osspcap.model.packets import Int64Column
from osspcap.units import NS_PER_S

FILE_HEADER_BYTES = 24
_MICROSECONDS, _NANOSECONDS, _MODIFIED = 0xA1B2C3D4, 0xA1B23C4D, 0xA1B2CD34
_SAMPLE_RECORDS = 64
"""Walked one by one before it is known how large records are."""
_MODIFIED_HEADER_BYTES = 24


class PcapWalker:
    """Walks the records of a pcap file. One link type and one time resolution hold for the whole file."""

    def __init__(self, header: bytes, name: str) -> None:
        """Read the file header.

        Args:
            header: First bytes of the file, at least `FILE_HEADER_BYTES` unless the file is shorter.
            name: The file as messages call it.

        Raises:
            TruncatedCaptureError: The file ends inside its header.
            CorruptCaptureError: The header states a version that does not exist.
        """
        if len(header) < FILE_HEADER_BYTES:
            raise TruncatedCaptureError(
                f"{name}: the file ends at byte {len(header)}, inside its {FILE_HEADER_BYTES}-byte pcap header; "
                "copy or record it again"
            )
        self._order = ">" if header[0] == 0xA1 else "<"
        fields = struct.unpack_from(self._order + "IHHiIII", header)
        magic, major, minor, _zone, _accuracy, snaplen, link = fields
        if major != 2:
            raise CorruptCaptureError(
                f"{name}: the pcap header at byte 4 states version {major}.{minor}, and only version 2 is in use; "
                "rewrite the file with `editcap -F pcap IN OUT`"
            )
        # Before 2.3 both lengths of a record stood the other way round, and some writers of 2.3 went on so: libpcap
        # swaps them likewise. The captured length is the smaller one.
        self._may_be_swapped = minor < 4
        self._ns_per_unit = 1 if magic == _NANOSECONDS else 1000
        self._header_bytes = _MODIFIED_HEADER_BYTES if magic == _MODIFIED else HEADER_BYTES
        # Upper bits carry the length of the frame check sequence and flags (draft-ietf-opsawg-pcap section 4).
        self.link_type: int = link & 0x03FFFFFF
        self.snaplen: int | None = snaplen or None
        unsigned = np.dtype(self._order + "u4")
        self._record = np.dtype([(name, unsigned) for name in ("seconds", "fraction", "captured", "original")])
        self._captured_at = self._reader()
        self._has_chains = not self._may_be_swapped and self._header_bytes == HEADER_BYTES

    def _reader(self) -> Callable[[bytearray, int], tuple[int, ...]]:
        """Return what reads the captured length of the record at a position."""
        if not self._may_be_swapped:
            return struct.Struct(self._order + "8xI").unpack_from
        both_at = struct.Struct(self._order + "8xII").unpack_from
        return lambda buffer, position: (min(both_at(buffer, position)),)

    def walk(self, buffer: bytearray, start: int, end: int) -> RecordBatch:
        """Return the records that lie wholly in `buffer[start:end]`; see `Walker.walk`."""
        pieces: list[Int64Column] = []
        position = self._steps(buffer, start, end, end, pieces, _SAMPLE_RECORDS)
        for chain in self._chains(buffer, start, position, end, pieces):
            if position < chain.start:
                position = self._steps(buffer, position, chain.start, end, pieces)
            if position == chain.start:
                pieces.append(chain.positions)
                position = chain.arrival
        position = self._steps(buffer, position, end, end, pieces)
        positions = np.concatenate(pieces)
        if len(positions) > MAX_BATCH_RECORDS:
            position = positions.item(MAX_BATCH_RECORDS)
            positions = positions[:MAX_BATCH_RECORDS]
        return self._columns(buffer, positions, position, *self._what_stands_at(buffer, position, end))

    def _steps(
        self,
        buffer: bytearray,
        position: int,
        until: int,
        end: int,
        pieces: list[Int64Column],
        limit: int = MAX_BATCH_RECORDS,
    ) -> int:
        """Walk record by record; returns where the walk stops: at `until` or behind it, or where no whole record is."""
        header_bytes = self._header_bytes
        captured_at = self._captured_at
        until = min(until, end - header_bytes + 1)
        positions: list[int] = []
        append = positions.append
        for _ in range(limit):
            if position >= until:
                break
            (captured,) = captured_at(buffer, position)
            following = position + header_bytes + captured
            if following > end or captured > MAX_PACKET_BYTES:
                break
            append(position)
            position = following
        pieces.append(np.array(positions, np.int64))
        return position

    def _chains(self, buffer: bytearray, start: int, position: int, end: int, pieces: list[Int64Column]) -> list[Chain]:
        """Find chains of records from a position on, to which the walk has come from the start."""
        known = len(pieces[0])
        if not self._has_chains or known < _SAMPLE_RECORDS or position > end - self._header_bytes:
            return []
        return find_chains(buffer, position, end, self._order, (position - start) // known)

    def _what_stands_at(self, buffer: bytearray, position: int, end: int) -> tuple[int, Damage | None]:
        """Tell how many bytes the record at a position needs as far as is known, and whether it is damaged."""
        if position > end - self._header_bytes:
            return self._header_bytes, None
        (captured,) = self._captured_at(buffer, position)
        if captured > MAX_PACKET_BYTES:
            text = f"claims {captured} captured bytes, and no writer exceeds {MAX_PACKET_BYTES}"
            return self._header_bytes + captured, Damage(position, text)
        return self._header_bytes + captured, None

    def _columns(
        self, buffer: bytearray, at: Int64Column, consumed: int, needed: int, damage: Damage | None
    ) -> RecordBatch:
        """Read the record headers at the positions as columns."""
        records = gather(buffer, self._record, at)
        captured = records["captured"].astype(np.int64)
        original = records["original"].astype(np.int64)
        if self._may_be_swapped:
            captured, original = np.minimum(captured, original), np.maximum(captured, original)
        return RecordBatch(
            start=at + self._header_bytes,
            captured=captured,
            original=np.maximum(original, captured),
            ts_ns=records["seconds"].astype(np.int64) * NS_PER_S
            + records["fraction"].astype(np.int64) * self._ns_per_unit,
            link=np.full(len(at), self.link_type, np.int32),
            consumed=consumed,
            needed=needed,
            damage=damage,
        )
