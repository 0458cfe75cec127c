import json
from pathlib import Path

import pytest

from osspcap.cli.keylogs import keylog_files, read_key_logs
from osspcap.cli.main import run
from osspcap.errors import UsageError
from tests.build.certificates import certificate_file
from tests.build.http import request, response
from tests.build.tls import Conversation, converse
from tests.build.wire import Capture

Capsys = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def conversation() -> Conversation:
    return converse(say=[(0, request("GET", "/secret.txt")), (1, response(body=b"content"))])


@pytest.fixture
def capture(conversation: Conversation, tmp_path: Path) -> str:
    return str(conversation.capture().write(tmp_path / "x.pcap"))


@pytest.fixture
def log(conversation: Conversation, tmp_path: Path) -> Path:
    path = tmp_path / "x.keylog"
    path.write_bytes(conversation.keylog)
    return path


def exchanges(out: str) -> list[str]:
    return [item["request"]["target"] for item in json.loads(out)["exchanges"]]


def test_a_key_log_opens_a_capture(capture: str, log: Path, capsys: Capsys) -> None:
    assert run(["analyze", capture, "-f", "json", "--keylog", str(log)]) == 0
    assert exchanges(capsys.readouterr().out) == ["/secret.txt"]
    assert run(["analyze", capture, "-f", "json"]) == 0
    assert exchanges(capsys.readouterr().out) == []


def test_the_variable_names_the_key_log(
    capture: str, log: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(log))
    assert run(["analyze", capture, "-f", "json", "--keylog", "env"]) == 0
    assert exchanges(capsys.readouterr().out) == ["/secret.txt"]
    monkeypatch.delenv("SSLKEYLOGFILE")
    assert run(["analyze", capture, "--keylog", "env"]) == 2
    assert "SSLKEYLOGFILE is not set" in capsys.readouterr().err


def test_several_key_logs_are_taken_together(capture: str, log: Path, tmp_path: Path, capsys: Capsys) -> None:
    other = tmp_path / "other.keylog"
    other.write_bytes(converse().keylog)
    assert run(["analyze", capture, "-f", "json", "--keylog", str(other), "--keylog", str(log)]) == 0
    assert exchanges(capsys.readouterr().out) == ["/secret.txt"]


def test_show_decrypts_too(capture: str, log: Path, capsys: Capsys) -> None:
    assert run(["show", capture, "--exchange", "0", "--keylog", str(log)]) == 0
    assert "> GET /secret.txt HTTP/1.1\n" in capsys.readouterr().out


def test_compare_decrypts_too(capture: str, log: Path, capsys: Capsys) -> None:
    assert run(["compare", capture, capture, "-f", "json", "--keylog", str(log)]) == 0
    assert "/secret.txt" in capsys.readouterr().out


@pytest.mark.parametrize("command", [["analyze"], ["show", "--stream", "0"]])
def test_no_output_holds_key_material(command: list[str], capture: str, log: Path, capsys: Capsys) -> None:
    run([*command, capture, "--keylog", str(log), "--show-secrets"])
    told = capsys.readouterr()
    for line in log.read_text().splitlines():
        for word in line.split()[1:]:
            if not line.startswith("#"):
                assert word not in told.out + told.err
                assert bytes.fromhex(word).hex()[:16] not in told.out + told.err


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"# SSL/TLS secrets log file\n", "holds no TLS secret"),
        (certificate_file().read_bytes(), "is a private key"),
    ],
)
def test_what_is_no_key_log_is_refused_with_what_it_is(content: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / "no.keylog"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=told) as caught:
        read_key_logs([str(path)])
    assert "BEGIN" not in str(caught.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        read_key_logs([str(tmp_path / "none")])


def test_a_key_log_is_not_written_over(capture: str, log: Path, capsys: Capsys) -> None:
    before = log.read_bytes()
    assert run(["analyze", capture, "--keylog", str(log), "-o", str(log), "--force"]) == 2
    assert log.read_bytes() == before
    assert capsys.readouterr().err


def test_files_are_named_in_the_order_given() -> None:
    assert keylog_files(["a", "env", "b"], {"SSLKEYLOGFILE": "c"}) == ("a", "c", "b")
    assert keylog_files([]) == ()


def test_a_key_log_does_no_harm_to_plain_http(log: Path, tmp_path: Path, capsys: Capsys) -> None:
    plain = Capture()
    tcp = plain.tcp()
    tcp.handshake()
    tcp.client(request("GET", "/plain.txt"))
    tcp.server(response())
    path = plain.write(tmp_path / "plain.pcap")
    assert run(["analyze", str(path), "-f", "json", "--keylog", str(log)]) == 0
    assert exchanges(capsys.readouterr().out) == ["/plain.txt"]
