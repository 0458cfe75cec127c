import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from osspcap.errors import UsageError
from osspcap.scan.discovery import Bounds
from osspcap.scan.follow import QUIET_S, Closing, follow, is_being_written
from osspcap.scan.outcome import Found
from tests.build.scans import refusal, success

SETTLE_S = 10.0


def names(found: list[Found]) -> list[str]:
    return [Path(one.path).name for one in found]


def closing(answer: bool | None) -> Closing:  # noqa: FBT001
    return Closing(settle_s=SETTLE_S, is_written=lambda _: answer)


def put(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return str(path)


def test_the_system_tells_whether_a_file_is_open_for_writing(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    with path.open("wb") as file:
        file.write(b"x")
        assert is_being_written(str(path)) is True
    assert is_being_written(str(path)) is False
    assert is_being_written(str(tmp_path / "nowhere")) is None


def test_a_file_that_nobody_writes_to_is_complete_after_a_moment(tmp_path: Path) -> None:
    waiting, path = closing(answer=False), put(tmp_path / "a.pcap", success(1))
    waiting.touch([path], 100.0)
    assert waiting.complete(100.0 + QUIET_S / 2) == []
    assert names(waiting.complete(101.0)) == ["a.pcap"]
    assert waiting.complete(1000.0) == []


def test_a_file_that_is_open_for_writing_is_never_complete(tmp_path: Path) -> None:
    waiting, path = closing(answer=True), put(tmp_path / "a.pcap", success(1))
    waiting.touch([path, put(tmp_path / "b.pcap", success(1))], 100.0)
    assert waiting.complete(1e9) == []


def test_where_the_system_does_not_tell_a_file_must_not_grow_for_a_while(tmp_path: Path) -> None:
    waiting, path = closing(answer=None), put(tmp_path / "a.pcap", success(1))
    waiting.touch([path], 100.0)
    assert waiting.complete(100.0 + SETTLE_S - 1) == []
    put(tmp_path / "a.pcap", success(2))
    assert waiting.complete(100.0 + SETTLE_S) == []
    assert waiting.complete(100.0 + 2 * SETTLE_S - 1) == []
    assert names(waiting.complete(100.0 + 2 * SETTLE_S)) == ["a.pcap"]


def test_where_the_system_does_not_tell_the_next_file_of_the_rotation_closes_the_one_before(tmp_path: Path) -> None:
    waiting = closing(answer=None)
    waiting.touch([put(tmp_path / "eth0-20260101-1.pcap", success(1))], 100.0)
    waiting.touch([put(tmp_path / "other.pcap", success(1))], 101.0)
    assert waiting.complete(102.0) == []
    waiting.touch([put(tmp_path / "eth0-20260101-2.pcap", success(1))], 102.0)
    assert names(waiting.complete(103.0)) == ["eth0-20260101-1.pcap"]


def test_files_of_one_event_are_told_apart_by_their_times(tmp_path: Path) -> None:
    waiting = closing(answer=None)
    paths = [put(tmp_path / name, success(1)) for name in ("x2.pcap", "x1.pcap")]
    os.utime(paths[0], ns=(0, 2 * 10**18))
    os.utime(paths[1], ns=(0, 10**18))
    waiting.touch(paths, 100.0)
    assert names(waiting.complete(101.0)) == ["x1.pcap"]


def test_a_file_that_is_written_to_again_is_complete_again(tmp_path: Path) -> None:
    waiting, path = closing(answer=False), put(tmp_path / "a.pcap", success(1))
    waiting.touch([path], 100.0)
    assert len(waiting.complete(101.0)) == 1
    put(tmp_path / "a.pcap", success(2))
    waiting.touch([path], 200.0)
    assert len(waiting.complete(201.0)) == 1


def test_what_is_no_capture_or_is_gone_is_dropped(tmp_path: Path) -> None:
    waiting = closing(answer=False)
    waiting.touch([put(tmp_path / "notes", b"text"), put(tmp_path / "gone", b"x"), str(tmp_path / "never")], 100.0)
    (tmp_path / "gone").unlink()
    assert waiting.complete(101.0) == []
    assert waiting._waiting == {}


def followed(folder: Path, act: Callable[[int], bool], **given: object) -> list[str]:
    """Follow a directory; `act` is called after each batch with the count of captures, until it answers True."""
    stop, seen = threading.Event(), []
    watchdog = threading.Timer(60, stop.set)
    watchdog.start()

    def analyze(found: list[Found]) -> None:
        seen.extend(names(found))
        if found and act(len(seen)):
            stop.set()

    follow([str(folder)], analyze, stop, **given)  # type: ignore[arg-type]
    watchdog.cancel()
    return seen


def test_captures_are_handed_over_as_a_rotation_closes_them(tmp_path: Path) -> None:
    folder = tmp_path / "captures"
    (folder / "day").mkdir(parents=True)
    put(folder / "day" / "0.pcap", refusal(0))
    opened = [(folder / "day" / "1.pcap").open("wb")]
    opened[0].write(refusal(1)[:200])
    opened[0].flush()

    def rotate(count: int) -> bool:
        if count < 3:  # what tcpdump does: close the full file, open the next
            opened[-1].write(refusal(count)[200:])
            opened[-1].close()
            opened.append((folder / "day" / f"{count + 1}.pcap").open("wb"))
            opened[-1].write(refusal(count + 1)[:200])
            opened[-1].flush()
        return count == 3

    assert followed(folder, rotate) == ["0.pcap", "1.pcap", "2.pcap"]
    opened[-1].close()


def test_results_and_links_are_left_alone_and_new_directories_are_not(tmp_path: Path) -> None:
    folder = tmp_path / "captures"
    (folder / "out").mkdir(parents=True)
    put(folder / "a.pcap", success(1))
    put(folder / "out" / "report.pcap", success(1))

    def act(count: int) -> bool:
        if count == 1:
            put(folder / "out" / "more.pcap", success(2))
            (folder / "link.pcap").symlink_to(folder / "a.pcap")
            (folder / "new" / "deep").mkdir(parents=True)
            put(folder / "new" / "deep" / "b.pcap", success(3))
        return count == 2

    assert followed(folder, act, skip=[str(folder / "out")]) == ["a.pcap", "b.pcap"]


def test_captures_are_called_as_the_user_called_their_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "captures").mkdir()
    put(tmp_path / "captures" / "a.pcap", success(1))
    monkeypatch.chdir(tmp_path)
    stop = threading.Event()
    paths: list[str] = []
    watchdog = threading.Timer(60, stop.set)
    watchdog.start()

    def analyze(found: list[Found]) -> None:
        paths.extend(one.path for one in found)
        if found and len(paths) == 1:
            put(tmp_path / "captures" / "b.pcap", success(2))
        elif found:
            stop.set()

    follow(["./captures/"], analyze, stop, bounds=Bounds())
    watchdog.cancel()
    assert paths == ["captures/a.pcap", "captures/b.pcap"]


@pytest.mark.parametrize("root", ["memory://x", "nowhere", __file__])
def test_only_directories_are_followed(root: str) -> None:
    with pytest.raises(UsageError, match="no local directory"):
        follow([root], lambda _: None, threading.Event())


def test_without_watchfiles_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    with pytest.raises(UsageError, match=r"osspcap\[follow\]"):
        follow([str(tmp_path)], lambda _: None, threading.Event())
