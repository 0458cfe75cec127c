"""The packets of one connection as a ladder shows them: a second, bounded look at the streams that findings name."""

from enum import StrEnum

from osspcap.model.record import record
from osspcap.model.stream import Gap
from osspcap.units import FrameNumber, Nanoseconds, StreamId


class PacketNote(StrEnum):
    """What is out of the ordinary about one packet; told as the counts of `Direction` are."""

    RETRANSMISSION = "retransmission"
    OUT_OF_ORDER = "out of order"
    DUPLICATE_ACK = "duplicate ACK"
    ZERO_WINDOW = "zero window"
    KEEP_ALIVE = "keep-alive"
    CUT = "cut by the snap length"
    AFTER_CLOSE = "after the connection was over"


@record
class TracedPacket:
    """One TCP packet."""

    frame: FrameNumber
    ts_ns: Nanoseconds
    from_client: bool
    seq: int
    """Relative to the direction's first number, as Wireshark shows it: 0 for a SYN."""
    ack: int | None
    """Relative likewise; None where the ACK flag is not set."""
    flags: int
    """TCP flags, low eight bits."""
    length: int
    """Payload bytes on the wire."""
    window: int
    """Receive window in bytes, scaled if the handshake shows by how much."""
    notes: tuple[PacketNote, ...] = ()


@record
class LeftOut:
    """Packets in a row that a trace does not hold."""

    first_frame: FrameNumber
    last_frame: FrameNumber
    packets: int
    client_bytes: int | None
    """Payload bytes of the client's among them; None if they were not looked at."""
    server_bytes: int | None
    """Payload bytes of the server's, likewise."""


@record
class TracedGap:
    """A hole in what one side sent; `gap.frame` is the packet that reveals it."""

    from_client: bool
    gap: Gap


@record
class StreamTrace:
    """Packets of one connection, in file order."""

    stream: StreamId
    steps: tuple[TracedPacket | LeftOut, ...]
    gaps: tuple[TracedGap, ...]
    """First 100, in order of the packet that reveals them."""
    packets: int
    """Packets of the connection, those left out included."""


@record
class Traces:
    """The traces of a report."""

    streams: tuple[StreamTrace, ...] = ()
    """In order of stream number."""
    lack: str = ""
    """Why there are none although they were asked for; a clause without capital and full stop."""


NO_TRACES = Traces()
"""Of reports for which no reporter asked for packets."""
