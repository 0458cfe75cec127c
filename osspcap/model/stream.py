"""A direction of a connection as ordered events, and what is known of the connection as a whole.

Offsets count from the first byte after the SYN (0-based, never wrapped); where no SYN was captured, from the first
byte seen. Events of one direction arrive in offset order without overlap: every offset below the highest delivered
one is covered by exactly one `Chunk` or `Gap`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import field
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from osspcap.model.anomaly import Anomaly
from osspcap.model.packets import Int64Column, UInt32Column, stretches
from osspcap.model.record import growing_record, record
from osspcap.model.tls import Tls
from osspcap.units import FrameNumber, Nanoseconds, StreamId

_new = tuple.__new__  # a named tuple's own constructor costs twice as much


class GapCause(StrEnum):
    """Why bytes are missing from a stream."""

    NOT_CAPTURED = "not captured"
    """The peer acknowledged the bytes, or later bytes were seen: the capture lacks the packet."""
    SNAPLEN = "snaplen"
    """The packet was captured but cut by the snap length."""
    CAPTURE_ENDED = "capture ended"
    """Bytes acknowledged, or announced, when the capture ended."""
    ABORTED = "aborted"
    """The connection was reset or closed before the bytes were sent."""
    NOT_DECRYPTED = "not decrypted"
    """Bytes of a decrypted stream: the record was captured, but no key opens it."""


class EndCause(StrEnum):
    """How a direction ended."""

    FIN = "fin"
    """Closed in order; every byte before it was delivered or stated as a gap."""
    RST = "rst"
    """Reset by either side."""
    REUSED = "reused"
    """The same addresses and ports began a new connection."""
    CAPTURE_ENDED = "capture ended"
    """Still open, as far as the capture tells."""


class Chunk(NamedTuple):
    """Consecutive bytes of one direction that one packet carried."""

    offset: int
    """Stream offset of the first byte."""
    data: memoryview
    """The bytes; valid only while the event is handled, so copy what is kept."""
    frame: int
    """Packet that carried them."""
    ts_ns: int
    """Its capture time."""
    peer_offset: int
    """How far that packet acknowledges the other direction: stream offset there, or -1 if unknown.

    Causality hangs on this and not on the order of packets in the file: a response that starts in a packet whose
    `peer_offset` lies at or before the start of a request cannot answer that request.
    """


class TrainColumns(NamedTuple):
    """What `Train` takes chunks from, an item a packet."""

    offset: UInt32Column
    start: Int64Column
    """Place of the first byte."""
    stop: Int64Column
    """Place behind the last."""
    frame: Int64Column
    ts_ns: Int64Column
    ack_step: UInt32Column | Int64Column


class Gap(NamedTuple):
    """Bytes of one direction that the capture does not hold."""

    offset: int
    """Stream offset of the first missing byte."""
    length: int
    """Count of missing bytes; at least 1."""
    cause: GapCause
    """Why they are missing."""
    acknowledged: bool
    """True if the peer acknowledged them: they crossed the network and the capturing host missed them."""
    frame: int
    """Packet that reveals the hole: the first behind it, or the one that was cut, or the last of the connection."""
    ts_ns: int
    """That packet's capture time."""


class End(NamedTuple):
    """The end of one direction; nothing follows it."""

    offset: int
    """Stream offset behind the last byte."""
    cause: EndCause
    """How it ended."""
    frame: int
    """Packet that ended it (FIN, RST, new SYN), or the last packet seen of the connection."""
    ts_ns: int
    """That packet's capture time."""


