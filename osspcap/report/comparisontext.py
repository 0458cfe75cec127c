"""The comparison for people: what was changed on the way, both values beside each other.

Every string from a capture passes `terminal.escape_line` and reaches rich as plain `Text`, never as markup.
"""

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from osspcap.model.finding import Confidence, Finding, Severity
from osspcap.model.report import Dissection
from osspcap.report.comparisonview import ComparisonView, DifferenceRow, RequestRow
from osspcap.report.completeness import lacks_of
from osspcap.report.reporters import DEFAULT_WIDTH
from osspcap.report.styles import GOOD, HEADING, QUIET, SEVERITY
from osspcap.report.terminal import escape, escape_line
from osspcap.report.text import render
from osspcap.report.wording import counted
from osspcap.units import format_time

MAX_NOTABLE = 40
"""Requests shown with what differs; the JSON report holds them all."""
MAX_PLAIN = 20
"""Requests shown of those in which nothing was changed."""
MAX_VALUE_CHARS = 600
"""Characters shown of one value."""
MAX_UNDECIDED = 12
ABSENT = "(not there)"
ORDER_DOUBTFUL = (
    "The requests took longer in the second capture than in the first: the first must be the one nearer to the client. "
    "Give the captures in the order CLIENT SERVER."
)


def format_comparison(
    view: ComparisonView, *, width: int = DEFAULT_WIDTH, color: bool = False, findings_only: bool = False
) -> str:
    """Return the comparison as text, each line at most `width` columns wide.

    Args:
        view: The masked comparison.
        width: Columns; clamped as `render` does.
        color: Whether to write terminal escapes for colours and bold.
        findings_only: Leave out the requests in which nothing was changed, and the captures.
    """
    parts: list[RenderableType] = [_heading(view)]
    for finding in view.findings:
        parts += [Text(), _finding(view, finding)]
    if view.undecided:
        parts += [Text(), _undecided(view)]
    parts += list(_requests(view, findings_only=findings_only))
    if not findings_only:
        parts += [Text(), _captures(view)]
    return render(Group(*parts), width=width, color=color)


def _heading(view: ComparisonView) -> RenderableType:
    errors, warnings, infos = (view.count(severity) for severity in Severity)
    counts = [counted(errors, "error"), counted(warnings, "warning"), counted(infos, "note")]
    comparison, worst = view.comparison, view.report.worst
    title = Text(f"osspcap compare {escape_line(comparison.client.capture.path)} ", HEADING)
    title.append(escape_line(comparison.server.capture.path), HEADING)
    title.append("  " + ", ".join(counts), QUIET)
    style = GOOD if worst in (None, Severity.INFO) else SEVERITY[worst]
    if not comparison.matched:
        style = SEVERITY[Severity.WARNING]
    lines = [title, Text(), Text(escape_line(view.verdict), style)]
    if comparison.is_order_doubtful:
        lines += [Text(), Text(ORDER_DOUBTFUL, SEVERITY[Severity.WARNING])]
    return Group(*lines)


def _finding(view: ComparisonView, finding: Finding) -> RenderableType:
    head = Text.assemble(
        (finding.severity.value.upper(), SEVERITY[finding.severity]), " ", (f"{finding.rule} {finding.name}", HEADING)
    )
    details = [finding.confidence.value] if finding.confidence is not Confidence.CONFIRMED else []
    if finding.occurrences > 1:
        details.append(f"{finding.occurrences:,} times")
    if details:
        head.append(f"  ({', '.join(details)})", QUIET)
    body: list[RenderableType] = []
    if finding.summary.rstrip(".").lower() != view.verdict.rstrip(".").lower():  # else it stands at the top already
        body += [Text(escape(finding.summary)), Text()]
    numbers = ", ".join(str(number) for number in finding.exchanges[:10])
    body += [Text(escape(finding.explanation)), Text(), Text(f"Seen in request {numbers}, shown below.", QUIET), Text()]
    body += [Text("What to do", HEADING), _steps(finding.fix)]
    return Group(head, Padding(Group(*body), (0, 0, 0, 2)))


def _steps(steps: Iterable[str]) -> RenderableType:
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold", ratio=1)
    for number, step in enumerate(steps, 1):
        table.add_row(f"{number}.", Text(escape(step)))
    return Padding(table, (0, 0, 0, 2))


def _undecided(view: ComparisonView) -> RenderableType:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(overflow="fold", ratio=1)
    for item in view.undecided[:MAX_UNDECIDED]:
        times = f" ({counted(len(item.exchanges), 'request')})" if item.exchanges else ""
        table.add_row(Text(f"{item.rule} {item.name}: {escape_line(item.reason)}{times}"))
    lines: list[RenderableType] = [Text("Could not be decided", HEADING), Padding(table, (0, 0, 0, 2))]
    if len(view.undecided) > MAX_UNDECIDED:
        lines.append(Padding(Text(f"{len(view.undecided) - MAX_UNDECIDED} more: -f json", QUIET), (0, 0, 0, 2)))
    return Group(*lines)


