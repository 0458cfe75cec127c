from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, faults, only_finding
from tests.build.slow import paused, shut_window


def test_message_and_evidence_in_full() -> None:
    finding = only_finding(shut_window(upload=True), "PRF002")
    assert finding.severity is Severity.WARNING
    assert finding.summary.startswith(
        "the server takes PutObject of rokid/key too slowly: its receive window is full or shut for 2.8 s of 2.8 s; "
        "97.9 KiB in 2.8 s"
    )
    assert [item.field for item in finding.evidence] == ["request line", "status line", *["tcp window"] * 5]


def test_it_is_the_only_fault_that_is_told() -> None:
    assert [finding.rule for finding in faults(analyze_capture(shut_window(upload=True)))] == ["PRF002"]


def test_a_client_that_pauses_is_silent() -> None:
    assert not analyze_capture(paused(), "PRF002").findings


def test_a_download_is_silent() -> None:
    assert not analyze_capture(shut_window(), "PRF002").findings
