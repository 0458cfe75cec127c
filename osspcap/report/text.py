"""The report for people: what went wrong, who changes what, the proof, and only then the tables.

Every string from the capture passes `terminal.escape` and reaches rich as plain `Text`, never as markup. The text is
the same with and without colours; width is the only thing that layout depends on.
"""

import io
import re
from collections.abc import Iterable, Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from osspcap.model.finding import Confidence, Evidence, Finding, Severity
from osspcap.report.diffview import diff_view
from osspcap.report.findings import key_evidence
from osspcap.report.limits import MAX_EVIDENCE, MAX_REQUEST_IDS, MAX_UNDECIDED, MAX_VALUE
from osspcap.report.reporters import DEFAULT_WIDTH, Layout
from osspcap.report.styles import GOOD, HEADING, QUIET, SEVERITY
from osspcap.report.tables import capture_lines, connection_table, exchange_table
from osspcap.report.terminal import escape, escape_line
from osspcap.report.view import ReportView, UndecidedGroup
from osspcap.report.wording import counted

MIN_WIDTH = 40
"""Columns below which the tables cannot be laid out; narrower terminals wrap."""
MAX_WIDTH = 140
"""Columns beyond which lines of prose are hard to follow."""

MAX_PROOF = 80
"""Characters of a value quoted at the top."""

_TRAILING = re.compile(r"[ \t]+$", re.MULTILINE)


def write_reports(views: Iterator[ReportView], layout: Layout) -> Iterator[str]:
    """Yield the output of `-f text`: one report after the other, parted by a line."""
    separator = ""
    for view in views:
        yield separator
        yield format_report(view, width=layout.width, color=layout.color, findings_only=layout.findings_only)
        separator = "\n" + "=" * min(layout.width, DEFAULT_WIDTH) + "\n\n"


def format_report(
    view: ReportView, *, width: int = DEFAULT_WIDTH, color: bool = False, findings_only: bool = False
) -> str:
    """Return the report as text, each line at most `width` columns wide.

    Args:
        view: The masked report.
        width: Columns; clamped to 40 to `MAX_WIDTH`.
        color: Whether to write terminal escapes for colours and bold.
        findings_only: Leave out the tables of exchanges and connections.
    """
    parts: list[RenderableType] = [_heading(view)]
    for finding in view.findings:
        parts += [Text(), _finding(view, finding, _columns(width))]
    if view.undecided:
        parts += [Text(), _undecided(view.undecided)]
    if not findings_only:
        parts += [Text(), exchange_table(view, _columns(width)), Text(), connection_table(view)]
    parts += [Text(), capture_lines(view)]
    return render(Group(*parts), width=width, color=color)


def render(content: RenderableType, *, width: int = DEFAULT_WIDTH, color: bool = False) -> str:
    """Return anything that rich can lay out as text without trailing blanks."""
    file = io.StringIO()
    _console(file, width, color=color).print(content)
    return _TRAILING.sub("", file.getvalue())


def _columns(width: int) -> int:
    return max(MIN_WIDTH, min(width, MAX_WIDTH))


def _console(file: io.StringIO, width: int, *, color: bool) -> Console:
    """Return a console that writes to memory and interprets nothing in what it is given."""
    return Console(
        file=file,
        width=_columns(width),
        force_terminal=color,
        no_color=None if color else True,
        color_system="auto" if color else None,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
        _environ=None if color else {},
    )


def _heading(view: ReportView) -> RenderableType:
    errors, warnings, infos = (view.count(severity) for severity in Severity)
    worst = view.report.worst
    counts = [counted(errors, "error"), counted(warnings, "warning"), counted(infos, "note")]
    title = Text.assemble(("osspcap ", HEADING), (escape_line(view.capture.path), HEADING))
    title.append("  " + ", ".join(counts), QUIET)
    verdict = Text(escape_line(view.verdict), GOOD if worst in (None, Severity.INFO) else SEVERITY[worst])
    lines: list[RenderableType] = [title, Text(), verdict]
    if worst in (None, Severity.INFO):
        lines.append(Text(escape_line(view.what_was_checked())))
    elif (lead := view.findings[0]).fix:
        lines += [Text(), _answer(lead)]
    return Group(*lines)


def _answer(lead: Finding) -> RenderableType:
    """Name the first step and the strongest proof at once: the whole of both may lie below the first screen."""
    proof = key_evidence(lead)
    seen = "" if "\n" in proof.observed else f": {escape_line(proof.observed[:MAX_PROOF])}"
    expected = "" if not proof.expected or "\n" in proof.expected else f"; expected: {proof.expected[:MAX_PROOF]}"
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold", ratio=1)
    table.add_row(Text("Fix", HEADING), Text(escape(lead.fix[0])))
    table.add_row(Text("Proof", HEADING), Text(escape_line(f"frame {proof.frame}, {proof.field}{seen}{expected}")))
    return table


