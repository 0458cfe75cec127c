"""The schema is valid, says all that reports hold, and every report of a fixture follows it."""

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from osspcap.cli.main import run
from osspcap.cli.schema import COMPARISON, SCHEMA

ROOT = Path(__file__).resolve().parents[2]
CAPTURES = sorted(path for path in (ROOT / "fixtures").iterdir() if path.suffix in (".pcap", ".pcapng"))
Capsys = pytest.CaptureFixture[str]


@cache
def schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return loaded


def strict(part: Any) -> Any:
    """The schema without the permission to add keys: what a reader of it cannot know is a gap in it."""
    if isinstance(part, list):
        return [strict(item) for item in part]
    if not isinstance(part, dict):
        return part
    made = {key: strict(value) for key, value in part.items()}
    if "properties" in made and "allOf" not in made:
        made.setdefault("additionalProperties", False)
    return made


def test_the_schema_is_one_of_draft_2020_12() -> None:
    Draft202012Validator.check_schema(schema())


def test_reports_of_all_fixtures_follow_the_schema_and_hold_nothing_it_does_not_name(
    tmp_path: Path, capsys: Capsys
) -> None:
    validator = Draft202012Validator(strict(schema()))
    target = tmp_path / "all.json"
    assert run(["analyze", "-f", "json", "-o", str(target), *map(str, CAPTURES), str(tmp_path / "missing")]) == 2
    whole = json.loads(target.read_text(encoding="utf-8"))
    assert len(whole["reports"]) == len(CAPTURES)
    definition = strict(schema()) | {"$ref": "#/$defs/report"}
    del definition["oneOf"]
    one = Draft202012Validator(definition)
    for report in whole["reports"]:
        assert [error.message for error in one.iter_errors(report)] == []
    assert [error.message for error in validator.iter_errors({**whole, "reports": whole["reports"][:1]})] == []
    assert capsys.readouterr().err.startswith("osspcap: ")


def test_every_line_of_the_event_stream_follows_the_schema(tmp_path: Path, capsys: Capsys) -> None:
    assert run(["schema", "ndjson"]) == 0
    validator = Draft202012Validator(json.loads(capsys.readouterr().out))
    names = ("faild.pcap", "clean-v1-snaplen96.pcap", "net-connect-timeout.pcap", "sig-wrong-secret.pcap")
    captures = [str(ROOT / "fixtures" / name) for name in names]
    assert run(["analyze", "-f", "ndjson", "--limit", "3", *captures, str(tmp_path / "missing")]) == 2
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [error.message for line in lines for error in validator.iter_errors(line)] == []
    assert {line["type"] for line in lines} == {
        *("header", "capture", "connection", "exchange", "finding", "undecided", "summary", "error", "end")
    }


@pytest.mark.parametrize(
    ("place", "key", "value"),
    [("summary", "verdict", None), ("capture", "packets", -1), ("capture", "first_packet", "yesterday")],
)
def test_what_is_no_report_is_refused(place: str, key: str, value: object, capsys: Capsys) -> None:
    assert run(["analyze", "-f", "json", str(ROOT / "fixtures" / "faild.pcap")]) == 1
    report = json.loads(capsys.readouterr().out)
    validator = Draft202012Validator(schema())
    assert validator.is_valid(report)
    broken = copy.deepcopy(report)
    broken[place][key] = value
    assert not validator.is_valid(broken)


def test_the_schema_is_printed_as_it_ships(capsys: Capsys) -> None:
    assert run(["schema"]) == 0
    assert capsys.readouterr().out == SCHEMA.read_text(encoding="utf-8")


def test_comparisons_follow_their_schema_and_hold_nothing_it_does_not_name(tmp_path: Path, capsys: Capsys) -> None:
    loaded = json.loads(COMPARISON.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(loaded)
    validator = Draft202012Validator(strict(loaded))
    for client, server in (
        ("sig-content-type-rewritten.client", "sig-content-type-rewritten.server"),
        ("clean-v1", "clean-v1-dropped"),
        ("clean-v1", "keepalive-50"),
    ):
        captures = [str(ROOT / "fixtures" / f"{name}.pcap") for name in (client, server)]
        target = tmp_path / f"{server}.json"
        assert run(["compare", "-f", "json", "-o", str(target), *captures]) in (0, 1, 2)
        made = json.loads(target.read_text(encoding="utf-8"))
        assert [error.message for error in validator.iter_errors(made)] == []
    capsys.readouterr()
    assert run(["schema", "compare"]) == 0
    assert capsys.readouterr().out == COMPARISON.read_text(encoding="utf-8")
