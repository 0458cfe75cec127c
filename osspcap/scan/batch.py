"""One scan: what is known is skipped, the rest goes to an engine, every outcome into the store as it arrives."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from osspcap.errors import OutputError
from osspcap.model.finding import Severity
from osspcap.report.reporters import FORMATS
from osspcap.scan.discovery import largest_first
from osspcap.scan.job import analyze_one
from osspcap.scan.outcome import Found, Outcome, Settings, State, Task
from osspcap.scan.rows import is_report_name
from osspcap.scan.store import Known, Store

REPORTS = "reports"
"""Folder of the captures' own reports, beside the page."""
_ENDINGS = {"text": "txt", "markdown": "md"}
"""File endings of the formats that are not called by their own."""


class Engine(Protocol):
    """Runs tasks somewhere."""

    @property
    def is_local(self) -> bool:
        """Tell whether it may write reports where this process can read them."""

    def run(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """Yield one outcome a task, in any order."""

    def close(self) -> None:
        """Stop whatever runs."""


class InlineEngine:
    """Runs tasks one after the other in this process: nothing protects it from what a capture does."""

    is_local = True

    def run(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """Yield one outcome a task, in their order."""
        return map(analyze_one, tasks)

    def close(self) -> None:
        """Do nothing: nothing runs."""


class Listener(Protocol):
    """Is told how a scan goes on."""

    def begins(self, tasks: int, size: int, known: int) -> None:
        """Captures to analyze, their bytes, and captures that need not be."""

    def ends(self, outcome: Outcome) -> None:
        """One capture is done."""


class Silence:
    """A listener that nobody hears."""

    def begins(self, tasks: int, size: int, known: int) -> None:
        """Do nothing."""

    def ends(self, outcome: Outcome) -> None:
        """Do nothing."""


SILENCE = Silence()


@dataclass(slots=True)
class Tally:
    """What a scan came to, over all captures it found."""

    done: int = 0
    """Captures with a result, those known before included."""
    known: int = 0
    """Of these, captures that were not analyzed again."""
    failed: dict[State, int] = field(default_factory=dict)
    """Captures without a result, by state."""
    worst: Severity | None = None
    """Of all findings."""

    def add(self, outcome: Outcome, known: Known | None) -> None:
        """Count an outcome; `known` is what the store held before."""
        if outcome.state is State.NO_CAPTURE:
            return
        if outcome.state is State.UNCHANGED and known is not None:
            self.add_known(known)
        elif outcome.state is State.DONE:
            self.done += 1
            for finding in outcome.findings:
                self._see(Severity(finding.severity))
        else:
            self.failed[outcome.state] = self.failed.get(outcome.state, 0) + 1

    def add_known(self, known: Known) -> None:
        """Count a capture whose result the store holds."""
        self.done += 1
        self.known += 1
        if known.worst:
            self._see(Severity(known.worst))

    def _see(self, severity: Severity) -> None:
        if self.worst is None or severity.rank < self.worst.rank:
            self.worst = severity


class Batch:
    """Analyzes captures into a store, and their reports into a folder."""

    def __init__(self, store: Store, settings: Settings, folder: Path | None) -> None:
        """Prepare.

        Args:
            store: Where results go.
            settings: What decides them.
            folder: Directory of the results, for the captures' own reports; None for none.

        Raises:
            OutputError: The folder cannot be made.
        """
        self._store = store
        self._settings = settings
        self._folder = folder if settings.report else None
        if self._folder is not None:
            try:
                reports = self._folder / REPORTS
                reports.mkdir(parents=True, exist_ok=True)
                for half in reports.glob(".*.part"):  # of a scan that was killed
                    half.unlink(missing_ok=True)
            except OSError as error:
                raise _unwritable(self._folder, error) from error

    def run(
        self,
        captures: Iterable[Found],
        engine: Engine,
        *,
        rescan: bool = False,
        listener: Listener = SILENCE,
        tally: Tally | None = None,
    ) -> Tally:
        """Analyze what the store does not hold yet.

        Args:
            captures: What was found.
            engine: Where to analyze.
            rescan: Analyze what is known too.
            listener: Is told what happens.
            tally: Counts on, where several batches are one scan; filled even if this is interrupted.

        Raises:
            OutputError: Store or reports cannot be written. What was done is stored.
        """
        tally = Tally() if tally is None else tally
        known = self._store.known()
        usable = {} if rescan else known
        fresh = [found for found in largest_first(captures) if not self._count_known(found, usable, tally)]
        tasks = [self._task(found, usable.get(found.id), engine) for found in fresh if not found.problem]
        listener.begins(len(fresh), sum(found.size for found in fresh), tally.known)
        try:
            for outcome in self._outcomes(fresh, tasks, engine):
                self._keep(outcome)
                tally.add(outcome, known.get(outcome.found.id))
                listener.ends(outcome)
        except OSError as error:
            raise _unwritable(self._folder or Path(self._store.path), error) from error
        return tally

    def _outcomes(self, fresh: list[Found], tasks: list[Task], engine: Engine) -> Iterator[Outcome]:
        for found in fresh:
            if found.problem:
                yield Outcome(found, found.state, found.problem)
        yield from engine.run(tasks)

    def _count_known(self, found: Found, known: dict[int, Known], tally: Tally) -> bool:
        old = known.get(found.id)
        if old is None or found.problem or not self._is_current(found, old):
            return False
        if (old.size, old.mtime_ns, old.etag) != (found.size, found.mtime_ns, found.etag):
            return False
        if not (found.mtime_ns or found.etag):
            return False  # a storage that tells neither time nor version
        tally.add_known(old)
        return True

    def _is_current(self, found: Found, old: Known) -> bool:
        """Tell whether what is known of a file was found by the same rules and has its report."""
        if old.state != State.DONE or old.rule_set != self._settings.rule_set:
            return False
        report = self._report_name(found)
        return not report or (old.report == report and (self._folder is None or (self._folder / report).exists()))

    def _task(self, found: Found, old: Known | None, engine: Engine) -> Task:
        is_alike = old is not None and old.size == found.size and self._is_current(found, old)
        report = self._report_name(found)
        path = str(self._folder / report) if report and self._folder is not None and engine.is_local else ""
        sha256 = old.sha256 if is_alike and old is not None else ""
        return Task(found, self._settings, known_sha256=sha256, report_path=path)

    def _report_name(self, found: Found) -> str:
        """Name a report by the capture's number: nothing of a capture's name becomes a path."""
        if self._folder is None:
            return ""
        return f"{REPORTS}/{found.id:016x}.{_ENDINGS.get(self._settings.report, self._settings.report)}"

    def forget(self, numbers: Iterable[int]) -> int:
        """Take captures out of the store, and their reports away; returns how many there were."""
        known = self._store.known()
        gone = [number for number in numbers if number in known]
        self._store.forget(gone)
        for number in gone:
            self._discard(known[number].report)
        return len(gone)

    def _discard_others(self, found: Found, report: str) -> None:
        """Take away what a capture has in other formats: a scan killed before its row was stored leaves one, too."""
        if self._folder is not None:
            stem = self._folder / REPORTS / f"{found.id:016x}"
            for format_name in FORMATS:
                other = stem.with_suffix(f".{_ENDINGS.get(format_name, format_name)}")
                if other.name != Path(report).name:
                    other.unlink(missing_ok=True)

    def _discard(self, report: str) -> None:
        """Take a report away that the store no longer speaks of."""
        if self._folder is not None and is_report_name(report):
            (self._folder / report).unlink(missing_ok=True)

    def _keep(self, outcome: Outcome) -> None:
        report = self._report_name(outcome.found) if outcome.state is State.DONE else ""
        if outcome.report is not None and report and self._folder is not None:
            target = self._folder / report
            temporary = target.with_name(f".{target.name}.part")
            temporary.write_bytes(outcome.report)
            temporary.replace(target)
        self._store.add(outcome, self._settings.rule_set, report)
        if outcome.state is not State.UNCHANGED:
            self._discard_others(outcome.found, report)


def _unwritable(path: Path, error: OSError) -> OutputError:
    return OutputError(
        f"{path}: cannot be written: {error.strerror or error}; what is done is stored: make room, "
        "or choose another place by --out, then scan again to go on"
    )
