import os
import subprocess
import sys
import threading
from multiprocessing import Pipe
from pathlib import Path
from typing import Any
from unittest.mock import patch

from osspcap.scan.outcome import Limits
from osspcap.scan.worker import Answer, resident_bytes, serve
from tests.build.scans import task_for

LIMITS = Limits(60, 1 << 40)


def answers(function: Any, *tasks: Any, limits: Limits = LIMITS) -> list[Answer]:
    ours, theirs = Pipe()
    thread = threading.Thread(target=serve, args=(theirs, function, limits))
    for task in tasks:
        ours.send(task)
    alarms: list[int] = []
    with patch("osspcap.scan.worker._set_alarm", alarms.append), patch("osspcap.scan.worker._limit_memory"):
        thread.start()
        got = [ours.recv()]
        assert got.pop() is None
        for _ in tasks:
            got.append(ours.recv())
            if got[-1].is_retiring:
                break
        ours.close()
        thread.join()
    assert alarms == [70, 0] * len(got)
    return got


def test_tasks_are_answered_in_order_under_an_alarm() -> None:
    assert [answer.result for answer in answers(len, "a", "bb", "ccc")] == [1, 2, 3]


def test_what_goes_wrong_is_said() -> None:
    def fail(task: str) -> None:
        if task == "memory":
            raise MemoryError
        raise OSError(28, "No space left on device", "somewhere")

    full, memory = answers(fail, "disk", "memory")
    assert full.failure is not None
    assert (full.failure.errno, full.failure.strerror) == (28, "No space left on device")
    assert (memory.is_out_of_memory, memory.is_retiring) == (True, True)


def test_a_worker_that_stays_large_retires() -> None:
    [answer] = answers(len, "a", "b", limits=Limits(60, 1 << 20))
    assert (answer.result, answer.is_retiring) == (1, True)


def test_memory_is_known_of_this_process_and_of_no_other() -> None:
    assert resident_bytes() > 1 << 20
    assert abs(resident_bytes(os.getpid()) - resident_bytes()) < 1 << 24
    assert resident_bytes(2**22 + 1) == 0


def start(*lines: str) -> tuple[subprocess.Popen[bytes], Any]:
    ours, theirs = Pipe()
    program = "\n".join(["import sys", *lines, "from osspcap.scan.worker import main", "main(sys.argv[1])"])
    command = [sys.executable, "-c", program, str(theirs.fileno())]
    process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stderr=subprocess.DEVNULL)
    theirs.close()
    return process, ours


def test_a_worker_ends_when_its_parent_goes_away() -> None:
    first: tuple[object, ...] = ("builtins:len", LIMITS, {})
    for message in (None, first):
        process, ours = start()
        if message is not None:
            ours.send(message)
            assert ours.recv() is None
        ours.close()
        assert process.wait(60) == 0


def test_a_task_that_hangs_is_ended_by_the_kernel_when_no_parent_is_left(tmp_path: Path) -> None:
    process, ours = start("import osspcap.scan.worker as w", "w.GRACE_S = 1")
    ours.send(("tests.build.scanfaults:by_name", Limits(0.0, 1 << 40), {}))
    assert ours.recv() is None
    ours.send(task_for(tmp_path / "spin"))
    ours.close()
    assert process.wait(60) == -14
