from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding
from tests.build.uploads import UPLOAD, part
from tests.build.wire import Capture


def slow_upload(*, count: int = 4, seconds: float = 0.5, at_once: bool = False) -> Capture:
    """Parts one after another, or each begun before the one before it is answered."""
    capture = Capture()
    tcps = [capture.tcp(cport=50000 + number) for number in range(count)]
    for tcp in tcps:
        tcp.handshake()
    for number, tcp in enumerate(tcps, 1):
        tcp.client(part(number, b"x" * 1024)[0])
        capture.wait(seconds)
        if not at_once:
            tcp.server(part(number, b"x" * 1024)[1])
    for number, tcp in enumerate(tcps, 1):
        if at_once:
            tcp.server(part(number, b"x" * 1024)[1])
        tcp.close()
    return capture


def test_parts_one_after_another_are_a_note_with_size_and_time() -> None:
    finding = only_finding(slow_upload(), "MPU010")
    assert finding.severity is Severity.INFO
    assert finding.summary == (
        f"the 4 parts of rokid/video/clip.bin were sent one after another: 4.0 KiB in 2.01 s (upload ID {UPLOAD})"
    )
    assert [field for _, field, _ in evidence_of(finding)] == ["request line", "status line"] * 3


def test_parallel_few_and_quick_uploads_are_silent() -> None:
    for capture in (slow_upload(at_once=True), slow_upload(count=3), slow_upload(seconds=0.1)):
        assert not analyze_capture(capture, "MPU010").findings
    assert not analyze_capture(exchange_capture(part(1), part(2)), "MPU010").findings
