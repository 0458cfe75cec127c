import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from osspcap.scan.query import Kind, captures_of, find
from osspcap.scan.store import open_for_reading
from tests.build.scans import numbered, refusal, scan, success


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    folder = tmp_path / "captures"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.pcap").write_bytes(refusal(number, "one"))
    (folder / "9.pcap").write_bytes(success(9))
    (folder / "empty.pcap").touch()
    scan([folder], tmp_path / "out")
    with open_for_reading(str(tmp_path / "out" / "store.sqlite")) as opened:
        yield opened


@pytest.mark.parametrize("word", [numbered(1), numbered(1).lower(), f" {numbered(1)}\n"])
def test_a_request_id_leads_to_capture_frame_and_exchange(db: sqlite3.Connection, word: str) -> None:
    [seen] = find(db, word)
    assert (seen.kind, Path(seen.path).name, seen.frame, seen.stream, seen.exchange) == (
        Kind.REQUEST_ID,
        "1.pcap",
        4,
        0,
        0,
    )
    assert seen.what == "PUT one/a1.txt 404 NoSuchBucket"
    assert "REQ002" in seen.rules.split()


def test_a_healthy_request_is_found_too(db: sqlite3.Connection) -> None:
    [seen] = find(db, numbered(9))
    assert (Path(seen.path).name, seen.frame, seen.exchange, seen.what) == ("9.pcap", 4, 0, "answered well")


@pytest.mark.parametrize("word", ["REQ002", "req002", "no-such-bucket"])
def test_a_rule_is_found_by_code_and_name(db: sqlite3.Connection, word: str) -> None:
    seen = find(db, word)
    assert [(one.kind, Path(one.path).name, one.frame, one.stream) for one in seen] == [
        (Kind.RULE, f"{number}.pcap", 4, 0) for number in range(3)
    ]
    assert seen[0].what.startswith("error REQ002: ")
    assert seen[0].request_id == numbered(0)


def test_a_prefix_finds_its_family_worst_first(db: sqlite3.Connection) -> None:
    assert {one.rules for one in find(db, "REQ")} == {"REQ002"}
    assert {one.rules for one in find(db, "END")} == {"END011"}
    assert find(db, "RE") == []


def test_a_bucket_and_an_error_code_list_the_exchanges_that_failed(db: sqlite3.Connection) -> None:
    for word, kind in (("one", Kind.BUCKET), ("NoSuchBucket", Kind.CODE)):
        seen = find(db, word)
        assert [(one.kind, Path(one.path).name) for one in seen] == [(kind, f"{number}.pcap") for number in range(3)]


@pytest.mark.parametrize("word", ["", "  ", "nothing", "%", "_", "'; DROP TABLE captures; --", "\x00", "*"])
def test_what_is_not_there_is_not_found(db: sqlite3.Connection, word: str) -> None:
    assert find(db, word) == []
    assert captures_of(db) == (5, 4)


def test_answers_are_bounded(db: sqlite3.Connection) -> None:
    assert len(find(db, "REQ002", 2)) == 2
