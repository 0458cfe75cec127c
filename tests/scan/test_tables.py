import csv
import io
import json
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet
import pytest

from osspcap.errors import UsageError
from osspcap.scan.store import open_for_reading
from osspcap.scan.tables import captures_csv, clusters_csv, findings_ndjson, write_parquet
from tests.build.scans import refusal, scan, success


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    folder = tmp_path / "captures"
    folder.mkdir()
    (folder / "=HYPERLINK(1).pcap").write_bytes(refusal(1, "one"))
    (folder / "b\n\u202e.pcap").write_bytes(success(2))
    (folder / "empty.pcap").touch()
    scan([folder], tmp_path / "out")
    with open_for_reading(str(tmp_path / "out" / "store.sqlite")) as opened:
        yield opened


def read(pieces: Iterator[str]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(pieces), newline="")))


def test_the_summary_has_a_line_for_each_capture_in_order_of_paths(db: sqlite3.Connection) -> None:
    rows = read(captures_csv(db))
    assert [row["path"].rpartition("/")[2] for row in rows] == ["=HYPERLINK(1).pcap", r"b\n\u202e.pcap", "empty.pcap"]
    assert [(row["state"], row["worst"], row["errors"]) for row in rows] == [
        ("done", "error", "1"),
        ("done", "info", "0"),
        ("unreadable", "", ""),
    ]
    assert "REQ002" in rows[0]["rules"].split()
    assert rows[0]["first"] == "2018-12-29T07:32:34.000000Z"
    assert rows[2]["reason"].startswith("is empty")


def test_faults_have_a_line_each(db: sqlite3.Connection) -> None:
    [error] = [row for row in read(clusters_csv(db)) if row["severity"] == "error"]
    assert (error["rule"], error["bucket"], error["captures"]) == ("REQ002", "one", "1")


def test_relative_paths_that_look_like_formulas_are_neutralised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("=cmd.pcap").write_bytes(success(1))
    scan(["=cmd.pcap"], Path("out"))
    with open_for_reading("out/store.sqlite") as db:
        assert read(captures_csv(db))[0]["path"] == "'=cmd.pcap"


def test_each_finding_is_an_object_on_a_line(db: sqlite3.Connection) -> None:
    lines = list(findings_ndjson(db))
    assert all(line.isascii() and line.endswith("\n") and line.count("\n") == 1 for line in lines)
    [error] = [item for item in map(json.loads, lines) if item["severity"] == "error"]
    assert error["rule"] == "REQ002"
    assert error["path"].endswith("=HYPERLINK(1).pcap")
    assert (error["places"][0]["bucket"], error["places"][0]["first"]) == ("one", "2018-12-29T07:32:34.003000Z")
    assert {"frame", "stream", "exchange", "field", "observed", "expected"} == set(error["evidence"][0])
    assert isinstance(error["fix"], list)
    assert "capture" not in error


def test_parquet_holds_typed_columns(db: sqlite3.Connection, tmp_path: Path) -> None:
    write_parquet(db, tmp_path)
    captures = pyarrow.parquet.read_table(tmp_path / "captures.parquet")
    findings = pyarrow.parquet.read_table(tmp_path / "findings.parquet")
    assert captures.num_rows == 3
    assert str(captures.schema.field("first_ns").type) == "timestamp[ns, tz=UTC]"
    assert str(captures.schema.field("packets").type) == "int64"
    [error] = [row for row in findings.to_pylist() if row["severity"] == "error"]
    assert (error["rule"], error["bucket"], error["frame"]) == ("REQ002", "one", 4)
    assert not list(tmp_path.glob(".*.part"))


def test_empty_tables_keep_their_types(tmp_path: Path) -> None:
    scan([], tmp_path / "out")
    with open_for_reading(str(tmp_path / "out" / "store.sqlite")) as empty:
        write_parquet(empty, tmp_path)
        assert len(list(captures_csv(empty))) == 1
    table = pyarrow.parquet.read_table(tmp_path / "captures.parquet")
    assert (table.num_rows, str(table.schema.field("size").type)) == (0, "int64")


def test_without_pyarrow_it_is_said_what_to_install(
    db: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"osspcap\[parquet\]"):
        write_parquet(db, tmp_path)
