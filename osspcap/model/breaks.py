"""Exchanges that broke off: who ended them, where, and what was still to come."""

from enum import StrEnum

from osspcap.model.record import record
from osspcap.units import FrameNumber, Nanoseconds, StreamId


class BreakKind(StrEnum):
    """In which way an exchange broke off."""

    NO_RESPONSE = "no response"
    """The request is there whole, or nobody takes it any more, and no answer came."""
    CLIENT_GAVE_UP = "client gave up"
    """The client closed after it had waited in vain."""
    MID_UPLOAD = "mid-upload"
    """The server ended the connection while the request was being sent, without an answer."""
    MID_DOWNLOAD = "mid-download"
    """The server reset the connection inside the response."""
    TRUNCATED = "truncated"
    """The server closed in order, and the response is not whole."""
    IDLE_REUSED = "idle connection reused"
    """The request went out on a kept connection that the server was closing, or had closed."""
    CLIENT_ABORTED = "client aborted"
    """The client ended the connection while it was sending or receiving, or right after its request."""
    AFTER_HELLO = "after the ClientHello"
    """A TLS connection that the server side ended without a single byte in answer to the ClientHello."""


class Closing(StrEnum):
    """How a connection was ended."""

    RST = "RST"
    FIN = "FIN"
    NONE = "none"
    """Not at all: the capture ends first."""


@record
class Break:
    """One exchange that broke off, or one TLS handshake."""

    kind: BreakKind
    stream: StreamId
    exchange: int | None
    """None for a TLS handshake."""
    closing: Closing
    by_client: bool
    """The client ended it; meaningless with `Closing.NONE`."""
    frame: FrameNumber
    """FIN or RST that ended it; the last packet if there was none."""
    ts_ns: Nanoseconds
    silent_ns: int
    """From the last byte of either message to the end."""
    sent: int
    """Bytes of the request's body that were captured, or sent according to ACKs."""
    announced: int | None
    """Length of the body that broke off, the request's or the response's; None if it was not stated."""
    received: int = 0
    """Bytes of the response's body that came."""
    idle_ns: int | None = None
    """How long the connection had been idle before the request; None for the first one on it."""
    is_acknowledged: bool = True
    """The server acknowledged what the client sent last."""
    unacknowledged_ns: int = 0
    """For how long it had not, when the connection ended."""
    repeats: int = 0
    """How often the client sent again what was not acknowledged."""
    late_frame: FrameNumber | None = None
    """Bytes that the server sent after the client had given up."""


@record
class BlackHole:
    """A connection on which large segments get lost again and again, while small ones pass."""

    stream: StreamId
    exchanges: tuple[int, ...]
    """Those that were under way."""
    from_client: bool
    offset: int
    length: int
    """Payload of the segment that does not pass."""
    frames: tuple[FrameNumber, ...]
    """The first times it was sent again."""
    first_ns: Nanoseconds
    last_ns: Nanoseconds
    error_frame: FrameNumber | None = None
    """ICMP error that says so."""
    mtu: int | None = None
    """What it says the next link takes."""
    router: str = ""
    """Who sent it."""
    alive_frame: FrameNumber | None = None
    """A later packet of the other side, which shows that small ones pass."""


@record
class Loss:
    """Segments lost between one client and one server, in one direction."""

    from_client: bool
    client: str
    server: str
    streams: tuple[StreamId, ...]
    segments: int
    """Data packets in this direction, repeated ones included."""
    lost: int
    """Of these, sent again because they, or their acknowledgment, were lost; probes of full windows left out."""
    out_of_order: int
    frames: tuple[tuple[FrameNumber, StreamId], ...]
    """The first repeated ones."""
    waited_ns: int
    """Silence until something was sent again."""

    @property
    def ratio(self) -> float:
        """Share of the segments that was sent again, 0 to 1."""
        return self.lost / self.segments if self.segments else 0.0


@record
class Breaks:
    """What broke off in a capture, and what got lost."""

    breaks: tuple[Break, ...] = ()
    black_holes: tuple[BlackHole, ...] = ()
    losses: tuple[Loss, ...] = ()
    open_requests: tuple[int, ...] = ()
    """Exchanges that cannot be judged, because the capture ends or has a hole there."""
