import os
from pathlib import Path

import pytest

import osspcap.scan.job
from osspcap.analysis import Options, analyze
from osspcap.report.lastcheck import LastCheck
from osspcap.scan.job import analyze_one
from osspcap.scan.outcome import Found, Outcome, Settings, State, Task
from tests.build.scans import RULE_SET, refusal, success


def put(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def run(path: Path | str, report: str = "", **given: str) -> Outcome:
    return analyze_one(Task(Found(1, str(path), 1), Settings(report=report, rule_set=RULE_SET), **given))


def test_the_outcome_has_the_facts_of_the_file(tmp_path: Path) -> None:
    path = put(tmp_path / "a.pcap", refusal(1))
    outcome = run(path)
    status = path.stat()
    assert (outcome.state, outcome.reason) == (State.DONE, "")
    assert (outcome.found.size, outcome.found.mtime_ns) == (status.st_size, status.st_mtime_ns)
    assert len(outcome.sha256) == 64
    assert outcome.seconds > 0
    assert outcome.findings


def test_the_same_capture_gives_the_same_outcome(tmp_path: Path) -> None:
    path = put(tmp_path / "a.pcap", refusal(1))
    first, second = run(path), run(path)
    assert (first.findings, first.exchanges, first.facts) == (second.findings, second.exchanges, second.facts)


def test_known_content_is_not_analyzed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path / "a.pcap", success(1))
    sha256 = run(path).sha256
    monkeypatch.setattr(osspcap.scan.job, "analyze", None)
    outcome = run(path, known_sha256=sha256)
    assert (outcome.state, outcome.found.size) == (State.UNCHANGED, path.stat().st_size)


def test_other_content_is_analyzed(tmp_path: Path) -> None:
    assert run(put(tmp_path / "a.pcap", success(1)), known_sha256="0" * 64).state is State.DONE


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"text", "is text, not a capture"),
        (refusal(1)[:20], "ends at byte 20"),
        (None, "no such file"),
    ],
)
def test_what_cannot_be_read_is_an_outcome(tmp_path: Path, content: bytes | None, reason: str) -> None:
    path = tmp_path / "a.pcap"
    if content is not None:
        put(path, content)
    outcome = run(path)
    assert outcome.state is State.UNREADABLE
    assert reason in outcome.reason
    assert str(tmp_path) not in outcome.reason


def test_a_capture_that_changes_while_it_is_read_has_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path / "a.pcap", success(1))

    def analyze_while_written(name: str, options: Options) -> object:
        report = analyze(name, options)
        with path.open("ab") as file:
            file.write(b"more")
        return report

    monkeypatch.setattr(osspcap.scan.job, "analyze", analyze_while_written)
    outcome = run(path, "json")
    assert outcome.state is State.CHANGED
    assert "--follow" in outcome.reason
    assert (outcome.findings, outcome.report) == ((), None)


def test_a_defect_is_an_outcome_that_tells_nothing_of_the_capture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("Signature=secret-of-the-capture")

    monkeypatch.setattr(osspcap.scan.job, "analyze", fail)
    outcome = run(put(tmp_path / "a.pcap", success(1)))
    assert outcome.state is State.DEFECT
    assert outcome.reason.startswith("internal error: KeyError in test_job.py, line ")
    assert "secret" not in outcome.reason


@pytest.mark.parametrize("error", [MemoryError, OSError])
def test_what_is_no_fault_of_the_capture_is_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(osspcap.scan.job, "analyze", fail)
    with pytest.raises(error):
        run(put(tmp_path / "a.pcap", success(1)))


def test_the_report_is_written_whole_or_handed_back(tmp_path: Path) -> None:
    path = put(tmp_path / "a.pcap", refusal(1))
    target = tmp_path / "report.json"
    assert run(path, "json", report_path=str(target)).report is None
    assert run(path, "json").report == target.read_bytes()
    assert target.read_bytes().startswith(b'{"schema_version":1')
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.pcap", "report.json"]


def test_a_report_that_cannot_be_written_is_no_outcome(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        run(put(tmp_path / "a.pcap", refusal(1)), "json", report_path=str(tmp_path / "nowhere" / "x"))


@pytest.mark.parametrize("secret", ["NoSuchBucket", "handshake_rtt_ms"])
def test_a_result_that_still_holds_a_secret_is_thrown_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    monkeypatch.setattr(osspcap.scan.job, "LastCheck", lambda _: LastCheck([secret]))
    target = tmp_path / "report.json"
    outcome = run(put(tmp_path / "a.pcap", refusal(1)), "json", report_path=str(target))
    assert (outcome.state, outcome.findings, outcome.facts) == (State.DEFECT, (), None)
    assert "secret" in outcome.reason
    assert not target.exists()


def test_odd_file_names_are_opened_as_they_are(tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff\n<b>.pcap")
    put(Path(path), success(1))
    assert run(path, "json").state is State.DONE


def test_a_capture_is_opened_at_its_place_and_called_by_its_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    put(tmp_path / "a.pcap", refusal(1))
    monkeypatch.chdir(tmp_path)
    here = run("a.pcap", "json")
    monkeypatch.chdir(tmp_path / "elsewhere")
    there = run("a.pcap", "json", place=str(tmp_path / "a.pcap"))
    assert (there.found, there.report, there.findings) == (here.found, here.report, here.findings)
    assert run("a.pcap", place=str(tmp_path / "gone.pcap")).reason.startswith("there is no such file")
