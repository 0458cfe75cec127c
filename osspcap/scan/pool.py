"""Tasks over worker processes: what happens to one task never reaches another.

Workers are started once and fed through pipes; a worker that dies, hangs or grows too large is ended and replaced, and
costs the task that it was at. Each small task is handed out ahead of time, so that a worker does not wait for its
parent between two of them; those that a dead worker had not begun are handed out again.

Workers run in sessions of their own: Ctrl-C reaches the parent alone, which ends them.
"""

import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from types import MappingProxyType
from typing import Any, Self

from osspcap.errors import InternalError
from osspcap.scan.outcome import DEFAULT_LIMITS, Limits, Outcome, State, Task
from osspcap.scan.worker import Answer, resident_bytes
from osspcap.units import format_bytes

ANALYZE = "osspcap.scan.job:analyze_one"
"""What workers run."""
MAX_AHEAD = 8
"""Tasks in a worker's pipe."""
AHEAD_BYTES = 4 << 20
"""Bytes of captures in a worker's pipe, more only if it is one capture: large ones are left to whoever is free."""
WATCH_S = 0.1
"""How often the memory of busy workers is looked at."""
MAX_FAILED_STARTS = 3
"""Workers that die before they are ready, in a row, before the pool gives up."""
START_S = 120.0
"""Seconds that a worker may take to be ready: it imports a few hundred modules, on a slow disk perhaps."""
DEATH_S = 5.0
"""Seconds to wait for the end of a process that has closed its pipe."""

_START = "import sys; sys.path[:] = sys.argv[2:]; from osspcap.scan.worker import main; main(sys.argv[1])"


class _Worker:
    """One worker process as its parent sees it."""

    def __init__(self, function: str, limits: Limits, given: Mapping[str, Any]) -> None:
        ours, theirs = Pipe()
        # -P and the parent's own search path: a capture directory may hold a `numpy.py` that must never be imported.
        command = [sys.executable, "-P", "-c", _START, str(theirs.fileno()), *sys.path]
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and program
            command, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()], start_new_session=True
        )
        theirs.close()
        self.connection: Connection[Any, Any] = ours
        self.tasks: deque[Task] = deque()
        self.began = time.monotonic()
        """When it began with the oldest task; while it is not ready, when it was started."""
        self.is_ready = False
        with suppress(OSError):  # died already: noticed when it is waited for
            ours.send((function, limits, dict(given)))

    def give(self, task: Task) -> None:
        """Hand a task out; the pipe keeps it if the worker is busy."""
        if self.is_ready and not self.tasks:
            self.began = time.monotonic()
        self.tasks.append(task)
        with suppress(OSError):  # died already, likewise
            self.connection.send(task)

    def take(self) -> tuple[Task, Answer] | None:
        """Receive what became of the oldest task, or that the worker is ready (None).

        Raises:
            EOFError: The worker is dead; so for OSError.
        """
        answer: Answer | None = self.connection.recv()
        self.began = time.monotonic()
        self.is_ready = True
        return None if answer is None else (self.tasks.popleft(), answer)

    def has_room_for(self, task: Task) -> bool:
        """Tell whether a task may be handed out now."""
        if not self.tasks:
            return True
        waiting = sum(item.found.size for item in self.tasks) + task.found.size
        return len(self.tasks) < MAX_AHEAD and waiting <= AHEAD_BYTES

    def end(self, *, is_dying: bool = False) -> int:
        """Kill the process and return how it ended; one that is dying is given the time for it."""
        self.connection.close()
        with suppress(subprocess.TimeoutExpired):
            return self.process.wait(DEATH_S if is_dying else 0)
        self.process.kill()
        return self.process.wait()


