"""Connections that never came about, and names that never became addresses."""

from enum import StrEnum

from osspcap.model.lookups import IcmpError, Lookup
from osspcap.model.record import record
from osspcap.model.stream import Address
from osspcap.units import FrameNumber, StreamId


class Subject(StrEnum):
    """Whether something was meant for OSS."""

    OSS = "oss"
    """A name or an answer shows it."""
    UNKNOWN = "unknown"
    """Nothing in the capture tells."""
    OTHER = "other"
    """It is known to be something else, or the capture holds OSS traffic elsewhere that did well."""


class AttemptKind(StrEnum):
    """How an attempt to connect failed."""

    UNANSWERED = "unanswered"
    """SYNs without any answer."""
    REFUSED = "refused"
    """A RST answers the SYN."""
    REJECTED = "rejected"
    """An ICMP error answers the SYN."""
    HALF_OPEN = "half open"
    """SYN-ACKs that the client never acknowledges."""


@record
class Attempts:
    """What one client tried in vain to connect to: one address and port, one kind of failure."""

    kind: AttemptKind
    subject: Subject
    client: str
    server: Address
    streams: tuple[StreamId, ...]
    syn_frames: tuple[tuple[FrameNumber, StreamId, int], ...]
    """Frame, stream and time (ns since the first) of the first 16 SYNs."""
    syn_count: int
    waited_ns: int
    """From the first SYN of the first attempt to the end of that attempt, or to that of the capture."""
    answer: tuple[FrameNumber, StreamId] | None = None
    """The RST that refused, or the SYN-ACK that stayed alone."""
    error: IcmpError | None = None
    """The ICMP error that rejected it."""
    lookup: Lookup | None = None
    """The name lookup that gave the address; None if the capture has none."""
    name: str = ""
    """What the address stands for; empty if nothing tells."""
    instead: StreamId | None = None
    """A connection of the same client, begun shortly before or after, that did come about for the same purpose."""
    is_alternative: bool = False
    """True if `instead` makes the failure harmless: a client tries IPv6 and IPv4 at once (RFC 8305)."""


@record
class FailedName:
    """A name that one client could not resolve."""

    name: str
    subject: Subject
    client: str
    lookups: tuple[Lookup, ...]
    """Its lookups, none of which gave an address."""
    code: str
    """`NXDOMAIN`, `SERVFAIL`, `REFUSED`, `NOERROR` (no address in it), or empty: no resolver answered."""


@record
class PrivateAnswer:
    """A public endpoint of OSS that resolved to an address that is none of the Internet."""

    lookup: Lookup
    address: str
    network: str
    """What the address belongs to: `10.0.0.0/8, private`."""
    stream: StreamId | None
    """First connection to that address; None if none was tried."""
    works: bool
    """OSS answered on such a connection."""


@record
class Connecting:
    """All that failed before a connection stood."""

    attempts: tuple[Attempts, ...] = ()
    failed_names: tuple[FailedName, ...] = ()
    private_answers: tuple[PrivateAnswer, ...] = ()
    undecided: tuple[str, ...] = ()
    """Why something could not be judged, a clause each."""
    has_oss: bool = False
    """The capture holds a conversation with OSS as well."""