def _requests(view: ComparisonView, *, findings_only: bool) -> Iterable[RenderableType]:
    notable = plain = left_out = 0
    is_titled = False
    for row in view.rows():
        if row.is_notable:
            notable += 1
            is_shown = notable <= MAX_NOTABLE
        else:
            plain += 1
            is_shown = not findings_only and plain <= MAX_PLAIN
        if not is_shown:
            left_out += 1
            continue
        if not is_titled:
            yield Text()
            yield Text("Requests", HEADING)
            is_titled = True
        yield Padding(_request(row), (0, 0, 0, 2))
    if left_out:
        yield Padding(Text(f"{counted(left_out, 'more request')}: -f json lists all", QUIET), (0, 0, 0, 2))


def _request(row: RequestRow) -> RenderableType:
    place = row.target if not row.target.startswith("/") else row.host + row.target
    head = Text(f"{row.number}  {escape_line(_shortened(f'{row.method} {place}'.strip()))}", HEADING)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style=QUIET, expand=True)
    table.add_column("", overflow="fold", ratio=5)
    table.add_column("client", overflow="fold", ratio=6)
    table.add_column("server", overflow="fold", ratio=6)
    table.add_row(Text("frame", QUIET), *(Text("not seen" if n is None else str(n)) for n in _frames(row)))
    table.add_row(Text("status", QUIET), _status(row.client_frame, row.client_status), _status_of_server(row))
    for difference in row.differences:
        if not difference.expected:
            _add_difference(table, difference)
    lines: list[RenderableType] = [head]
    known = [f"matched by {row.matched_by}"] if row.matched_by else ["seen at one place only"]
    known += [f"request ID {escape_line(row.request_id)}"] if row.request_id else []
    known += [escape_line(row.blind_spot)] if row.blind_spot else []
    lines.append(Padding(Text(", ".join(known), QUIET), (0, 0, 0, 3)))
    lines.append(Padding(table, (0, 0, 0, 3)))
    expected = [difference for difference in row.differences if difference.expected]
    if expected:
        lines.append(Padding(_expected(expected), (0, 0, 0, 3)))
    lines += [
        Padding(Text(f"not compared: {place}: {escape_line(reason)}", QUIET), (0, 0, 0, 3))
        for place, reason in row.not_compared
    ]
    return Group(*lines)


def _frames(row: RequestRow) -> tuple[int | None, int | None]:
    return row.client_frame, row.server_frame


def _status(frame: int | None, status: int | None) -> Text:
    if frame is None:
        return Text("")
    return Text("no answer" if status is None else str(status))


def _status_of_server(row: RequestRow) -> Text:
    return _status(row.server_frame, row.server_status)


def _add_difference(table: Table, difference: DifferenceRow) -> None:
    label = Text(escape_line(difference.label), SEVERITY[Severity.WARNING])
    frames = " | ".join("-" if n is None else str(n) for n in (difference.client_frame, difference.server_frame))
    label.append(f"\nframe {frames}", QUIET)
    if difference.note:
        label.append(f"\n{escape_line(difference.note)}", QUIET)
    table.add_row(label, _values(difference.client), _values(difference.server))
    if difference.client_decoded or difference.server_decoded:
        table.add_row(
            Text("decoded once", QUIET), _values((difference.client_decoded,)), _values((difference.server_decoded,))
        )


def _values(values: tuple[str, ...]) -> Text:
    if not values:
        return Text(ABSENT, QUIET)
    return Text("\n".join(escape_line(_shortened(value, MAX_VALUE_CHARS)) or "(empty)" for value in values))


def _expected(differences: list[DifferenceRow]) -> Text:
    """Name what any proxy may change, by reason."""
    by_reason: dict[str, list[str]] = {}
    for difference in differences:
        by_reason.setdefault(difference.expected, []).append(difference.name or difference.place)
    parts = [f"{', '.join(dict.fromkeys(names))} ({reason})" for reason, names in by_reason.items()]
    return Text("expected differences: " + escape_line("; ".join(parts)), QUIET)


def _captures(view: ComparisonView) -> RenderableType:
    comparison = view.comparison
    sides = (("client", comparison.client), ("server", comparison.server))
    lines = [line for name, dissection in sides for line in _capture(name, dissection)]
    lines.append(Text(f"Clocks: {view.clock()}"))
    return Group(Text("Captures", HEADING), Padding(Group(*lines), (0, 0, 0, 2)))


def _capture(name: str, dissection: Dissection) -> Iterable[Text]:
    info = dissection.capture
    started = "" if info.first_packet_ns is None else f", from {format_time(info.first_packet_ns)}"
    facts = f"{counted(info.packets, 'packet')}, {counted(len(dissection.exchanges), 'exchange')}{started}"
    yield Text(escape_line(f"{name}: {info.path}, {facts}"))
    for lack in lacks_of(info, dissection.connections):
        yield Text(escape_line(f"{name}: {lack}"), SEVERITY[Severity.WARNING])


def _shortened(text: str, limit: int = 160) -> str:
    if len(text) <= limit:
        return text
    half = (limit - 3) // 2
    return f"{text[:half]}...{text[-half:]}"
