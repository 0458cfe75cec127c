"""Options that every command with a report has, and the exit status they lead to."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import click

from osspcap.model.finding import Severity

FAIL_ON = ("error", "warning", "info", "never")
"""Choices of `--fail-on`, in the order of `Severity.rank`; `never` lies behind them all."""

_OPTIONS = (
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


_MASKING = (
    click.option("--show-secrets", is_flag=True, help="Do not mask signatures, tokens and cookies."),
    click.option("--mask-ip", is_flag=True, help="Replace IP addresses by ip-1, ip-2, ..."),
    click.option("--mask-object", is_flag=True, help="Replace object names by object-1, object-2, ..."),
)

_PAGING = (
    click.option("--limit", type=click.IntRange(min=0), metavar="N", help="List at most N exchanges."),
    click.option("--offset", type=click.IntRange(min=0), default=0, metavar="N", help="Pass over the first N of them."),
    click.option("--exchange", type=click.IntRange(min=0), metavar="N", help="List only the exchange with this id."),
    click.option("--stream", type=click.IntRange(min=0), metavar="N", help="List only the exchanges of tcp.stream N."),
)


def report_options(formats: Iterable[str]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command the options about its report, in the order in which help shows them."""
    choice = click.option(
        "-f",
        "--format",
        "output_format",
        type=click.Choice(list(formats)),
        default="text",
        show_default=True,
        help="Report format.",
    )
    return lambda command: _with_options(command, (choice, *_OPTIONS))


def masking_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options about what its output may show."""
    return _with_options(command, _MASKING)


def paging_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that choose the exchanges it lists."""
    return _with_options(command, _PAGING)


def view_options(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `masking_options` and `paging_options` gave as the arguments of a `ReportView`."""
    from osspcap.report.selection import Selection  # noqa: PLC0415 - not needed for help

    paging = ("limit", "offset", "exchange", "stream")
    masking = {name: value for name, value in values.items() if name not in paging}
    return {**masking, "selection": Selection(**{name: values[name] for name in paging})}


def _with_options(command: Callable[..., Any], options: Sequence[Callable[..., Any]]) -> Callable[..., Any]:
    for option in reversed(options):
        command = option(command)
    return command


def split_codes(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return the codes of repeated and comma-separated options: `--select SIG,CLK --select NET001`."""
    return tuple(code for value in values for code in (part.strip() for part in value.split(",")) if code)


def exit_status(worst: Severity | None, fail_on: str) -> int:
    """Return 1 if the worst finding is at or above `--fail-on`, else 0."""
    return 1 if worst is not None and fail_on != "never" and worst.rank <= FAIL_ON.index(fail_on) else 0
