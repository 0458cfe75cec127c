import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from osspcap.errors import OutputError, UsageError
from osspcap.scan.job import analyze_one
from osspcap.scan.outcome import Found, Outcome, Settings, State, Task
from osspcap.scan.schema import APPLICATION_ID, STEPS, TABLES
from osspcap.scan.store import Store, dump, open_for_reading
from tests.build.scans import RULE_SET, refusal


@pytest.fixture
def outcome(tmp_path: Path) -> Outcome:
    path = tmp_path / "a.pcap"
    path.write_bytes(refusal(1))
    return analyze_one(Task(Found(7, str(path), path.stat().st_size), Settings(report="", rule_set=RULE_SET)))


def counts(store: Store) -> dict[str, int]:
    return {table: len(rows) for table, rows in dump(store.connection).items()}


def test_an_outcome_is_kept_with_all_that_belongs_to_it(tmp_path: Path, outcome: Outcome) -> None:
    with Store(str(tmp_path / "s")) as store:
        store.add(outcome, RULE_SET, "reports/7.json")
        rows = counts(store)
        [known] = store.known().items()
    assert rows["captures"] == rows["exchanges"] == rows["request_ids"] == 1
    assert rows["findings"] >= 1
    assert rows["places"] >= rows["findings"]
    assert rows["evidence"] > rows["findings"]
    assert known[0] == 7
    assert (known[1].state, known[1].worst, known[1].report) == ("done", "error", "reports/7.json")
    assert known[1].sha256 == outcome.sha256


def test_a_new_outcome_takes_the_place_of_the_old_one_whole(tmp_path: Path, outcome: Outcome) -> None:
    with Store(str(tmp_path / "s")) as store:
        store.add(outcome, RULE_SET)
        once = dump(store.connection)
        store.add(outcome, RULE_SET)
        assert dump(store.connection) == once
        store.add(Outcome(outcome.found, State.TIMEOUT, "too slow"), RULE_SET)
        assert counts(store) == {table: int(table == "captures") for table in TABLES}


def test_unchanged_content_renews_size_and_time_only(tmp_path: Path, outcome: Outcome) -> None:
    with Store(str(tmp_path / "s")) as store:
        store.add(outcome, RULE_SET)
        before = counts(store)
        found = Found(7, outcome.found.path, 99, 1234)
        store.add(Outcome(found, State.UNCHANGED), RULE_SET)
        assert counts(store) == before
        known = store.known()[7]
        assert (known.size, known.mtime_ns, known.sha256) == (99, 1234, outcome.sha256)


def test_what_is_no_capture_is_not_kept(tmp_path: Path, outcome: Outcome) -> None:
    with Store(str(tmp_path / "s")) as store:
        store.add(Outcome(outcome.found, State.NO_CAPTURE), RULE_SET)
        assert store.known() == {}


def test_forgetting_takes_all_that_belongs_to_a_capture(tmp_path: Path, outcome: Outcome) -> None:
    with Store(str(tmp_path / "s")) as store:
        store.add(outcome, RULE_SET)
        assert store.forget([7, 8]) == 1
        assert counts(store) == dict.fromkeys(TABLES, 0)


def test_the_store_is_read_while_it_is_written(tmp_path: Path, outcome: Outcome) -> None:
    with Store(str(tmp_path / "s")) as store:
        store.add(outcome, RULE_SET)
        store.connection.execute("BEGIN IMMEDIATE")
        with open_for_reading(str(tmp_path / "s")) as db:
            assert db.execute("SELECT count(*) FROM captures").fetchone() == (1,)
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                db.execute("DELETE FROM captures")
        store.connection.execute("ROLLBACK")


def test_a_second_scan_is_kept_out(tmp_path: Path) -> None:
    with Store(str(tmp_path / "s")), pytest.raises(OutputError, match="another scan is writing to it"):
        Store(str(tmp_path / "s"))
    Store(str(tmp_path / "s")).close()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"this is no database " * 100, "damaged or no store"),
        (b"SQLite format 3\0" + bytes(5000), "no store of osspcap"),
    ],
)
def test_a_file_that_is_no_store_is_refused_and_left_alone(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "s"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=message) as caught:
        Store(str(path))
    assert "--store" in str(caught.value)
    assert path.read_bytes() == content


def test_a_damaged_store_is_refused(tmp_path: Path, outcome: Outcome) -> None:
    path = tmp_path / "s"
    with Store(str(path)) as store:
        store.add(outcome, RULE_SET)
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(UsageError, match="damaged or no store of osspcap"):
        Store(str(path))


