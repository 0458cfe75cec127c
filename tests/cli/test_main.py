import os
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest

from osspcap import analysis
from osspcap._version import __version__
from osspcap.cli.main import cli, run
from osspcap.errors import InternalError
from tests.build.story import healthy, refused

PROGRAM = [sys.executable, "-m", "osspcap"]


def test_version_and_help_load_nothing_heavy() -> None:
    code = (
        "import sys; from osspcap.cli.main import run; "
        "assert run(['--version']) == 0; assert run(['--help']) == 0; assert run(['analyze', '--help']) == 0; "
        "print([m for m in ('numpy', 'rich', 'lxml', 'dpkt', 'cryptography') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"osspcap {__version__}\n")
    assert done.stdout.endswith("[]\n")


NEEDLESS = (
    *("rich", "jinja2", "dpkt", "zstandard", "cryptography", "scapy", "numpy.random", "numpy.testing"),
    *("asyncio", "concurrent", "email", "http", "importlib.metadata", "logging", "multiprocessing", "secrets"),
    *("socket", "ssl", "tempfile", "traceback", "unittest", "urllib.request", "xml"),
)
"""Modules that take long to load and that healthy traffic reported as JSON does not call for."""


def test_json_of_a_small_capture_loads_nothing_needless(tmp_path: Path) -> None:
    path = healthy(tmp_path / "x.pcap")
    code = (
        "import sys; from osspcap.cli.main import run; run(sys.argv[1:]); print(sorted(sys.modules), file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, "analyze", "-f", "json", str(path)]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    assert [name for name in NEEDLESS if f"'{name}'" in loaded] == []


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_names_every_command(flag: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([flag]) == 0
    out = capsys.readouterr().out
    assert [name for name in ("analyze", "rules", "show") if f"\n  {name} " in out] == ["analyze", "rules", "show"]


def test_every_listed_command_exists_and_says_what_it_does() -> None:
    context = click.Context(cli)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        assert command.short_help
    assert cli.get_command(context, "nothing") is None


@pytest.mark.parametrize("arguments", [["nothing"], ["analyze"], ["analyze", "--nothing", "x"], ["show", "x"]])
def test_bad_usage_exits_with_2_and_explains_itself(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Usage: osspcap" in captured.err


def test_a_defect_is_one_line_with_exit_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_args: object, **_kwargs: object) -> None:
        raise ZeroDivisionError("line one\nline two \x1b[2J")

    monkeypatch.setattr(analysis, "analyze", broken)
    arguments = ["analyze", str(healthy(tmp_path / "x.pcap"))]
    assert run(arguments) == 2
    err = capsys.readouterr().err
    assert err.startswith("osspcap: internal error: ZeroDivisionError: line one\\nline two \\x1b[2J; please report")
    assert err.count("\n") == 1
    monkeypatch.setenv("OSSPCAP_TRACEBACK", "1")
    assert run(arguments) == 2
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_errors_of_the_library_are_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_args: object, **_kwargs: object) -> None:
        raise InternalError("a rule is broken")

    monkeypatch.setattr(analysis, "analyze", broken)
    assert run(["analyze", str(healthy(tmp_path / "x.pcap"))]) == 2
    assert capsys.readouterr().err == "osspcap: a rule is broken\n"


def test_an_interrupt_is_one_line_with_exit_130(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_args: object, **_kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(analysis, "analyze", interrupted)
    output = tmp_path / "report.json"
    assert run(["analyze", str(healthy(tmp_path / "x.pcap")), "-o", str(output)]) == 130
    assert capsys.readouterr().err == "osspcap: interrupted\n"
    assert not output.exists()


def test_the_real_program_dies_quietly_of_ctrl_c() -> None:
    with subprocess.Popen([*PROGRAM, "analyze", "-"], stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(b"\xd4\xc3\xb2\xa1\x02\x00\x04\x00" + bytes(8) + b"\xff\xff\x00\x00\x01\x00\x00\x00")
        process.stdin.flush()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
        assert process.stderr.read() == b"osspcap: interrupted\n"


def test_a_reader_that_goes_away_is_no_error_message(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    path = refused(tmp_path / "x.pcap")
    done = subprocess.run(
        [*PROGRAM, "analyze", str(path), "-f", "json"], stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert done.stderr == b""
    assert done.returncode == 141


def test_the_package_runs_as_a_program(tmp_path: Path) -> None:
    path = refused(tmp_path / "x.pcap")
    done = subprocess.run([*PROGRAM, "analyze", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == ""
    assert "REQ002 no-such-bucket" in done.stdout
    assert "\x1b" not in done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("arguments", [["analyze"], ["analyze", "-f", "json"], ["--version"], ["rules"]])
def test_a_full_disk_behind_standard_output_is_one_line(tmp_path: Path, arguments: list[str]) -> None:
    capture = [str(refused(tmp_path / "x.pcap"))] if "analyze" in arguments else []
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*PROGRAM, *arguments, *capture], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 2
    assert done.stderr.lower() == (
        "osspcap: standard output: cannot be written: no space left on device; choose another place\n"
    )


@pytest.mark.parametrize("arguments", [["analyze"], ["analyze", "-f", "json"]])
def test_closed_standard_output_is_one_line(
    tmp_path: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = refused(tmp_path / "x.pcap")
    monkeypatch.setattr(sys, "stdout", None)  # what Python makes of `osspcap analyze x.pcap >&-`
    assert run([*arguments, str(path)]) == 2
    assert capsys.readouterr().err == ("osspcap: standard output is closed; redirect it, or give a file with -o FILE\n")
