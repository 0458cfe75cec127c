"""The comparison as JSON: one object, written request by request.

Keys of schema version 1 (more may be added, none of these changes): `client` and `server` (the captures), `clock`,
`requests` (with the exchange of each side as in the report of one capture), `findings` (as there, with `requests` in
the place of `exchanges`, and `capture` in each piece of evidence), `undecided`, `summary`. The text is plain ASCII:
whatever was captured is escaped.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from osspcap._version import __version__
from osspcap.model.comparison import SightedRequest
from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence, Finding, Severity
from osspcap.model.report import Dissection
from osspcap.report.comparisonview import ComparisonView, DifferenceRow, RequestRow
from osspcap.report.completeness import lacks_of
from osspcap.report.exchangejson import ExchangeJson
from osspcap.report.findings import judgement_facts
from osspcap.report.jsonreport import SCHEMA_VERSION
from osspcap.units import NS_PER_MS, format_time

_encode = json.JSONEncoder(separators=(",", ":")).encode


def comparison_pieces(view: ComparisonView) -> Iterator[str]:
    """Yield the JSON object of a comparison in pieces, on one line, without a line feed."""
    comparison = view.comparison
    tool = {"name": "osspcap", "version": __version__}
    yield f'{{"schema_version":{SCHEMA_VERSION},"tool":{_encode(tool)}'
    yield f',"client":{_encode(_capture(comparison.client))},"server":{_encode(_capture(comparison.server))}'
    yield f',"clock":{_encode(_clock(view))},"requests":['
    write = ExchangeJson(view.masking).write
    separator = ""
    for row, request in zip(view.rows(), comparison.requests, strict=True):
        yield separator + _encode(_request(row, request, write))
        separator = ","
    yield f'],"findings":{_encode([_finding(finding) for finding in view.findings])}'
    undecided = [
        {"rule": item.rule, "name": item.name, "reason": item.reason, "requests": list(item.exchanges)}
        for item in view.undecided
    ]
    yield f',"undecided":{_encode(undecided)},"summary":{_encode(_summary(view))}}}'


def _capture(dissection: Dissection) -> dict[str, Any]:
    info = dissection.capture
    first, last = info.first_packet_ns, info.last_packet_ns
    return {
        "path": _encodable(info.path),
        "sha256": info.sha256,
        "format": info.format,
        "packets": info.packets,
        "bytes": info.captured_bytes,
        "first_packet": None if first is None else format_time(first),
        "last_packet": None if last is None else format_time(last),
        "connections": len(dissection.connections),
        "exchanges": len(dissection.exchanges),
        "oss_exchanges": sum(exchange.is_oss for exchange in dissection.exchanges),
        "lacks": lacks_of(info, dissection.connections),
    }


def _encodable(path: str) -> str:
    """Write bytes of a path that are no text as escapes: a lone surrogate is no valid JSON string."""
    return path.encode("utf-8", "backslashreplace").decode()


def _clock(view: ComparisonView) -> dict[str, Any] | None:
    clock = view.comparison.clock
    if clock is None:
        return None
    return {
        "server_ahead_ms": round(clock.offset_ns / NS_PER_MS, 3),
        "samples": clock.samples,
        "spread_ms": round(clock.spread_ns / NS_PER_MS, 3),
        "basis": "median over the matched requests",
    }


def _request(row: RequestRow, request: SightedRequest, write: Callable[[Exchange], bytes]) -> dict[str, Any]:
    def side(exchange: Exchange | None) -> Any:
        return None if exchange is None else json.loads(write(exchange))

    return {
        "id": row.number,
        "request_id": row.request_id or None,
        "matched_by": row.matched_by or None,
        "client": side(request.client),
        "server": side(request.server),
        "differences": [_difference(item) for item in row.differences],
        "not_compared": [{"place": place, "reason": reason} for place, reason in row.not_compared],
        "blind_spot": row.blind_spot or None,
    }


def _difference(row: DifferenceRow) -> dict[str, Any]:
    fact: dict[str, Any] = {
        "place": row.place,
        "name": row.name or None,
        "client": list(row.client),
        "server": list(row.server),
        "client_frame": row.client_frame,
        "server_frame": row.server_frame,
        "note": row.note,
        "expected": bool(row.expected),
        "reason": row.expected,
    }
    if row.client_decoded or row.server_decoded:
        fact["decoded_once"] = {"client": row.client_decoded, "server": row.server_decoded}
    return fact


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        **judgement_facts(finding),
        "requests": list(finding.exchanges),
        "evidence": [_evidence(item) for item in finding.evidence],
    }


def _evidence(item: Evidence) -> dict[str, Any]:
    return {
        "capture": item.capture,
        "frame": item.frame,
        "stream": item.stream,
        "exchange": item.exchange,
        "field": item.field,
        "observed": item.observed,
        "expected": item.expected,
    }


def _summary(view: ComparisonView) -> dict[str, Any]:
    requests = view.comparison.requests
    return {
        "errors": view.count(Severity.ERROR),
        "warnings": view.count(Severity.WARNING),
        "infos": view.count(Severity.INFO),
        "verdict": view.verdict,
        "rules_checked": view.report.rules_checked,
        "requests": len(requests),
        "matched": view.comparison.matched,
        "is_order_doubtful": view.comparison.is_order_doubtful,
        "only_at_client": sum(request.server is None for request in requests),
        "only_at_server": sum(request.client is None for request in requests),
    }
