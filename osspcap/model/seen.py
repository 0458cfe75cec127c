"""A value together with the place it was read, so that evidence cannot point at a wrong packet."""

from typing import Generic, TypeVar

from osspcap.model.record import record
from osspcap.units import FrameNumber

T_co = TypeVar("T_co", covariant=True)


@record
class Seen(Generic[T_co]):
    """One fact read from the wire."""

    value: T_co
    """The decoded value."""
    frame: FrameNumber
    """Packet that carries the first byte of the value."""
    field: str
    """Where in the exchange, as evidence names it: `request header Content-Type`, `response body <Code>`."""
    raw: bytes
    """The value's bytes as captured."""
