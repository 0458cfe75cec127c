"""Exchanges that took long, and habits of a client that cost time."""

from osspcap.model.latency import Latency
from osspcap.model.record import record
from osspcap.model.stream import Address
from osspcap.units import FrameNumber, StreamId


@record
class Throttled:
    """An exchange that OSS held back or refused for its rate."""

    exchange: int
    delay_ms: int | None
    """`x-oss-qos-delay-time`; None on a refusal."""


@record
class Reconnecting:
    """A client that opens a connection for every request."""

    client: str
    server: Address
    streams: tuple[StreamId, ...]
    exchanges: tuple[int, ...]
    connect_ns: int
    """Time of all their handshakes."""
    first_frame: FrameNumber


@record
class FarServer:
    """A server with OSS that is far away, by round trips."""

    client: str
    server: str
    streams: tuple[StreamId, ...]
    rtt_ns: int
    """Median round trip of the handshakes."""


@record
class Slowness:
    """What took long in a capture."""

    slow: tuple[Latency, ...] = ()
    """Exchanges with OSS of a second or more, measured; first 1000."""
    throttled: tuple[Throttled, ...] = ()
    reconnecting: tuple[Reconnecting, ...] = ()
    far: tuple[FarServer, ...] = ()
