r"""The JSON report, written piece by piece: exchanges are never all in memory as text or as objects.

Versions of the schema (keys may be added within one; none is removed or changes its meaning):
1. First release.

The output is valid UTF-8 in which nothing acts on a terminal, whatever was captured (`jsontext`). It is made as bytes:
of a large report, encoding text would cost as much as writing the file.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from osspcap._version import __version__
from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence, Finding, Severity
from osspcap.model.secrets import Secrets
from osspcap.model.stream import Connection
from osspcap.report.ahead import Ahead
from osspcap.report.exchangejson import ExchangeJson
from osspcap.report.findings import judgement_facts
from osspcap.report.jsontext import made_safe, text_json
from osspcap.report.masking import Masking
from osspcap.report.reporters import Layout
from osspcap.report.tlsjson import tls_facts
from osspcap.report.view import ReportView, UndecidedGroup
from osspcap.units import NS_PER_MS, format_time

SCHEMA_VERSION = 1
ITEMS_PER_PIECE = 256
"""Exchanges joined before they are handed out: some 400 KB, so that writing costs no call an exchange."""
_BETWEEN_LISTS = b'],"exchanges":['
MAX_REQUEST_IDS = 50
"""Request IDs listed with a finding: as many as it has evidence."""

_CONNECTION = (
    '{"stream":%d,"client":%s,"server":%s,"protocol":%s,"sni":%s,"first_frame":%d,"last_frame":%d,"packets":%d,'
    '"handshake_rtt_ms":%s,"retransmitted_segments":%d,"missing_bytes_client":%d,"missing_bytes_server":%d,"end":%s%s}'
)
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def write_reports(views: Iterator[ReportView], layout: Layout) -> Iterator[bytes]:
    """Yield the output of `-f json`: one object, laid out for reading on a terminal."""
    pieces = batch_pieces(views, layout.errors) if layout.is_batch else report_pieces(next(views))
    if layout.is_terminal:
        yield indented(b"".join(pieces)).encode()
    else:
        yield from pieces
    yield b"\n"


def batch_pieces(views: Iterable[ReportView | None], errors: Sequence[tuple[str, str]]) -> Iterator[bytes]:
    """Yield one object for several captures, each report as its view arrives (None is passed over).

    Args:
        views: One view a readable capture, made one after the other.
        errors: Path and message of inputs that could not be read; looked at when all views have been taken.
    """
    yield b'{"schema_version":%d,"reports":[' % SCHEMA_VERSION
    separator = b""
    for view in views:
        if view is not None:
            yield separator
            yield from report_pieces(view)
            separator = b","
    yield b"]"
    if errors:
        yield _safe(',"errors":' + _encode([{"path": path, "error": message} for path, message in errors]))
    yield b"}"


def indented(text: str | bytes) -> str:
    """Return a JSON text laid out for reading in a terminal."""
    return made_safe(json.dumps(json.loads(text), ensure_ascii=False, indent=2))


def rules_json(rules: Sequence[dict[str, Any]]) -> str:
    """Return the catalogue of rules, laid out for reading: it is small."""
    return indented(_encode({"schema_version": SCHEMA_VERSION, "rules": list(rules)})) + "\n"


def report_pieces(view: ReportView) -> Iterator[bytes]:
    """Yield the JSON object of one capture in pieces of UTF-8, on one line, without a line feed."""
    tool = {"name": "osspcap", "version": __version__}
    yield _safe(f'{{"schema_version":{SCHEMA_VERSION},"tool":{_encode(tool)},"capture":{_encode(capture_facts(view))}')
    if not view.selection.is_everything:
        yield _safe(f',"page":{_encode(view.page_facts())}')
    yield b',"connections":['
    if view.ahead is None:
        yield from _joined(_safe(connection_json(connection, view.masking)) for connection in view.connections())
        yield _BETWEEN_LISTS
        yield from _joined(map(ExchangeJson(view.masking).write, view.exchanges()))
    else:
        yield from view.ahead
    yield b'],"findings":['
    yield from _joined(_safe(_encode(finding_facts(view, finding))) for finding in view.findings)
    yield b'],"undecided":['
    yield from _joined(_safe(_encode(undecided_facts(group))) for group in view.undecided)
    yield _safe(f'],"summary":{_encode(summary_facts(view))}}}')


def _safe(text: str) -> bytes:
    return made_safe(text).encode()


def begin_lists(
    connections: Sequence[Connection], exchanges: Sequence[Exchange], *, show_secrets: bool, lent: Secrets
) -> Ahead:
    """Begin to write all connections and exchanges of a report in another process, whatever will be found out.

    Args:
        connections: All of a capture.
        exchanges: With their numbers; facts are not needed.
        show_secrets: As for the `ReportView` that is given what this returns, which hides nothing else.
        lent: Likewise.
    """
    masking = Masking(show_secrets=show_secrets, lent=lent)
    write = ExchangeJson(masking).write
    first = -(-len(connections) // ITEMS_PER_PIECE)

    def piece(number: int) -> bytes:
        start = number * ITEMS_PER_PIECE
        if number < first:
            told = connections[start : start + ITEMS_PER_PIECE]
            return b"," * bool(number) + b",".join([_safe(connection_json(one, masking)) for one in told])
        if number == first:
            return _BETWEEN_LISTS
        start -= (first + 1) * ITEMS_PER_PIECE
        return b"," * bool(start) + b",".join(map(write, exchanges[start : start + ITEMS_PER_PIECE]))

    return Ahead(piece, first + 1 - (-len(exchanges) // ITEMS_PER_PIECE))


def _joined(items: Iterator[bytes]) -> Iterator[bytes]:
    """Join items by commas, many to a piece."""
    separator = b""
    while batch := b",".join(islice(items, ITEMS_PER_PIECE)):
        yield separator
        yield batch
        separator = b","


def capture_facts(view: ReportView) -> dict[str, Any]:
    """Return what is known of the file."""
    info = view.capture
    first, last = info.first_packet_ns, info.last_packet_ns
    return {
        "path": info.path,
        "sha256": info.sha256,
        "format": info.format,
        "compression": info.compression,
        "link_types": info.link_types,
        "packets": info.packets,
        "bytes": info.captured_bytes,
        "snaplen": info.snaplen,
        "first_packet": None if first is None else format_time(first),
        "last_packet": None if last is None else format_time(last),
        "truncated": info.truncated_at is not None,
        "connections": len(view.report.connections),
        "exchanges": len(view.report.exchanges),
        "oss_exchanges": view.oss_exchange_count(),
        "tcp_packets": info.tcp_packets,
        "lacks": view.capture_lacks(),
    }


def connection_json(connection: Connection, masking: Masking) -> str:
    """Write a connection by a template: a busy capture has one for every five exchanges."""
    sides, client = connection.sides, connection.client_side
    first, second = connection.directions
    from_client, from_server = (first, second) if client == 0 else (second, first)
    handshake = connection.handshake
    rtt_ns = None if handshake is None else handshake.rtt_ns
    return _CONNECTION % (
        connection.stream,
        text_json(masking.address(sides[client])),
        text_json(masking.address(sides[1 - client])),
        text_json(connection.protocol),
        "null" if connection.sni is None else text_json(connection.sni),
        connection.first_frame,
        connection.last_frame,
        connection.packets,
        "null" if rtt_ns is None else repr(round(rtt_ns / NS_PER_MS, 3)),
        first.retransmitted + second.retransmitted,
        from_client.bytes_missing,
        from_server.bytes_missing,
        text_json(connection.end),
        _tls_json(connection, masking) if connection.tls else "",
    )


def _tls_json(connection: Connection, masking: Masking) -> str:
    """Write the layers of TLS."""
    return f',"tls":{_encode([tls_facts(tls, masking) for tls in connection.tls])}'


def finding_facts(view: ReportView, finding: Finding) -> dict[str, Any]:
    """Return a finding with its evidence, as data."""
    return {
        **judgement_facts(finding),
        "exchanges": list(finding.exchanges),
        "streams": list(finding.streams),
        "evidence": [_evidence(item) for item in finding.evidence],
        "filter": finding.filter,
        "request_ids": view.request_ids(finding, MAX_REQUEST_IDS),
    }


def _evidence(item: Evidence) -> dict[str, Any]:
    return {
        "frame": item.frame,
        "stream": item.stream,
        "exchange": item.exchange,
        "field": item.field,
        "observed": item.observed,
        "expected": item.expected,
    }


def undecided_facts(group: UndecidedGroup) -> dict[str, Any]:
    """Return what one rule could not decide for one reason."""
    return {
        "rule": group.rule,
        "name": group.name,
        "reason": group.reason,
        "exchanges": list(group.exchanges),
        "occurrences": group.count,
    }


def summary_facts(view: ReportView) -> dict[str, Any]:
    """Return counts and the verdict."""
    return {
        "errors": view.count(Severity.ERROR),
        "warnings": view.count(Severity.WARNING),
        "infos": view.count(Severity.INFO),
        "verdict": view.verdict,
        "rules_checked": view.report.rules_checked,
    }
