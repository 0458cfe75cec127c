"""The catalogue of rules as text: for all rules a line each, for one its documentation."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from osspcap.report.styles import HEADING, QUIET, SEVERITY
from osspcap.rules.base import Rule


def catalogue(rules: Sequence[Rule]) -> RenderableType:
    """Return all rules by family: code, name, severity and what is found."""
    parts: list[RenderableType] = []
    families: dict[str, list[Rule]] = {}
    for rule in rules:
        families.setdefault(rule.category, []).append(rule)
    width = max((len(rule.name) for rule in rules), default=0)
    for family, members in families.items():
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True, min_width=width)
        table.add_column(no_wrap=True)
        for rule in members:
            severity = Text(rule.severity.value, SEVERITY[rule.severity])
            table.add_row(rule.code, rule.name, severity)
        parts += [Text(family, HEADING), Padding(table, (0, 0, 1, 2))]
    parts.append(Text("osspcap rules CODE explains one of them.", QUIET))
    return Group(*parts)


def rule_page(rule: Rule) -> RenderableType:
    """Return the documentation of one rule."""
    head = Text.assemble((f"{rule.code} {rule.name}", HEADING), "  ", (rule.severity.value, SEVERITY[rule.severity]))
    head.append(f"  {rule.category}, since {rule.since}", QUIET)
    parts: list[RenderableType] = [head]
    if rule.headline and not rule.headline.startswith("#"):
        parts += [Text(), Text(rule.headline)]
    for heading, body in rule.sections.items():
        parts += [Text(), Text(heading, HEADING), Padding(_prose(body), (0, 0, 0, 2))]
    steps = Table.grid(padding=(0, 1, 0, 0))
    steps.add_column(justify="right", no_wrap=True)
    steps.add_column(overflow="fold", ratio=1)
    for number, step in enumerate(rule.fix, 1):
        steps.add_row(f"{number}.", Text(step))
    if rule.fix:
        parts += [Text(), Text("What to do", HEADING), Padding(steps, (0, 0, 0, 2))]
    parts += [Text(), Text("Sources", HEADING)]
    parts += [Padding(Text(source), (0, 0, 0, 2)) for source in rule.sources]
    if rule.supersedes:
        parts += [Text(), Text(f"Told instead of {', '.join(rule.supersedes)} on the same exchange.", QUIET)]
    return Group(*parts)


def _prose(body: str) -> RenderableType:
    """Join the lines of each paragraph, so that they fill the width; lists and examples keep their lines."""
    paragraphs: list[RenderableType] = []
    for paragraph in body.split("\n\n"):
        lines = paragraph.splitlines()
        keeps_lines = any(line[:1] in (" ", "-", "*", "|") for line in lines)
        paragraphs.append(Text("\n".join(lines) if keeps_lines else " ".join(lines)))
    return Group(*[part for paragraph in paragraphs for part in (paragraph, Text())][:-1])
