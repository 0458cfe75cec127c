import sys

import pytest

from osspcap.cli import progress
from osspcap.cli.progress import ProgressLine


def test_nobody_watching_means_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ProgressLine("x", quiet=False).report is None
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert ProgressLine("x", quiet=True).report is None
    assert ProgressLine("x", quiet=False).report is not None


def test_short_work_shows_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with ProgressLine("x", quiet=False) as line:
        assert line.report is not None
        line.report(1, 2)
    assert capsys.readouterr().err == ""


def test_long_work_shows_name_and_share_on_standard_error_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(progress, "DELAY_S", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    with ProgressLine("[bold]big.pcap", quiet=False) as line:
        assert line.report is not None
        line.report(1_000_000, None)
        line.report(2_000_000, 4_000_000)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "[bold]big.pcap" in captured.err


def test_closed_standard_error_shows_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)  # what Python makes of `2>&-`
    assert ProgressLine("x", quiet=False).report is None
