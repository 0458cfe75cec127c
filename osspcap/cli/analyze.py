"""`osspcap analyze`: captures in, one report out."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from osspcap.cli.keylogs import keylog_files, keylog_option, read_key_logs
from osspcap.cli.options import (
    exit_status,
    masking_options,
    paging_options,
    report_options,
    split_codes,
    view_options,
)
from osspcap.cli.standardinput import refuse_terminal, standard_input
from osspcap.model.finding import Severity
from osspcap.report.reporters import FORMATS, NEED_PACKETS, Layout, reporter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from osspcap.analysis import Numbered, Options
    from osspcap.model.exchange import Exchange
    from osspcap.model.report import Report
    from osspcap.model.stream import Connection
    from osspcap.oss.signing.callback_rsa import CallbackKey
    from osspcap.report.ahead import Ahead
    from osspcap.report.lastcheck import LastCheck
    from osspcap.report.view import ReportView

_runs: "list[_Run]" = []
"""The run, until the process ends."""
MAX_KEY_FILE_BYTES = 65_536
"""Of a PEM file read; the largest key accepted has 3 KB."""


def read_callback_key(path: str) -> "CallbackKey":
    """Read the public key that callbacks are verified with.

    Raises:
        UsageError: The file cannot be read, or holds no RSA public key in PEM.
    """
    from osspcap.oss.signing.callback_rsa import load_callback_key  # noqa: PLC0415 - loads what help does not need

    try:
        with Path(path).open("rb") as file:
            key = load_callback_key(file.read(MAX_KEY_FILE_BYTES))
    except OSError as error:
        raise click.UsageError(f"--callback-key: {path} cannot be read: {error.strerror}") from error
    if key is None:
        raise click.UsageError(f"--callback-key: {path} holds no RSA public key (-----BEGIN PUBLIC KEY-----)")
    return key


@click.command("analyze", short_help="Find out what went wrong in a capture.")
@click.argument("captures", metavar="CAPTURE... | -", nargs=-1, required=True)
@report_options(FORMATS)
@paging_options
@click.option(
    "--callback-key", metavar="FILE", help="Verify upload callbacks with this PEM public key, not the published one."
)
@keylog_option
@click.option("--secret-env", metavar="NAME", help="Verify signatures with the access key secret in this variable.")
@click.option(
    "--secret-file", metavar="FILE", help="Likewise: a file with one secret, or JSON of access key ID to secret."
)
@masking_options
@click.option("-q", "--quiet", is_flag=True, help="Findings only: no tables, no progress.")
def analyze_command(
    captures: tuple[str, ...],
    output_format: str,
    output: str | None,
    *,
    force: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str,
    callback_key: str | None,
    keylog: tuple[str, ...],
    secret_env: str | None,
    secret_file: str | None,
    quiet: bool,
    **shown: Any,
) -> int:
    """Find out what went wrong in a capture.

    CAPTURE is a pcap or pcapng file, gzip or zstd compressed or not; - reads standard input.

    Secrets are masked. Exit status: 0 nothing found at or above --fail-on, 1 findings, 2 bad usage or an input that
    could not be read.
    """
    from osspcap.cli.output import check_output  # noqa: PLC0415 - not needed for help
    from osspcap.cli.secrets import read_secrets  # noqa: PLC0415 - likewise

    if captures.count("-") > 1:
        raise click.UsageError("standard input (-) can be read only once")
    refuse_terminal(*captures)
    key_logs = keylog_files(keylog)
    files = tuple(path for path in (secret_file, callback_key, *key_logs) if path is not None)
    check_output(output, force=force, inputs=(*captures, *files))
    secrets = read_secrets(secret_env, secret_file)
    key = None if callback_key is None else read_callback_key(callback_key)
    chosen = {"select": split_codes(select), "ignore": split_codes(ignore), "trace": output_format in NEED_PACKETS}
    lent = {"callback_key": key, "secrets": secrets, "key_log": read_key_logs(key_logs)}
    run = _Run(captures, _options(**chosen, **lent), quiet, begin=_writes_ahead(output_format))
    _runs[:] = [run]
    if not _write(run, output_format, output, force=force, lent=secrets, **view_options(shown)):
        return 2
    if run.errors:
        return 2
    return exit_status(run.worst, fail_on)


def _write(run: "_Run", output_format: str, output: str | None, *, force: bool, **options: Any) -> bool:
    """Write the reports; tell whether there was an input to report on.

    If a secret would be seen although no name tells that it is one there, everything is made once more with the known
    secrets taken out by value.
    """
    from osspcap.cli.output import write_checked  # noqa: PLC0415 - not needed for help
    from osspcap.errors import SecretInReportError  # noqa: PLC0415 - likewise

    for by_value in (False, True):
        views = run.views(by_value=by_value, **options)
        first = next(views, None)
        if first is None:
            return False
        pieces = reporter(output_format)(_chain(first, views), _layout(run, output))
        try:
            write_checked(output, pieces, run.check, force=force)
        except SecretInReportError:
            if by_value or "-" in run.captures:
                raise
        else:
            break
    return True


def _writes_ahead(output_format: str) -> "Callable[..., Ahead] | None":
    if output_format != "json":
        return None
    from osspcap.report.ahead import available_processors  # noqa: PLC0415 - other formats do without
    from osspcap.report.jsonreport import begin_lists  # noqa: PLC0415 - likewise

    return begin_lists if available_processors() > 1 else None


def _options(**chosen: Any) -> "Options":
    from osspcap.analysis import Options  # noqa: PLC0415 - loads numpy

    return Options(**chosen)


def _last_check() -> "LastCheck":
    from osspcap.report.lastcheck import LastCheck  # noqa: PLC0415 - loads numpy

    return LastCheck()


@dataclass
class _Run:
    """Analyzes the captures one after the other and keeps no report longer than it is written."""

    captures: tuple[str, ...]
    options: "Options"
    quiet: bool
    check: "LastCheck" = field(default_factory=_last_check)
    """Knows the secrets of the views handed out so far."""
    begin: "Callable[..., Ahead] | None" = None
    """Begins to write the lists of a report before the report is there; None if the format cannot."""
    errors: list[tuple[str, str]] = field(default_factory=list)
    worst: Severity | None = None
    last: "ReportView | None" = None
    """Kept, since to take its records apart one by one costs a tenth of a run, and the process is about to end."""

    def views(self, *, by_value: bool = False, **options: Any) -> "Iterator[ReportView]":
        """Yield a view a readable capture, made with the options given; complain about the others.

        Args:
            by_value: Whether the secrets known of a capture are taken out wherever they stand.
            options: Of `ReportView`.
        """
        from osspcap.errors import CaptureError  # noqa: PLC0415 - as above
        from osspcap.report.terminal import escape_line  # noqa: PLC0415
        from osspcap.report.view import ReportView  # noqa: PLC0415

        self.check = _last_check()
        self.errors.clear()
        for path in self.captures:
            begun: list[Ahead] = []
            self.last = None
            try:
                report = self._analyze(path, None if by_value else self._numbered(begun, **options))
            except CaptureError as error:
                self.errors.append((path, str(error)))
                click.echo(f"osspcap: {escape_line(str(error))}", err=True)
                continue
            found = [severity for severity in (self.worst, report.worst) if severity is not None]
            self.worst = min(found, key=lambda severity: severity.rank, default=None)
            view = ReportView(report, ahead=begun[0] if begun else None, **options)
            known = view.known_secrets()
            self.check.add(known)
            self.last = view
            del report
            try:
                yield ReportView(view.report, hidden=known, **options) if by_value else view
            finally:
                del view
                for ahead in begun:
                    ahead.end()

    def _numbered(self, begun: "list[Ahead]", **options: Any) -> "Numbered | None":
        """Return what begins to write the lists of a capture once they are complete; None if that cannot be."""
        begin = self.begin
        if begin is None or options["mask_ip"] or options["mask_object"] or not options["selection"].is_everything:
            return None

        def numbered(connections: "Sequence[Connection]", exchanges: "Sequence[Exchange]") -> None:
            begun.append(begin(connections, exchanges, show_secrets=options["show_secrets"], lent=options["lent"]))

        return numbered

    def _analyze(self, path: str, numbered: "Numbered | None") -> "Report":
        from osspcap.analysis import analyze  # noqa: PLC0415 - loads numpy
        from osspcap.cli.progress import ProgressLine  # noqa: PLC0415

        with ProgressLine(path, quiet=self.quiet) as progress:
            return analyze(path, self.options, progress=progress.report, stdin=standard_input(path), numbered=numbered)


def _layout(run: _Run, output: str | None) -> Layout:
    from osspcap.cli.output import is_terminal, terminal_width, wants_color  # noqa: PLC0415 - lazily

    return Layout(
        width=terminal_width(),
        color=wants_color(output),
        findings_only=run.quiet,
        is_terminal=is_terminal(output),
        is_batch=len(run.captures) > 1,
        errors=run.errors,
    )


def _chain(first: "ReportView", rest: "Iterator[ReportView]") -> "Iterator[ReportView]":
    yield first
    yield from rest
