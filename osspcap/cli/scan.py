"""`osspcap scan`: directories of captures in, one store and one page out."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from osspcap.cli.keylogs import keylog_files, keylog_option, read_key_logs
from osspcap.cli.options import FAIL_ON, exit_status, split_codes
from osspcap.cli.sizes import read_size
from osspcap.report.reporters import FORMATS

if TYPE_CHECKING:
    from osspcap.cli.scanrun import Plan

DEFAULT_OUT = "osspcap-scan"
REPORTS = (*FORMATS, "none")


@click.command("scan", short_help="Analyze directories of captures into one page and one store.")
@click.argument("places", metavar="DIR...", nargs=-1, required=True)
@click.option(
    "--out", metavar="DIR", default=DEFAULT_OUT, show_default=True, help="Directory of the results: index.html, tables."
)
@click.option("--store", metavar="FILE", help="SQLite file that keeps all results.  [default: store.sqlite in --out]")
@click.option("--force", is_flag=True, help="Overwrite files in --out that are not of a scan.")
@click.option(
    "--report", type=click.Choice(REPORTS), default="html", show_default=True, help="Report written of each capture."
)
@click.option("--parquet", is_flag=True, help="Also write captures.parquet and findings.parquet.")
@click.option(
    "-j", "--workers", type=click.IntRange(1, 1024), metavar="N", help="Processes.  [default: one a processor]"
)
@click.option(
    "--timeout",
    type=click.FloatRange(0.1, 604_800),
    metavar="SECONDS",
    default=600.0,
    show_default=True,
    help="Give a capture up after this.",
)
@click.option(
    "--max-memory",
    callback=read_size,
    metavar="SIZE",
    default="2GiB",
    show_default=True,
    help="Give a capture up beyond this.",
)
@click.option(
    "--max-size",
    callback=read_size,
    metavar="SIZE",
    default="64GiB",
    show_default=True,
    help="Leave larger files alone.",
)
@click.option(
    "--max-depth",
    type=click.IntRange(0, 1000),
    metavar="N",
    default=32,
    show_default=True,
    help="Directories below DIR.",
)
@click.option("--follow-symlinks", is_flag=True, help="Enter linked directories and read linked files.")
@click.option("--select", metavar="CODES", multiple=True, help="Run only these rules: codes, prefixes (SIG) or names.")
@click.option("--ignore", metavar="CODES", multiple=True, help="Leave these rules out.")
@keylog_option
@click.option("--rescan", is_flag=True, help="Analyze captures again whose result is known.")
@click.option("--prune", is_flag=True, help="Forget captures that this scan does not find.")
@click.option("--follow", is_flag=True, help="Go on: analyze captures as tcpdump -G or -C completes them.")
@click.option("--dask", metavar="ADDRESS", help="Analyze on the Dask cluster with this scheduler.")
@click.option(
    "--fail-on",
    type=click.Choice(FAIL_ON),
    default="error",
    show_default=True,
    help="Exit with 1 if there is a finding this severe.",
)
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")
def scan_command(places: tuple[str, ...], fail_on: str, **given: Any) -> int:
    """Analyze directories of captures into one page and one store.

    Captures are told by their content, compressed or not, in all directories below DIR. DIR may also be a capture, or
    a URL: oss://bucket/path, s3://bucket/path.

    A scan can be stopped at any time, by Ctrl-C or worse: run it again and it goes on. Captures whose content and
    rules have not changed are not analyzed again. Secrets are masked, in the store too.

    Exit status: 0 nothing found at or above --fail-on, 1 findings, 2 bad usage, a capture or directory that could not
    be read, or none found.
    """
    if "-" in places:
        raise click.UsageError("standard input (-) cannot be scanned; use `osspcap analyze -`")
    if given["follow"] and given["dask"] is not None:
        raise click.UsageError("--follow watches directories of this machine; leave --dask out")
    if given["keylog"] and given["dask"] is not None:
        raise click.UsageError(
            "--keylog: keys are not sent to a cluster; put them into the captures (editcap --inject-secrets)"
        )
    from osspcap.cli.scanrun import run_scan  # noqa: PLC0415 - loads numpy

    done = run_scan(_plan(places, given))
    return 2 if done.is_incomplete else exit_status(done.tally.worst, fail_on)


def _plan(places: tuple[str, ...], given: dict[str, Any]) -> "Plan":
    """Put the options together; what has no place of its own goes through under its name."""
    from osspcap.cli.scanrun import Plan  # noqa: PLC0415 - loads numpy
    from osspcap.scan.discovery import Bounds  # noqa: PLC0415
    from osspcap.scan.outcome import Limits, Settings  # noqa: PLC0415
    from osspcap.scan.results import STORE  # noqa: PLC0415
    from osspcap.scan.ruleset import rule_set_version  # noqa: PLC0415

    take = given.pop
    select, ignore = split_codes(take("select")), split_codes(take("ignore"))
    key_log = read_key_logs(keylog_files(take("keylog")))
    report, out, store = take("report"), Path(take("out")), take("store")
    version = rule_set_version(select, ignore, key_log)
    return Plan(
        places=places,
        out=out,
        store=store or str(out / STORE),
        settings=Settings(select, ignore, "" if report == "none" else report, version),
        bounds=Bounds(take("max_depth"), take("max_size"), take("follow_symlinks")),
        limits=Limits(take("timeout"), take("max_memory")),
        key_log=key_log,
        **given,
    )