def test_the_database_of_another_program_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "s") as db:
        db.execute("CREATE TABLE captures (id)")
    db.close()
    with pytest.raises(UsageError, match="of another program"):
        Store(str(tmp_path / "s"))


def test_a_store_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    Store(path, steps=(*STEPS, "CREATE TABLE more (x)")).close()
    with pytest.raises(UsageError, match=f"newer version of osspcap .schema {len(STEPS) + 1}"):
        Store(path)


def test_an_older_store_takes_the_steps_it_lacks_and_keeps_what_it_holds(tmp_path: Path, outcome: Outcome) -> None:
    path = str(tmp_path / "s")
    with Store(path) as store:
        store.add(outcome, RULE_SET)
        before = dump(store.connection)
    steps = (*STEPS, "CREATE TABLE more (x); INSERT INTO more SELECT id FROM captures;", "ALTER TABLE more ADD y")
    with Store(path, steps=steps) as store:
        assert dump(store.connection) == before
        assert store.connection.execute("SELECT x, y FROM more").fetchall() == [(7, None)]
        assert store.connection.execute("PRAGMA user_version").fetchone() == (len(STEPS) + 2,)


def test_a_step_that_fails_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    Store(path).close()
    with pytest.raises(OutputError):
        Store(path, steps=(*STEPS, "CREATE TABLE more (x); INSERT INTO nowhere VALUES (1)"))
    with Store(path) as store:
        assert store.connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'more'").fetchone() == (0,)


def test_a_store_that_is_made_says_whose_it_is(tmp_path: Path) -> None:
    with Store(str(tmp_path / "s")) as store:
        assert store.connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert store.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert store.connection.execute("PRAGMA foreign_keys").fetchone() == (1,)


def fill(store: Store) -> None:
    for number in range(8, 500):
        store.add(Outcome(Found(number, "x", 1), State.DONE, "x" * 5000), RULE_SET)


def test_a_full_disk_is_told_and_leaves_the_store_sound(tmp_path: Path, outcome: Outcome) -> None:
    path = str(tmp_path / "s")
    with Store(path) as store:
        store.add(outcome, RULE_SET)
        before = dump(store.connection)
        [(pages,)] = store.connection.execute("PRAGMA page_count").fetchall()
        store.connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(OutputError, match="no space left on device; what is done is stored") as caught:
            fill(store)
        assert "scan again" in str(caught.value)
        kept = {number for number in store.known() if number > 7}
    with Store(path) as store:
        assert set(store.known()) == {7, *kept}
        assert dump(store.connection)["findings"] == before["findings"]


@pytest.mark.parametrize("path", ["nowhere/deep/s", "a\0b"])
def test_a_store_that_cannot_be_made_is_an_error(path: str) -> None:
    with pytest.raises(OutputError, match="another place by --store"):
        Store(path)


def test_there_is_nothing_to_read_where_no_store_is(tmp_path: Path) -> None:
    for reading in (str(tmp_path / "s"), str(tmp_path)):
        with pytest.raises(UsageError, match="there is no such store"), open_for_reading(reading):
            pass
    (tmp_path / "text").write_text("hello" * 1000)
    with pytest.raises(UsageError, match="no store of osspcap"), open_for_reading(str(tmp_path / "text")):
        pass


ENDLESS = """
import sys
from osspcap.scan.outcome import Found, Outcome, State
from osspcap.scan.store import Store
from tests.build.scans import RULE_SET
with Store(sys.argv[1]) as store:
    print("ready", flush=True)
    number = 0
    while True:
        number += 1
        ids = tuple((f"{number:08}{n:08}", n, n) for n in range(50))
        store.add(Outcome(Found(number, "x", number), State.DONE, request_ids=ids), RULE_SET)
        print(number, flush=True)
"""


def test_what_was_added_survives_sigkill_at_any_moment(tmp_path: Path) -> None:
    path = tmp_path / "s"
    added = 0
    for moment in range(4):
        command = [sys.executable, "-c", ENDLESS, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
            for _ in range(1 + 13 * moment):
                added = int(writer.stdout.readline())
            os.kill(writer.pid, signal.SIGKILL)
            rest = writer.stdout.read().split()
        added = max([added, *map(int, rest[:-1])])
        with Store(str(path)) as store:
            known = store.known()
            assert set(range(1, added + 1)) <= set(known)
            rows = store.connection.execute("SELECT count(*), count(DISTINCT capture) FROM request_ids").fetchone()
            assert rows == (50 * len(known), len(known))
