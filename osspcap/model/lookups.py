"""Name lookups and ICMP errors of a capture, decoded."""

from enum import StrEnum

from osspcap.model.datagrams import Carrier
from osspcap.model.record import record
from osspcap.units import FrameNumber, Nanoseconds


@record
class Lookup:
    """One question to a resolver, with its repetitions, and the answer."""

    name: str
    """As asked, lower case, without the dot at its end."""
    kind: str
    """`A` or `AAAA`."""
    client: str
    resolver: str
    carrier: Carrier
    queries: int
    """How often it was asked with the same ID; 0 if only the answer was captured."""
    first_frame: FrameNumber
    """Of the first query, or of the answer if no query was captured."""
    first_ns: Nanoseconds
    last_ns: Nanoseconds
    """Time of the last query."""
    answer_frame: FrameNumber | None = None
    answer_ns: Nanoseconds | None = None
    code: str = ""
    """Response code: `NOERROR`, `NXDOMAIN`, `SERVFAIL`; empty without an answer."""
    addresses: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    """Names that CNAME records lead to, in the order of the answer."""
    is_truncated: bool = False
    """TC is set: the whole answer has to be fetched over TCP."""


class IcmpKind(StrEnum):
    """What an ICMP error says."""

    NETWORK_UNREACHABLE = "network unreachable"
    HOST_UNREACHABLE = "host unreachable"
    PROTOCOL_UNREACHABLE = "protocol unreachable"
    PORT_UNREACHABLE = "port unreachable"
    PROHIBITED = "administratively prohibited"
    TOO_BIG = "packet too big"
    """Fragmentation needed and DF set; of ICMPv6, packet too big."""
    TIME_EXCEEDED = "time to live exceeded"
    OTHER = "destination unreachable"


@record
class IcmpError:
    """One ICMP error about a TCP segment or a UDP datagram."""

    frame: FrameNumber
    ts_ns: Nanoseconds
    kind: IcmpKind
    sender: str
    """Who sent it: a router, a firewall, or the host itself."""
    src: str
    """Of the packet that it quotes, as are the next three."""
    sport: int
    dst: str
    dport: int
    seq: int | None
    """Raw sequence number of that segment; None if the quotation is too short."""
    is_udp: bool = False
    """True if the quoted packet is UDP; `seq` is None then."""
    mtu: int | None = None
    """Largest packet that the next link takes; None unless `TOO_BIG`, or if it is not stated."""
