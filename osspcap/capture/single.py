"""Packets that columns cannot decode, one by one. Loads dpkt, so it is imported only when there is such a packet."""

from osspcap.capture.cursor import Cursor, SideArea, Stop, TcpRow
from osspcap.capture.fragments import Reassembler
from osspcap.capture.link import decode_packet
from osspcap.capture.records import RecordBatch
from osspcap.model.packets import Int64Column

Found = list[tuple[int, TcpRow]]
Stops = dict[Stop, tuple[int, int]]


class SingleDecoder:
    """Decodes single packets of one capture, in file order; holds the fragments that wait for others."""

    def __init__(self) -> None:
        self._reassembler = Reassembler()

    def decode(self, buffer: bytearray, batch: RecordBatch, rows: Int64Column) -> tuple[Found, Stops, bytearray]:
        """Decode some packets of a batch.

        Args:
            buffer: Holds the records.
            batch: The records.
            rows: int64 (n,): which of them, ascending.

        Returns:
            TCP segments with their rows; what the others are, with their count and first row; bytes to put behind the
            buffer, which offsets beyond its end refer to.
        """
        found: Found = []
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
                count, first = stops.get(outcome, (0, row))
                stops[outcome] = (count + 1, first)
        return found, stops, side.data