def _finding(view: ReportView, finding: Finding, columns: int) -> RenderableType:
    head = Text.assemble(
        (finding.severity.value.upper(), SEVERITY[finding.severity]), " ", (f"{finding.rule} {finding.name}", HEADING)
    )
    details = []
    if finding.confidence is not Confidence.CONFIRMED:
        details.append(finding.confidence.value)
    if finding.occurrences > 1:
        details.append(f"{finding.occurrences:,} times")
    if details:
        head.append(f"  ({', '.join(details)})", QUIET)
    body: list[RenderableType] = []
    if finding.summary.rstrip(".").lower() != view.verdict.rstrip(".").lower():  # else it stands at the top already
        body += [Text(escape(finding.summary)), Text()]
    if finding.explanation:
        body += [Text(escape(finding.explanation)), Text()]
    body += [Text("Evidence", HEADING), _evidence(finding.evidence, columns - 4)]
    if finding.fix:
        body += [Text(), Text("What to do", HEADING), _steps(finding.fix)]
    references = _references(view, finding)
    if references.row_count:
        body += [Text(), references]
    return Group(head, Padding(Group(*body), (0, 0, 0, 2)))


def _evidence(evidence: tuple[Evidence, ...], width: int) -> RenderableType:
    """Both values stand one above the other, so that the eye finds the difference."""
    shown = evidence[:MAX_EVIDENCE]
    places = max(len(f"frame {item.frame}") for item in shown)
    parts: list[RenderableType] = []
    table: Table | None = None
    for item in shown:
        if table is None:
            table = _fact_table(places)
            parts.append(table)
        table.add_row(Text(f"frame {item.frame}"), Text("in", QUIET), Text(escape_line(item.field)))
        if "\n" in item.observed and "\n" in item.expected:
            table.add_row("", Text("lines", QUIET), Text("- seen, + expected, ^ what differs", QUIET))
            parts.append(Padding(diff_view(item.observed, item.expected, width - places - 2), (0, 0, 0, places + 2)))
            table = None
            continue
        table.add_row("", Text("seen", QUIET), _value(item.observed))
        if item.expected:
            table.add_row("", Text("expected", QUIET), _value(item.expected))
    if len(evidence) > MAX_EVIDENCE:
        parts.append(Text(f"{len(evidence) - MAX_EVIDENCE} more facts: -f json", QUIET))
    return Padding(Group(*parts), (0, 0, 0, 2))


def _fact_table(places: int) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, min_width=places)
    table.add_column(no_wrap=True, min_width=len("expected"))
    table.add_column(overflow="fold", ratio=1)
    return table


def _value(value: str) -> Text:
    if not value:
        return Text("(empty)", QUIET)
    shown = escape(value[:MAX_VALUE])
    text = Text(shown)
    if len(value) > MAX_VALUE:
        text.append(f" ... ({len(value):,} characters)", QUIET)
    return text


def _steps(steps: Iterable[str]) -> RenderableType:
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold", ratio=1)
    for number, step in enumerate(steps, 1):
        table.add_row(f"{number}.", Text(escape(step)))
    return Padding(table, (0, 0, 0, 2))


def _references(view: ReportView, finding: Finding) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold", ratio=1)
    ids = view.request_ids(finding, MAX_REQUEST_IDS)
    if ids:
        more = (
            f" and {finding.occurrences - len(ids):,} more" if finding.occurrences > len(ids) >= MAX_REQUEST_IDS else ""
        )
        table.add_row(Text("Request ID", QUIET), Text(escape_line(", ".join(ids)) + more))
    if finding.filter:
        table.add_row(Text("Wireshark", QUIET), Text(finding.filter))
    return table


def _undecided(groups: tuple[UndecidedGroup, ...]) -> RenderableType:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold", ratio=1)
    for group in groups[:MAX_UNDECIDED]:
        text = Text(escape_line(group.reason))
        if group.count > 1:
            text.append(f" ({group.count:,} times)", QUIET)
        elif group.exchanges:
            text.append(f" (exchange {group.exchanges[0]})", QUIET)
        table.add_row(Text(f"{group.rule} {group.name}"), text)
    lines: list[RenderableType] = [Text("Could not be decided", HEADING), Padding(table, (0, 0, 0, 2))]
    if len(groups) > MAX_UNDECIDED:
        lines.append(Padding(Text(f"{len(groups) - MAX_UNDECIDED} more: -f json", QUIET), (0, 0, 0, 2)))
    return Group(*lines)
