"""Where an exchange spent its time, and who held it up.

All times are as the capture shows them at the place where it was taken (`Vantage`): at the server, a client's pause
and a slow way from the client look alike, and at the client the same holds for the server.
"""

from collections.abc import Iterator
from enum import StrEnum

from osspcap.model.record import record


class Vantage(StrEnum):
    """Where on the way a connection was captured."""

    CLIENT = "at the client"
    SERVER = "at the server"
    MIDDLE = "between client and server"
    UNKNOWN = "unknown"
    """Not to be told: both ends are equally near, or the handshake is not in the capture."""


@record
class Placing:
    """Where a connection was captured, and what tells."""

    vantage: Vantage
    reason: str
    """A clause with the numbers: `the server's SYN-ACK took 28.4 ms, the client's ACK 0.05 ms`."""


class PhaseName(StrEnum):
    """Parts of an exchange, in order. Not every exchange has all of them."""

    CONNECT = "connect"
    """From the first SYN to the client's ACK; only of the first exchange on a connection."""
    TLS = "tls"
    """The TLS handshake; only of the first exchange on a connection."""
    SENDING = "sending"
    """From the first to the last byte of the request."""
    WAITING = "waiting"
    """From the last byte of the request to the first one of the response. Missing where the answer came earlier."""
    RECEIVING = "receiving"
    """From the first to the last byte of the response."""


class Limit(StrEnum):
    """What a phase spent its time on."""

    SENDER = "sender application"
    """Nothing was sent although the receiver had room and the network owed no answer."""
    RECEIVER = "receiver application"
    """The receiver's window was full or shut: it did not read what had come."""
    LOSS = "packet loss"
    """Silent until a segment was sent again."""
    ROUND_TRIP = "round trip"
    """Waiting for the network to carry data there and the acknowledgment back."""
    SERVER = "server"
    """Working on the answer, as `x-oss-server-time` states."""
    FLOW = "flow"
    """Packets followed each other without a pause: as fast as the way, or the hosts, go."""


class Party(StrEnum):
    """Who held an exchange up."""

    CLIENT = "client application"
    SERVER = "server"
    LOSS = "packet loss"
    ROUND_TRIP = "round trip"
    FLOW = "bandwidth"
    UNTOLD = "server or network"
    """Waiting for an answer that states no `x-oss-server-time`."""


@record
class Phase:
    """One part of an exchange."""

    name: PhaseName
    start_ns: int
    end_ns: int
    byte_count: int = 0
    """Bytes of the message, body as captured; 0 for phases without data."""
    spent: tuple[tuple[Limit, int], ...] = ()
    """What the time went to, in ns, the longest first; sums up to the duration. Empty for connect and TLS."""
    retransmission_ns: int = 0
    """Of the duration, silent until a segment was sent again; of CONNECT, until the SYN was."""
    zero_window_ns: int = 0
    """Of the duration, time in which the receiver of the data advertised a window of 0."""
    is_open: bool = False
    """True if it had not ended when the connection or the capture did: the end is then that of the connection."""

    @property
    def duration_ns(self) -> int:
        """How long it lasted."""
        return self.end_ns - self.start_ns

    @property
    def limit(self) -> Limit | None:
        """What took at least half of the time; None if nothing did."""
        if self.spent and self.duration_ns and self.spent[0][1] * 2 >= self.duration_ns:
            return self.spent[0][0]
        return None

    @property
    def bytes_per_s(self) -> float | None:
        """Throughput; None without data or without duration."""
        return self.byte_count * 1e9 / self.duration_ns if self.byte_count and self.duration_ns else None

    def spent_on(self, limit: Limit) -> int:
        """Return the time that went to one thing, ns."""
        return sum(ns for each, ns in self.spent if each is limit)


@record
class Latency:
    """Where one exchange spent its time."""

    exchange: int
    placing: Placing
    rtt_ns: int | None
    """Round trip of the handshake; None if that was not captured."""
    connect: Phase | None = None
    tls: Phase | None = None
    sending: Phase | None = None
    """None if the request was not captured."""
    waiting: Phase | None = None
    receiving: Phase | None = None
    """None without a response."""
    server_ns: int | None = None
    """What OSS says it worked, `x-oss-server-time` (whole milliseconds); of an upload it may cover the receiving."""

    def __iter__(self) -> Iterator[Phase]:
        """Iterate over the phases there are, in order of time."""
        phases = (self.connect, self.tls, self.sending, self.waiting, self.receiving)
        return (phase for phase in phases if phase is not None)

    @property
    def total_ns(self) -> int:
        """From the beginning of the first phase to the end of the last."""
        phases = list(self)
        return phases[-1].end_ns - phases[0].start_ns if phases else 0

    @property
    def network_ns(self) -> int | None:
        """What of the waiting OSS does not account for: the way there and back, and devices on it; None if unknown."""
        if self.waiting is None or self.server_ns is None:
            return None
        return max(self.waiting.duration_ns - self.server_ns, 0)

    @property
    def bottleneck(self) -> Party | None:
        """Who took at least half of the whole time; None if nobody did."""
        shares: dict[Party, int] = {}
        for phase in self:
            for limit, ns in phase.spent or ((Limit.ROUND_TRIP, phase.duration_ns),):
                party = _party(phase.name, limit, is_stated=self.server_ns is not None)
                shares[party] = shares.get(party, 0) + ns
        most = max(shares, key=lambda party: shares[party], default=None)
        return most if most is not None and shares[most] * 2 >= self.total_ns > 0 else None


def _party(phase: PhaseName, limit: Limit, *, is_stated: bool) -> Party:
    match limit:
        case Limit.LOSS:
            return Party.LOSS
        case Limit.FLOW:
            return Party.FLOW
        case Limit.SENDER | Limit.RECEIVER:
            is_client = (limit is Limit.SENDER) == (phase is PhaseName.SENDING)
            return Party.CLIENT if is_client else Party.SERVER
        case Limit.SERVER:
            return Party.SERVER
        case Limit.ROUND_TRIP:
            return Party.UNTOLD if phase is PhaseName.WAITING and not is_stated else Party.ROUND_TRIP
