import subprocess
from pathlib import Path

import pytest

from osspcap.analysis import Options, analyze
from osspcap.bundle import evidence as evidence_module
from osspcap.bundle.evidence import Evidence, make_evidence
from osspcap.bundle.filling import is_error_document
from osspcap.report.lastcheck import LastCheck
from osspcap.report.view import ReportView
from osspcap.tls.keylog import KeyLog
from tests.build.http import request, response
from tests.build.tls import converse
from tests.build.wire import Capture

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
CAPTURES = sorted(path for path in FIXTURES.glob("*.pcap*"))
DECIDED_BY_BODIES = {
    "snaplen-truncated",
    "content-md5-mismatch",
    "body-changed-in-transit",
    "upload-not-completed",
    "codec-hevc",
}
"""Rules that need what a bundle leaves out."""
STORIES = ("faild.pcap", "presign-expired.pcap", "cors-preflight-denied.pcap", "nosuchkey-head.pcap")


def made(path: Path) -> Evidence:
    found = make_evidence(path, analyze(path))
    assert found is not None
    return found


def written(found: Evidence, tmp_path: Path) -> Path:
    path = tmp_path / "evidence.pcapng"
    path.write_bytes(found.content)
    return path


def names(path: Path) -> set[str]:
    return {finding.name for finding in analyze(path).findings}


@pytest.mark.parametrize("name", STORIES)
def test_the_same_is_found_in_the_evidence(name: str, tmp_path: Path) -> None:
    again = written(made(FIXTURES / name), tmp_path)
    assert names(again) == names(FIXTURES / name)


@pytest.mark.parametrize("name", STORIES)
def test_tshark_reads_it_without_an_error(name: str, tmp_path: Path) -> None:
    found = made(FIXTURES / name)
    command = ["tshark", "-r", str(written(found, tmp_path)), "-o", "tcp.check_checksum:TRUE", "-T", "fields"]
    done = subprocess.run([*command, "-e", "frame.comment"], capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == found.packets
    assert all(line.startswith("frame ") for line in lines)


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.name)
def test_no_credential_of_a_capture_is_in_its_evidence(path: Path, tmp_path: Path) -> None:
    report = analyze(path)
    found = make_evidence(path, report, key_logs=[KeyLog(report.capture.decryption_secrets)])
    if found is None:
        assert not any(finding.streams for finding in report.findings)
        return
    secrets = [secret for secret in ReportView(report).known_secrets() if not is_error_document(secret)]
    assert LastCheck(secrets).find(found.content) is None
    lost = {finding.name for finding in report.findings} - names(written(found, tmp_path))
    assert lost <= DECIDED_BY_BODIES


def test_only_streams_with_findings_are_taken(tmp_path: Path) -> None:
    capture = Capture()
    for number, status in enumerate((200, 404, 200)):
        tcp = capture.tcp(cport=50_000 + number)
        tcp.handshake()
        tcp.client(request("GET", f"/{number}"))
        tcp.server(response(status, body=b"<Error><Code>NoSuchKey</Code></Error>" if status == 404 else b""))
    path = capture.write(tmp_path / "x.pcap")
    found = make_evidence(path, analyze(path, Options(select=("REQ",))))
    assert found is not None
    assert found.streams == (1,)
    assert [
        exchange.request.target for exchange in analyze(written(found, tmp_path)).exchanges if exchange.request
    ] == ["/1"]


def test_a_capture_without_faults_has_no_evidence(tmp_path: Path) -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(request())
    tcp.server(response())
    path = capture.write(tmp_path / "x.pcap")
    assert make_evidence(path, analyze(path, Options(select=("REQ",)))) is None


def test_what_is_left_out_beyond_a_limit_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence_module, "MAX_PACKETS", 5)
    found = made(FIXTURES / "faild.pcap")
    assert (found.packets, found.notes) == (5, ("only the first 5 packets of these streams are here",))


def tls_capture(tmp_path: Path) -> tuple[Path, KeyLog]:
    talk = converse(say=[(0, request("GET", "/missing")), (1, response(404, "Not Found"))])
    return talk.capture().write(tmp_path / "tls.pcap"), KeyLog([talk.keylog])


def test_keys_are_in_it_only_if_asked_for_and_open_it(tmp_path: Path) -> None:
    path, keys = tls_capture(tmp_path)
    report = analyze(path, Options(key_log=keys))
    without = make_evidence(path, report)
    assert without is not None
    assert not without.has_keys
    assert analyze(written(without, tmp_path)).exchanges == []
    with_keys = make_evidence(path, report, key_logs=[KeyLog(), keys])
    assert with_keys is not None
    assert with_keys.has_keys
    (exchange,) = analyze(written(with_keys, tmp_path)).exchanges
    assert exchange.status == 404


def test_keys_of_other_connections_stay_out(tmp_path: Path) -> None:
    path, keys = tls_capture(tmp_path)
    other = converse(say=[(0, b"GET / HTTP/1.1\r\n\r\n")])
    keys.add(other.keylog)
    found = make_evidence(path, analyze(path, Options(key_log=keys)), key_logs=[keys])
    assert found is not None
    for line in other.keylog.splitlines():
        assert line.split()[-1] not in found.content
