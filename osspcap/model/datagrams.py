"""Datagrams that say something about the connections of a capture: DNS messages and ICMP errors, as captured."""

from enum import StrEnum

from osspcap.model.record import record
from osspcap.units import FrameNumber, Nanoseconds


class Carrier(StrEnum):
    """What carried the bytes."""

    UDP = "UDP"
    TCP = "TCP"
    """A DNS message taken from a TCP connection, without its length."""
    ICMP = "ICMP"
    ICMPV6 = "ICMPv6"


@record
class Datagram:
    """One DNS message or ICMP error, still undecoded."""

    frame: FrameNumber
    ts_ns: Nanoseconds
    carrier: Carrier
    src: str
    """Source address as people write it."""
    dst: str
    sport: int
    """0 for ICMP, as is the next."""
    dport: int
    payload: bytes
    """Behind the UDP header; of ICMP, from its type on. A beginning of it if `is_cut`."""
    is_cut: bool = False
