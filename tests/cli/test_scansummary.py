from pathlib import Path

from osspcap.cli import scansummary
from osspcap.cli.scansummary import summary_lines
from osspcap.scan.outcome import Found, Outcome, State
from osspcap.scan.store import Store
from tests.build.scans import RULE_SET, directory, scan


def lines(out: Path, known: int = 0, width: int = 200) -> list[str]:
    with Store(str(out / "store.sqlite")) as store:
        return list(summary_lines(store.connection, out / "index.html", known, width))


def test_counts_faults_and_where_to_look(tmp_path: Path) -> None:
    scan([directory(tmp_path / "captures", 6)], tmp_path / "out")
    shown = lines(tmp_path / "out", known=2)
    assert shown[0] == "6 captures analyzed (2 known from before): 3 with errors, 0 with warnings only, 3 without"
    assert shown[2] == (
        "error         1 capture  REQ002 no-such-bucket  bucket-0, oss-cn-hangzhou.aliyuncs.com, "
        "aliyun-sdk-python/2.19.1"
    )
    assert shown[-1] == f"Results: {tmp_path}/out/index.html"


def test_every_way_to_fail_has_words(tmp_path: Path) -> None:
    failed = [state for state in State if state not in (State.DONE, State.UNCHANGED, State.NO_CAPTURE)]
    (tmp_path / "out").mkdir()
    with Store(str(tmp_path / "out" / "store.sqlite")) as store:
        for number, state in enumerate(failed):
            store.add(Outcome(Found(number, "x", 1), state, "why"), RULE_SET)
    assert lines(tmp_path / "out")[1] == (
        "Without a result: 1 changed while read, 1 crashed, 1 hit a defect of osspcap, 1 needed too much memory, "
        "1 took too long, 1 too large, 1 could not be read"
    )


def test_long_lists_and_lines_are_cut(tmp_path: Path) -> None:
    scan([directory(tmp_path / "captures", 6)], tmp_path / "out")
    scansummary.MAX_FAULTS, kept = 1, scansummary.MAX_FAULTS
    try:
        shown = lines(tmp_path / "out", width=60)
    finally:
        scansummary.MAX_FAULTS = kept
    assert "and 2 more faults" in shown
    assert max(len(line) for line in shown if line.startswith("error")) <= 60
