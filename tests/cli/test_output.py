import os
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from osspcap.cli import output
from osspcap.cli.output import check_output, open_output, terminal_width, wants_color, write_checked, write_pieces
from osspcap.errors import OutputError, UsageError
from osspcap.report.lastcheck import LastCheck

SECRET = "7zcPdmaxyoES2e+sEzVGUR6lgLI="


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_appears_whole(tmp_path: Path) -> None:
    target = tmp_path / "report"
    with open_output(str(target), force=False) as out:
        write_pieces(out, ["a", "好", "\udcff"])
        out.flush()
        assert not target.exists()
    assert target.read_bytes() == "a好\\udcff".encode()
    assert names(tmp_path) == ["report"]


def test_an_error_leaves_no_file_and_no_trace(tmp_path: Path) -> None:
    target = tmp_path / "report"
    target.write_text("old")
    with suppress(ZeroDivisionError), open_output(str(target), force=True) as out:
        out.write(b"half")
        raise ZeroDivisionError
    assert target.read_text() == "old"
    assert names(tmp_path) == ["report"]


def test_a_file_that_came_into_being_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    target = tmp_path / "report"
    opened = open_output(str(target), force=False)
    opened.__enter__().write(b"new")
    target.write_text("theirs")
    with pytest.raises(OutputError, match="File exists"):
        opened.__exit__(None, None, None)
    assert target.read_text() == "theirs"
    assert names(tmp_path) == ["report"]


def test_permissions_are_those_of_any_new_file(tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        with open_output(str(tmp_path / "report"), force=False) as out:
            out.write(b"x")
    finally:
        os.umask(mask)
    assert (tmp_path / "report").stat().st_mode & 0o777 == 0o640


def test_what_cannot_be_written_is_refused_before_any_work(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("x")
    for path, why in ((taken, "exists"), (tmp_path, "is a directory"), (tmp_path / "no" / "x", "does not exist")):
        with pytest.raises(OutputError, match=why):
            check_output(str(path), force=False)
    check_output(str(taken), force=True)
    check_output(str(tmp_path / "new"), force=False)
    check_output(None, force=False)
    check_output("-", force=False)


def test_an_input_is_recognised_under_another_name(tmp_path: Path) -> None:
    capture, link = tmp_path / "x.pcap", tmp_path / "link"
    capture.write_bytes(b"x")
    link.symlink_to(capture)
    with pytest.raises(UsageError, match="is the capture itself"):
        check_output(str(link), force=True, inputs=["-", str(tmp_path / "none"), str(capture)])


def test_a_device_is_written_to_and_not_replaced() -> None:
    check_output("/dev/null", force=False)
    with open_output("/dev/null", force=False) as out:
        out.write(b"x")
    assert not Path("/dev/null").is_file()


def test_a_directory_that_went_away_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"), open_output(str(tmp_path / "no" / "x"), force=False):
        pass


def test_width_is_80_unless_columns_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert terminal_width() == 80
    monkeypatch.setenv("COLUMNS", "100")
    assert terminal_width() == 100
    monkeypatch.setenv("COLUMNS", "wide")
    assert terminal_width() == 80


def test_colours_only_for_a_terminal_that_wants_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert not wants_color(None)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert wants_color(None)
    assert wants_color("-")
    assert not wants_color("report.txt")
    monkeypatch.setenv("TERM", "dumb")
    assert not wants_color(None)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not wants_color(None)


def test_a_name_that_no_file_system_takes_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written: File name too long"):
        check_output(str(tmp_path / ("a" * 300)), force=False)
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(OutputError, match=r"cannot be written|does not exist"):
        check_output(str(loop / "x"), force=False)


def test_a_report_with_a_secret_is_not_written_to_a_file(tmp_path: Path) -> None:
    target = tmp_path / "report"
    pieces = ["a" * output.CHUNK_BYTES, SECRET[:9], SECRET[9:]]
    with pytest.raises(OutputError, match="nothing was written"):
        write_checked(str(target), pieces, LastCheck([SECRET]), force=False)
    assert names(tmp_path) == []


@pytest.mark.parametrize("size", [10, 3_000])
def test_a_report_with_a_secret_at_its_end_leaves_standard_output_empty(
    size: int, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.setattr(output, "CHUNK_BYTES", 500)
    monkeypatch.setattr(output, "MAX_HELD", 1_000)
    pieces = ["x" * 100 for _ in range(size // 100)]
    with pytest.raises(OutputError, match="signature, token or secret"):
        write_checked(None, [*pieces, SECRET.encode().hex()], LastCheck([SECRET]), force=False)
    assert capfdbinary.readouterr().out == b""
    write_checked(None, [*pieces, "end"], LastCheck([SECRET]), force=False)
    assert capfdbinary.readouterr().out == "".join([*pieces, "end"]).encode()
