import gc
import io
from pathlib import Path

import pytest

from osspcap.analysis import Options, analyze, dissect
from osspcap.capture.window import Window
from osspcap.errors import UnreadableCaptureError, UsageError
from osspcap.model.finding import Severity
from osspcap.tls.keylog import KeyLog
from tests.build.certificates import HOST
from tests.build.containers import pcapng_with_secrets
from tests.build.http import oss_error, request, response
from tests.build.tls import Conversation, converse
from tests.build.wire import Capture

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"


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


def test_a_capture_passes_through_one_buffer(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[bytearray] = []
    take = Window._take

    def note(window: Window, capacity: int) -> bytearray:
        taken.append(take(window, capacity))
        return taken[-1]

    monkeypatch.setattr(Window, "_take", note)
    dissect(FIXTURES / "clean-v1.pcap", Options(chunk_bytes=5_000))
    assert len(taken) > 10
    assert all(buffer is taken[0] for buffer in taken)


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


@pytest.fixture(scope="module")
def encrypted() -> Conversation:
    return converse(say=[(0, request("GET", "/secret.txt")), (1, response(body=b"content"))])


@pytest.mark.parametrize("behind", [False, True])
def test_keys_inside_the_capture_open_it_wherever_they_stand(
    behind: bool,  # noqa: FBT001
    encrypted: Conversation,
    tmp_path: Path,
) -> None:
    path = tmp_path / "x.pcapng"
    path.write_bytes(pcapng_with_secrets(encrypted.capture(), encrypted.keylog, behind=behind))
    for size in (100, 1 << 20):
        (exchange,) = analyze(path, Options(chunk_bytes=size)).exchanges
        assert exchange.request is not None
        assert (exchange.request.target, exchange.status) == ("/secret.txt", 200)


def test_keys_in_front_of_a_pipe_open_it(encrypted: Conversation) -> None:
    content = pcapng_with_secrets(encrypted.capture(), encrypted.keylog)
    assert len(analyze("-", stdin=io.BytesIO(content)).exchanges) == 1


def test_exchanges_inside_tls_have_the_frames_of_their_packets(encrypted: Conversation, tmp_path: Path) -> None:
    capture = encrypted.capture()
    report = analyze(capture.write(tmp_path / "x.pcap"), Options(key_log=KeyLog([encrypted.keylog])))
    (exchange,) = report.exchanges
    assert exchange.request is not None
    assert exchange.response is not None
    frames = exchange.request.frame, exchange.response.frame
    assert b"\x17\x03\x03" in capture.packets[frames[0] - 1].data
    assert capture.packets[frames[0] - 1].ts_ns == exchange.request.ts_ns
    assert frames[0] < frames[1]
    (connection,) = report.connections
    assert (connection.protocol, connection.sni) == ("http/1.1", HOST)


def test_the_same_capture_gives_the_same_facts_for_any_chunk_size(encrypted: Conversation, tmp_path: Path) -> None:
    path = encrypted.capture().write(tmp_path / "x.pcap")
    for log in (KeyLog(), KeyLog([encrypted.keylog])):
        reports = [analyze(path, Options(key_log=log, chunk_bytes=size)) for size in (1, 500, 3_000, None)]
        assert all(report.exchanges == reports[0].exchanges for report in reports)
        assert all(report.connections[0].tls == reports[0].connections[0].tls for report in reports)
