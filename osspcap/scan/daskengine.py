"""Tasks over a Dask cluster: the same pure map on other machines, the results into the same store.

A capture is read where it is analyzed, so its path or URL must mean the same on every worker. Each thread of a Dask
worker keeps one process of ours for the analysis, so that the limits hold there as they do here. A Dask worker that is
lost costs nothing: the scheduler gives its tasks to another, and doing one twice gives the same result.
"""

import os
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import islice
from typing import Any, Self

from osspcap.errors import UsageError
from osspcap.scan.discovery import is_url
from osspcap.scan.outcome import DEFAULT_LIMITS, Limits, Outcome, State, Task
from osspcap.scan.pool import PoolEngine
from osspcap.scan.ruleset import rule_set_version

CONNECT_S = 30
"""Seconds to wait for a scheduler."""
RETRIES = 3
"""Times that a task is given out again after its worker was lost."""
IN_FLIGHT = 1_000
"""Tasks handed to the scheduler at a time; bounds what waits there and what results wait here."""

_own = threading.local()


class DaskEngine:
    """Runs tasks on a cluster; a context manager."""

    is_local = False
    """Reports come back with the outcomes: workers need no access to the directory of results."""

    def __init__(self, address: str, limits: Limits = DEFAULT_LIMITS) -> None:
        """Connect to a scheduler (`tcp://host:8786`).

        Raises:
            UsageError: Dask is not installed, or no scheduler answers at that address.
        """
        try:
            from distributed import Client  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise UsageError("--dask needs Dask: `pip install 'osspcap[dask]'`") from error
        try:
            connect: Any = Client
            self._client = connect(address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise UsageError(
                f"--dask: no scheduler answers at {address}; start one with `dask scheduler` and give its address"
            ) from error
        self._limits = limits

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *ending: object) -> None:
        """Leave the cluster."""
        self.close()

    def close(self) -> None:
        """Leave the cluster; what it still has of ours is dropped there."""
        self._client.close()

    def run(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """Yield an outcome for each task, in the order in which they are done.

        Raises:
            UsageError: A worker of the cluster has another version of osspcap.
        """
        import distributed  # noqa: PLC0415 - an extra

        source = iter(tasks)
        given = dict(map(self._submit, islice(source, IN_FLIGHT)))
        completed: Any = distributed.as_completed(list(given), loop=self._client.loop)  # type: ignore[no-untyped-call]
        for future in completed:
            task = given.pop(future)
            try:
                outcome = future.result()
            except UsageError:
                self._client.cancel(list(given))
                raise
            except Exception as error:  # noqa: BLE001 - the cluster's own: KilledWorker, CancelledError, ...
                reason = f"the cluster gave up: {type(error).__name__}; look at the logs of its workers"
                outcome = Outcome(task.found, State.CRASHED, reason)
            future.release()
            yield outcome
            for more in islice(source, 1):
                following, its_task = self._submit(more)
                given[following] = its_task
                completed.add(following)

    def _submit(self, task: Task) -> tuple[Any, Task]:
        path = task.found.path
        if not is_url(path):  # workers have other directories
            task = replace(task, place=os.path.abspath(path))  # noqa: PTH100 - surrogates pass unchanged
        future = self._client.submit(
            run_isolated, task, self._limits, pure=False, retries=RETRIES, priority=task.found.size
        )
        return future, task


def run_isolated(task: Task, limits: Limits) -> Outcome:
    """Run on a worker of the cluster: analyze one capture in a process that is kept for the next one.

    Raises:
        UsageError: This worker has another version of osspcap than whoever sent the task.
    """
    settings = task.settings
    if settings.rule_set != _rule_set_here(settings.select, settings.ignore):
        raise UsageError(
            "--dask: a worker of the cluster runs another version of osspcap; install the same one on all machines"
        )
    engine: PoolEngine | None = getattr(_own, "engine", None)
    if engine is None:
        engine = _own.engine = PoolEngine(1, limits)
    [outcome] = engine.run([task])
    return outcome


@cache
def _rule_set_here(select: tuple[str, ...], ignore: tuple[str, ...]) -> str:
    return rule_set_version(select, ignore)
