import json
from pathlib import Path

import pytest

from osspcap.cli.main import run
from tests.build.scans import directory, numbered, scan


@pytest.fixture
def store(tmp_path: Path) -> str:
    scan([directory(tmp_path / "captures", 4)], tmp_path / "out")
    return str(tmp_path / "out" / "store.sqlite")


def test_a_request_id_is_told_with_capture_frame_and_exchange(
    store: str, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(["query", numbered(1), "--store", store]) == 0
    lines = capsysbinary.readouterr().out.decode().splitlines()
    assert lines[0] == "request ID:"
    assert lines[1].endswith("0001.pcap  frame 4, stream 0, exchange 0, 2018-12-29T07:32:34.003000Z")
    assert lines[2] == f"    PUT bucket-1/a1.txt 404 NoSuchBucket  {numbered(1)}  [END011 REQ002]"


@pytest.mark.parametrize("word", ["REQ", "no-such-bucket", "bucket-1", "NoSuchBucket"])
def test_rules_buckets_and_codes_are_found(store: str, word: str, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["query", word, "--store", store]) == 0
    assert b"0001.pcap" in capsysbinary.readouterr().out


def test_ndjson_has_an_object_for_each_place(store: str, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["query", "REQ002", "--store", store, "-f", "ndjson"]) == 0
    seen = [json.loads(line) for line in capsysbinary.readouterr().out.splitlines()]
    assert [(item["kind"], item["frame"], item["exchange"], item["rules"]) for item in seen] == [
        ("rule", 4, 0, ["REQ002"])
    ] * 2
    assert seen[0]["time"] == "2018-12-29T07:32:34.003000Z"


def test_what_is_not_there_says_where_it_was_looked_for(store: str, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["query", "not\x1bhere", "--store", store]) == 1
    shown = capsysbinary.readouterr()
    assert shown.out == b""
    assert rb"not\x1bhere: no request ID, rule, bucket or error code of that name in 4 analyzed captures" in shown.err
    assert run(["query", "nothere", "--store", store, "-f", "ndjson"]) == 1
    assert capsysbinary.readouterr().out == b""


def test_without_a_store_it_is_said_how_to_make_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["query", "x", "--store", str(tmp_path / "nowhere")]) == 2
    assert "run `osspcap scan DIR` first" in capsys.readouterr().err
