import sqlite3
from pathlib import Path
from typing import Any

import pytest

import osspcap.cli.scanrun
from osspcap.cli.main import run
from osspcap.cli.scanrun import Done, Plan
from tests.build.scans import directory, refusal, success

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
TLS, TLS_KEYS = FIXTURES / "https-tls13.pcap", str(FIXTURES / "https-tls13.keylog")


@pytest.fixture
def captures(tmp_path: Path) -> Path:
    return directory(tmp_path / "captures", 4)


def scan(captures: Path, *arguments: str) -> int:
    return run(["scan", str(captures), "--out", str(captures.parent / "out"), "-j", "1", *arguments])


def test_results_appear_and_a_summary_is_printed(captures: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert scan(captures) == 1
    out = captures.parent / "out"
    shown = capsysbinary.readouterr()
    assert b"4 captures analyzed: 2 with errors, 0 with warnings only, 2 without" in shown.out
    assert b"REQ002 no-such-bucket" in shown.out
    assert f"Results: {out}/index.html".encode() in shown.out
    assert b"4 to analyze" in shown.err
    names = {path.name for path in out.iterdir()}
    assert {"index.html", "summary.csv", "faults.csv", "findings.ndjson", "store.sqlite", "reports"} <= names


def test_a_second_scan_analyzes_nothing(captures: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    scan(captures)
    before = (captures.parent / "out" / "index.html").read_bytes()
    capsysbinary.readouterr()
    assert scan(captures, "-j", "2") == 1
    shown = capsysbinary.readouterr()
    assert b"4 captures analyzed (4 known from before)" in shown.out
    assert shown.err == b""
    assert (captures.parent / "out" / "index.html").read_bytes() == before


def test_quiet_says_nothing(captures: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert scan(captures, "-q") == 1
    shown = capsysbinary.readouterr()
    assert (shown.out, shown.err) == (b"", b"")


class Kept:
    """Stands in for the run: keeps what it is asked to do."""

    def __init__(self, done: Done) -> None:
        self.done = done
        self.plan: Plan | None = None

    def __call__(self, plan: Plan) -> Done:
        self.plan = plan
        return self.done


def planned(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Plan:
    kept = Kept(Done())
    monkeypatch.setattr(osspcap.cli.scanrun, "run_scan", kept)
    assert run(["scan", *arguments]) == 0
    assert kept.plan is not None
    return kept.plan


def test_options_reach_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = planned(monkeypatch, "a", "b", "--out", "o", "--report", "none", "--timeout", "5", "--max-memory", "1GiB")
    assert (plan.places, plan.out, plan.store) == (("a", "b"), Path("o"), "o/store.sqlite")
    assert (plan.settings.report, plan.limits.timeout_s, plan.limits.max_memory) == ("", 5.0, 1 << 30)
    plan = planned(monkeypatch, "a", "--store", "s", "--select", "SIG,CLK", "--max-depth", "3", "--max-size", "10M")
    assert (plan.store, plan.settings.select) == ("s", ("SIG", "CLK"))
    assert (plan.bounds.max_depth, plan.bounds.max_size, plan.bounds.follow_symlinks) == (3, 10 << 20, False)
    assert plan.settings.rule_set != planned(monkeypatch, "a").settings.rule_set


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["-"],
        ["x", "--follow", "--dask", "tcp://a:1"],
        ["x", "--keylog", __file__],
        ["x", "--keylog", TLS_KEYS, "--dask", "tcp://a:1"],
        ["x", "-j", "0"],
        ["x", "--timeout", "0"],
        ["x", "--max-memory", "lots"],
        ["x", "--select", "NOSUCH"],
        ["x", "--report", "nosuch"],
    ],
)
def test_bad_usage_exits_with_2_before_anything_is_written(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["scan", *arguments]) == 2
    assert capsys.readouterr().err.strip()
    assert not list(tmp_path.iterdir())


def test_exit_status(tmp_path: Path, captures: Path) -> None:
    good = tmp_path / "good"
    good.mkdir()
    (good / "a.pcap").write_bytes(success(1))
    assert scan(good, "-q") == 0
    assert scan(good, "-q", "--fail-on", "info") == 1
    assert scan(captures, "-q", "--fail-on", "never") == 0
    (good / "empty.pcap").touch()
    assert scan(good, "-q") == 2


def test_no_captures_is_an_error_that_says_what_was_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "nothing").mkdir()
    (tmp_path / "nothing" / "notes.txt").write_text("hello")
    assert scan(tmp_path / "nothing") == 2
    assert "no captures found among 1 files" in capsys.readouterr().err
    assert scan(tmp_path / "nowhere") == 2
    assert "No such file or directory" in capsys.readouterr().err


def test_a_corrupt_store_is_refused_and_another_place_is_offered(
    captures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = captures.parent / "damaged"
    store.write_bytes(b"no database at all" * 500)
    assert scan(captures, "--store", str(store)) == 2
    assert "give another by --store" in capsys.readouterr().err
    assert scan(captures, "--store", str(captures.parent / "sound"), "-q") == 1


def test_a_strange_directory_is_not_overwritten(captures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = captures.parent / "out"
    out.mkdir()
    (out / "index.html").write_text("mine")
    assert scan(captures) == 2
    assert "--force" in capsys.readouterr().err
    assert (out / "index.html").read_text() == "mine"
    assert scan(captures, "--force", "-q") == 1


def test_prune_forgets_what_is_gone(captures: Path) -> None:
    scan(captures, "-q")
    gone = captures / "host-0" / "0001.pcap"
    gone.unlink()
    assert scan(captures, "-q") == 1
    assert count(captures) == 4
    assert scan(captures, "-q", "--prune") == 1
    assert count(captures) == len(list((captures.parent / "out" / "reports").iterdir())) == 3


def test_nothing_is_pruned_when_a_place_could_not_be_looked_into(
    captures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scan(captures, "-q")
    arguments = ["scan", str(captures / "host-0" / "0001.pcap"), str(captures / "gone"), "--prune", "-q"]
    assert run([*arguments, "--out", str(captures.parent / "out")]) == 2
    assert "nothing is forgotten" in capsys.readouterr().err
    assert count(captures) == 4


def count(captures: Path) -> int:
    db = sqlite3.connect(captures.parent / "out" / "store.sqlite")
    try:
        answer: Any = db.execute("SELECT count(*) FROM captures").fetchone()[0]
        return int(answer)
    finally:
        db.close()


def test_odd_names_reach_all_results_harmlessly(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    folder = tmp_path / "captures"
    folder.mkdir()
    for number, name in enumerate(("a\nb.pcap", "\udcff.pcap", "<script>alert(1)<.pcap", "\x1b[31mred.pcap")):
        (folder / name).write_bytes(refusal(number))
    (folder / "\x1b[2Jcut.pcap").write_bytes(refusal(9)[:20])
    assert scan(folder, "--parquet") == 2
    shown = capsysbinary.readouterr()
    assert b"\x1b" not in shown.out + shown.err
    for name in ("index.html", "summary.csv", "findings.ndjson"):
        text = (tmp_path / "out" / name).read_bytes().decode()
        assert "\x1b" not in text
        assert "<script>alert" not in text if name == "index.html" else "alert" in text


def test_key_logs_open_what_is_encrypted_and_stay_out_of_all_results(tmp_path: Path) -> None:
    arguments = ["scan", str(TLS), "--out", str(tmp_path / "out"), "-j", "1", "-q", "--fail-on", "never"]

    def exchanges() -> int:
        db = sqlite3.connect(tmp_path / "out" / "store.sqlite")
        try:
            return int(db.execute("SELECT oss_exchanges FROM captures").fetchone()[0])
        finally:
            db.close()

    assert run(arguments) == 0
    assert exchanges() == 0
    assert run([*arguments, "--keylog", TLS_KEYS]) == 0
    assert exchanges() > 0
    written = b"".join(path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()).lower()
    secrets = [line.split()[2].encode().lower() for line in Path(TLS_KEYS).read_text().splitlines() if "_" in line]
    assert secrets
    assert not [secret for secret in secrets if secret in written or bytes.fromhex(secret.decode()) in written]
