"""What workers run in tests: functions that do to a worker what a hostile capture might. The path says which."""

import ctypes
import errno
import mmap
import os
import signal
import sys
import threading
from pathlib import Path

from osspcap.scan.outcome import Outcome, State, Task


def by_name(task: Task) -> Outcome:
    """Fail as the file's name says; analyze it if the name says nothing."""
    name = Path(task.found.path).name
    if name.startswith("kill"):
        os.kill(os.getpid(), signal.SIGKILL)
    elif name.startswith("segfault"):
        ctypes.string_at(0)
    elif name.startswith("exit"):
        os._exit(3)
    elif name.startswith("hang"):
        threading.Event().wait()
    elif name.startswith("spin"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
        while True:
            pass
    elif name.startswith("hoard"):
        kept = [bytearray(1 << 20)]
        while True:
            kept.append(bytearray(kept[-1]))
    elif name.startswith("map"):
        _map_memory()
    elif name.startswith("full"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    elif name.startswith("defect"):
        sys.exit("a defect that no handler expects")
    elif name.startswith("plain"):
        return Outcome(task.found, State.DONE, sha256=str(os.getpid()))
    from osspcap.scan.job import analyze_one  # noqa: PLC0415 - loads what most of these need not

    return analyze_one(task)


def _map_memory() -> None:
    """Fill memory that no limit of the interpreter counts, until somebody outside notices."""
    kept = []
    while True:
        piece = mmap.mmap(-1, 8 << 20)
        piece.write(b"x" * len(piece))
        kept.append(piece)
