import io
import sys
import time

import pytest

from osspcap.cli.scanprogress import ScanProgress
from osspcap.scan.outcome import Found, Outcome, State


def done(size: int = 1000, state: State = State.DONE, reason: str = "") -> Outcome:
    return Outcome(Found(1, "dir/a\x1b.pcap", size), state, reason)


def test_a_log_has_a_line_at_the_start_and_for_what_was_given_up(capsys: pytest.CaptureFixture[str]) -> None:
    with ScanProgress(quiet=False) as progress:
        progress.begins(3, 3000, 2)
        progress.ends(done())
        progress.ends(done(state=State.TIMEOUT, reason="took longer than 5 s"))
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.splitlines() == [
        "osspcap: 3 to analyze, 2.9 KiB, 2 known already",
        r"osspcap: dir/a\x1b.pcap: took longer than 5 s",
    ]


def test_a_log_has_a_line_now_and_then(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    progress = ScanProgress(quiet=False)
    progress.begins(3, 30_000, 0)
    for _ in range(2):
        now[0] += 6
        progress.ends(done(10_000))
    assert capsys.readouterr().err.splitlines()[1:] == [
        "osspcap: 2 of 3 captures, 19.5 KiB of 29.3 KiB (1.6 KiB/s, 6 s left), 0 findings"
    ]


def test_nothing_to_do_is_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    with ScanProgress(quiet=False) as progress:
        progress.begins(0, 0, 7)
    assert capsys.readouterr().err == ""


def test_quiet_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    with ScanProgress(quiet=True) as progress:
        progress.begins(3, 3000, 2)
        progress.ends(done(state=State.CRASHED, reason="died"))
    assert capsys.readouterr().err == ""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_who_watches_sees_a_bar_with_files_bytes_rate_and_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "140")
    with ScanProgress(quiet=False) as progress:
        progress.begins(3, 3000, 0)
        progress.ends(done())
        progress.ends(done(state=State.CRASHED, reason="[bold]died"))
        progress.begins(1, 10, 0)
        progress.ends(done(10))
    shown = screen.getvalue()
    assert "2 of 3 captures" in shown
    assert "0 findings" in shown
    assert r"osspcap: dir/a\x1b.pcap: [bold]died" in shown


def test_a_closed_standard_error_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    with ScanProgress(quiet=False) as progress:
        progress.begins(1, 10, 0)
        progress.ends(done())
    assert progress._done == 1
