import io
import json
import os
import sys
from pathlib import Path
from unittest import mock

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from osspcap.cli.analyze import read_callback_key
from osspcap.cli.main import run
from osspcap.report import ahead, jsonreport
from tests.build.analyze import exchange_capture
from tests.build.analyzed import opened
from tests.build.callbacks import app_leg
from tests.build.http import oss_error, request, response
from tests.build.story import SIGNATURE, healthy, refused
from tests.build.wire import Capture

Capsys = pytest.CaptureFixture[str]


def test_a_refused_request_is_explained_with_exit_1(tmp_path: Path, capsys: Capsys) -> None:
    assert run(["analyze", str(refused(tmp_path / "x.pcap"))]) == 1
    captured = capsys.readouterr()
    assert captured.err == ""
    for proof in ("REQ002 no-such-bucket", "frame 6", "NoSuchBucket", "5C2723573183A12D1A2B3C4D", "tcp.stream eq 0"):
        assert proof in captured.out
    assert max(map(len, captured.out.splitlines())) <= 80


def test_a_healthy_capture_exits_with_0_and_says_what_was_checked(tmp_path: Path, capsys: Capsys) -> None:
    assert run(["analyze", str(healthy(tmp_path / "x.pcap"))]) == 0
    assert "on 1 exchange (1 with OSS) in 1 TCP connection" in " ".join(capsys.readouterr().out.split())


