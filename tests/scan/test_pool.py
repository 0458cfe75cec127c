import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from osspcap.errors import InternalError
from osspcap.report.ahead import available_processors
from osspcap.scan import pool
from osspcap.scan.outcome import Found, Limits, Outcome, State, Task
from osspcap.scan.pool import PoolEngine
from tests.build.scans import refusal, success, task_for

BY_NAME = "tests.build.scanfaults:by_name"
LIMITS = Limits(timeout_s=30, max_memory=400 << 20)


@pytest.fixture
def captures(tmp_path: Path) -> list[Task]:
    tasks = []
    for number in range(6):
        path = tmp_path / f"{number}.pcap"
        path.write_bytes(refusal(number) if number % 2 else success(number))
        tasks.append(task_for(path, number, path.stat().st_size))
    return tasks


def fault(tmp_path: Path, name: str, number: int = 99) -> Task:
    path = tmp_path / name
    path.write_bytes(success(0))
    return task_for(path, number)


def run(tasks: list[Task], workers: int = 1, limits: Limits = LIMITS, function: str = BY_NAME) -> dict[int, Outcome]:
    with PoolEngine(workers, limits, function=function) as engine:
        outcomes = list(engine.run(tasks))
    assert len(outcomes) == len({outcome.found.id for outcome in outcomes})
    return {outcome.found.id: outcome for outcome in outcomes}


def test_every_task_has_one_outcome_and_processes_are_started_once(tmp_path: Path) -> None:
    outcomes = run([task_for(tmp_path / "plain", number) for number in range(40)], workers=2)
    assert sorted(outcomes) == list(range(40))
    pids = {outcome.sha256 for outcome in outcomes.values()}
    assert len(pids) <= 2
    assert str(os.getpid()) not in pids


def test_captures_are_analyzed(captures: list[Task]) -> None:
    outcomes = run(captures, workers=2, function=pool.ANALYZE)
    assert {outcome.state for outcome in outcomes.values()} == {State.DONE}
    assert [finding.rule for finding in outcomes[1].findings if finding.severity == "error"]
    assert not [finding.rule for finding in outcomes[0].findings if finding.severity == "error"]


