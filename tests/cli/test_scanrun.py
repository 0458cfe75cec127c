import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

import osspcap.cli.scanrun
from osspcap.cli.scanrun import Plan, run_scan
from osspcap.scan.batch import InlineEngine
from osspcap.scan.discovery import DEFAULT_BOUNDS
from osspcap.scan.job import analyze_one
from osspcap.scan.outcome import DEFAULT_LIMITS, Outcome, Settings, Task
from osspcap.tls.keylog import NO_KEYS
from tests.build.scans import RULE_SET, directory, refusal, rows, scan, states


def plan(captures: Path, **given: Any) -> Plan:
    chosen: dict[str, Any] = {
        "places": (str(captures),),
        "out": captures.parent / "out",
        "store": str(captures.parent / "out" / "store.sqlite"),
        "settings": Settings(report="json", rule_set=RULE_SET),
        "bounds": DEFAULT_BOUNDS,
        "limits": DEFAULT_LIMITS,
        "key_log": NO_KEYS,
        "workers": 1,
        "dask": None,
        "force": False,
        "parquet": False,
        "rescan": False,
        "prune": False,
        "follow": False,
        "quiet": True,
    }
    return Plan(**(chosen | given))


class Interrupted(InlineEngine):
    """Is interrupted by Ctrl-C after some captures."""

    def __init__(self, after: int) -> None:
        self._after = after
        self.is_closed = False

    def run(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
        for number, task in enumerate(tasks):
            if number == self._after:
                raise KeyboardInterrupt
            yield analyze_one(task)

    def close(self) -> None:
        self.is_closed = True


def test_ctrl_c_ends_the_workers_and_shows_what_is_done_and_the_next_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    captures = directory(tmp_path / "captures", 6)
    engine = Interrupted(2)
    monkeypatch.setattr(osspcap.cli.scanrun, "_engine", lambda _: engine)
    with pytest.raises(KeyboardInterrupt):
        run_scan(plan(captures))
    assert engine.is_closed
    assert "run the same command again to go on" in capsys.readouterr().err
    assert len(rows(tmp_path / "out")["captures"]) == 2
    assert "2 captures" in (tmp_path / "out" / "index.html").read_text()
    monkeypatch.setattr(osspcap.cli.scanrun, "_engine", lambda _: InlineEngine())
    done = run_scan(plan(captures))
    assert (done.tally.done, done.tally.known) == (6, 2)
    scan([captures], tmp_path / "undisturbed", report="json")
    assert rows(tmp_path / "out") == rows(tmp_path / "undisturbed")


def test_following_analyzes_what_is_completed_until_it_is_told_to_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    captures = directory(tmp_path / "captures", 2)
    stop = threading.Event()
    watchdog = threading.Timer(60, stop.set)
    watchdog.start()

    class Writing(InlineEngine):
        """Writes a further capture when it gets the first ones, and stops when it gets that."""

        def run(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
            for task in tasks:
                if task.found.path.endswith("late.pcap"):
                    stop.set()
                elif not (captures / "late.pcap").exists():
                    (captures / "late.pcap").write_bytes(refusal(9))
                yield analyze_one(task)

    monkeypatch.setattr(osspcap.cli.scanrun, "_engine", lambda _: Writing())
    done = run_scan(plan(captures, follow=True), stop)
    watchdog.cancel()
    assert (done.tally.done, done.is_incomplete) == (3, False)
    assert states(tmp_path / "out") == {"0000.pcap": "done", "0001.pcap": "done", "late.pcap": "done"}
    assert "late.pcap" in (tmp_path / "out" / "index.html").read_text()


def test_credentials_of_a_url_are_told_nowhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = run_scan(
        plan(tmp_path, places=("memory://user:secret@host/x",), out=tmp_path / "out", store=f"{tmp_path}/s")
    )
    assert done.is_incomplete
    told = capsys.readouterr().err
    assert "memory://host/x: holds no objects" in told
    assert "secret" not in told + (tmp_path / "out" / "index.html").read_text()


def test_many_problems_are_told_in_short(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    captures = directory(tmp_path / "captures", 1)
    places = (str(captures), *(str(tmp_path / f"gone{number}") for number in range(25)))
    done = run_scan(plan(captures, places=places))
    assert done.is_incomplete
    told = capsys.readouterr().err.splitlines()
    assert len(told) == osspcap.cli.scanrun.MAX_PROBLEMS + 1
    assert told[-1] == "osspcap: 5 more places could not be looked into"


def test_results_of_a_scan_that_follows_are_not_written_all_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, written = [100.0], []

    def write(*_: object) -> None:
        written.append(now[0])
        now[0] += 2.0  # what it takes

    monkeypatch.setattr(osspcap.cli.scanrun, "_write", write)
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    results = osspcap.cli.scanrun._Results(plan(tmp_path), None)  # type: ignore[arg-type]  # not written
    results.renew(is_new=False)
    assert written == []
    for _ in range(30):
        results.renew(is_new=True)
        now[0] += 1.0
    assert written == [100.0, 120.0]
    now[0] = 1000.0
    for _ in range(3):
        results.renew(is_new=False)
    assert written == [100.0, 120.0, 1000.0]
