"""A report's view -> the rows that a scan keeps of it. Everything passes the view: nothing here is unmasked.

Bounded by the limits below, whatever the capture holds; what they leave out is counted.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Finding, Severity
from osspcap.oss.address import parse_host
from osspcap.report.view import ReportView
from osspcap.scan.outcome import CaptureFacts, EvidenceRow, ExchangeRow, FindingRow, Outcome, PlaceRow

MAX_FINDINGS = 1_000
MAX_PLACES = 200
"""Endpoints, buckets and clients of one finding."""
MAX_EXCHANGES = 2_000
MAX_REQUEST_IDS = 500_000
MAX_TEXT = 20_000
"""Characters of one text."""
MAX_TIME_NS = 2**63 - 1
"""What the store takes; only damaged captures have times beyond it, in the year 2262."""
MAX_REQUEST_ID = 100
"""Characters of a request ID; OSS's have 24."""

_Place = tuple[str, str, str]
"""Endpoint, bucket, SDK."""


def summarize(view: ReportView, outcome: Outcome) -> Outcome:
    """Return an outcome with what the view says of the capture."""
    findings = view.findings[:MAX_FINDINGS]
    wanted = sorted(_of_interest(view))
    request_ids = sorted(_request_ids(view))
    left_out = (
        (len(view.findings) - len(findings))
        + max(0, len(wanted) - MAX_EXCHANGES)
        + max(0, len(request_ids) - MAX_REQUEST_IDS)
    )
    exchanges = view.report.exchanges
    return replace(
        outcome,
        sha256=view.capture.sha256,
        facts=_facts(view, left_out),
        findings=tuple(_finding(view, finding) for finding in findings),
        exchanges=tuple(_exchange(view, exchanges[number]) for number in wanted[:MAX_EXCHANGES]),
        request_ids=tuple(request_ids[:MAX_REQUEST_IDS]),
    )


def _facts(view: ReportView, left_out: int) -> CaptureFacts:
    info = view.capture
    return CaptureFacts(
        format=info.format,
        compression=info.compression or "",
        packets=info.packets,
        bytes=info.captured_bytes,
        connections=len(view.report.connections),
        exchanges=len(view.report.exchanges),
        oss_exchanges=view.oss_exchange_count(),
        first_ns=_time(info.first_packet_ns),
        last_ns=_time(info.last_packet_ns),
        errors=view.count(Severity.ERROR),
        warnings=view.count(Severity.WARNING),
        infos=view.count(Severity.INFO),
        undecided=sum(group.count for group in view.undecided),
        verdict=storable(view.verdict),
        lacks=storable("; ".join(view.capture_lacks())),
        left_out=left_out,
    )


def _finding(view: ReportView, finding: Finding) -> FindingRow:
    return FindingRow(
        rule=finding.rule,
        name=finding.name,
        category=finding.category,
        severity=finding.severity.value,
        confidence=finding.confidence.value,
        summary=storable(finding.summary),
        explanation=storable(finding.explanation),
        fix=tuple(map(storable, finding.fix)),
        occurrences=finding.occurrences,
        filter=finding.filter,
        places=_places(view, finding),
        evidence=tuple(
            EvidenceRow(
                item.frame,
                item.stream,
                item.exchange,
                storable(item.field),
                storable(item.observed),
                storable(item.expected),
            )
            for item in finding.evidence
        ),
    )


def _places(view: ReportView, finding: Finding) -> tuple[PlaceRow, ...]:
    """Return where a finding was seen, in order of first sight; a finding about the file has one unknown place."""
    rows: dict[_Place, PlaceRow] = {}
    for place, row in _sightings(view, finding):
        seen = rows.get(place)
        rows[place] = row if seen is None else _joined(seen, row)
    if len(rows) == 1:
        [row] = rows.values()
        return (replace(row, occurrences=finding.occurrences),)
    return tuple(rows.values())[:MAX_PLACES]


