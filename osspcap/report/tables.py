"""Tables of the text report: exchanges, connections, and what is known of the file."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from osspcap.model.finding import Severity
from osspcap.model.stream import Connection, ConnectionEnd
from osspcap.report.styles import HEADING, QUIET, SEVERITY
from osspcap.report.terminal import escape_line
from osspcap.report.view import ExchangeRow, ReportView
from osspcap.report.wording import counted
from osspcap.units import format_bytes, format_duration, format_time

FIRST_ROWS = 40
"""Rows shown from the start of a table, whatever they are."""
MAX_NOTABLE_ROWS = 200
"""Rows shown beyond them because something is wrong with them."""
WIDE_COLUMNS = 120
"""Width from which on the request ID has a column of its own."""


def exchange_table(view: ReportView, width: int) -> RenderableType:
    """Return the first exchanges and all that failed; what is left out is said below."""
    title = Text("Exchanges", HEADING)
    if not view.report.exchanges:
        return Group(title, Padding(Text("No HTTP request or response was read."), (0, 0, 0, 2)))
    rows, note = _page_rows(view) if not view.selection.is_everything else _first_rows(view)
    is_wide = width >= WIDE_COLUMNS
    table = _table("id", "frame", "stream", "time", "request", "status", *(("code", "request ID") if is_wide else ()))
    table.columns[4].no_wrap, table.columns[4].overflow, table.columns[4].ratio = False, "fold", 1
    for row in rows:
        _add_exchange(table, row, is_wide=is_wide)
    parts: list[RenderableType] = [title]
    if rows:
        parts.append(Padding(table, (0, 0, 0, 2)))
    if note is not None:
        parts.append(note)
    return Group(*parts)


def _page_rows(view: ReportView) -> tuple[list[ExchangeRow], RenderableType]:
    """Return the rows that were asked for, and which of how many they are."""
    facts, rows = view.page_facts(), list(view.rows())
    first, count = facts["offset"] or 0, facts["matching"] or 0
    if rows:
        text = f"{first + 1:,} to {first + len(rows):,} of {counted(count, 'exchange')} asked for"
        if facts["next_offset"] is not None:
            text += f"; the next page: --offset {facts['next_offset']}"
    else:
        last = len(view.report.exchanges) - 1
        text = f"None listed: what was asked for matches {counted(count, 'exchange')}; the capture has 0 to {last}"
    return rows, Padding(Text(text, QUIET), (0, 0, 0, 2))


def _first_rows(view: ReportView) -> tuple[list[ExchangeRow], RenderableType | None]:
    """Return the first rows and those that failed, and what is left out."""
    total = len(view.report.exchanges)
    notable = view.notable_exchanges()
    rows: list[ExchangeRow] = []
    all_failed_shown = True
    for exchange in view.report.exchanges:
        if exchange.id < FIRST_ROWS:
            rows.append(view.row(exchange))
        elif exchange.id in notable or exchange.status is None or exchange.status >= 400 or exchange.status == 203:
            all_failed_shown = len(rows) < FIRST_ROWS + MAX_NOTABLE_ROWS
            if not all_failed_shown:
                break
            rows.append(view.row(exchange))
    note = None if len(rows) == total else _left_out(total - len(rows), "exchange", all_bad_shown=all_failed_shown)
    return rows, note


def _add_exchange(table: Table, row: ExchangeRow, *, is_wide: bool) -> None:
    style = SEVERITY[Severity.ERROR] if row.is_failed else ""
    status = Text("none" if row.status is None else str(row.status), style)
    request = Text(_shortened(escape_line(f"{row.method or '(request not captured)'} {row.place}".strip()), 160))
    facts = [str(row.id), str(row.frame), str(row.stream), format_time(row.start_ns)[11:23]]
    if is_wide:
        table.add_row(*facts, request, status, escape_line(row.code), escape_line(row.request_id))
        return
    if row.is_failed and (row.code or row.request_id):
        detail = "  ".join(part for part in (row.code, row.request_id) if part)
        request = Text.assemble(request, "\n", (escape_line(detail), QUIET))
    table.add_row(*facts, request, status)


def connection_table(view: ReportView) -> RenderableType:
    """Return the first connections and all that ended badly."""
    connections = view.connections()
    title = Text("Connections", HEADING)
    if not connections:
        return Group(title, Padding(Text("No TCP connection."), (0, 0, 0, 2)))
    shown = _shown_connections(connections)
    table = _table("stream", "client and server", "protocol", "packets", "RTT", "end")
    table.columns[1].no_wrap, table.columns[1].overflow, table.columns[1].ratio = False, "fold", 1
    table.columns[5].no_wrap, table.columns[5].overflow = False, "fold"
    for connection in shown:
        rtt = connection.handshake.rtt_ns if connection.handshake is not None else None
        ends = Text(f"{view.masking.address(connection.client)}\n{view.masking.address(connection.server)}")
        if connection.sni:
            ends.append(f"\n{_shortened(escape_line(connection.sni), 80)}", QUIET)
        table.add_row(
            str(connection.stream),
            ends,
            escape_line(connection.protocol),
            f"{connection.packets:,}",
            "" if rtt is None else format_duration(rtt),
            Text("\n".join([connection.end.value, *_trouble(connection)])),
        )
    parts: list[RenderableType] = [title, Padding(table, (0, 0, 0, 2))]
    if len(shown) < len(connections):
        parts.append(
            _left_out(
                len(connections) - len(shown), "connection", all_bad_shown=len(shown) < FIRST_ROWS + MAX_NOTABLE_ROWS
            )
        )
    return Group(*parts)


def capture_lines(view: ReportView) -> RenderableType:
    """Return what is known of the file, and what it lacks."""
    info = view.capture
    facts = [info.format + (f" ({info.compression})" if info.compression else ""), counted(info.packets, "packet")]
    facts.append(format_bytes(info.captured_bytes))
    if info.first_packet_ns is not None and info.last_packet_ns is not None:
        facts.append(
            f"{format_duration(info.last_packet_ns - info.first_packet_ns)} from {format_time(info.first_packet_ns)}"
        )
    facts.append(f"link type {', '.join(info.link_types)}" if info.link_types else "")
    facts.append(f"snap length {info.snaplen:,}" if info.snaplen else "")
    lines = [Text(escape_line(", ".join(fact for fact in facts if fact)))]
    lacks = view.capture_lacks()
    if lacks:
        lines += [Text(escape_line(lack[:1].upper() + lack[1:]), SEVERITY[Severity.WARNING]) for lack in lacks]
    elif info.packets:
        lines.append(Text("Complete: no packet cut, no data missing, nothing undecoded"))
    return Group(Text("Capture", HEADING), Padding(Group(*lines), (0, 0, 0, 2)))


def _table(*names: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style=QUIET)
    for name in names:
        justify = "right" if name in ("id", "frame", "stream", "packets", "RTT") else "left"
        table.add_column(name, justify=justify, no_wrap=True)  # type: ignore[arg-type,unused-ignore]
    return table


def _shown_connections(connections: Sequence[Connection]) -> list[Connection]:
    shown: list[Connection] = []
    for connection in connections:
        is_bad = connection.end in _BAD_ENDS or bool(_trouble(connection))
        if connection.stream < FIRST_ROWS or (is_bad and len(shown) < FIRST_ROWS + MAX_NOTABLE_ROWS):
            shown.append(connection)
    return shown


_BAD_ENDS = frozenset(
    (ConnectionEnd.RST_CLIENT, ConnectionEnd.RST_SERVER, ConnectionEnd.REFUSED, ConnectionEnd.UNANSWERED)
)


def _trouble(connection: Connection) -> list[str]:
    missing = sum(direction.bytes_missing for direction in connection.directions)
    repeated = sum(direction.retransmitted for direction in connection.directions)
    trouble = [f"{format_bytes(missing)} missing"] if missing else []
    return [*trouble, f"{repeated:,} retransmitted"] if repeated else trouble


def _left_out(count: int, noun: str, *, all_bad_shown: bool) -> RenderableType:
    which = "none of them failed" if all_bad_shown else "failed ones among them"
    return Padding(Text(f"{counted(count, f'more {noun}')}, {which}: -f json lists all", QUIET), (0, 0, 0, 2))


def _shortened(text: str, limit: int) -> str:
    """Cut the middle out: the start tells the bucket, the end tells the object."""
    if len(text) <= limit:
        return text
    half = (limit - 3) // 2
    return f"{text[:half]}...{text[-half:]}"
