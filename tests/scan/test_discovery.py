import gzip
import os
import stat
from pathlib import Path

import pytest
import zstandard

from osspcap.capture.source import open_raw
from osspcap.errors import UsageError
from osspcap.scan import discovery
from osspcap.scan.discovery import Bounds, capture_id, discover, is_url, largest_first
from osspcap.scan.outcome import Found, State
from tests.build.containers import pcapng
from tests.build.scans import refusal, success
from tests.build.wire import Packet

PCAP = refusal(1)


def put(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def names(folder: Path, bounds: Bounds = discovery.DEFAULT_BOUNDS) -> list[str]:
    return sorted(str(Path(found.path).relative_to(folder)) for found in discover([str(folder)], bounds).captures)


def test_captures_are_told_by_their_first_bytes_and_not_by_their_names(tmp_path: Path) -> None:
    put(tmp_path / "a.txt", PCAP)
    put(tmp_path / "deep" / "er" / "no-ending", pcapng([Packet(b"x" * 60, 0)]))
    put(tmp_path / "b.gz", gzip.compress(PCAP, mtime=0))
    put(tmp_path / "c", zstandard.compress(PCAP))
    put(tmp_path / "access.log.gz", gzip.compress(b"GET / HTTP/1.1" * 50, mtime=0))
    put(tmp_path / "notes.md", b"# pcap")
    put(tmp_path / "program", b"\x7fELF" + bytes(600))
    assert names(tmp_path) == ["a.txt", "b.gz", "c", "deep/er/no-ending"]
    assert discover([str(tmp_path)]).others == 3


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.pcap", b"", "is empty (0 bytes)"),
        ("cut.pcapng", b"\x0a\x0d", "ends after 2"),
        ("text.pcap", b"hello", "is text, not a capture"),
        ("x.pcap.gz", gzip.compress(b"", mtime=0), "holds no bytes behind its gzip header"),
        ("y.pcap.xz", b"\xfd7zXZ\0" + bytes(20), "unxz"),
    ],
)
def test_what_is_called_a_capture_and_is_none_is_listed_with_the_reason(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    put(tmp_path / name, content)
    [found] = discover([str(tmp_path)]).captures
    assert found.state is State.UNREADABLE
    assert reason in found.problem
    assert str(tmp_path) not in found.problem


def test_a_file_that_is_given_itself_is_listed_whatever_it_is_called(tmp_path: Path) -> None:
    assert discover([str(put(tmp_path / "a", PCAP))]).captures[0].problem == ""
    assert "is text" in discover([str(put(tmp_path / "b", b"text"))]).captures[0].problem


def test_largest_first_and_each_file_once(tmp_path: Path) -> None:
    small, large = put(tmp_path / "a.pcap", PCAP), put(tmp_path / "sub" / "z.pcap", PCAP + bytes(10))
    result = discover([str(tmp_path), str(tmp_path / "sub"), f"{tmp_path}/sub/../a.pcap"])
    assert [found.path for found in result.captures] == [str(large), str(small)]


def test_equal_sizes_are_sorted_by_path() -> None:
    found = [Found(number, path, 5) for number, path in enumerate(["b", "a", "c\udcff"])]
    assert [one.path for one in largest_first(found)] == ["a", "b", "c\udcff"]


def test_links_are_followed_only_when_asked_for_and_loops_end(tmp_path: Path) -> None:
    put(tmp_path / "outside" / "a.pcap", PCAP)
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "folder").symlink_to(tmp_path / "outside")
    (inside / "file").symlink_to(tmp_path / "outside" / "a.pcap")
    (inside / "loop").symlink_to(inside)
    assert names(inside) == []
    assert names(inside, Bounds(follow_symlinks=True)) == ["file", "folder/a.pcap"]


def test_a_link_that_is_given_itself_is_followed(tmp_path: Path) -> None:
    put(tmp_path / "real" / "a.pcap", PCAP)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert [found.path for found in discover([str(tmp_path / "link")]).captures] == [str(tmp_path / "link" / "a.pcap")]


def test_depth_is_bounded_and_it_is_said(tmp_path: Path) -> None:
    put(tmp_path / "1" / "a.pcap", PCAP)
    put(tmp_path / "1" / "2" / "b.pcap", PCAP)
    result = discover([str(tmp_path)], Bounds(max_depth=1))
    assert [Path(found.path).name for found in result.captures] == ["a.pcap"]
    assert result.problems == [
        (str(tmp_path / "1" / "2"), "lies deeper than the 1 directories of --max-depth; not entered")
    ]


