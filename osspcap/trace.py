"""A second pass over a capture for a few chosen connections: their packets, for ladders and for smaller captures.

The first pass keeps no packets. What wants to show them names the streams, and this reads the file again, picks the
rows of these connections with column operations, and stops behind the last of them. Which connection a packet belongs
to was settled by the first pass: of all that share its addresses and ports, the last that had begun.

Cost: reading the file once more (without its HTTP), and 10 us for each packet of the chosen streams. Memory: the kept
packets, `MAX_PACKETS` for each stream.
"""

import os
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import field
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

from osspcap.capture.reader import CaptureReader, open_capture
from osspcap.capture.records import RecordBatch
from osspcap.errors import CaptureError
from osspcap.model.exchange import Exchange
from osspcap.model.finding import Finding
from osspcap.model.packets import PacketTable
from osspcap.model.record import growing_record
from osspcap.model.report import Dissection
from osspcap.model.stream import Connection, ConnectionEnd
from osspcap.model.trace import NO_TRACES, LeftOut, StreamTrace, TracedPacket, Traces
from osspcap.tcp.chosen import ChosenRows
from osspcap.tcp.tracing import StreamTracer
from osspcap.units import FrameNumber, StreamId

MAX_FOLLOWED_PACKETS = 250_000
"""Packets looked at, of all streams together: some three seconds. Behind that, traces end."""
MAX_STREAMS = 20
"""Streams traced in one report."""
MAX_STREAMS_OF_FINDING = 4
"""Of one finding: what goes wrong a thousand times looks the same each time."""
SMALL_CAPTURE_PACKETS = 20_000
"""Packets up to which streams are traced that no finding names."""
MAX_EXCHANGES_SEARCHED = 10_000
"""Exchanges and connections looked at for such streams."""
MAX_PACKETS = 1_200
"""Packets kept of one stream."""
FIRST_PACKETS = 400
"""Kept from the start of a stream, whatever they are."""
LAST_PACKETS = 150
"""Kept from its end."""
AROUND_EVIDENCE = 12
"""Kept before and behind a packet that a finding names."""
AROUND_NOTES = 2
"""Kept before and behind a packet that is out of the ordinary."""

_GOOD_ENDS = (ConnectionEnd.FIN_CLIENT, ConnectionEnd.FIN_SERVER, ConnectionEnd.OPEN)


class RawRecord(NamedTuple):
    """A packet record as the file has it."""

    link_type: int
    """LINKTYPE number of tcpdump.org."""
    ts_ns: int
    original_length: int
    """Bytes on the wire."""
    data: memoryview
    """Captured bytes; valid until the next packet is asked for."""
    payload_offset: int | None
    """Where in `data` the TCP payload starts; None if the packet was put together from IP fragments."""


class FollowedPacket(NamedTuple):
    """A packet of a chosen stream."""

    stream: StreamId
    packet: TracedPacket
    record: RawRecord


def follow(
    reader: CaptureReader, connections: Sequence[Connection], streams: Collection[StreamId]
) -> Iterator[FollowedPacket]:
    """Yield the packets of some connections in file order, with their records.

    Args:
        reader: The capture, opened anew.
        connections: All connections of the first pass; `connections[n].stream == n`.
        streams: Which of them to follow.

    Raises:
        CaptureError: The file cannot be read again.
    """
    chosen = ChosenRows(connections, streams, reader.addresses)
    tracers = {stream: StreamTracer(connections[stream]) for stream in streams}
    yield from _follow(reader, chosen, tracers)


def _follow(
    reader: CaptureReader, chosen: ChosenRows, tracers: Mapping[StreamId, StreamTracer]
) -> Iterator[FollowedPacket]:
    first_frame = 1
    for batch, table in reader.batches():
        for row, connection, side, clock_ns in chosen.rows(table):
            packet = tracers[connection.stream].take(table, row, side, clock_ns)
            yield FollowedPacket(connection.stream, packet, _record(batch, table, row, first_frame))
        first_frame += len(batch)
        if first_frame > chosen.last_frame:
            return


