"""One request as it was seen at two places, and what differs between the two.

`client` is always the place nearer to the client, `server` the one nearer to OSS: two captures, or two connections of
one capture that was taken on the proxy itself.
"""

from collections.abc import Sequence
from enum import StrEnum

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Finding, Severity, Undecided
from osspcap.model.record import record
from osspcap.model.report import Dissection
from osspcap.model.seen import Seen
from osspcap.units import Nanoseconds


class Place(StrEnum):
    """Parts of an exchange that are compared."""

    METHOD = "request method"
    TARGET = "request target"
    REQUEST_VERSION = "request version"
    REQUEST_HEADER = "request header"
    REQUEST_BODY = "request body"
    STATUS = "response status"
    RESPONSE_VERSION = "response version"
    RESPONSE_HEADER = "response header"
    RESPONSE_BODY = "response body"


class MatchedBy(StrEnum):
    """What tells that two exchanges are one request, the surest first."""

    REQUEST_ID = "request ID"
    SIGNATURE = "signature"
    CONTENT = "method, target, date and body"
    ORDER = "method and target, in order"


@record
class Difference:
    """One thing that is not the same at both places."""

    place: Place
    name: str = ""
    """Header field as the client wrote it (as the server saw it, if it was added); empty for other places."""
    client: tuple[Seen[str], ...] = ()
    """What was seen nearer to the client; empty if it was not there."""
    server: tuple[Seen[str], ...] = ()
    """What was seen nearer to OSS; empty if it was not there."""
    expected: str = ""
    """Why any correct proxy may differ here, in words; empty if none should."""
    note: str = ""
    """What was done to the value, where that can be told: `one round of percent-decoding`."""
    decoded: tuple[str, str] | None = None
    """Target: client's and server's after one round of percent-decoding, which is how a server reads them."""
    is_covered: bool = False
    """True if the signature covers it, or it is content: a change makes the request fail or the data wrong."""


@record
class SightedRequest:
    """One request, seen at one or both of two places."""

    number: int
    """0-based, in order of the client's requests, then of the others."""
    client: Exchange | None
    """None if it was never seen nearer to the client."""
    server: Exchange | None
    """None if it was never seen nearer to OSS; never both."""
    matched_by: MatchedBy | None
    """What joined the two; None if there is only one."""
    differences: tuple[Difference, ...] = ()
    """In the order of `Place`; expected ones among them."""
    not_compared: tuple[tuple[Place, str], ...] = ()
    """What could not be compared, and why."""
    exchanges: tuple[int, ...] = ()
    """What a finding names: `number` for two captures, both exchange ids for two connections of one."""
    sides: tuple[str, str] = ("", "")
    """`Evidence.capture` of client and server; empty if there is only one capture."""
    blind_spot: str = ""
    """Why a place may have missed what it does not show of this request; empty if it must have seen it."""

    @property
    def has_failed(self) -> bool:
        """True if either answer is an error, or there is none."""
        answers = [side.status for side in (self.client, self.server) if side is not None]
        return any(status is None or status >= 400 or status == 203 for status in answers)


@record
class ClockOffset:
    """How far the server capture's clock is ahead of the client capture's."""

    offset_ns: Nanoseconds
    """Median over the samples; to be taken from times of the server capture."""
    samples: int
    """How many requests it rests on."""
    spread_ns: int
    """Largest distance of a sample from the median."""


@record
class Comparison:
    """Two captures with their requests joined."""

    client: Dissection
    server: Dissection
    requests: Sequence[SightedRequest]
    """Ordered by `number`; `requests[n].number == n`."""
    clock: ClockOffset | None
    """None without a matched request."""

    is_order_doubtful: bool = False
    """True if the requests took longer in the capture given as the server's: the two may be the wrong way round."""

    @property
    def matched(self) -> int:
        """Count of requests that were seen at both places."""
        return sum(request.matched_by is not None for request in self.requests)


@record
class ComparisonReport:
    """A comparison with its judgement."""

    comparison: Comparison
    findings: tuple[Finding, ...]
    """Worst first; `exchanges` are numbers of requests."""
    undecided: tuple[Undecided, ...]
    verdict: str
    rules_checked: int

    @property
    def worst(self) -> Severity | None:
        """Severity of the worst finding; None without any."""
        return min((finding.severity for finding in self.findings), key=lambda s: s.rank, default=None)
