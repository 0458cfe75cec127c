"""Takes secrets and object data out of the packets of some streams, at equal length.

In: packets with their place in the stream. Out: the same packets, whose payload holds only what may be seen. Secrets
are filled in the stream and not in the packet, so that one that two packets share is found, and a retransmission is
filled as its original was. Object data is left out: a packet is cut behind the last byte that is kept, as a snap
length would cut it, and what must stand in front of such bytes is blanked.

Memory: the packets kept, bounded by the caller.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from osspcap.bundle.checksum import fix_checksum
from osspcap.bundle.filling import Filling, fill_fields
from osspcap.bundle.regions import Region, SideRegions
from osspcap.model.stream import Connection
from osspcap.trace import FollowedPacket

BLANK = b"."
"""Stands for a byte of object data that could not be cut off."""
_find_file = re.compile(rb'name="?file"?[^\r\n]*\r?\n', re.IGNORECASE).search


@dataclass(slots=True)
class RedactedPacket:
    """A packet on its way into the bundle."""

    frame: int
    link_type: int
    ts_ns: int
    original_length: int
    data: bytearray
    payload_offset: int
    connection: Connection
    from_client: bool
    is_cut: bool
    """True if payload was left out at its end."""
    is_changed: bool = False


@dataclass(slots=True)
class _Piece:
    """Where a packet holds bytes of a region."""

    start: int
    packet: RedactedPacket
    at: int
    length: int


@dataclass
class Redaction:
    """What a bundle keeps of its streams."""

    connections: Sequence[Connection]
    sides: Mapping[int, tuple[SideRegions, SideRegions]]
    """By stream: client and server."""
    filling_of: Callable[[int], Filling]
    """Gives the replacements for the secrets of an exchange."""
    has_coded_secret: Callable[[int], bool]
    """Tells whether a compressed body of an exchange holds a secret that cannot be filled."""
    packets: list[RedactedPacket] = field(default_factory=list)
    fragments: int = 0
    """Packets left out because they were put together from IP fragments."""
    blanked: int = 0
    """Bytes of payload that were left out."""
    held: int = 0
    """Bytes of the packets kept."""
    _pieces: dict[tuple[int, bool, int], list[_Piece]] = field(default_factory=dict)

    def take(self, followed: FollowedPacket) -> None:
        """Take the next packet; its record's bytes are copied."""
        record, packet = followed.record, followed.packet
        if record.payload_offset is None:
            self.fragments += 1
            return
        payload = record.data[record.payload_offset :]
        size = min(len(payload), packet.length)  # the rest is padding of the link layer
        side = self.sides[followed.stream][0 if packet.from_client else 1]
        is_syn = bool(packet.flags & 0x02)
        start = packet.seq - (0 if is_syn else 1)
        if side.sealed_from is not None and packet.frame >= side.sealed_from:
            kept, stop = [], size
        else:
            kept = side.within(start, start + size)
            stop = kept[-1][1] - start if kept else 0
        is_cut = stop < size
        data = bytearray(record.data[: record.payload_offset + stop] if is_cut else record.data)
        made = RedactedPacket(
            packet.frame,
            record.link_type,
            record.ts_ns,
            record.original_length,
            data,
            record.payload_offset,
            self.connections[followed.stream],
            packet.from_client,
            is_cut,
        )
        self.blanked += size - stop
        self.held += len(data)
        self.packets.append(made)
        at = start
        for begin, end, number in kept:
            self._blank(made, at - start, begin - start)
            key = (followed.stream, packet.from_client, number)
            piece = _Piece(begin, made, record.payload_offset + begin - start, end - begin)
            self._pieces.setdefault(key, []).append(piece)
            at = end

    def _blank(self, packet: RedactedPacket, start: int, stop: int) -> None:
        if start < stop:
            begin = packet.payload_offset + start
            packet.data[begin : begin + stop - start] = BLANK * (stop - start)
            packet.is_changed = True
            self.blanked += stop - start

    def finish(self) -> list[RedactedPacket]:
        """Fill the secrets and make checksums right; return the packets in file order."""
        for (stream, from_client, number), pieces in self._pieces.items():
            self._fill(self.sides[stream][0 if from_client else 1].regions[number], pieces)
        for packet in self.packets:
            if packet.is_changed and not packet.is_cut:
                ends = packet.connection.client, packet.connection.server
                source, target = ends if packet.from_client else ends[::-1]
                fix_checksum(packet.data, packet.payload_offset, source, target)
        return self.packets

    def _fill(self, region: Region, pieces: list[_Piece]) -> None:
        stop = max(piece.start + piece.length for piece in pieces)
        before = bytearray(stop - region.start)
        for piece in reversed(pieces):
            at = piece.start - region.start
            before[at : at + piece.length] = piece.packet.data[piece.at : piece.at + piece.length]
        after = self._filled(region, bytes(before))
        for piece in pieces:
            at = piece.start - region.start
            new = after[at : at + piece.length]
            if piece.packet.data[piece.at : piece.at + piece.length] != new:
                piece.packet.data[piece.at : piece.at + piece.length] = new
                piece.packet.is_changed = True

    def _filled(self, region: Region, before: bytes) -> bytes:
        filling = self.filling_of(region.exchange)
        after = filling.apply_to_head(before) if region.is_head else filling.apply(before)
        if region.is_head:
            after = fill_fields(after, _fields(before))
        elif self.has_coded_secret(region.exchange):
            after = BLANK * len(before)
        elif region.is_form:
            after = self._without_file(after)
        if filling.finds(after):  # a replacement made one of its own: rather nothing than a secret
            after = BLANK * len(before)
        return after

    def _without_file(self, form: bytes) -> bytes:
        """Blank the content of a form's file, up to the next boundary."""
        part = _find_file(form)
        begin = -1 if part is None else form.find(b"\r\n\r\n", part.start())
        if begin < 0:
            return form
        begin += 4
        boundary = form[: form.find(b"\r\n")]
        end = form.find(b"\r\n" + boundary, begin) if boundary.startswith(b"--") else -1
        end = len(form) if end < 0 else end
        self.blanked += end - begin
        return form[:begin] + BLANK * (end - begin) + form[end:]


def _fields(head: bytes) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        found.setdefault(name.strip().lower(), value)
    return found
