"""Packets that columns cannot decode, one by one. Loads dpkt, so it is imported only when there is such a packet."""

from typing import NamedTuple

from osspcap.capture.cursor import Cursor, Noted, SideArea, Stop, TcpRow
from osspcap.capture.fragments import Reassembler
from osspcap.capture.link import decode_packet
from osspcap.capture.records import RecordBatch
from osspcap.model.packets import Int64Column

Found = list[tuple[int, TcpRow]]
Stops = dict[Stop, tuple[int, int]]
Notes = list[tuple[int, Noted]]


class Decoded(NamedTuple):
    """What single packets turned out to be."""

    found: Found
    """TCP segments with their rows."""
    stops: Stops
    """What the others are, with their count and first row."""
    notes: Notes
    """DNS messages and ICMP errors among them, with their rows."""
    side: bytearray
    """Bytes to put behind the buffer, which offsets beyond its end refer to."""


class SingleDecoder:
    """Decodes single packets of one capture, in file order; holds the fragments that wait for others."""

    def __init__(self) -> None:
        self._reassembler = Reassembler()

    def decode(self, buffer: bytearray, batch: RecordBatch, rows: Int64Column) -> "Decoded":
        """Decode some packets of a batch.

        Args:
            buffer: Holds the records.
            batch: The records.
            rows: int64 (n,): which of them, ascending.

        Returns:
            What the packets are.
        """
        found: Found = []
        notes: Notes = []
        stops: Stops = {}
        side = SideArea(len(buffer))
        columns = (batch.start, batch.captured, batch.original, batch.link, batch.ts_ns)
        lists = (column[rows].tolist() for column in columns)
        for row, start, captured, original, link, ts_ns in zip(rows.tolist(), *lists, strict=True):
            cursor = Cursor(buffer, start, start + captured, start + original, ts_ns, self._reassembler, side)
            outcome = decode_packet(cursor, link)
            if isinstance(outcome, TcpRow):
                found.append((row, outcome))
            else:
                if cursor.datagram is not None:
                    notes.append((row, cursor.datagram))
                count, first = stops.get(outcome, (0, row))
                stops[outcome] = (count + 1, first)
        return Decoded(found, stops, notes, side.data)
