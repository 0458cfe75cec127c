"""One run of `osspcap scan`: what is found, analyzed, written and told, in this order."""

import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import click

from osspcap.cli.output import open_output, terminal_width, write_pieces
from osspcap.cli.scanprogress import ScanProgress
from osspcap.cli.scansummary import summary_lines
from osspcap.errors import UsageError
from osspcap.report.terminal import escape_line
from osspcap.scan.batch import Batch, Engine, Tally
from osspcap.scan.discovery import Bounds, Discovery, discover, is_url
from osspcap.scan.outcome import Found, Limits, Settings
from osspcap.scan.remote import shown_url
from osspcap.scan.results import check_folder, write_results
from osspcap.scan.store import Store
from osspcap.tls.keylog import KeyLog

WRITING_SHARE = 9
"""Times the cost of writing the results that a scan that follows waits before it writes them again."""
MAX_PROBLEMS = 20
"""Problems of discovery told one by one."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the user asked for."""

    places: tuple[str, ...]
    out: Path
    store: str
    settings: Settings
    bounds: Bounds
    limits: Limits
    key_log: KeyLog = field(repr=False)
    workers: int | None
    dask: str | None
    force: bool
    parquet: bool
    rescan: bool
    prune: bool
    follow: bool
    quiet: bool


@dataclass(slots=True)
class Done:
    """What it came to."""

    tally: Tally = field(default_factory=Tally)
    is_incomplete: bool = False
    """A directory or capture could not be read, or there was none."""


def run_scan(plan: Plan, stop: Event | None = None) -> Done:
    """Run a scan; `stop` ends one that follows.

    Raises:
        OsspcapError: As `scan_command` says.
        KeyboardInterrupt: The user stopped it; what is done is stored and shown in the results.
    """
    check_folder(plan.out, force=plan.force)
    done = Done()
    with Store(plan.store) as store, closing(_engine(plan)) as engine, ScanProgress(quiet=plan.quiet) as progress:
        batch = Batch(store, plan.settings, plan.out)
        try:
            if plan.follow:
                _follow(plan, batch, engine, progress, done, store, stop or Event())
            else:
                _scan(plan, batch, engine, progress, done, store)
        except KeyboardInterrupt:
            engine.close()
            if not plan.follow:  # which ends in no other way
                _write(plan, store)
                _say("stopped; what is done is stored: run the same command again to go on")
                raise
        done.is_incomplete |= bool(done.tally.failed)
        page = _write(plan, store)
        if not plan.quiet:
            lines = summary_lines(store.connection, page, done.tally.known, terminal_width())
            with open_output(None, force=False) as out:
                write_pieces(out, (f"{line}\n" for line in lines))
    return done


def _scan(plan: Plan, batch: Batch, engine: Engine, progress: ScanProgress, done: Done, store: Store) -> None:
    discovery = discover(plan.places, plan.bounds, skip=[str(plan.out)])
    _tell(discovery)
    if not discovery.captures and not discovery.problems:
        where = _told(plan, ", ")
        raise UsageError(
            f"{where}: no captures found among {discovery.others:,} files; give directories with pcap or pcapng files"
        )
    done.is_incomplete = bool(discovery.problems)
    batch.run(discovery.captures, engine, rescan=plan.rescan, listener=progress, tally=done.tally)
    if plan.prune:
        gone = store.known().keys() - {found.id for found in discovery.captures}
        if discovery.problems:
            _say("--prune: nothing is forgotten, because not everything could be looked into")
        else:
            batch.forget(sorted(gone))


def _follow(
    plan: Plan, batch: Batch, engine: Engine, progress: ScanProgress, done: Done, store: Store, stop: Event
) -> None:
    from osspcap.scan.follow import follow  # noqa: PLC0415 - only where it is asked for

    results = _Results(plan, store)

    def analyze(found: list[Found]) -> None:
        if found:
            batch.run(found, engine, rescan=plan.rescan, listener=progress, tally=done.tally)
        results.renew(is_new=bool(found))

    if not plan.quiet:
        _say(f"following {_told(plan, ', ')}; Ctrl-C ends it")
    results.renew(is_new=True)
    follow(plan.places, analyze, stop, bounds=plan.bounds, skip=[str(plan.out)])


class _Results:
    """The results of a scan that goes on: written anew when there is news, but not most of the time."""

    def __init__(self, plan: Plan, store: Store) -> None:
        self._plan = plan
        self._store = store
        self._is_stale = False
        self._due = 0.0

    def renew(self, *, is_new: bool) -> None:
        """Write them if they are stale and the last time lies far enough back for what it took."""
        self._is_stale |= is_new
        started = time.monotonic()
        if self._is_stale and started >= self._due:
            _write(self._plan, self._store)
            ended = time.monotonic()
            self._due = ended + WRITING_SHARE * (ended - started)
            self._is_stale = False


def _write(plan: Plan, store: Store) -> Path:
    return write_results(store, plan.out, heading=_told(plan, " "), with_parquet=plan.parquet)


def _told(plan: Plan, separator: str) -> str:
    """Name what is scanned, without the credentials that a URL may hold."""
    return separator.join(shown_url(place) if is_url(place) else escape_line(place) for place in plan.places)


def _engine(plan: Plan) -> Engine:
    if plan.dask is not None:
        from osspcap.scan.daskengine import DaskEngine  # noqa: PLC0415 - an extra

        return DaskEngine(plan.dask, plan.limits)
    from osspcap.report.ahead import available_processors  # noqa: PLC0415 - not with a cluster
    from osspcap.scan.pool import PoolEngine  # noqa: PLC0415 - likewise

    given = {"key_log": plan.key_log} if len(plan.key_log) else {}
    return PoolEngine(plan.workers or available_processors(), plan.limits, given=given)


def _tell(discovery: Discovery) -> None:
    for path, reason in discovery.problems[:MAX_PROBLEMS]:
        _say(f"{path}: {reason}")
    more = len(discovery.problems) - MAX_PROBLEMS
    if more > 0:
        _say(f"{more:,} more places could not be looked into")


def _say(text: str) -> None:
    click.echo(f"osspcap: {escape_line(text)}", err=True)
