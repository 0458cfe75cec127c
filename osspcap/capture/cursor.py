"""A place in one packet, moving inwards header by header; what decoders of single headers work on."""

from dataclasses import dataclass, field
from struct import Struct
from typing import Any, NamedTuple

from osspcap.capture.fragments import Reassembler
from osspcap.model.datagrams import Carrier

LINK = 0x20000
"""Added to a link type to name what comes next; EtherTypes stand for themselves."""

IP_PROTOCOL = 0x10000
"""Added to an IP protocol number to name what comes next."""

MAX_HEADERS = 32
"""Headers taken off one packet; real stacks of tunnels have about ten."""


class Stop(NamedTuple):
    """The packet is no TCP segment, or cannot be decoded."""

    name: str
    """Protocol, or reason."""
    is_understood: bool
    """True: another protocol. False: undecoded."""


class TcpRow(NamedTuple):
    """One TCP segment found by header; offsets index the buffer with its side area."""

    src: bytes
    dst: bytes
    sport: int
    dport: int
    seq: int
    ack: int
    flags: int
    window: int
    ttl: int
    ip_id: int
    payload_start: int
    payload_captured: int
    payload_length: int
    options_start: int
    options_length: int


class Noted(NamedTuple):
    """A DNS message over UDP or an ICMP error."""

    carrier: Carrier
    src: bytes
    dst: bytes
    sport: int
    dport: int
    payload: bytes
    is_cut: bool


Step = int | Stop | TcpRow
"""What a header leads to: the next protocol, or an end."""


@dataclass(slots=True)
class SideArea:
    """Reassembled bytes that lie in no buffer; they are put behind it when the table is made."""

    base: int
    """Offset that the first byte will have."""
    data: bytearray = field(default_factory=bytearray)

    def put(self, piece: bytes) -> int:
        """Append bytes and return the offset at which they can be found."""
        self.data += piece
        return self.base + len(self.data) - len(piece)


@dataclass(slots=True)
class Cursor:
    """Where decoding stands in one packet."""

    view: Any
    """Buffer that holds the bytes: the chunk's, or a reassembled datagram."""
    at: int
    """Offset of the next header in `view`."""
    captured_end: int
    """Offset behind the last captured byte."""
    wire_end: int
    """Offset at which the packet ended on the wire."""
    ts_ns: int
    reassembler: Reassembler
    side: SideArea
    origin: int = 0
    """What to add to offsets in `view` for the offset in the buffer with its side area."""
    src: bytes = b""
    dst: bytes = b""
    ttl: int = 0
    ip_id: int = 0
    datagram: "Noted | None" = None
    """What the packet is worth keeping for, although it is no TCP segment."""

    def has(self, count: int) -> bool:
        """Tell whether the next `count` bytes were captured."""
        return self.at + count <= self.captured_end

    def take(self, layout: Struct) -> tuple[Any, ...] | None:
        """Read a header and move behind it; None, without moving, if it was not captured whole."""
        if self.at + layout.size > self.captured_end:
            return None
        fields = layout.unpack_from(self.view, self.at)
        self.at += layout.size
        return fields

    def end_at(self, wire_end: int) -> None:
        """Draw in the packet's end to where an inner header says it is; what lies behind it is padding."""
        self.wire_end = max(self.at, min(self.wire_end, wire_end))
        self.captured_end = min(self.captured_end, self.wire_end)

    def note(self, carrier: Carrier, limit: int, ports: tuple[int, int] = (0, 0)) -> None:
        """Keep what lies ahead, up to a limit."""
        end = min(self.captured_end, self.at + limit)
        payload = bytes(self.view[self.at : end])
        self.datagram = Noted(carrier, self.src, self.dst, *ports, payload, is_cut=end < self.wire_end)

    def short(self, header: str) -> Stop:
        """Say why a header could not be read."""
        if self.captured_end < self.wire_end:
            return Stop(f"{header} header cut by the snap length", is_understood=False)
        return Stop(f"malformed {header} header", is_understood=False)