def _record(batch: RecordBatch, table: PacketTable, row: int, first_frame: int) -> RawRecord:
    index = table.frame.item(row) - first_frame
    start, captured = batch.start.item(index), batch.captured.item(index)
    payload = table.payload_start.item(row) - start
    return RawRecord(
        link_type=batch.link.item(index),
        ts_ns=batch.ts_ns.item(index),
        original_length=batch.original.item(index),
        data=table.buffer[start : start + captured],
        payload_offset=payload if 0 <= payload <= captured else None,
    )


def trace_report(
    path: str | os.PathLike[str],
    dissection: Dissection,
    findings: Sequence[Finding],
    *,
    stdin: BinaryIO | None = None,
) -> Traces:
    """Return the packets that a report on a capture wants to show.

    Args:
        path: The capture, as it was read the first time.
        dissection: What the first pass found.
        findings: What the rules found.
        stdin: Standard input from its start; None if it cannot be read again.

    Raises:
        Nothing: what cannot be read a second time is stated in `Traces.lack`.
    """
    wanted = streams_worth_tracing(dissection.connections, dissection.exchanges, findings)
    if not wanted:
        return NO_TRACES
    if not (Path(path).is_file() if os.fspath(path) != "-" else stdin is not None):
        return Traces(lack="the capture came through a pipe and is not there to be read a second time; save it first")
    try:
        with open_capture(path, stdin=stdin) as reader:
            return Traces(trace_streams(reader, dissection.connections, wanted))
    except CaptureError as error:
        return Traces(lack=f"the capture could not be read a second time: {error}")


def trace_streams(
    reader: CaptureReader, connections: Sequence[Connection], wanted: Mapping[StreamId, Collection[FrameNumber]]
) -> tuple[StreamTrace, ...]:
    """Return the packets of some connections, bounded: what is left out is stated where it is missing.

    Args:
        reader: The capture, opened anew.
        connections: All connections of the first pass.
        wanted: Streams to trace, each with the frames that findings name: these are kept with what is around them.

    Raises:
        CaptureError: The file cannot be read again.
    """
    chosen = ChosenRows(connections, wanted, reader.addresses)
    tracers = {stream: StreamTracer(connections[stream]) for stream in wanted}
    kept = {stream: _Kept(frozenset(frames)) for stream, frames in wanted.items()}
    for stream, packet, _ in islice(_follow(reader, chosen, tracers), MAX_FOLLOWED_PACKETS):
        kept[stream].take(packet)
    return tuple(
        StreamTrace(
            stream,
            kept[stream].finish(connections[stream]),
            tuple(tracers[stream].finish()),
            connections[stream].packets,
        )
        for stream in sorted(wanted)
    )


def streams_worth_tracing(
    connections: Sequence[Connection], exchanges: Sequence[Exchange], findings: Sequence[Finding]
) -> dict[StreamId, set[FrameNumber]]:
    """Return the streams that a reader of the report may want to see, with the frames that findings name.

    First those of the findings, the worst first; then, in small captures, those of failed exchanges, those that ended
    badly, and the others.
    """
    frames: dict[StreamId, set[FrameNumber]] = {}
    for finding in findings:
        named = [item.stream for item in finding.evidence if item.stream is not None]
        for stream in list(dict.fromkeys((*named, *finding.streams)))[:MAX_STREAMS_OF_FINDING]:
            if len(frames) < MAX_STREAMS and 0 <= stream < len(connections):
                frames.setdefault(stream, set())
    for item in (item for finding in findings for item in finding.evidence):
        if item.stream in frames:
            frames[item.stream].add(item.frame)
    failed = (item.stream for item in exchanges[:MAX_EXCHANGES_SEARCHED] if item.status is None or item.status >= 400)
    broken = (one.stream for one in connections[:MAX_EXCHANGES_SEARCHED] if one.end not in _GOOD_ENDS)
    with_http = (item.stream for item in exchanges[:MAX_EXCHANGES_SEARCHED])
    others = dict.fromkeys((*failed, *broken, *with_http, *(one.stream for one in connections[:MAX_STREAMS])))
    packets = sum(connections[stream].packets for stream in frames)
    for stream in others:
        packets += connections[stream].packets
        if len(frames) >= MAX_STREAMS or packets > SMALL_CAPTURE_PACKETS:
            break
        frames.setdefault(stream, set())
    return frames


