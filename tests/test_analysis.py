import gc
import io
from pathlib import Path

import pytest

from osspcap.analysis import Options, analyze, dissect
from osspcap.errors import UnreadableCaptureError, UsageError
from osspcap.model.finding import Severity
from tests.build.http import oss_error, request, response
from tests.build.wire import Capture


def refused() -> Capture:
    cap = Capture()
    tcp = cap.tcp()
    tcp.handshake()
    tcp.client(request("GET", "/none.txt", Authorization="OSS LTAI4FixtureKey000001:c2lnbmF0dXJlb2YyMGJ5dGVzIQ=="))
    tcp.server(response(404, "Not Found", body=oss_error("NoSuchKey", "The specified key does not exist.")))
    tcp.close()
    return cap


def test_a_capture_becomes_a_report_with_facts_and_findings(tmp_path: Path) -> None:
    report = analyze(refused().write(tmp_path / "x.pcap"))
    assert [finding.name for finding in report.findings] == ["no-such-key", "plain-http-used"]
    assert report.worst is Severity.WARNING
    assert (len(report.connections), len(report.exchanges)) == (1, 1)
    assert "NoSuchKey" in report.verdict


def test_only_the_rules_asked_for_run(tmp_path: Path) -> None:
    path = refused().write(tmp_path / "x.pcap")
    assert analyze(path, Options(select=("CAP",))).findings == ()
    assert analyze(path, Options(ignore=("REQ", "plain-http-used"))).findings == ()
    with pytest.raises(UsageError, match="no-such-kee"):
        analyze(path, Options(select=("no-such-kee",)))


def test_standard_input_gives_the_same_exchanges_as_the_file(tmp_path: Path) -> None:
    capture = refused()
    from_file = dissect(capture.write(tmp_path / "x.pcap"))
    from_pipe = dissect("-", stdin=io.BytesIO(capture.pcap()))
    assert from_pipe.exchanges == from_file.exchanges
    assert from_pipe.capture.path == "-"


def test_progress_tells_bytes_read_of_all_bytes(tmp_path: Path) -> None:
    path = refused().write(tmp_path / "x.pcap")
    told: list[tuple[int, int | None]] = []
    dissect(path, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (path.stat().st_size, path.stat().st_size)


def test_the_callers_garbage_collector_is_left_as_it_was(tmp_path: Path) -> None:
    path = refused().write(tmp_path / "x.pcap")
    assert gc.isenabled()
    analyze(path)
    assert gc.isenabled()
    with pytest.raises(UnreadableCaptureError):
        analyze(tmp_path / "missing.pcap")
    assert gc.isenabled()
