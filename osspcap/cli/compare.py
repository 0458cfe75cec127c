"""`osspcap compare`: the same requests seen at two places, and what was changed in between."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from osspcap.cli.keylogs import keylog_files, keylog_option, read_key_logs
from osspcap.cli.options import exit_status, masking_options, report_options, split_codes
from osspcap.cli.standardinput import refuse_terminal, standard_input

if TYPE_CHECKING:
    from osspcap.analysis import Options
    from osspcap.model.comparison import ComparisonReport
    from osspcap.report.comparisonview import ComparisonView


@click.command("compare", short_help="Show what was changed between two captures of the same requests.")
@click.argument("client", metavar="CLIENT")
@click.argument("server", metavar="SERVER")
@report_options(("text", "json"))
@keylog_option
@masking_options
@click.option("-q", "--quiet", is_flag=True, help="Findings and changed requests only; no progress.")
def compare_command(
    client: str,
    server: str,
    output_format: str,
    output: str | None,
    *,
    force: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str,
    keylog: tuple[str, ...],
    show_secrets: bool,
    mask_ip: bool,
    mask_object: bool,
    quiet: bool,
) -> int:
    """Show what was changed between two captures of the same requests.

    CLIENT is the capture nearer to the client, SERVER the one nearer to OSS: before and behind a proxy, for instance.
    One of them may be -, standard input. Requests are matched by request ID, else by signature, content or order.

    Secrets are masked. Exit status: 0 nothing found at or above --fail-on, 1 findings, 2 bad usage, an input that
    could not be read, or captures that have no request in common.
    """
    from osspcap.analysis import Options  # noqa: PLC0415 - loads numpy
    from osspcap.cli.output import check_output, write_checked  # noqa: PLC0415 - not needed for help
    from osspcap.report.comparisonview import ComparisonView  # noqa: PLC0415
    from osspcap.report.lastcheck import LastCheck  # noqa: PLC0415

    if client == server == "-":
        raise click.UsageError("standard input (-) can be read only once")
    refuse_terminal(client, server)
    key_logs = keylog_files(keylog)
    check_output(output, force=force, inputs=(client, server, *key_logs))
    options = Options(select=split_codes(select), ignore=split_codes(ignore), key_log=read_key_logs(key_logs))
    report = _compare(client, server, options, quiet=quiet)
    view = ComparisonView(report, show_secrets=show_secrets, mask_ip=mask_ip, mask_object=mask_object)
    pieces = _json(view, output) if output_format == "json" else _text(view, output, quiet=quiet)
    write_checked(output, pieces, LastCheck(view.known_secrets()), force=force)
    if not report.comparison.matched:
        click.echo("osspcap: the two captures have no request in common: nothing could be compared", err=True)
        return 2
    return exit_status(report.worst, fail_on)


def _compare(client: str, server: str, options: "Options", *, quiet: bool) -> "ComparisonReport":
    from osspcap.cli.progress import ProgressLine  # noqa: PLC0415 - lazily
    from osspcap.compare import compare  # noqa: PLC0415 - loads numpy

    stdin = standard_input(client, server)
    with ProgressLine(client, quiet=quiet) as first, ProgressLine(server, quiet=quiet) as second:
        return compare(client, server, options, progress=(first.report, second.report), stdin=stdin)


def _json(view: "ComparisonView", output: str | None) -> Iterator[str]:
    from osspcap.cli.output import is_terminal  # noqa: PLC0415 - the other format needs none of this
    from osspcap.report.comparisonjson import comparison_pieces  # noqa: PLC0415
    from osspcap.report.jsonreport import indented  # noqa: PLC0415

    pieces = comparison_pieces(view)
    if is_terminal(output):
        yield indented("".join(pieces))
    else:
        yield from pieces
    yield "\n"


def _text(view: "ComparisonView", output: str | None, *, quiet: bool) -> Iterator[str]:
    from osspcap.cli.output import terminal_width, wants_color  # noqa: PLC0415 - loads rich
    from osspcap.report.comparisontext import format_comparison  # noqa: PLC0415

    yield format_comparison(view, width=terminal_width(), color=wants_color(output), findings_only=quiet)
