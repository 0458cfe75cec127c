"""A long-lived worker process: takes tasks from a pipe, one after the other, and sends back what became of them.

It outlives neither its parent (the pipe ends) nor a task that hangs (an alarm of the kernel, which needs no
cooperation of the interpreter, ends the process), so that a parent killed by SIGKILL leaves nothing behind.
"""

import gc
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from osspcap.scan.outcome import Limits

GRACE_S = 10
"""Seconds that the parent has to end a worker whose time is over, before the kernel does."""
STATM = "/proc/{}/statm"
"""Linux: sizes of a process in pages; the second number is the resident set."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker says of one task."""

    result: Any = None
    """What the function returned."""
    is_out_of_memory: bool = False
    """The function raised MemoryError."""
    failure: OSError | None = None
    """The function could not write."""
    is_retiring: bool = False
    """The process is done: its memory did not come back."""


def serve(connection: "Connection[Any, Any]", function: Callable[[Any], Any], limits: Limits) -> None:
    """Say that all is loaded (None), then answer tasks until the pipe ends."""
    _limit_memory(limits.max_memory)
    gc.collect()
    gc.freeze()  # what was imported is never looked at again
    alarm_s = int(limits.timeout_s) + GRACE_S
    try:
        connection.send(None)  # ready
    except OSError:
        return
    while True:
        try:
            task = connection.recv()
        except (EOFError, OSError):
            return
        _set_alarm(alarm_s)
        answer = _answer(function, task, limits)
        _set_alarm(0)
        try:
            connection.send(answer)
        except OSError:  # the parent is gone
            return
        if answer.is_retiring:
            return
        del task, answer
        gc.collect()


def resident_bytes(pid: int | str = "self") -> int:
    """Return the resident set of a process; 0 where the system does not tell."""
    with suppress(OSError, ValueError, IndexError):
        return int(Path(STATM.format(pid)).read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGESIZE")
    return 0


def main(descriptor: str) -> None:
    """Serve the pipe with this descriptor; the first message says what to run."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # no matrix is multiplied; numpy starts threads without it
    connection: Connection[Any, Any] = Connection(int(descriptor))
    try:
        name, limits, given = connection.recv()
        module, _, attribute = name.partition(":")
        function = partial(getattr(import_module(module), attribute), **given)
    except EOFError:  # the parent went away meanwhile
        return
    serve(connection, function, limits)


def _answer(function: Callable[[Any], Any], task: Any, limits: Limits) -> Answer:
    try:
        result = function(task)
    except MemoryError:
        return Answer(is_out_of_memory=True, is_retiring=True)
    except OSError as error:
        return Answer(failure=OSError(error.errno, error.strerror or str(error)))
    return Answer(result, is_retiring=resident_bytes() > limits.max_memory // 2)


def _limit_memory(max_memory: int) -> None:
    """Let allocations beyond the limit fail; what the interpreter and its modules take already is not counted.

    RLIMIT_DATA counts private writable memory (Linux 4.7 and later); the address space, which RLIMIT_AS counts, is
    mostly libraries and reserve. The parent watches the resident set as well.
    """
    with suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415 - not on every system

        with suppress(OSError):
            pages = int(Path(STATM.format("self")).read_text(encoding="ascii").split()[5])
            limit = max_memory + pages * os.sysconf("SC_PAGESIZE")
            _, hard = resource.getrlimit(resource.RLIMIT_DATA)
            if hard == resource.RLIM_INFINITY or limit < hard:
                resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))


def _set_alarm(seconds: int) -> None:
    if sys.platform != "win32":
        signal.alarm(seconds)  # 0 takes it back; SIGALRM is not handled, so it ends the process