class PoolEngine:
    """Runs tasks in worker processes of this machine; a context manager, for several batches."""

    is_local = True
    """Workers write the reports themselves."""

    def __init__(
        self,
        workers: int,
        limits: Limits = DEFAULT_LIMITS,
        *,
        function: str = ANALYZE,
        given: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        """Prepare; processes are started when there is work.

        Args:
            workers: Processes, at least 1.
            limits: What one task may cost.
            function: Function of one task that the workers run, as `module:name`.
            given: What it is given by name with each task; sent to each worker once.
        """
        self._count = max(1, workers)
        self._limits = limits
        self._function = function
        self._given = given
        self._workers: list[_Worker] = []
        self._failed_starts = 0

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *ending: object) -> None:
        """End all workers, whatever they are at."""
        self.close()

    def close(self) -> None:
        """End all workers, whatever they are at."""
        while self._workers:
            self._workers.pop().end()

    def run(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """Yield an outcome for each task, in the order in which they are done. Each task is taken when there is room.

        Raises:
            OSError: A worker could not write its report.
            InternalError: Workers cannot be started.
        """
        todo = _Todo(tasks)
        try:
            while self._feed(todo):
                yield from self._collect(todo)
        except BaseException:
            self.close()  # or their answers would be taken for those of the next batch
            raise

    def _feed(self, todo: "_Todo") -> bool:
        """Hand out what there is room for, evenly; False once nothing is left to wait for."""
        while (task := todo.first()) is not None:
            worker = self._roomiest(task)
            if worker is None:
                break
            worker.give(task)
            todo.drop_first()
        return any(worker.tasks for worker in self._workers)

    def _roomiest(self, task: Task) -> _Worker | None:
        idle = [worker for worker in self._workers if not worker.tasks]
        if idle:
            return idle[0]
        if len(self._workers) < self._count:
            self._workers.append(_Worker(self._function, self._limits, self._given))
            return self._workers[-1]
        best = min(self._workers, key=lambda worker: len(worker.tasks))
        return best if best.has_room_for(task) else None

    def _collect(self, todo: "_Todo") -> Iterator[Outcome]:
        """Wait for answers, deaths and broken limits."""
        busy = [worker for worker in self._workers if worker.tasks]
        ready = set(wait([worker.connection for worker in busy], timeout=WATCH_S))
        for worker in busy:
            if worker.connection not in ready:
                continue
            try:
                taken = worker.take()
            except (EOFError, OSError):
                yield from self._died(worker, todo)
                continue
            self._failed_starts = 0
            if taken is None:
                continue
            task, answer = taken
            if answer.failure is not None:
                raise answer.failure
            if answer.is_retiring:
                self._replace(worker, todo)
            if answer.is_out_of_memory:
                yield self._failed(task, State.MEMORY, time.monotonic() - worker.began)
            else:
                yield answer.result
        for worker in busy:
            if worker.connection in ready:
                continue
            elapsed_s = time.monotonic() - worker.began
            if not worker.is_ready:
                if elapsed_s > START_S:
                    yield from self._died(worker, todo)
            elif elapsed_s > self._limits.timeout_s:
                yield self._lost(worker, todo, State.TIMEOUT)
            elif resident_bytes(worker.process.pid) > self._limits.max_memory:
                yield self._lost(worker, todo, State.MEMORY)

    def _died(self, worker: _Worker, todo: "_Todo") -> Iterator[Outcome]:
        """Tell which task a dead worker was at; none if it had not even begun."""
        if worker.is_ready:
            yield self._lost(worker, todo, State.CRASHED)
            return
        self._replace(worker, todo)
        self._failed_starts += 1
        if self._failed_starts >= MAX_FAILED_STARTS * self._count:
            raise InternalError("worker processes die as they start; see whether `osspcap analyze` works")

    def _lost(self, worker: _Worker, todo: "_Todo", state: State) -> Outcome:
        """Replace a worker; the task it was at is lost, those behind it are not."""
        seconds = time.monotonic() - worker.began
        task = worker.tasks.popleft()
        status = self._replace(worker, todo, is_dying=state is State.CRASHED)
        return self._failed(task, state, seconds, status)

    def _replace(self, worker: _Worker, todo: "_Todo", *, is_dying: bool = False) -> int:
        self._workers.remove(worker)
        todo.give_back(worker.tasks)
        return worker.end(is_dying=is_dying)

    def _failed(self, task: Task, state: State, seconds: float, status: int = 0) -> Outcome:
        return Outcome(task.found, state, _reason(state, self._limits, status), seconds=round(seconds, 3))


class _Todo:
    """Tasks not handed out yet; taken from their source one at a time."""

    def __init__(self, tasks: Iterable[Task]) -> None:
        self._source = iter(tasks)
        self._waiting: deque[Task] = deque()

    def first(self) -> Task | None:
        """Return the task that is next; None if there is none."""
        if not self._waiting:
            task = next(self._source, None)
            if task is None:
                return None
            self._waiting.append(task)
        return self._waiting[0]

    def drop_first(self) -> None:
        """Take the next task off."""
        self._waiting.popleft()

    def give_back(self, tasks: Iterable[Task]) -> None:
        """Put tasks in front again."""
        self._waiting.extendleft(reversed(list(tasks)))


def _reason(state: State, limits: Limits, status: int) -> str:
    match state:
        case State.TIMEOUT:
            return f"took longer than {limits.timeout_s:g} s and was stopped; raise --timeout to let it finish"
        case State.MEMORY:
            limit = format_bytes(limits.max_memory)
            return f"needed more than {limit} of memory and was stopped; raise --max-memory, or cut it with editcap"
        case _:
            return f"the worker process died: {_death(status)}; please report it if `osspcap analyze` fails too"


def _death(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    with suppress(ValueError):
        return f"killed by signal {-status} ({signal.Signals(-status).name})"
    return f"killed by signal {-status}"
