"""What every reporter shows of a comparison: masked and put into words here once.

In: a `ComparisonReport`. Out: findings and undecided with masked texts, and a row a request with what differs.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice

from osspcap.model.comparison import Comparison, ComparisonReport, Difference, Place, SightedRequest
from osspcap.model.exchange import Exchange
from osspcap.model.finding import Finding, Severity, Undecided
from osspcap.model.seen import Seen
from osspcap.report.findings import mask_finding
from osspcap.report.identities import Identities
from osspcap.report.masking import Masking, Secrets, join_secrets
from osspcap.report.view import FIRST_SEARCHED, MAX_FAILED_SEARCHED
from osspcap.units import format_duration

MAX_REQUESTS_SEARCHED = 200
"""Requests of one finding whose secrets are gathered; evidence comes from the first occurrences."""


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One difference, ready to show."""

    place: str
    name: str
    client: tuple[str, ...]
    """Values nearer to the client; empty if it was not there."""
    server: tuple[str, ...]
    client_frame: int | None
    server_frame: int | None
    client_decoded: str
    """Target after one round of percent-decoding; empty for other places."""
    server_decoded: str
    note: str
    expected: str
    """Why it is harmless; empty if it is a finding."""

    @property
    def label(self) -> str:
        """`request header Content-Type`, `request target`."""
        return f"{self.place} {self.name}".rstrip()


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request, ready to show."""

    number: int
    method: str
    target: str
    host: str
    request_id: str
    matched_by: str
    """Empty if it was seen at one place only."""
    client_status: int | None
    server_status: int | None
    client_frame: int | None
    """First packet; None if it was not seen there."""
    server_frame: int | None
    differences: tuple[DifferenceRow, ...]
    not_compared: tuple[tuple[str, str], ...]
    blind_spot: str

    @property
    def is_notable(self) -> bool:
        """True if there is more to say than that nothing changed."""
        return not self.matched_by or any(not difference.expected for difference in self.differences)


class ComparisonView:
    """A comparison as reporters may show it; options as those of `ReportView`."""

    def __init__(
        self,
        report: ComparisonReport,
        *,
        show_secrets: bool = False,
        mask_ip: bool = False,
        mask_object: bool = False,
    ) -> None:
        self.report = report
        identities = None
        if mask_ip or mask_object:
            both = (report.comparison.client, report.comparison.server)
            connections = (one for side in both for one in side.connections)
            exchanges = (one for side in both for one in side.exchanges)
            identities = Identities(connections, exchanges, ip=mask_ip, objects=mask_object)
        self.masking = Masking(show_secrets=show_secrets, identities=identities)
        known: list[Secrets] = []
        self.findings: tuple[Finding, ...] = tuple(self._masked(finding, known) for finding in report.findings)
        """Worst first, all texts masked."""
        secrets = join_secrets(known)
        self.verdict = self.masking.text(report.verdict, secrets)
        self.undecided: tuple[Undecided, ...] = tuple(
            replace(item, reason=self.masking.text(item.reason, secrets)) for item in report.undecided
        )

    @property
    def comparison(self) -> Comparison:
        """The facts."""
        return self.report.comparison

    def known_secrets(self) -> frozenset[str]:
        """Return what must stand nowhere in the finished report: credentials of first and failed requests."""
        requests = self.comparison.requests
        failed = (request for request in requests[FIRST_SEARCHED:] if request.has_failed)
        searched = chain(requests[:FIRST_SEARCHED], islice(failed, MAX_FAILED_SEARCHED))
        return frozenset(value for request in searched for value in self._secrets_of(request).credentials())

    def count(self, severity: Severity) -> int:
        """Count findings of one severity."""
        return sum(finding.severity is severity for finding in self.findings)

    def clock(self) -> str:
        """Say how far the clocks are apart, and what tells it."""
        clock = self.comparison.clock
        if clock is None:
            return "not aligned: no request in common"
        direction = "ahead of" if clock.offset_ns >= 0 else "behind"
        basis = "1 request" if clock.samples == 1 else f"{clock.samples:,} requests"
        return (
            f"the server capture's clock is {format_duration(abs(clock.offset_ns))} {direction} the client's "
            f"(median over {basis}, at most {format_duration(clock.spread_ns)} off)"
        )

    def rows(self) -> Iterator[RequestRow]:
        """Yield one row a request, in order."""
        return map(self._row, self.comparison.requests)

    def _row(self, request: SightedRequest) -> RequestRow:
        client, server = request.client, request.server
        shown = client or server
        message = None if shown is None else shown.request
        secrets = self._secrets_of(request)
        request_id = next((found for side in (server, client) if (found := _request_id(side))), "")
        return RequestRow(
            request.number,
            "" if message is None else message.method,
            "" if message is None else self.masking.plain(message.target),
            "" if message is None else self.masking.plain(message.fields().get("Host")),
            self.masking.text(request_id, secrets),
            "" if request.matched_by is None else request.matched_by.value,
            None if client is None else client.status,
            None if server is None else server.status,
            _frame(client),
            _frame(server),
            tuple(self._difference(difference, secrets) for difference in request.differences),
            tuple((place.value, reason) for place, reason in request.not_compared),
            request.blind_spot,
        )

    def _difference(self, difference: Difference, secrets: Secrets) -> DifferenceRow:
        decoded = difference.decoded or ("", "")
        return DifferenceRow(
            difference.place.value,
            difference.name,
            self._values(difference, difference.client, secrets),
            self._values(difference, difference.server, secrets),
            difference.client[0].frame if difference.client else None,
            difference.server[0].frame if difference.server else None,
            self.masking.plain(decoded[0]),
            self.masking.plain(decoded[1]),
            difference.note,
            difference.expected,
        )

    def _values(self, difference: Difference, seen: tuple[Seen[str], ...], secrets: Secrets) -> tuple[str, ...]:
        """Header values are masked by their name, all others by what they hold."""
        if difference.place in (Place.REQUEST_HEADER, Place.RESPONSE_HEADER):
            return tuple(self.masking.named(difference.name, each.value) for each in seen)
        if difference.place is Place.TARGET:
            return tuple(self.masking.plain(each.value) for each in seen)
        return tuple(self.masking.text(each.value, secrets) for each in seen)

    def _secrets_of(self, request: SightedRequest) -> Secrets:
        return join_secrets(
            self.masking.secrets_of(exchange) for exchange in (request.client, request.server) if exchange is not None
        )

    def _masked(self, finding: Finding, known: list[Secrets]) -> Finding:
        """Return a finding without secrets; adds those that its texts held to `known`."""
        if self.masking.show_secrets and not self.masking.is_strict:
            return finding
        numbers = finding.exchanges[:MAX_REQUESTS_SEARCHED]
        gathered = join_secrets(self._secrets_of(self.comparison.requests[number]) for number in numbers)
        masked, secrets = mask_finding(self.masking, finding, gathered)
        known.append(secrets)
        return masked


def _request_id(exchange: Exchange | None) -> str:
    operation = None if exchange is None else exchange.operation
    return "" if operation is None or operation.request_id is None else operation.request_id.value


def _frame(exchange: Exchange | None) -> int | None:
    first = None if exchange is None else exchange.request or exchange.response
    return None if first is None else first.frame
