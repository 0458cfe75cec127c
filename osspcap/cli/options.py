"""Options that every command with a report has, and the exit status they lead to."""

from collections.abc import Callable
from typing import Any

import click

from osspcap.model.finding import Severity

FAIL_ON = ("error", "warning", "info", "never")
"""Choices of `--fail-on`, in the order of `Severity.rank`; `never` lies behind them all."""

_OPTIONS = (
    click.option(
        "-f",
        "--format",
        "output_format",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="Report format.",
    ),
    click.option("-o", "--output", metavar="FILE", help="Write the report to FILE instead of standard output."),
    click.option("--force", is_flag=True, help="Overwrite FILE if it exists."),
    click.option(
        "--select", metavar="CODES", multiple=True, help="Run only these rules: codes, prefixes (SIG) or names."
    ),
    click.option("--ignore", metavar="CODES", multiple=True, help="Leave these rules out."),
    click.option(
        "--fail-on",
        type=click.Choice(FAIL_ON),
        default="error",
        show_default=True,
        help="Exit with 1 if there is a finding this severe.",
    ),
)


def report_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options about its report, in the order in which help shows them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def split_codes(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return the codes of repeated and comma-separated options: `--select SIG,CLK --select NET001`."""
    return tuple(code for value in values for code in (part.strip() for part in value.split(",")) if code)


def exit_status(worst: Severity | None, fail_on: str) -> int:
    """Return 1 if the worst finding is at or above `--fail-on`, else 0."""
    return 1 if worst is not None and fail_on != "never" and worst.rank <= FAIL_ON.index(fail_on) else 0
