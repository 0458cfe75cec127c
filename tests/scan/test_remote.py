import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from osspcap.errors import UnreadableCaptureError, UsageError
from osspcap.scan import remote
from osspcap.scan.discovery import Bounds, Discovery, discover
from osspcap.scan.outcome import State
from osspcap.scan.pool import PoolEngine
from osspcap.scan.remote import list_remote, open_remote, shown_url, version_of
from tests.build.scans import refusal, rows, scan, states, success


@pytest.fixture
def memory() -> Iterator[Any]:
    """Storage in this process, with two captures and a text."""
    storage = fsspec.filesystem("memory")
    storage.store.clear()
    storage.pipe("/bucket/day/a.pcap", refusal(1))
    storage.pipe("/bucket/b", success(2))
    storage.pipe("/bucket/notes.txt", b"text")
    yield storage
    storage.store.clear()


@pytest.mark.usefixtures("memory")
def test_captures_behind_a_url_are_analyzed_as_files_are(tmp_path: Path) -> None:
    tally = scan(["memory://bucket"], tmp_path / "out", report="json")
    assert (tally.done, tally.failed) == (2, {})
    assert states(tmp_path / "out") == {"a.pcap": "done", "b": "done"}
    (tmp_path / "a.pcap").write_bytes(refusal(1))
    scan([tmp_path / "a.pcap"], tmp_path / "local")
    assert {row[2:8] for row in rows(tmp_path / "local")["findings"]} <= {
        row[2:8] for row in rows(tmp_path / "out")["findings"]
    }
    report = next(path for path in (tmp_path / "out" / "reports").iterdir() if b"NoSuchBucket" in path.read_bytes())
    assert b'"path":"memory:///bucket/day/a.pcap"' in report.read_bytes()


@pytest.mark.usefixtures("memory")
def test_what_is_no_capture_is_told_when_it_is_opened_and_not_kept(tmp_path: Path) -> None:
    assert len(discover(["memory://bucket"]).captures) == 3
    scan(["memory://bucket"], tmp_path / "out")
    assert len(rows(tmp_path / "out")["captures"]) == 2


def test_objects_that_have_not_changed_are_not_read_again(memory: Any, tmp_path: Path) -> None:
    scan(["memory://bucket/day"], tmp_path / "out")
    assert scan(["memory://bucket/day"], tmp_path / "out").known == 1
    memory.pipe("/bucket/day/a.pcap", refusal(2))
    assert scan(["memory://bucket/day"], tmp_path / "out").known == 0


@pytest.mark.usefixtures("memory")
def test_depth_and_size_are_bounded() -> None:
    assert [
        found.path for found in discover(["memory://bucket"], Bounds(max_depth=0)).captures if "day" in found.path
    ] == []
    large = discover(["memory://bucket"], Bounds(max_size=10)).captures
    assert {found.state for found in large if found.size > 10} == {State.TOO_LARGE}
    result = Discovery()
    assert len(list(list_remote("memory://bucket", Bounds(max_files=1), result))) == 1
    assert "more than 1 objects" in result.problems[0][1]


@pytest.mark.usefixtures("memory")
def test_a_url_with_nothing_behind_it_is_a_problem() -> None:
    assert "holds no objects" in discover(["memory://nowhere"]).problems[0][1]


def test_a_storage_that_refuses_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing:
        def find(self, *_: object, **__: object) -> None:
            raise RuntimeError("403 Forbidden\nfor s3://key:secret@bucket/x?Signature=abcdefghij0123456789")

    monkeypatch.setattr(remote, "_file_system", lambda _: (Refusing(), "x"))
    [(path, reason)] = discover(["s3://key:secret@bucket/x"]).problems
    assert path == "s3://bucket/x"
    assert "403 Forbidden for s3://bucket/x" in reason
    assert "abcdefghij" not in reason


@pytest.mark.usefixtures("memory")
def test_an_object_that_is_gone_is_unreadable() -> None:
    with pytest.raises(UnreadableCaptureError, match="cannot be opened"):
        version_of("memory://bucket/gone")
    with pytest.raises(UnreadableCaptureError, match="cannot be opened"), open_remote("memory://bucket/gone"):
        pass


def test_workers_read_urls_themselves(tmp_path: Path) -> None:
    (tmp_path / "captures").mkdir()
    (tmp_path / "captures" / "a.pcap").write_bytes(refusal(1))
    with PoolEngine(1) as engine:
        tally = scan([f"file://{tmp_path}/captures"], tmp_path / "out", engine)
    assert (tally.done, tally.failed) == (1, {})


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("s3://bucket/a", "s3://bucket/a"),
        ("ftp://user:pass@host/a", "ftp://host/a"),
        ("s3://user@host/a@b", "s3://host/a@b"),
        ("memory://a\nb", r"memory://a\nb"),
    ],
)
def test_urls_are_shown_without_credentials(url: str, shown: str) -> None:
    assert shown_url(url) == shown


def test_signatures_in_urls_are_masked() -> None:
    assert "c2lnbmF0dXJl" not in shown_url("https://b.oss-cn-hangzhou.aliyuncs.com/a?Signature=c2lnbmF0dXJl0123456789")


def test_without_fsspec_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(UsageError, match=r"osspcap\[cloud\]"):
        discover(["s3://bucket"])


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, (0, 0, "")),
        ({"size": 5, "mtime": 1.5, "ETag": "x"}, (5, 1_500_000_000, "x")),
        ({"size": None, "LastModified": "yesterday", "etag": "y" * 500}, (0, 0, "y" * 200)),
    ],
)
def test_storages_tell_more_or_less(facts: dict[str, Any], expected: tuple[int, int, str]) -> None:
    assert remote._facts(facts) == expected
