import json
import zipfile
from pathlib import Path

import pytest

from osspcap.cli.main import run
from tests.build.http import request, response
from tests.build.wire import Capture

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
FAILED = str(FIXTURES / "faild.pcap")


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_bundle_is_written_and_what_is_inside_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "ticket.zip"
    assert run(["bundle", FAILED, "-o", str(out)]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "object data in evidence.pcapng: packets are cut" in said.err
    assert "In evidence.pcapng: 10 packets of 1 connection; 2 secrets in them replaced" in said.err
    found = members(out)
    assert sorted(found) == [
        "evidence.pcapng",
        "manifest.json",
        "report.html",
        "report.json",
        "report.md",
        "request-ids.csv",
    ]
    assert json.loads(found["manifest.json"])["evidence"]["original_streams"] == [0]


@pytest.mark.parametrize("option", ["--mask-ip", "--mask-object"])
def test_what_packets_cannot_hide_leaves_them_out(option: str, tmp_path: Path) -> None:
    out = tmp_path / "ticket.zip"
    assert run(["bundle", FAILED, "-o", str(out), option, "-q"]) == 0
    found = members(out)
    assert "evidence.pcapng" not in found
    assert any("left out" in line for line in json.loads(found["manifest.json"])["masked"])
    hidden = b"203.0.113.10" if option == "--mask-ip" else b"ttsservice"
    assert not any(hidden in data for data in found.values())


def test_a_capture_without_faults_makes_a_bundle_without_evidence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(request())
    tcp.server(response())
    out = tmp_path / "ticket.zip"
    path = capture.write(tmp_path / "x.pcap")
    assert run(["bundle", str(path), "-o", str(out), "--select", "REQ"]) == 0
    assert "no finding and no failed request names a packet" in capsys.readouterr().err
    assert "evidence.pcapng" not in members(out)


def test_exit_status_follows_fail_on(tmp_path: Path) -> None:
    assert run(["bundle", FAILED, "-o", str(tmp_path / "a.zip"), "-q", "--fail-on", "error"]) == 1


def test_an_existing_archive_is_kept_unless_forced(tmp_path: Path) -> None:
    out = tmp_path / "ticket.zip"
    out.write_bytes(b"mine")
    assert run(["bundle", FAILED, "-o", str(out), "-q"]) == 2
    assert out.read_bytes() == b"mine"
    assert run(["bundle", FAILED, "-o", str(out), "-q", "--force"]) == 0
    assert out.read_bytes()[:2] == b"PK"


@pytest.mark.parametrize("capture", ["-", "/nowhere.pcap", str(FIXTURES / "README.md")])
def test_what_cannot_be_read_leaves_nothing_behind(
    capture: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "ticket.zip"
    assert run(["bundle", capture, "-o", str(out)]) == 2
    assert capsys.readouterr().err.strip()
    assert list(tmp_path.iterdir()) == []


def test_the_same_capture_makes_the_same_archive(tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        run(["bundle", FAILED, "-o", str(tmp_path / name), "-q"])
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
