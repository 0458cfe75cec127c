import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from osspcap.errors import OutputError
from osspcap.model.finding import Severity
from osspcap.scan.batch import REPORTS, Batch, InlineEngine
from osspcap.scan.discovery import discover
from osspcap.scan.job import analyze_one
from osspcap.scan.outcome import Outcome, Settings, State, Task
from osspcap.scan.pool import PoolEngine
from osspcap.scan.store import Store
from tests.build.scans import RULE_SET, Recorder, directory, reason, refusal, rows, scan, states, success


class Watching(InlineEngine):
    """Counts what it is asked to do."""

    def __init__(self, *, backwards: bool = False) -> None:
        self.tasks: list[Task] = []
        self._is_backwards = backwards

    def run(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
        given = list(tasks)
        self.tasks += given
        return map(analyze_one, reversed(given) if self._is_backwards else given)


@pytest.fixture
def captures(tmp_path: Path) -> Path:
    return directory(tmp_path / "captures", 8)


def test_all_captures_are_analyzed_and_their_reports_written(captures: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    tally = scan([captures], out, report="json")
    assert (tally.done, tally.known, tally.failed, tally.worst) == (8, 0, {}, Severity.ERROR)
    kept = rows(out)["captures"]
    assert len(kept) == 8
    assert len(list((out / REPORTS).iterdir())) == 8
    assert all((out / next(cell for cell in row if str(cell).startswith(REPORTS))).exists() for row in kept)


def test_what_is_done_is_not_done_again(captures: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    scan([captures], out, report="json")
    before, engine = rows(out), Watching()
    tally = scan([captures], out, engine, report="json")
    assert engine.tasks == []
    assert (tally.done, tally.known, tally.worst) == (8, 8, Severity.ERROR)
    assert rows(out) == before


def test_rescan_does_it_again(captures: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    scan([captures], out)
    before, engine = rows(out), Watching()
    assert scan([captures], out, engine, rescan=True).known == 0
    assert len(engine.tasks) == 8
    assert rows(out) == before


def test_other_rules_do_it_again(captures: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    scan([captures], out)
    engine = Watching()
    scan([captures], out, engine, rule_set="fedcba9876543210")
    assert len(engine.tasks) == 8


def test_a_capture_that_was_written_again_is_analyzed_again(captures: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    scan([captures], out)
    changed = captures / "host-0" / "0000.pcap"
    changed.write_bytes(refusal(77))
    engine = Watching()
    tally = scan([captures], out, engine)
    assert [task.found.path for task in engine.tasks] == [str(changed)]
    assert (tally.done, tally.known) == (8, 7)


def test_a_capture_that_was_only_touched_is_read_and_not_analyzed(captures: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    scan([captures], out)
    touched = captures / "host-0" / "0000.pcap"
    os.utime(touched, ns=(1, 10**18))
    listener = Recorder()
    tally = scan([captures], out, listener=listener)
    assert listener.ended == [str(touched)]
    assert (tally.done, tally.known) == (8, 8)
    engine = Watching()
    scan([captures], out, engine)
    assert engine.tasks == []


def test_a_report_that_is_gone_is_made_again(captures: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    scan([captures], out, report="json")
    gone = sorted((out / REPORTS).iterdir())[3]
    gone.unlink()
    engine = Watching()
    scan([captures], out, engine, report="json")
    assert len(engine.tasks) == 1
    assert gone.exists()


def test_another_format_takes_the_place_of_the_first(captures: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    scan([captures], out, report="json")
    scan([captures], out, report="text")
    assert {path.suffix for path in (out / REPORTS).iterdir()} == {".txt"}
    assert len(list((out / REPORTS).iterdir())) == 8


def test_what_cannot_be_analyzed_is_kept_with_its_reason_and_tried_again(captures: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (captures / "empty.pcap").touch()
    (captures / "cut.pcap").write_bytes(success(1)[:30])
    tally = scan([captures], out)
    assert (tally.done, tally.failed) == (8, {State.UNREADABLE: 2})
    assert states(out)["empty.pcap"] == states(out)["cut.pcap"] == "unreadable"
    assert "is empty" in reason(out, "empty.pcap")
    (captures / "cut.pcap").write_bytes(success(1))
    assert scan([captures], out).done == 9
    assert states(out)["cut.pcap"] == "done"


def test_the_listener_hears_of_all_that_is_done(captures: Path, tmp_path: Path) -> None:
    listener = Recorder()
    scan([captures], tmp_path / "out", listener=listener)
    size = sum(path.stat().st_size for path in captures.rglob("*.pcap"))
    assert listener.begun == [(8, size, 0)]
    assert len(set(listener.ended)) == 8


def test_neither_order_nor_workers_change_the_store(captures: Path, tmp_path: Path) -> None:
    scan([captures], tmp_path / "a", report="json")
    scan([captures], tmp_path / "b", Watching(backwards=True), report="json")
    with PoolEngine(2) as engine:
        scan([captures], tmp_path / "c", engine, report="json")
    assert rows(tmp_path / "a") == rows(tmp_path / "b") == rows(tmp_path / "c")
    for other in ("b", "c"):
        for report in (tmp_path / "a" / REPORTS).iterdir():
            assert (tmp_path / other / REPORTS / report.name).read_bytes() == report.read_bytes()


def test_a_report_whose_scan_was_killed_before_its_row_gives_way_to_one_in_another_format(
    captures: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    scan([captures], out, report="markdown")
    left = {path.name: path.read_bytes() for path in (out / REPORTS).iterdir()}
    shutil.rmtree(out)
    (out / REPORTS).mkdir(parents=True)
    for name, content in left.items():
        (out / REPORTS / name).write_bytes(content)
    scan([captures], out, report="json")
    assert sorted(path.suffix for path in (out / REPORTS).iterdir()) == [".json"] * 8


def test_captures_are_forgotten_with_their_reports(captures: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    scan([captures], out, report="json")
    with Store(str(out / "store.sqlite")) as store:
        gone = sorted(store.known())[:3]
        assert Batch(store, Settings(report="json", rule_set=RULE_SET), out).forget([*gone, 1]) == 3
    assert len(rows(out)["captures"]) == len(list((out / REPORTS).iterdir())) == 5


def test_a_directory_of_results_that_cannot_be_made_is_an_error(captures: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with Store(str(tmp_path / "s")) as store, pytest.raises(OutputError, match="--out"):
        Batch(store, Settings(rule_set=RULE_SET), tmp_path / "file")
    assert captures.exists()


def test_reports_that_cannot_be_written_end_the_scan_and_lose_nothing(captures: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"

    class Vanishing(InlineEngine):
        def run(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
            for number, task in enumerate(tasks):
                if number == 3:
                    shutil.rmtree(out / REPORTS)
                yield analyze_one(task)

    with pytest.raises(OutputError, match="what is done is stored"):
        scan([captures], out, Vanishing(), report="json")
    assert len(rows(out)["captures"]) == 3
    assert scan([captures], out, report="json").done == 8


def test_a_url_without_time_and_version_is_read_again(captures: Path, tmp_path: Path) -> None:
    found = discover([str(captures)]).captures[0]
    timeless = type(found)(found.id, found.path, found.size)
    with Store(str(tmp_path / "s")) as store:
        batch = Batch(store, Settings(report="", rule_set=RULE_SET), None)
        batch.run([found], InlineEngine())
        assert batch.run([found], InlineEngine()).known == 1
        engine = Watching()
        batch.run([timeless], engine)
        assert len(engine.tasks) == 1


def test_a_store_cannot_have_other_files_removed(captures: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    scan([captures], out, report="json")
    (tmp_path / "precious.json").write_text("mine")
    with Store(str(out / "store.sqlite")) as store:
        store.connection.execute("UPDATE captures SET report = '../precious.json', rule_set = 'old'")
        batch = Batch(store, Settings(report="json", rule_set=RULE_SET), out)
        batch.run(discover([str(captures)]).captures, InlineEngine())
        store.connection.execute("UPDATE captures SET report = '../precious.json'")
        batch.forget(store.known())
    assert (tmp_path / "precious.json").read_text() == "mine"
