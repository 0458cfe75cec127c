import io
import sys
from pathlib import Path

import pytest

from osspcap.cli.main import run
from tests.build.story import SIGNATURE, refused

Capsys = pytest.CaptureFixture[str]


def test_one_exchange_is_shown_with_both_sides_told_apart(tmp_path: Path, capsys: Capsys) -> None:
    assert run(["show", str(refused(tmp_path / "x.pcap")), "--exchange", "0"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for line in (
        "> PUT /a.txt HTTP/1.1",
        "> Authorization: OSS LTAI5tLa***001a:***9d69",
        "> hello",
        "< HTTP/1.1 404 Not Found",
        "<   <Code>NoSuchBucket</Code>",
    ):
        assert line in lines
    assert not any("ok.txt" in line for line in lines)


def test_a_stream_is_shown_with_all_its_exchanges(tmp_path: Path, capsys: Capsys) -> None:
    assert run(["show", str(refused(tmp_path / "x.pcap")), "--stream", "0"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("- stream 0: client 192.0.2.10:50000, server 203.0.113.10:80\n")
    assert "> GET /ok.txt HTTP/1.1\n" in out
    assert SIGNATURE not in out


def test_raw_bytes_are_written_masked_in_equal_length_or_as_they_were(tmp_path: Path) -> None:
    path, raw, open_raw = str(refused(tmp_path / "x.pcap")), tmp_path / "raw", tmp_path / "open"
    assert run(["show", path, "--exchange", "0", "--raw", str(raw)]) == 0
    assert run(["show", path, "--exchange", "0", "--raw", str(open_raw), "--show-secrets"]) == 0
    assert SIGNATURE.encode() in open_raw.read_bytes()
    assert SIGNATURE.encode() not in raw.read_bytes()
    assert len(raw.read_bytes()) == len(open_raw.read_bytes())
    assert open_raw.read_bytes() in b"".join(_payloads(Path(path)))
    assert run(["show", path, "--exchange", "0", "--raw", str(raw)]) == 2
    assert run(["show", path, "--exchange", "0", "--raw", str(raw), "--force"]) == 0


def _payloads(path: Path) -> list[bytes]:
    """Payloads of the capture's packets: 24 bytes of file header, 16 a record, 54 of Ethernet, IP and TCP."""
    data, offset, payloads = path.read_bytes(), 24, []
    while offset < len(data):
        length = int.from_bytes(data[offset + 8 : offset + 12], "little")
        header = 34 + 4 * (data[offset + 16 + 46] >> 4)
        payloads.append(data[offset + 16 + header : offset + 16 + length])
        offset += 16 + length
    return payloads


@pytest.mark.parametrize("choice", [[], ["--stream", "0", "--exchange", "0"]])
def test_exactly_one_conversation_must_be_named(choice: list[str], tmp_path: Path, capsys: Capsys) -> None:
    assert run(["show", str(refused(tmp_path / "x.pcap")), *choice]) == 2
    assert "either --stream N or --exchange N" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("choice", "hint"),
    [
        (["--stream", "7"], "streams 0 to 0"),
        (["--exchange", "2"], "exchanges 0 to 1"),
        (["--exchange", "-1"], "exchanges 0 to 1"),
    ],
)
def test_what_does_not_exist_is_bad_usage_that_says_what_does(
    choice: list[str], hint: str, tmp_path: Path, capsys: Capsys
) -> None:
    assert run(["show", str(refused(tmp_path / "x.pcap")), *choice]) == 2
    assert hint in capsys.readouterr().err


def test_standard_input_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capsys) -> None:
    data = refused(tmp_path / "x.pcap").read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert run(["show", "-", "--exchange", "1"]) == 0
    assert "GET /ok.txt" in capsys.readouterr().out


def test_colours_change_no_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capsys) -> None:
    path = str(refused(tmp_path / "x.pcap"))
    run(["show", path, "--exchange", "0"])
    plain = capsys.readouterr().out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    run(["show", path, "--exchange", "0"])
    colored = capsys.readouterr().out
    assert "\x1b[" in colored
    for code in ("\x1b[0m", "\x1b[2m", "\x1b[94m"):
        colored = colored.replace(code, "")
    assert colored == plain


def test_a_curl_command_is_printed_and_notes_stand_apart(tmp_path: Path, capsys: Capsys) -> None:
    assert run(["show", str(refused(tmp_path / "x.pcap")), "--stream", "0", "--as-curl"]) == 0
    captured = capsys.readouterr()
    assert captured.out.count("curl --include") == 2
    assert "--data-raw hello" in captured.out
    assert SIGNATURE not in captured.out
    assert captured.err.splitlines()[0].startswith("osspcap: left out: Authorization")


def test_addresses_and_objects_are_hidden_on_demand_and_raw_bytes_refused_then(tmp_path: Path, capsys: Capsys) -> None:
    path = str(refused(tmp_path / "x.pcap"))
    assert run(["show", path, "--stream", "0", "--mask-ip", "--mask-object"]) == 0
    out = capsys.readouterr().out
    assert "client ip-1:50000, server ip-2:80" in out
    assert "> PUT /object-1 HTTP/1.1" in out
    assert run(["show", path, "--stream", "0", "--mask-ip", "--raw", str(tmp_path / "raw")]) == 2
    assert not (tmp_path / "raw").exists()


def test_raw_bytes_with_a_secret_are_refused(tmp_path: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("osspcap.report.conversation.raw_bytes", lambda *_: SIGNATURE.encode())
    raw = tmp_path / "raw"
    assert run(["show", str(refused(tmp_path / "x.pcap")), "--exchange", "0", "--raw", str(raw)]) == 2
    assert "would have shown a signature" in capsys.readouterr().err
    assert list(tmp_path.glob("*raw*")) == []