def _sightings(view: ReportView, finding: Finding) -> Iterator[tuple[_Place, PlaceRow]]:
    exchanges, connections, info = view.report.exchanges, view.report.connections, view.capture
    for number in finding.exchanges:
        exchange = exchanges[number]
        endpoint, bucket, sdk = place = _place(view, exchange)
        frame, start_ns = _start(exchange)
        request_id = _request_id(view, exchange)
        yield place, PlaceRow(endpoint, bucket, sdk, 1, start_ns, start_ns, number, frame, request_id)
    if finding.exchanges:
        return
    frame = finding.evidence[0].frame
    for number in finding.streams:
        connection = connections[number]
        endpoint, bucket = _named_server(view, connection.sni)
        first_ns, last_ns = _time(connection.first_ns), _time(connection.last_ns)
        first = next((item.frame for item in finding.evidence if item.stream == number), connection.first_frame)
        yield (endpoint, bucket, ""), PlaceRow(endpoint, bucket, "", 1, first_ns, last_ns, None, first, "")
    if not finding.streams:
        first_ns, last_ns = _time(info.first_packet_ns), _time(info.last_packet_ns)
        yield ("", "", ""), PlaceRow("", "", "", 1, first_ns, last_ns, None, frame, "")


def _joined(seen: PlaceRow, row: PlaceRow) -> PlaceRow:
    return replace(
        seen,
        occurrences=seen.occurrences + 1,
        first_ns=_extreme(min, seen.first_ns, row.first_ns),
        last_ns=_extreme(max, seen.last_ns, row.last_ns),
        request_id=seen.request_id or row.request_id,
    )


def _extreme(choose: Callable[[list[int]], int], first: int | None, second: int | None) -> int | None:
    times = [time for time in (first, second) if time is not None]
    return choose(times) if times else None


def _place(view: ReportView, exchange: Exchange) -> _Place:
    operation = exchange.operation
    if operation is None:
        return "", "", ""
    endpoint = operation.endpoint.service_host if operation.endpoint is not None else ""
    return _shown(view, endpoint), _shown(view, operation.bucket or ""), _shown(view, operation.sdk or "")


def _named_server(view: ReportView, sni: str | None) -> tuple[str, str]:
    """Return endpoint and bucket of a TLS server name; empty ones for a name that is none of OSS's."""
    parts = parse_host(sni) if sni else None
    if parts is None:
        return "", ""
    return _shown(view, parts.endpoint.service_host), _shown(view, parts.bucket or "")


def _exchange(view: ReportView, exchange: Exchange) -> ExchangeRow:
    row = view.row(exchange)
    endpoint, bucket, sdk = _place(view, exchange)
    operation = exchange.operation
    name = operation.name if operation is not None and operation.name != "unknown" else ""
    return ExchangeRow(
        id=row.id,
        stream=row.stream,
        frame=row.frame,
        start_ns=_time(row.start_ns) or 0,
        method=storable(row.method),
        place=storable(row.place),
        status=row.status,
        code=storable(row.code),
        request_id=storable(row.request_id)[:MAX_REQUEST_ID],
        operation=name,
        endpoint=endpoint,
        bucket=bucket,
        sdk=sdk,
    )


def _of_interest(view: ReportView) -> Iterable[int]:
    """Return the exchanges that an error or a warning is about, and those with OSS that failed."""
    wanted = set(view.notable_exchanges())
    for exchange in view.report.exchanges:
        operation, status = exchange.operation, exchange.status
        if operation is not None and (operation.error is not None or status is None or status >= 400):
            wanted.add(exchange.id)
    return wanted


def _request_ids(view: ReportView) -> Iterator[tuple[str, int, int]]:
    """Yield request ID, exchange and frame of every exchange that has one."""
    for exchange in view.report.exchanges:
        operation = exchange.operation
        if operation is None:
            continue
        if operation.error is None and operation.request_id is not None:
            request_id = operation.request_id.value  # a header's value: the usual case, without laying out a row
            request_id = request_id if request_id.isalnum() else _shown(view, request_id)
        else:
            request_id = _request_id(view, exchange)
        if request_id:
            yield request_id[:MAX_REQUEST_ID], exchange.id, _start(exchange)[0]


def _request_id(view: ReportView, exchange: Exchange) -> str:
    return storable(view.row(exchange).request_id)[:MAX_REQUEST_ID]


def _start(exchange: Exchange) -> tuple[int, int | None]:
    """Return frame and time of an exchange's first packet."""
    first = exchange.request or exchange.response
    assert first is not None  # noqa: S101 - the invariant of an exchange
    return first.frame, _time(first.ts_ns)


def _time(ts_ns: int | None) -> int | None:
    return ts_ns if ts_ns is not None and abs(ts_ns) <= MAX_TIME_NS else None


def _shown(view: ReportView, value: str) -> str:
    return storable(view.masking.plain(value)) if value else ""


def storable(text: str) -> str:
    """Return text that every store and format takes: valid Unicode, no NUL, bounded."""
    if len(text) > MAX_TEXT:
        text = f"{text[:MAX_TEXT]} ... ({len(text):,} characters)"
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode()
