import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import distributed
import pytest

from osspcap.errors import UsageError
from osspcap.scan.daskengine import DaskEngine, run_isolated
from osspcap.scan.outcome import DEFAULT_LIMITS, Found, Limits, Settings, State, Task
from osspcap.scan.pool import PoolEngine
from osspcap.scan.ruleset import rule_set_version
from tests.build.scans import directory, rows, scan

pytestmark = [
    # The cluster's own: sockets and event loops of processes that were killed, and threads that end late.
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.xdist_group("dask"),
]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    made: Any = distributed.LocalCluster
    with made(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as started:
        yield started


def test_a_worker_killed_in_the_middle_changes_nothing(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory(tmp_path / "captures", 24)
    monkeypatch.chdir(tmp_path)  # where the workers of the cluster are not
    captures, version = Path("captures"), rule_set_version()
    scan([captures], tmp_path / "here", report="json", rule_set=version)
    killed: list[int] = []

    class Killer:
        """Kills a worker of the cluster once the first captures are done."""

        def begins(self, *_: int) -> None:
            pass

        def ends(self, outcome: object) -> None:
            assert outcome is not None
            if not killed:
                killed.append(next(iter(cluster.workers.values())).pid)
                os.kill(killed[0], signal.SIGKILL)

    with DaskEngine(cluster.scheduler_address) as engine:
        tally = scan([captures], tmp_path / "there", engine, report="json", rule_set=version, listener=Killer())
    assert killed
    assert (tally.done, tally.failed) == (24, {})
    assert rows(tmp_path / "here") == rows(tmp_path / "there")
    for report in (tmp_path / "here" / "reports").iterdir():
        assert (tmp_path / "there" / "reports" / report.name).read_bytes() == report.read_bytes()


def test_another_version_on_the_cluster_is_refused(cluster: Any, tmp_path: Path) -> None:
    captures = directory(tmp_path / "captures", 3)
    with DaskEngine(cluster.scheduler_address) as engine, pytest.raises(UsageError, match="another version of osspcap"):
        scan([captures], tmp_path / "out", engine, rule_set="0000000000000000")


def test_limits_hold_on_the_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("osspcap.scan.daskengine.PoolEngine", _faulty)
    task = Task(Found(1, str(tmp_path / "hang"), 1), Settings(report="", rule_set=rule_set_version()))
    outcome = run_isolated(task, Limits(0.5, DEFAULT_LIMITS.max_memory))
    assert outcome.state is State.TIMEOUT


def _faulty(workers: int, limits: Limits) -> Any:
    return PoolEngine(workers, limits, function="tests.build.scanfaults:by_name")


def test_no_scheduler_is_a_usage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("osspcap.scan.daskengine.CONNECT_S", 1)
    with pytest.raises(UsageError, match="no scheduler answers at tcp://127"):
        DaskEngine("tcp://127.0.0.1:9")


def test_without_dask_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"osspcap\[dask\]"):
        DaskEngine("tcp://127.0.0.1:9")
