import json
from pathlib import Path

import pytest

from osspcap.cli.main import run
from tests.build.analyze import exchange_capture
from tests.build.http import request, response
from tests.build.sightings import AUTHORIZATION, put

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
CLIENT = str(FIXTURES / "sig-content-type-rewritten.client.pcap")
SERVER = str(FIXTURES / "sig-content-type-rewritten.server.pcap")
CLEAN = str(FIXTURES / "clean-v1.pcap")


@pytest.mark.parametrize(
    ("arguments", "exit_code"),
    [
        ([CLIENT, SERVER], 1),
        ([CLIENT, SERVER, "--fail-on", "never"], 0),
        ([CLIENT, SERVER, "--ignore", "PRX303"], 0),
        ([CLEAN, CLEAN], 0),
        ([CLEAN, CLEAN, "--fail-on", "info"], 0),
        ([CLIENT, CLEAN], 2),
        ([CLIENT, str(FIXTURES / "README.md")], 2),
        ([CLIENT, "/nowhere.pcap"], 2),
        ([CLIENT], 2),
        (["-", "-"], 2),
        ([CLIENT, SERVER, "--select", "NOSUCH"], 2),
    ],
)
def test_exit_status(arguments: list[str], exit_code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compare", *arguments]) == exit_code
    if exit_code == 2:
        assert capsys.readouterr().err.strip()


def test_json_names_exactly_what_was_changed(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    run(["compare", "-f", "json", CLIENT, SERVER])
    report = json.loads(capsysbinary.readouterr().out)
    [changed] = [item for item in report["requests"][0]["differences"] if not item["expected"]]
    assert (changed["name"], changed["client"], changed["server"]) == (
        "Content-Type",
        ["text/html; charset=utf-8"],
        ["application/octet-stream"],
    )


def test_text_is_written_to_a_file(tmp_path: Path) -> None:
    target = tmp_path / "report.txt"
    assert run(["compare", CLIENT, SERVER, "-o", str(target)]) == 1
    assert "ERROR PRX303" in target.read_text()
    assert run(["compare", CLIENT, SERVER, "-o", str(target)]) == 2
    assert run(["compare", CLIENT, SERVER, "-o", str(target), "--force"]) == 1


def test_neither_capture_can_be_overwritten() -> None:
    assert run(["compare", CLIENT, SERVER, "-o", SERVER, "--force"]) == 2


def test_nothing_in_common_says_what_to_check(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["compare", CLIENT, CLEAN]) == 2
    shown = capsysbinary.readouterr()
    assert b"no request in common" in shown.err
    assert b"start both captures, then repeat the request" in b" ".join(shown.out.split())


@pytest.mark.parametrize("output_format", ["text", "json"])
def test_secrets_are_masked_unless_asked_for(
    tmp_path: Path, output_format: str, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    client = exchange_capture((put("/a"), response(403))).write(tmp_path / "client.pcap")
    server = exchange_capture((request("PUT", "/b", body=b"hello"), response(403))).write(tmp_path / "server.pcap")
    signature = AUTHORIZATION.partition(":")[2].encode()
    arguments = ["compare", "-f", output_format, str(client), str(server)]
    run(arguments)
    assert signature not in capsysbinary.readouterr().out
    run([*arguments, "--show-secrets"])
    assert signature in b"".join(capsysbinary.readouterr().out.split())