def test_a_file_beyond_the_size_is_listed_and_not_analyzed(tmp_path: Path) -> None:
    put(tmp_path / "a.pcap", PCAP)
    [found] = discover([str(tmp_path)], Bounds(max_size=len(PCAP) - 1)).captures
    assert found.state is State.TOO_LARGE
    assert "--max-size" in found.problem
    assert discover([str(tmp_path)], Bounds(max_size=len(PCAP))).captures[0].problem == ""


def test_the_number_of_files_is_bounded_and_it_is_said(tmp_path: Path) -> None:
    for number in range(5):
        put(tmp_path / f"{number}.pcap", PCAP)
    result = discover([str(tmp_path)], Bounds(max_files=3))
    assert len(result.captures) == 3
    assert "more than 3 files" in result.problems[0][1]


def test_what_is_no_regular_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pcap")  # opening it would wait for a writer
    assert stat.S_ISFIFO((tmp_path / "pipe.pcap").stat().st_mode)
    assert names(tmp_path) == []
    assert "neither a directory" in discover([str(tmp_path / "pipe.pcap")]).problems[0][1]


@pytest.mark.parametrize("path", ["nowhere", "", "a\0b", "x" * 5000])
def test_a_place_that_is_not_there_is_a_problem_and_no_more(path: str) -> None:
    result = discover([path])
    assert not result.captures
    assert "cannot be read" in result.problems[0][1]


def test_an_unreadable_directory_is_a_problem_and_the_rest_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "a.pcap", PCAP)
    put(tmp_path / "closed" / "b.pcap", PCAP)
    scandir = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)  # root may read everything
    result = discover([str(tmp_path)])
    assert [Path(found.path).name for found in result.captures] == ["a.pcap"]
    assert result.problems == [
        (str(tmp_path / "closed"), "cannot be read: Permission denied; check the path and its permissions")
    ]


def test_an_unreadable_file_is_a_problem_unless_it_is_called_a_capture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "secret", b"")
    put(tmp_path / "secret.pcap", b"")

    def refuse(path: str, stdin: None) -> object:
        return open_raw(f"{path}/not-a-directory", stdin)

    monkeypatch.setattr("osspcap.scan.discovery.open_raw", refuse)
    result = discover([str(tmp_path)])
    assert [Path(found.path).name for found in result.captures] == ["secret.pcap"]
    assert [path for path, _ in result.problems] == [str(tmp_path / "secret")]


def test_odd_names_are_found_as_they_are(tmp_path: Path) -> None:
    for name in (b"line\nfeed.pcap", b"\xff\xfe.pcap", b"<script>alert(1)<", b"-rf", b"=cmd.pcap"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(PCAP)
    found = discover([str(tmp_path)]).captures
    assert len(found) == 5
    assert all(Path(one.path).exists() for one in found)


def test_problems_show_no_control_characters() -> None:
    assert discover(["no\nsuch\x1b[31m"]).problems[0][0] == r"no\nsuch\x1b[31m"


def test_directories_of_results_are_not_entered(tmp_path: Path) -> None:
    put(tmp_path / "a.pcap", PCAP)
    put(tmp_path / "out" / "b.pcap", PCAP)
    found = discover([str(tmp_path)], skip=[str(tmp_path / "out"), "nowhere"]).captures
    assert [Path(one.path).name for one in found] == ["a.pcap"]


def test_ten_thousand_files_are_found(tmp_path: Path) -> None:
    first = put(tmp_path / "0", PCAP)
    for number in range(1, 10_000):
        os.link(first, tmp_path / str(number))
    assert len(discover([str(tmp_path)]).captures) == 10_000


def test_a_file_has_one_number_however_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "a.pcap", success(1))
    monkeypatch.chdir(tmp_path)
    numbers = {capture_id(name) for name in ("a.pcap", "./a.pcap", "x/../a.pcap", str(tmp_path / "a.pcap"))}
    assert len(numbers) == 1
    assert 0 <= numbers.pop() < 2**63
    assert capture_id("b.pcap") != capture_id("a.pcap")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("s3://bucket/x", True),
        ("memory://x", True),
        ("simplecache::s3://b", True),
        ("/a/b", False),
        ("c:/x", False),
        ("a:b", False),
        ("dir//x", False),
    ],
)
def test_urls_are_told_from_paths(path: str, expected: bool) -> None:  # noqa: FBT001
    assert is_url(path) is expected


def test_a_url_without_a_known_storage_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="nosuchprotocol"):
        discover(["nosuchprotocol://x"])
