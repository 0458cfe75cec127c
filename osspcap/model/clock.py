"""What a capture shows of three clocks: the client's (signed times), the server's, and the capturing host's."""

from enum import StrEnum

from osspcap.model.record import record
from osspcap.model.seen import Seen


class Refusal(StrEnum):
    """What the server made of a signed time."""

    SKEWED = "skewed"
    """It refused the request for its time."""
    CORRECTED = "corrected"
    """It refused the request for its time, and the client repeated it at once with the right one."""
    NONE = "none"
    """It did not complain."""


@record
class ClockReading:
    """One signed request whose time lies off the server's, or was refused."""

    exchange: int
    offset_ns: int
    """Signed time minus server's time, ns; negative: the client's clock is behind."""
    refusal: Refusal
    is_stated: bool
    """True if the server itself says that the time is why it refused."""
    signed: Seen[str]
    """Time that the client signed, as the request has it."""
    server: Seen[str]
    """Server's time: `ServerTime` of the error document, else the response's `Date`."""
    requested: Seen[str] | None = None
    """`RequestTime` of the error document: the signed time as the server read it."""
    corrected_by: int | None = None
    """Exchange that repeats the request with the right time."""


@record
class ClientClock:
    """Readings of one client that tell the same about its clock."""

    client: str
    """Who: SDK and access key ID; several hosts that share both count as one."""
    zone_minutes: int | None
    """Offset in minutes, rounded to half hours, if it looks like a time zone's; None if it does not."""
    refusal: Refusal
    offset_ns: int
    """Offset of the first reading."""
    least_ns: int
    """Smallest and largest offset of all readings."""
    most_ns: int
    readings: tuple[ClockReading, ...]
    """The first ones."""
    exchanges: tuple[int, ...]
    """All exchanges."""


@record
class MalformedDate:
    """A signed request whose date is in no form that OSS takes."""

    exchange: int
    date: Seen[str]
    fault: str
    """What is wrong, in words that follow "the date"."""
    is_refused: bool
    """True if the server refused the request for it."""
    is_accepted: bool
    """True if the server went on to other questions."""
    server: Seen[str] | None
    """The response's `Date`: an example of the right form."""


@record
class ImplausibleTime:
    """A time in a response that OSS's clock cannot have stated."""

    exchange: int
    stated: Seen[str]
    reason: str
    """Why it cannot be, in words that follow the value."""
    expected: str


@record
class CaptureClock:
    """The capturing host's clock against the server's `Date`."""

    offset_ns: int
    """Median of capture time minus server's time, ns; negative: the capturing host is behind."""
    compared: int
    """Answers with a usable `Date`."""
    agreeing: int
    """How many of them lie within a minute of the median."""
    example: int
    """Exchange near the median."""
    example_date: Seen[str]
    client_offset_ns: int | None
    """Median of signed time minus server's time, ns; None if no signed request told."""


@record
class Clocks:
    """All that the dates of a capture tell."""

    clients: tuple[ClientClock, ...] = ()
    malformed: tuple[MalformedDate, ...] = ()
    """First 1000."""
    implausible: tuple[ImplausibleTime, ...] = ()
    """First 1000."""
    untold: tuple[int, ...] = ()
    """Exchanges refused for their time without two times to compare; first 1000."""
    capture: CaptureClock | None = None
    """None without an answer of OSS that has a `Date`."""