@growing_record
class _Kept:
    """Chooses which packets of one stream are kept, as they come."""

    evidence: frozenset[FrameNumber]
    steps: list[TracedPacket | LeftOut] = field(default_factory=list)
    recent: deque[TracedPacket] = field(default_factory=deque)
    """Packets not kept so far: at the end of the stream they are its last ones."""
    count: int = 0
    seen: int = 0
    last_frame: int = 0
    lead: int = 0
    """How many packets to come are kept because of one before them."""

    def take(self, packet: TracedPacket) -> None:
        """Keep the packet, or hold it back until something decides."""
        self.seen += 1
        self.last_frame = packet.frame
        is_evidence, is_full = packet.frame in self.evidence, self.count >= MAX_PACKETS
        if is_evidence or (packet.notes and not is_full):
            around = AROUND_EVIDENCE if is_evidence else AROUND_NOTES
            self._flush(around)
            self._keep(packet)
            self.lead = max(self.lead, around)
        elif self.count < FIRST_PACKETS or (self.lead and not is_full):
            self.lead = max(self.lead - 1, 0)
            self._keep(packet)
        else:
            self.lead = 0
            self.recent.append(packet)
            if len(self.recent) > max(LAST_PACKETS, AROUND_EVIDENCE):
                self._leave_out(self.recent.popleft())

    def finish(self, connection: Connection) -> tuple[TracedPacket | LeftOut, ...]:
        """Keep the last packets, and return all; state those that were not even looked at."""
        self._flush(LAST_PACKETS)
        unseen = connection.packets - self.seen
        if unseen > 0:
            first = FrameNumber(self.last_frame + 1 if self.seen else connection.first_frame)
            self.steps.append(LeftOut(first, connection.last_frame, unseen, None, None))
        return tuple(self.steps)

    def _flush(self, count: int) -> None:
        """Keep the last packets of those held back; the others are left out."""
        while len(self.recent) > count:
            self._leave_out(self.recent.popleft())
        while self.recent:
            self._keep(self.recent.popleft())

    def _keep(self, packet: TracedPacket) -> None:
        self.steps.append(packet)
        self.count += 1

    def _leave_out(self, packet: TracedPacket) -> None:
        client, server = (packet.length, 0) if packet.from_client else (0, packet.length)
        last = self.steps[-1] if self.steps else None
        if not isinstance(last, LeftOut):
            self.steps.append(LeftOut(packet.frame, packet.frame, 1, client, server))
            return
        client, server = client + (last.client_bytes or 0), server + (last.server_bytes or 0)
        self.steps[-1] = LeftOut(last.first_frame, packet.frame, last.packets + 1, client, server)


def loose_records(reader: CaptureReader, frames: Collection[FrameNumber]) -> Iterator[tuple[FrameNumber, RawRecord]]:
    """Yield the records of some packets, whatever they are, in file order; in place of `follow`.

    Raises:
        CaptureError: The file cannot be read again.
    """
    wanted = sorted(frames)
    first_frame, at = 1, 0
    for batch, table in reader.batches():
        while at < len(wanted) and wanted[at] < first_frame + len(batch):
            index = wanted[at] - first_frame
            start, captured = batch.start.item(index), batch.captured.item(index)
            data = table.buffer[start : start + captured]
            link, ts_ns = batch.link.item(index), batch.ts_ns.item(index)
            yield wanted[at], RawRecord(link, ts_ns, batch.original.item(index), data, None)
            at += 1
        first_frame += len(batch)
        if at == len(wanted):
            return