class Train:
    """Many chunks of one direction, each behind the one before, that are made when somebody looks at them singly.

    Most packets of a large body are never looked at: their bytes are summed and their count is taken. Only a stage
    that asks for trains is given some. The bytes are valid as long as those of a chunk.
    """

    __slots__ = ("_acked", "_base", "_columns", "_data", "_first", "_stop", "end")

    def __init__(
        self, data: memoryview, columns: TrainColumns, rows: slice, *, base: int, end: int, acked: int
    ) -> None:
        """Take rows of columns, at least one; `acked` is -1 if it is unknown what they acknowledge."""
        self._data = data
        self._columns = columns
        self._first: int = rows.start
        self._stop: int = rows.stop
        self._base = base
        self._acked = acked
        self.end = end
        """Stream offset behind the last byte."""

    def __len__(self) -> int:
        """Count of chunks."""
        return self._stop - self._first

    @property
    def offset(self) -> int:
        """Stream offset of the first byte."""
        return self._base + self._columns.offset.item(self._first)

    @property
    def frame(self) -> int:
        """Last packet."""
        return self._columns.frame.item(self._stop - 1)

    @property
    def ts_ns(self) -> int:
        """Its capture time."""
        return self._columns.ts_ns.item(self._stop - 1)

    def chunks(self) -> list[Chunk]:
        """Make all chunks."""
        base, data, acked = self._base, self._data, self._acked
        part = slice(self._first, self._stop)
        rows = zip(*(column[part].tolist() for column in self._columns), strict=True)
        if acked < 0:
            return [_new(Chunk, (base + o, data[s:e], frame, t, -1)) for o, s, e, frame, t, _ in rows]
        return [_new(Chunk, (base + o, data[s:e], frame, t, acked + a)) for o, s, e, frame, t, a in rows]

    def first(self) -> Chunk:
        """Make the first chunk."""
        columns, at = self._columns, self._first
        data = self._data[columns.start.item(at) : columns.stop.item(at)]
        acked = -1 if self._acked < 0 else self._acked + columns.ack_step.item(at)
        return Chunk(self.offset, data, columns.frame.item(at), columns.ts_ns.item(at), acked)

    def part(self, first: int, stop: int) -> "Train":
        """Return some of the chunks, counted from 0, as a train."""
        end = self.end if stop == len(self) else self._base + self._columns.offset.item(self._first + stop)
        rows = slice(self._first + first, self._first + stop)
        return Train(self._data, self._columns, rows, base=self._base, end=end, acked=self._acked)

    def index(self, offset: int) -> int:
        """Return which chunk holds the byte at a stream offset, counted from 0."""
        part = self._columns.offset[self._first : self._stop]
        return int(part.searchsorted(offset - self._base, "right")) - 1

    def joined(self, first: int, stop: int) -> bytes | memoryview:
        """Return the bytes of some chunks, counted from 0, at least one, as one piece.

        Segments of a large body have one size but for the last: numpy copies such for less than cut and join cost.
        """
        data, part = self._data, slice(self._first + first, self._first + stop)
        starts, stops = self._columns.start[part], self._columns.stop[part]
        if len(starts) == 1:
            return data[starts.item() : stops.item()]
        sizes = stops - starts
        size, last = sizes.item(0), sizes.item(-1)
        if last <= size <= len(data) - starts.item(-1) and bool((sizes[:-1] == size).all()):
            return stretches(data, size)[starts].view(np.uint8).data[: size * (len(starts) - 1) + last]
        return b"".join([data[low:high] for low, high in zip(starts.tolist(), stops.tolist(), strict=True)])


Event = Chunk | Gap | End | Train


def unrolled(events: Iterable[Event]) -> list[Event]:
    """Return events with chunks in place of trains."""
    return [each for event in events for each in (event.chunks() if type(event) is Train else (event,))]


class Address(NamedTuple):
    """One end of a connection."""

    host: str
    """IP address as people write it."""
    port: int

    def __str__(self) -> str:
        """Return `203.0.113.10:80` or `[2001:db8::1]:80`."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class RoleSource(StrEnum):
    """What told client from server."""

    HANDSHAKE = "handshake"
    CONTENT = "content"
    PORT = "port"


class ConnectionEnd(StrEnum):
    """How a connection ended, in the words of the report."""

    FIN_CLIENT = "closed by client"
    FIN_SERVER = "closed by server"
    RST_CLIENT = "reset by client"
    RST_SERVER = "reset by server"
    REUSED = "addresses reused"
    OPEN = "still open when the capture ended"
    REFUSED = "refused"
    UNANSWERED = "SYN unanswered"


@record
class Reset:
    """One RST segment, with what tells a forged one from the peer's own."""

    frame: FrameNumber
    ts_ns: Nanoseconds
    ttl: int
    ip_id: int
    window: int
    offset: int
    """Stream offset of its sequence number, or -1 if unknown."""
    peer_offset: int
    """How far the peer's direction was acknowledged, or -1."""
    has_ack: bool


class Retransmission(NamedTuple):
    """A data packet that repeats bytes already captured."""

    frame: int
    ts_ns: int
    offset: int
    """Stream offset of its first byte."""
    length: int
    """Payload bytes."""
    is_needless: bool
    """True if the receiver had acknowledged its bytes before, or had no room for them: nothing need be lost."""


class ZeroWindow(NamedTuple):
    """A stretch of time in which a side advertised a window of 0."""

    frame: int
    """First packet that advertises it."""
    start_ns: int
    end_frame: int
    """Packet that opens the window again; -1 if none was captured."""
    end_ns: int
    """Its time; -1 likewise."""