def test_json_is_one_object_for_one_capture(tmp_path: Path, capsys: Capsys) -> None:
    assert run(["analyze", "-f", "json", str(refused(tmp_path / "x.pcap"))]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["capture"]["exchanges"] == 2
    assert [one["response"]["status"] for one in report["exchanges"]] == [404, 200]
    assert report["findings"][0]["rule"] == "REQ002"
    assert 6 in [item["frame"] for item in report["findings"][0]["evidence"]]
    assert report["summary"]["errors"] == 1


def test_several_captures_are_all_reported(tmp_path: Path, capsys: Capsys) -> None:
    paths = [str(refused(tmp_path / "a.pcap")), str(healthy(tmp_path / "b.pcap"))]
    assert run(["analyze", "-f", "json", *paths]) == 1
    whole = json.loads(capsys.readouterr().out)
    assert [report["capture"]["path"] for report in whole["reports"]] == paths
    assert run(["analyze", *paths]) == 1
    out = capsys.readouterr().out
    assert "a.pcap" in out
    assert "b.pcap" in out
    assert "\n" + "=" * 80 + "\n" in out


def test_an_unreadable_input_exits_with_2_and_the_rest_is_reported(tmp_path: Path, capsys: Capsys) -> None:
    missing, good = str(tmp_path / "missing.pcap"), str(healthy(tmp_path / "good.pcap"))
    assert run(["analyze", "-f", "json", missing, good]) == 2
    captured = capsys.readouterr()
    whole = json.loads(captured.out)
    assert [report["capture"]["path"] for report in whole["reports"]] == [good]
    assert whole["errors"][0]["path"] == missing
    assert captured.err.startswith("osspcap: ")
    assert captured.err.count("\n") == 1


def test_without_any_readable_input_nothing_is_written(tmp_path: Path, capsys: Capsys) -> None:
    bad, output = tmp_path / "bad.pcap", tmp_path / "report.json"
    bad.write_bytes(b"this is no capture at all\x1b[2J")
    assert run(["analyze", "-f", "json", str(bad), "-o", str(output)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "\x1b" not in captured.err
    assert not output.exists()


@pytest.mark.parametrize(("level", "status"), [("error", 1), ("warning", 1), ("info", 1), ("never", 0)])
def test_fail_on_decides_the_exit_status(level: str, status: int, tmp_path: Path) -> None:
    assert run(["analyze", "--fail-on", level, str(refused(tmp_path / "x.pcap"))]) == status


def test_a_warning_fails_only_when_asked_to(tmp_path: Path) -> None:
    path = tmp_path / "cut.pcap"
    path.write_bytes(healthy(tmp_path / "x.pcap").read_bytes()[:-5])
    arguments = ["analyze", "--select", "CAP005", str(path)]
    assert run(arguments) == 0
    assert run([*arguments, "--fail-on", "warning"]) == 1
    assert run([*arguments, "--fail-on", "info"]) == 1


def test_select_and_ignore_take_commas_and_repetition(tmp_path: Path, capsys: Capsys) -> None:
    path = str(refused(tmp_path / "x.pcap"))
    assert run(["analyze", "--ignore", "REQ002,REQ016", "--ignore", "REQ", "--ignore", "CAP", path]) == 0
    assert run(["analyze", "--select", "CAP,no-such-bucket", path]) == 1
    capsys.readouterr()
    assert run(["analyze", "--select", "NOPE", path]) == 2
    assert "no rule is called 'NOPE'" in capsys.readouterr().err


def test_secrets_are_masked_unless_asked_for(tmp_path: Path, capsys: Capsys) -> None:
    path = str(refused(tmp_path / "x.pcap"))
    run(["analyze", "-f", "json", path])
    assert SIGNATURE not in capsys.readouterr().out
    run(["analyze", "-f", "json", "--show-secrets", path])
    assert SIGNATURE in capsys.readouterr().out


def test_quiet_prints_no_tables(tmp_path: Path, capsys: Capsys) -> None:
    path = str(refused(tmp_path / "x.pcap"))
    assert run(["analyze", "-q", path]) == 1
    out = capsys.readouterr().out
    assert "REQ002" in out
    assert "\nExchanges\n" not in out


def test_standard_input_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capsys) -> None:
    data = refused(tmp_path / "x.pcap").read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert run(["analyze", "-f", "json", "-"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["capture"]["path"] == "-"
    assert report["capture"]["exchanges"] == 2


def test_standard_input_is_read_once_and_not_from_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: Capsys) -> None:
    assert run(["analyze", "-", "-"]) == 2
    assert "only once" in capsys.readouterr().err
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    assert run(["analyze", "-"]) == 2
    assert "standard input is a terminal" in capsys.readouterr().err


def test_the_report_goes_to_a_file_that_is_never_overwritten_unasked(tmp_path: Path, capsys: Capsys) -> None:
    path, output = str(refused(tmp_path / "x.pcap")), tmp_path / "report.json"
    arguments = ["analyze", "-f", "json", path, "-o", str(output)]
    assert run(arguments) == 1
    assert capsys.readouterr().out == ""
    first = output.read_bytes()
    assert json.loads(first)["schema_version"] == 1
    assert run(arguments) == 2
    assert "use --force" in capsys.readouterr().err
    output.write_text("old")
    assert run([*arguments, "--force"]) == 1
    assert output.read_bytes() == first
    assert sorted(item.name for item in tmp_path.iterdir()) == ["report.json", "x.pcap"]


def test_the_capture_is_never_overwritten_by_its_report(tmp_path: Path, capsys: Capsys) -> None:
    path = refused(tmp_path / "x.pcap")
    before = path.read_bytes()
    assert run(["analyze", str(path), "-o", str(path), "--force"]) == 2
    assert "is the capture itself" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_two_runs_give_the_same_bytes(tmp_path: Path, capsys: Capsys) -> None:
    path = str(refused(tmp_path / "x.pcap"))
    for arguments in (["analyze", path], ["analyze", "-f", "json", path]):
        run(arguments)
        first = capsys.readouterr().out
        run(arguments)
        assert capsys.readouterr().out == first


def test_a_terminal_gets_json_laid_out_for_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    run(["analyze", "-f", "json", str(healthy(tmp_path / "x.pcap"))])
    out = capsys.readouterr().out
    assert json.loads(out)["schema_version"] == 1
    assert '\n  "capture": {\n' in out


def test_a_callback_key_is_read_from_a_file(tmp_path: Path, capsys: Capsys) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = tmp_path / "key.pem"
    pem.write_bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    path = str(app_leg().write(tmp_path / "x.pcap"))
    assert run(["analyze", "--fail-on", "never", "--callback-key", str(pem), path]) == 0
    assert "CBK010 callback-signature-invalid" in capsys.readouterr().out
    assert read_callback_key(str(pem)).modulus == key.public_key().public_numbers().n


@pytest.mark.parametrize("content", [None, b"no key"])
def test_a_file_that_holds_no_key_is_bad_usage(tmp_path: Path, capsys: Capsys, content: bytes | None) -> None:
    pem = tmp_path / "key.pem"
    if content is not None:
        pem.write_bytes(content)
    assert run(["analyze", "--callback-key", str(pem), str(healthy(tmp_path / "x.pcap"))]) == 2
    assert "--callback-key" in capsys.readouterr().err


def test_a_page_of_the_exchanges_is_listed(tmp_path: Path, capsys: Capsys) -> None:
    path = str(refused(tmp_path / "x.pcap"))
    assert run(["analyze", "-f", "json", "--offset", "1", "--limit", "5", path]) == 1
    report = json.loads(capsys.readouterr().out)
    assert [one["id"] for one in report["exchanges"]] == [1]
    assert report["page"] == {
        "exchange": None,
        "stream": None,
        "offset": 1,
        "limit": 5,
        "matching": 2,
        "listed": 1,
        "next_offset": None,
    }
    assert report["capture"]["exchanges"] == 2
    assert run(["analyze", "--limit", "1", path]) == 1
    assert "1 to 1 of 2 exchanges asked for; the next page: --offset 1" in capsys.readouterr().out
    assert run(["analyze", "--exchange", "7", path]) == 1
    assert "None listed: what was asked for matches 0 exchanges; the capture has 0 to 1" in capsys.readouterr().out


def test_addresses_and_object_names_are_hidden_on_demand(tmp_path: Path, capsys: Capsys) -> None:
    path = str(refused(tmp_path / "x.pcap"))
    for form in ("text", "json"):
        assert run(["analyze", "-f", form, "--mask-ip", "--mask-object", path]) == 1
        out = capsys.readouterr().out
        assert "ip-1" in out
        assert "object-1" in out
        assert [word for word in ("192.0.2", "203.0.113", "a.txt", "ok.txt") if word in out] == []


def test_a_report_that_would_show_a_secret_is_refused(
    tmp_path: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("osspcap.report.headerjson.mask", lambda value: value)
    assert run(["analyze", "-f", "json", str(refused(tmp_path / "x.pcap"))]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("osspcap: the report would have shown a signature")
    assert SIGNATURE not in captured.err


@pytest.mark.parametrize("form", ["text", "json", "markdown", "har"])
def test_a_secret_that_also_stands_where_no_name_tells_it_is_taken_out_by_value(
    form: str, tmp_path: Path, capsys: Capsys
) -> None:
    capture = Capture()
    tcp = opened(capture)
    tcp.client(request("GET", f"/{SIGNATURE}", Authorization=f"OSS LTAI5tLabUserMain00001a:{SIGNATURE}"))
    tcp.server(response(404, body=oss_error("NoSuchKey", f"{SIGNATURE} is none", Key=SIGNATURE)))
    path = capture.write(tmp_path / "x.pcap")
    assert run(["analyze", "-f", form, str(path)]) in (0, 1)
    captured = capsys.readouterr()
    assert SIGNATURE not in captured.out
    assert "GET" in captured.out
    assert captured.err == ""


@pytest.mark.parametrize(
    ("options", "forks"),
    [
        (["-f", "json"], 1),
        (["-f", "json", "--show-secrets"], 1),
        (["-f", "json", "--mask-object"], 0),
        (["-f", "json", "--mask-ip"], 0),
        (["-f", "json", "--limit", "3"], 0),
        (["-f", "ndjson"], 0),
    ],
)
def test_a_second_process_writes_exchanges_ahead_and_the_report_stays_the_same(
    options: list[str], forks: int, tmp_path: Path, capsys: Capsys
) -> None:
    signed = request("PUT", "/k", body=b"x", Authorization=f"OSS LTAI5tLaunchPad0000000001:{SIGNATURE}")
    path = exchange_capture(*[(signed, response())] * 9).write(tmp_path / "x.pcap")
    out: list[str] = []
    for processors in ({0}, {0, 1}):
        with (
            mock.patch.object(ahead, "MIN_PIECES", 1),
            mock.patch.object(jsonreport, "ITEMS_PER_PIECE", 2),
            mock.patch.object(os, "sched_getaffinity", return_value=processors),
            mock.patch.object(os, "fork", wraps=os.fork) as fork,
        ):
            run(["analyze", *options, str(path)])
        assert fork.call_count == forks * (len(processors) - 1)
        out.append(capsys.readouterr().out)
    assert out[0] == out[1]
    assert out[0].count('"method":"PUT"') == (3 if "--limit" in options else 9)
