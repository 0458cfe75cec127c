"""Progress on standard error: only for work of more than a second, only where somebody watches."""

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

DELAY_S = 1.0
"""Work that is over sooner shows nothing."""

Report = Callable[[int, int | None], None]


class ProgressLine:
    """A bar that appears late and vanishes when the work is done; a context manager."""

    def __init__(self, name: str, *, quiet: bool) -> None:
        self._name = name
        self._is_shown = not quiet and sys.stderr is not None and sys.stderr.isatty()
        self._due = time.monotonic() + DELAY_S
        self._bar: Any = None
        self._task: Any = None

    @property
    def report(self) -> Report | None:
        """The callback for `analyze`; None where nobody would see it."""
        return self._update if self._is_shown else None

    def __enter__(self) -> Self:
        """Start counting time."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar off the screen."""
        if self._bar is not None:
            self._bar.stop()

    def _update(self, done: int, total: int | None) -> None:
        if self._bar is None:
            if time.monotonic() < self._due:
                return
            self._start(total)
        self._bar.update(self._task, completed=done, total=total)

    def _start(self, total: int | None) -> None:
        from rich.console import Console  # noqa: PLC0415 - not before it is needed
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn  # noqa: PLC0415

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            DownloadColumn(binary_units=True),
            TransferSpeedColumn(),
        )
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task(self._name, total=total)
        self._bar.start()
