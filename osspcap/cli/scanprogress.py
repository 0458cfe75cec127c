"""How far a scan is, on standard error: a bar for who watches, a line now and then for a log."""

import sys
import time
from types import TracebackType
from typing import Any, Self

import click

from osspcap.scan.outcome import Outcome, State
from osspcap.units import format_bytes, format_duration

LINE_EVERY_S = 10.0
"""Between two lines where nobody watches."""


class ScanProgress:
    """Listens to a scan; a context manager."""

    def __init__(self, *, quiet: bool) -> None:
        self._is_silent = quiet or sys.stderr is None
        self._is_watched = not self._is_silent and sys.stderr.isatty()
        self._bar: Any = None
        self._task: Any = None
        self._started = self._told = time.monotonic()
        self._tasks = self._size = self._done = self._bytes = self._findings = 0

    def __enter__(self) -> Self:
        """Begin to count time."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar off the screen."""
        self._stop()

    def begins(self, tasks: int, size: int, known: int) -> None:
        """Show what is to be done."""
        self._stop()
        self._tasks, self._size = tasks, size
        self._done = self._bytes = self._findings = 0
        self._started = self._told = time.monotonic()
        if self._is_silent or not tasks:
            return
        if self._is_watched:
            self._start_bar()
            return
        held = f", {known:,} known already" if known else ""
        self._say(f"{tasks:,} to analyze, {format_bytes(size)}{held}")

    def ends(self, outcome: Outcome) -> None:
        """Count one capture; say which were given up."""
        self._done += 1
        self._bytes += outcome.found.size
        self._findings += sum(finding.severity != "info" for finding in outcome.findings)
        if self._is_silent:
            return
        if outcome.state not in (State.DONE, State.UNCHANGED, State.NO_CAPTURE):
            from osspcap.scan.rows import shown_path  # noqa: PLC0415 - not loaded for help

            self._say(f"{shown_path(outcome.found)}: {outcome.reason}")
        if self._bar is not None:
            self._bar.update(self._task, completed=self._bytes, files=self._done, findings=self._findings)
        elif not self._is_watched and time.monotonic() - self._told >= LINE_EVERY_S:
            self._told = time.monotonic()
            self._say(self._line())

    def _line(self) -> str:
        elapsed_s = max(time.monotonic() - self._started, 1e-3)
        rate = self._bytes / elapsed_s
        left = f", {format_duration(round((self._size - self._bytes) / rate * 1e9))} left" if rate else ""
        return (
            f"{self._done:,} of {self._tasks:,} captures, {format_bytes(self._bytes)} of {format_bytes(self._size)} "
            f"({format_bytes(round(rate))}/s{left}), {self._findings:,} findings"
        )

    def _say(self, text: str) -> None:
        from osspcap.report.terminal import escape_line  # noqa: PLC0415 - likewise

        line = f"osspcap: {escape_line(text)}"
        if self._bar is not None:
            self._bar.console.print(line, markup=False, highlight=False, emoji=False, soft_wrap=True)
        else:
            click.echo(line, err=True)

    def _start_bar(self) -> None:
        from rich.console import Console  # noqa: PLC0415 - only where it is shown
        from rich.progress import (  # noqa: PLC0415
            BarColumn,
            DownloadColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )

        columns = (
            TextColumn("{task.fields[files]:,} of {task.fields[tasks]:,} captures"),
            BarColumn(),
            DownloadColumn(binary_units=True),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[findings]:,} findings"),
        )
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task("", total=max(self._size, 1), files=0, tasks=self._tasks, findings=0)
        self._bar.start()

    def _stop(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
