"""What every reporter shows of a report: masked, ordered and counted here once.

In: a `Report`. Out: findings and undecided as model objects whose texts are masked, rows for tables, and `Masking` for
the reporter that walks the exchanges itself. Cost: the findings are masked when the view is made (well under a
millisecond each); exchanges are touched only as they are asked for, so that a capture of millions needs no second copy.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from osspcap.model.capture import CaptureInfo
from osspcap.model.exchange import Exchange
from osspcap.model.finding import Finding, Severity, Undecided
from osspcap.model.record import record
from osspcap.model.report import Report
from osspcap.model.secrets import NO_SECRETS as NONE_LENT
from osspcap.model.secrets import Secrets as LentSecrets
from osspcap.model.stream import Connection
from osspcap.model.usual import unusual
from osspcap.report.completeness import lacks_of
from osspcap.report.findings import mask_finding
from osspcap.report.masking import Masking, Secrets, join_secrets
from osspcap.report.selection import EVERYTHING, Selection
from osspcap.report.wording import counted

MAX_EXCHANGES_SEARCHED = 200
"""Exchanges of one finding whose secrets are gathered; evidence comes from the first 50 occurrences."""
FIRST_SEARCHED = 32
"""Exchanges at the start whose secrets the last check knows; later healthy ones are masked by the same code."""
MAX_FAILED_SEARCHED = 100
"""Exchanges with an error likewise: their texts may quote secrets."""


@record
class ExchangeRow:
    """One exchange in a table."""

    id: int
    stream: int
    frame: int
    start_ns: int
    method: str
    """Empty if the request was not captured."""
    place: str
    """`bucket/object`, or host and target."""
    status: int | None
    code: str
    """Error code; empty without one."""
    request_id: str
    is_failed: bool
    """Answered with an error, or not at all."""


@record
class UndecidedGroup:
    """Exchanges that one rule could not decide for one reason."""

    rule: str
    name: str
    reason: str
    exchanges: tuple[int, ...]
    count: int


class ReportView:
    """A report as reporters may show it.

    Args:
        report: The result of an analysis.
        show_secrets: Whether signatures, tokens and cookies of the capture may be seen.
        mask_ip: Whether addresses are replaced by `ip-1`, `ip-2`.
        mask_object: Whether names of objects are replaced by `object-1`, `object-2`.
        lent: Access key secrets that the user gave; never shown.
        hidden: Secrets of the capture to take out by value wherever they stand; slow, for reports that need it.
        selection: Which exchanges are listed.
        ahead: What another process has written of all exchanges, for the format that began it; None if none did.
    """

    def __init__(
        self,
        report: Report,
        *,
        show_secrets: bool = False,
        mask_ip: bool = False,
        mask_object: bool = False,
        lent: LentSecrets = NONE_LENT,
        hidden: Iterable[str] = (),
        selection: Selection = EVERYTHING,
        ahead: Iterable[bytes] | None = None,
    ) -> None:
        self.report = report
        self.ahead = ahead
        self.selection = selection
        self._lent = lent
        identities = None
        if mask_ip or mask_object:
            from osspcap.report.identities import Identities  # noqa: PLC0415 - seldom asked for

            identities = Identities(report.connections, report.exchanges, ip=mask_ip, objects=mask_object)
        self.masking = Masking(show_secrets=show_secrets, lent=lent, hidden=hidden, identities=identities)
        known: list[Secrets] = []
        self.findings: tuple[Finding, ...] = tuple(self._masked(finding, known) for finding in report.findings)
        """Worst first, all texts masked."""
        secrets = join_secrets(known)
        self.verdict = self.masking.text(report.verdict, secrets)
        self.undecided = self._grouped(report.undecided, secrets)

    @property
    def capture(self) -> CaptureInfo:
        """Facts of the file."""
        return self.report.capture

    def count(self, severity: Severity) -> int:
        """Count findings of one severity."""
        return self.report.count(severity)

    def exchanges(self) -> Iterator[Exchange]:
        """Yield the exchanges to list; whatever a reporter shows of them must pass `masking`."""
        return self.selection.of(self.report.exchanges)

    def page_facts(self) -> dict[str, int | None]:
        """Return how the listed exchanges were chosen, and where the next page starts."""
        return self.selection.facts(self.report.exchanges)

    def connections(self) -> Sequence[Connection]:
        """Return the connections to list; their ends must pass `masking.address`."""
        return self.selection.connections(self.report.connections, self.report.exchanges)

    def known_secrets(self) -> frozenset[str]:
        """Return what must stand nowhere in the finished report: the lent secrets, and credentials of the capture."""
        exchanges = self.report.exchanges
        failed = (one for one in unusual(exchanges) if one.operation is not None and one.operation.error is not None)
        concerned = (number for finding in self.findings for number in finding.exchanges if self._has(number))
        ids = [one.id for one in chain(exchanges[:FIRST_SEARCHED], islice(failed, MAX_FAILED_SEARCHED))]
        ids += islice(concerned, MAX_FAILED_SEARCHED)
        known = set(self._lent)
        for number in sorted(set(ids)):
            known.update(self.masking.secrets_of(exchanges[number]).credentials())
        return frozenset(known)

    def oss_exchange_count(self) -> int:
        """Count the exchanges that have to do with OSS."""
        return len(self.report.exchanges) - sum(not exchange.is_oss for exchange in unusual(self.report.exchanges))

    def capture_lacks(self) -> list[str]:
        """Say what the capture lacks, one clause each; empty if nothing is known to be missing."""
        return lacks_of(self.report.capture, self.report.connections)

    def what_was_checked(self) -> str:
        """Say what was looked at, and how well it could be seen: silence must never pass for health."""
        report, lacks = self.report, self.capture_lacks()
        checked = (
            f"Checked: {counted(report.rules_checked, 'rule')} on {counted(len(report.exchanges), 'exchange')} "
            f"({self.oss_exchange_count():,} with OSS) in {counted(len(report.connections), 'TCP connection')}."
        )
        if not lacks:
            return f"{checked} The capture lacks nothing that was noticed."
        return f"{checked} The capture is incomplete: {'; '.join(lacks)}."

    def ec(self, exchange: Exchange) -> str:
        """Return the EC number of an error; empty without one."""
        operation = exchange.operation
        if operation is None:
            return ""
        stated = operation.error.ec if operation.error is not None else None
        return self.masking.text(stated.value if stated is not None else operation.ec or "")

    def notable_exchanges(self) -> frozenset[int]:
        """Return the ids of exchanges that an error or a warning is about."""
        return frozenset(
            number for finding in self.findings if finding.severity is not Severity.INFO for number in finding.exchanges
        )

    def request_ids(self, finding: Finding, limit: int) -> list[str]:
        """Return the request IDs of a finding's exchanges, first ones first."""
        found: dict[str, None] = {}
        for number in finding.exchanges:
            if len(found) >= limit:
                break
            request_id = self.row(self.report.exchanges[number]).request_id if self._has(number) else ""
            if request_id:
                found[request_id] = None
        return list(found)

    def rows(self) -> Iterator[ExchangeRow]:
        """Yield one row an exchange to list, in order."""
        return map(self.row, self.exchanges())

    def row(self, exchange: Exchange) -> ExchangeRow:
        """Return one exchange as a table shows it."""
        request, operation, status = exchange.request, exchange.operation, exchange.status
        first = request or exchange.response
        assert first is not None  # noqa: S101 - the invariant of an exchange
        error = operation.error if operation is not None else None
        request_id = operation.request_id.value if operation is not None and operation.request_id is not None else ""
        if not request_id and error is not None and error.request_id is not None:
            request_id = error.request_id.value
        code = error.code.value if error is not None else ""
        is_failed = error is not None or status is None or status >= 400
        if error is not None:
            secrets = self.masking.secrets_of(exchange)
            code, request_id = self.masking.text(code, secrets), self.masking.text(request_id, secrets)
        return ExchangeRow(
            id=exchange.id,
            stream=exchange.stream,
            frame=first.frame,
            start_ns=first.ts_ns,
            method=request.method if request is not None else "",
            place=self._place(exchange),
            status=status,
            code=code,
            request_id=request_id,
            is_failed=is_failed,
        )

    def _place(self, exchange: Exchange) -> str:
        operation, request = exchange.operation, exchange.request
        if operation is not None and operation.bucket is not None:
            return self.masking.plain(f"{operation.bucket}/") + self.masking.object_name(operation.object or "")
        if request is None:
            return ""
        target = self.masking.plain(request.target)
        if not target.startswith("/") and target != "*":
            return target
        return self.masking.plain(request.fields().get("Host")) + target

    def _has(self, number: int) -> bool:
        return 0 <= number < len(self.report.exchanges)

    def _masked(self, finding: Finding, known: list[Secrets]) -> Finding:
        """Return a finding without secrets; adds those that its texts held to `known`."""
        if self.masking.show_secrets and not self.masking.is_strict:
            return finding
        concerned = {item.exchange for item in finding.evidence} | set(finding.exchanges[:MAX_EXCHANGES_SEARCHED])
        gathered = join_secrets(
            self.masking.secrets_of(self.report.exchanges[number])
            for number in sorted(n for n in concerned if n is not None)
            if self._has(number)
        )
        masked, secrets = mask_finding(self.masking, finding, gathered)
        known.append(secrets)
        return masked

    def _grouped(self, undecided: tuple[Undecided, ...], secrets: Secrets) -> tuple[UndecidedGroup, ...]:
        groups: dict[tuple[str, str], list[Undecided]] = {}
        for item in undecided:
            groups.setdefault((item.rule, item.reason), []).append(item)
        return tuple(
            UndecidedGroup(
                rule=rule,
                name=items[0].name,
                reason=self.masking.text(reason, secrets),
                exchanges=tuple(sorted({number for item in items for number in item.exchanges})),
                count=len(items),
            )
            for (rule, reason), items in groups.items()
        )
