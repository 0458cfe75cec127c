"""The report as one HTML file that opens offline: verdict, findings, waterfall, packets.

What a reader needs first is in the markup and needs no script; tables, waterfall and packets are drawn by scripts from
blocks of data. Every string comes from the masked view. A page stays small enough to open: of many exchanges, those
that failed are listed first, and headers and bodies are held as far as `MAX_DETAIL_CHARACTERS` reaches.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence, Finding, Severity
from osspcap.report.ladderfacts import NOTES, ladders
from osspcap.report.messagefacts import exchange_facts, operation_facts
from osspcap.report.page import embedded, page_pieces
from osspcap.report.phases import held_up_by, marks_of, spans_of
from osspcap.report.reporters import Layout
from osspcap.report.signedstrings import SignedStrings, signed_strings
from osspcap.report.textdiff import Part, are_alike, diff_parts, marked_parts
from osspcap.report.view import ReportView
from osspcap.units import format_bytes, format_duration, format_time

MAX_ROWS = 20_000
"""Exchanges listed in a page; the JSON report holds them all."""
MAX_DETAIL_CHARACTERS = 5_000_000
"""Of headers and bodies in a page."""
MAX_HELD_UP = 200
"""Exchanges of which it is told what took their time."""
MAX_CONNECTIONS = 5_000
MAX_REQUEST_IDS = 50
MAX_SIGNED = 4
"""Exchanges of one finding whose signed strings are laid out."""
MAX_EVIDENCE_SHOWN = 6
"""Pieces of evidence in sight; the others are folded."""
MAX_DOCUMENT = 4_000
"""Characters of a step in which XML or JSON to be copied is looked for."""
MAX_VALUE = 6_000
"""Characters of an observed or expected value."""


def write_reports(views: Iterator[ReportView], layout: Layout) -> Iterator[str]:
    """Yield one page with all reports, one after the other."""
    first = next(views)
    name = "several captures" if layout.is_batch else first.capture.path
    reports = (PageReport(view, number) for number, view in enumerate(chain((first,), views)))
    return page_pieces(
        "report.html.j2",
        title=f"{name}: osspcap",
        heading=name,
        styles=("report.css",),
        scripts=("ladder.js", "report.js"),
        reports=reports,
        is_batch=layout.is_batch,
        findings_only=layout.findings_only,
        errors=layout.errors,
        severities=list(Severity),
    )


@dataclass(frozen=True, slots=True)
class Value:
    """An observed value, with what was expected in its place."""

    parts: list[Part]
    left_out: int
    """Characters that are not shown."""


class PageReport:
    """What the template asks for."""

    def __init__(self, view: ReportView, number: int) -> None:
        self.view = view
        self.prefix = f"r{number}-"
        """In front of all ids of this report."""
        self.findings = view.findings

    @property
    def tone(self) -> str:
        """Class of the verdict's colours."""
        worst = self.view.report.worst
        if worst in (None, Severity.INFO):
            return "good" if self.view.oss_exchange_count() else "info"  # nothing seen is no health
        return worst.value

    @property
    def has_fault(self) -> bool:
        """Tell whether there is an error or a warning."""
        return self.tone not in ("good", "info")

    def counts(self) -> list[tuple[int, str, str]]:
        """Return count, noun and severity, the worst first; those that are 0 left out."""
        nouns = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
        found = [(self.view.count(severity), noun, severity.value) for severity, noun in nouns.items()]
        return [(count, noun if count == 1 else f"{noun}s", severity) for count, noun, severity in found if count]

    def key_facts(self) -> list[list[str]]:
        """Return what a ticket asks for, of the first exchange that the worst finding is about."""
        exchanges = self.view.report.exchanges
        numbers = [number for finding in self.findings[:1] for number in finding.exchanges if number < len(exchanges)]
        if not numbers or not self.has_fault:
            return []
        exchange = exchanges[numbers[0]]
        facts = operation_facts(self.view, exchange, self.view.masking.secrets_of(exchange))
        shown = [fact for fact in facts if fact[0] in _KEY_FACTS]
        connection = self.view.report.connections[exchange.stream]
        ends = f"{self.view.masking.address(connection.client)} → {self.view.masking.address(connection.server)}"
        first = exchange.request or exchange.response
        assert first is not None  # noqa: S101 - the invariant of an exchange
        status = "no answer" if exchange.status is None else str(exchange.status)
        return [["Status", status], *shown, ["Time", format_time(first.ts_ns)], ["Connection", ends]]

    def repeats_verdict(self, finding: Finding) -> bool:
        """Tell whether a finding's summary stands at the top already."""
        return finding.summary.rstrip(".").lower() == self.view.verdict.rstrip(".").lower()

    def evidence(self, finding: Finding) -> tuple[tuple[Evidence, ...], tuple[Evidence, ...]]:
        """Return the evidence in sight, and what is folded."""
        return finding.evidence[:MAX_EVIDENCE_SHOWN], finding.evidence[MAX_EVIDENCE_SHOWN:]

    def values(self, item: Evidence) -> tuple[Value, Value | None]:
        """Return observed and expected value in parts, with what differs marked if the two are alike."""
        observed, expected = item.observed[:MAX_VALUE], item.expected[:MAX_VALUE]
        left_out = len(item.observed) - len(observed), len(item.expected) - len(expected)
        if are_alike(observed, expected):
            one, other = diff_parts(observed, expected)
        else:
            one, other = [Part(observed, differs=False)], [Part(expected, differs=False)]
        return Value(one, left_out[0]), Value(other, left_out[1]) if expected else None

    def request_ids(self, finding: Finding) -> list[str]:
        """Return the first request IDs of a finding."""
        return self.view.request_ids(finding, MAX_REQUEST_IDS)

    def signed(self, finding: Finding) -> list[tuple[Exchange, SignedStrings]]:
        """Return the strings to sign that a finding is about."""
        if finding.category not in ("signature", "proxy"):
            return []
        exchanges = self.view.report.exchanges
        chosen = [exchanges[number] for number in finding.exchanges if number < len(exchanges)]
        found = [(exchange, strings) for exchange in chosen for strings in signed_strings(self.view, exchange)]
        return found[:MAX_SIGNED]

    def sides(self, ours: str | None, theirs: str | None) -> tuple[list[Part], list[Part]]:
        """Return a line of both sides in parts."""
        return marked_parts(ours or "", theirs or "")

    def words(self, text: str) -> list[tuple[str, str]]:
        """Return prose in pieces: plain, `code` (between grave accents), `paste` (XML or JSON that ends a sentence)."""
        is_candidate = len(text) <= MAX_DOCUMENT and text.endswith((">", "}", "]"))
        found = _DOCUMENT.search(text) if is_candidate else None
        document = [] if found is None else [(found[0], "paste")]
        pieces = text[: len(text) if found is None else found.start()].split("`")
        if len(pieces) % 2 == 0:  # one is left over: no pairs
            return [("`".join(pieces), ""), *document]
        told = [(piece, "code" if number % 2 else "") for number, piece in enumerate(pieces) if piece]
        return [*told, *document]

    def checked(self) -> str:
        """Say what was looked at."""
        report = self.view.report
        return (
            f"{_counted(report.rules_checked, 'rule')} on {_counted(len(report.exchanges), 'exchange')} "
            f"({self.view.oss_exchange_count():,} with OSS) in {_counted(len(report.connections), 'TCP connection')}"
        )

    def capture_facts(self) -> list[tuple[str, str]]:
        """Return what is known of the file."""
        info = self.view.capture
        span = times = ""
        if info.first_packet_ns is not None and info.last_packet_ns is not None:
            span = format_duration(info.last_packet_ns - info.first_packet_ns)
            times = f"{format_time(info.first_packet_ns)} to {format_time(info.last_packet_ns)}"
        facts = [
            ("File", info.path),
            ("Format", info.format + (f", {info.compression}" if info.compression else "")),
            ("Packets", f"{info.packets:,}, {format_bytes(info.captured_bytes)}"),
            ("Time", times),
            ("Duration", span),
            ("Link type", ", ".join(info.link_types)),
            ("Snap length", f"{info.snaplen:,}" if info.snaplen else "not stated"),
            ("Interfaces", ", ".join(info.interface_names[:20])),
            ("SHA-256", info.sha256),
        ]
        return [(name, value) for name, value in facts if value]

    def data(self) -> Any:
        """Return the tables and packets of this report as a block of data."""
        view = self.view
        rows, details = self._exchanges()
        return embedded(
            {
                "prefix": self.prefix,
                "show": "" if view.capture.path == "-" else f"osspcap show {shlex.quote(view.capture.path)} --exchange",
                "rows": rows,
                "details": details,
                "total": len(view.report.exchanges),
                "listed": view.page_facts()["listed"],
                "connections": self._connections(),
                "allConnections": len(view.report.connections),
                "ladders": ladders(view),
                "lack": view.report.traces.lack,
                "noteNames": list(NOTES),
                "findings": [[finding.rule, finding.severity.value, finding.name] for finding in view.findings],
            }
        )

    def _exchanges(self) -> tuple[list[Any], dict[str, Any]]:
        """Return rows, and what is shown of those that are opened, as far as both limits reach."""
        worst: dict[int, int] = {}
        for number, finding in enumerate(self.findings):
            for one in finding.exchanges:
                worst.setdefault(one, number)
        listed = list(self.view.exchanges())
        notable = self.view.notable_exchanges()
        urgent = sorted(listed, key=lambda one: (one.id not in notable and not _has_failed(one), one.id))
        if len(listed) > MAX_ROWS:
            urgent = urgent[:MAX_ROWS]
            listed = sorted(urgent, key=lambda one: one.id)
        rows = [self._row(exchange, worst.get(exchange.id)) for exchange in listed]
        details: dict[str, Any] = {}
        left = MAX_DETAIL_CHARACTERS
        for number, exchange in enumerate(urgent):
            facts = exchange_facts(self.view, exchange)
            if number < MAX_HELD_UP:
                connection = self.view.report.connections[exchange.stream]
                facts["held"] = held_up_by(exchange, connection, self.view.report.pauses)
            left -= _size(facts)
            if left < 0:
                break
            details[str(exchange.id)] = facts
        return rows, details

    def _row(self, exchange: Exchange, finding: int | None) -> list[Any]:
        view = self.view
        row = view.row(exchange)
        connection = view.report.connections[exchange.stream]
        spans = spans_of(exchange, connection)
        start_ns = min(span.start_ns for span in spans)
        operation = exchange.operation
        return [
            row.id,
            row.stream,
            row.frame,
            _us(start_ns - (view.capture.first_packet_ns or 0)),
            row.method,
            row.place,
            row.status,
            row.code,
            row.request_id,
            finding,
            operation.name if operation is not None and operation.name != "unknown" else "",
            [[span.kind, _us(span.start_ns - start_ns), _us(span.end_ns - span.start_ns)] for span in spans],
            [[mark.kind, _us(mark.ts_ns - start_ns), mark.text] for mark in marks_of(exchange, connection)],
            operation.server_time_ms if operation is not None else None,
            int(operation is not None),
        ]

    def _connections(self) -> list[Any]:
        view = self.view
        return [
            [
                one.stream,
                view.masking.address(one.client),
                view.masking.address(one.server),
                view.masking.plain(one.sni or ""),
                one.protocol,
                one.packets,
                None if one.handshake is None or one.handshake.rtt_ns is None else _us(one.handshake.rtt_ns),
                one.from_client.retransmitted + one.from_server.retransmitted,
                one.from_client.bytes_missing + one.from_server.bytes_missing,
                one.end.value,
                one.first_frame,
                one.last_frame,
            ]
            for one in list(view.connections())[:MAX_CONNECTIONS]
        ]


_DOCUMENT = re.compile(r"(?:<([A-Za-z]+)>.*</\1>|[{\[].{20,}[}\]])$", re.DOTALL)
_KEY_FACTS = frozenset({"Operation", "Bucket", "Object", "Endpoint", "Error code", "EC", "Request ID", "Client"})


def _has_failed(exchange: Exchange) -> bool:
    return exchange.status is None or exchange.status >= 400 or exchange.status == 203


def _us(ns: int) -> float:
    return round(ns / 1000, 1)


def _size(value: Any) -> int:
    """Return about how many characters data takes."""
    if isinstance(value, str):
        return len(value) + 3
    if isinstance(value, dict):
        return sum(_size(key) + _size(item) for key, item in value.items())
    if isinstance(value, list):
        return 2 + sum(map(_size, value))
    return 6


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