@growing_record
class Direction:
    """Facts about what one side of a connection sent. Counted as tshark's `tcp.analysis` does unless said."""

    packets: int = 0
    data_packets: int = 0
    """Packets with payload."""
    bytes_delivered: int = 0
    """Distinct stream bytes captured."""
    acknowledged: int | None = None
    """Stream offset up to which the peer acknowledged, a FIN counting as a byte; None if no ACK was captured."""
    initial_sequence: int | None = None
    """Sequence number of the SYN; None if none was captured."""
    mss: int | None = None
    """MSS option of the SYN."""
    window_scale: int | None = None
    """Shift count of the SYN; None if not offered or no SYN was captured."""
    sack_permitted: bool = False
    ttls: dict[int, int] = field(default_factory=dict)
    """TTL to packets that carry it, RST segments left out."""
    fin_frame: FrameNumber | None = None
    fin_ns: Nanoseconds | None = None
    first_data_frame: FrameNumber | None = None
    last_data_frame: FrameNumber | None = None
    bytes_missing: int = 0
    """Bytes covered by gaps of any cause except aborted."""
    bytes_missing_acknowledged: int = 0
    """Of these, acknowledged by the peer: lost by the capturing host, not by the network."""
    first_missing_frame: FrameNumber | None = None
    """Packet that reveals the first gap."""
    bytes_cut_by_snaplen: int = 0
    """Of the missing bytes, those cut by the snap length."""
    retransmitted: int = 0
    """Data packets that repeat bytes already captured (keep-alive probes not counted)."""
    first_retransmission_frame: FrameNumber | None = None
    retransmissions: Sequence[Retransmission] = ()
    """First 512 of them."""
    out_of_order: int = 0
    """Data packets that arrived after a later one and filled a hole."""
    duplicate_acks: int = 0
    zero_windows: int = 0
    first_zero_window_frame: FrameNumber | None = None
    shut_windows: Sequence[ZeroWindow] = ()
    """First 512 stretches in which this side advertised a window of 0; only the last one may still be open."""
    keep_alives: int = 0
    """Probes of 0 or 1 byte one below the next sequence number."""
    resets: Sequence[Reset] = ()
    """First 16 RST segments this side sent."""


@record
class Handshake:
    """The captured part of the three-way handshake."""

    syn_frame: FrameNumber | None
    syn_ns: Nanoseconds | None
    syn_count: int
    """SYN packets sent, first included."""
    synack_frame: FrameNumber | None
    synack_ns: Nanoseconds | None
    ack_frame: FrameNumber | None
    ack_ns: Nanoseconds | None

    @property
    def rtt_ns(self) -> int | None:
        """SYN to the client's ACK: the whole round trip wherever the capture was taken; None if not all were seen."""
        if self.syn_ns is None or self.ack_ns is None or self.synack_ns is None:
            return None
        return self.ack_ns - self.syn_ns


@growing_record
class Connection:
    """One TCP connection as `tcp.stream` numbers it. Complete once its stream has ended."""

    stream: StreamId
    sides: tuple[Address, Address]
    """Side 0 is the initiator if a SYN was captured, else the sender of the first packet seen."""
    directions: tuple[Direction, Direction]
    """What side 0 sent and what side 1 sent."""
    first_frame: FrameNumber
    first_ns: Nanoseconds
    last_frame: FrameNumber
    last_ns: Nanoseconds
    packets: int = 0
    handshake: Handshake | None = None
    """None if no SYN and no SYN-ACK was captured."""
    client_side: int = 0
    """0 or 1: which of `sides` is the client."""
    role_source: RoleSource = RoleSource.PORT
    end: ConnectionEnd = ConnectionEnd.OPEN
    end_frame: FrameNumber | None = None
    """FIN, RST or SYN that ended it; None if it is still open."""
    protocol: str = "tcp"
    """Innermost protocol recognised: `http/1.1`, `h2`, `tls`, `tcp` (unknown or no data)."""
    sni: str | None = None
    """Server name of a TLS ClientHello, of the innermost one that has it."""
    tls: tuple[Tls, ...] = ()
    """Layers of TLS from the outside in: the second one is TLS inside a tunnel that is itself encrypted."""
    anomalies: list[Anomaly] = field(default_factory=list)
    """First 32 oddities of the byte streams."""

    @property
    def client(self) -> Address:
        """Address of the client."""
        return self.sides[self.client_side]

    @property
    def server(self) -> Address:
        """Address of the server."""
        return self.sides[1 - self.client_side]

    @property
    def from_client(self) -> Direction:
        """What the client sent."""
        return self.directions[self.client_side]

    @property
    def from_server(self) -> Direction:
        """What the server sent."""
        return self.directions[1 - self.client_side]