def with_faults(tmp_path: Path, *names: str, limits: Limits = LIMITS) -> dict[str, Outcome]:
    """Run tasks that fail, each between others; all of the others must be done."""
    tasks = [task_for(tmp_path / name, 2 * number + 1) for number, name in enumerate(names)]
    others = [task_for(tmp_path / "plain", 2 * number) for number in range(len(names) + 1)]
    outcomes = run(sorted([*tasks, *others], key=lambda task: task.found.id), limits=limits)
    assert {outcomes.pop(task.found.id).state for task in others} == {State.DONE}
    return {names[number // 2]: outcome for number, outcome in outcomes.items()}


def test_a_worker_that_dies_costs_its_capture_alone(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    outcomes = with_faults(tmp_path, "kill", "segfault", "exit", "defect")
    capfd.readouterr()
    assert {outcome.state for outcome in outcomes.values()} == {State.CRASHED}
    assert "killed by signal 9 (SIGKILL)" in outcomes["kill"].reason
    assert "killed by signal 11 (SIGSEGV)" in outcomes["segfault"].reason
    assert "exit status 3" in outcomes["exit"].reason
    assert "exit status 1" in outcomes["defect"].reason


def test_a_worker_that_hangs_costs_its_capture_alone(tmp_path: Path) -> None:
    outcomes = with_faults(tmp_path, "hang", "spin", limits=Limits(1.0, LIMITS.max_memory))
    for outcome in outcomes.values():
        assert outcome.state is State.TIMEOUT
        assert outcome.reason == "took longer than 1 s and was stopped; raise --timeout to let it finish"


def test_a_worker_that_takes_too_much_memory_costs_its_capture_alone(tmp_path: Path) -> None:
    outcomes = with_faults(tmp_path, "hoard", "map")
    for outcome in outcomes.values():
        assert outcome.state is State.MEMORY
        assert "400.0 MiB" in outcome.reason
        assert "--max-memory" in outcome.reason


def test_captures_around_a_crash_are_analyzed(tmp_path: Path, captures: list[Task]) -> None:
    outcomes = run([*captures[:3], fault(tmp_path, "kill"), *captures[3:]], workers=2)
    assert outcomes.pop(99).state is State.CRASHED
    assert {outcome.state for outcome in outcomes.values()} == {State.DONE}


def test_workers_that_never_start_end_the_batch(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InternalError, match="worker processes die as they start"):
        run([task_for(tmp_path / "plain", number) for number in range(9)], function="tests.build.nosuch:thing")
    assert "nosuch" in capfd.readouterr().err


def test_a_full_disk_ends_the_batch(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left"):
        run([task_for(tmp_path / "full", 1)])


def test_an_engine_serves_batch_after_batch_with_the_same_processes(tmp_path: Path) -> None:
    with PoolEngine(1, LIMITS, function=BY_NAME) as engine:
        pids = {outcome.sha256 for _ in range(3) for outcome in engine.run([task_for(tmp_path / "plain")])}
    assert len(pids) == 1


def test_closing_leaves_no_process(tmp_path: Path) -> None:
    engine = PoolEngine(2, LIMITS, function=BY_NAME)
    outcomes = engine.run([task_for(tmp_path / "plain"), task_for(tmp_path / "hang"), task_for(tmp_path / "plain")])
    pids = {worker.process.pid for _ in [next(outcomes)] for worker in engine._workers}
    engine.close()
    assert len(pids) == 2
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_batch_that_is_left_early_leaves_nothing_for_the_next(tmp_path: Path) -> None:
    with PoolEngine(1, LIMITS, function=BY_NAME) as engine:
        first = engine.run([task_for(tmp_path / "plain", number) for number in range(5)])
        assert next(first).found.id == 0
        first.close()  # type: ignore[attr-defined]  # a generator
        assert [outcome.found.id for outcome in engine.run([task_for(tmp_path / "plain", 9)])] == [9]


def test_tasks_are_taken_as_there_is_room_for_them(tmp_path: Path) -> None:
    taken: list[int] = []

    def tasks() -> Iterator[Task]:
        for number in range(100):
            taken.append(number)
            yield task_for(tmp_path / "plain", number)

    with PoolEngine(1, LIMITS, function=BY_NAME) as engine:
        outcomes = engine.run(tasks())
        next(outcomes)
        assert len(taken) <= 2 * pool.MAX_AHEAD + 2
        assert len(list(outcomes)) == 99


def test_large_captures_wait_for_whoever_is_free(tmp_path: Path) -> None:
    worker = pool._Worker(BY_NAME, LIMITS, {})
    try:
        large = Task(Found(1, "plain", pool.AHEAD_BYTES), task_for(tmp_path).settings)
        assert worker.has_room_for(large)
        worker.give(large)
        assert not worker.has_room_for(large)
    finally:
        worker.end()


def test_small_captures_are_handed_out_ahead(tmp_path: Path) -> None:
    worker = pool._Worker(BY_NAME, LIMITS, {})
    try:
        given = 0
        while worker.has_room_for(task_for(tmp_path)):
            worker.give(task_for(tmp_path / "plain"))
            given += 1
        assert given == pool.MAX_AHEAD
    finally:
        worker.end()


def test_nothing_is_imported_from_the_directory_of_captures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "numpy.py").write_text("raise SystemExit(9)")
    (tmp_path / "osspcap.py").write_text("raise SystemExit(9)")
    monkeypatch.chdir(tmp_path)
    assert run([fault(tmp_path, "good.pcap")], function=pool.ANALYZE)[99].state is State.DONE


def test_there_is_a_worker_for_each_processor() -> None:
    assert available_processors() == len(os.sched_getaffinity(0))


def test_deaths_are_told_in_words() -> None:
    assert pool._death(-signal.SIGABRT) == "killed by signal 6 (SIGABRT)"
    assert pool._death(-250) == "killed by signal 250"
    assert pool._death(7) == "exit status 7"
