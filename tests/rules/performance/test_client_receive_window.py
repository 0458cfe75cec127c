import pytest

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, faults, only_finding
from tests.build.slow import PYTHON, paused, shut_window


def test_message_and_evidence_in_full() -> None:
    finding = only_finding(shut_window(), "PRF001")
    assert (finding.severity, finding.confidence) == (Severity.WARNING, Confidence.CONFIRMED)
    assert finding.summary == (
        "the client reads the response to GetObject of rokid/key too slowly: its receive window is full or shut for "
        "2.8 s of 2.8 s; 97.8 KiB in 2.8 s (34.9 KiB/s) (request ID 5C2723573183A12D1A2B3C4D)"
    )
    assert [item.field for item in finding.evidence] == ["request line", "status line", *["tcp window"] * 5]
    assert "The window was too small for another segment for 2.8 s, of which it was 0 for 2.8 s" in finding.explanation
    assert not any("crcmod" in step for step in finding.fix)


def test_the_python_sdk_gets_the_advice_on_crcmod() -> None:
    finding = only_finding(shut_window(agent=PYTHON), "PRF001")
    assert "crcmod" in finding.fix[0]
    assert any("enable_crc=False" in step for step in finding.fix)


def test_it_is_the_only_fault_that_is_told() -> None:
    assert [finding.rule for finding in faults(analyze_capture(shut_window()))] == ["PRF001"]


@pytest.mark.parametrize(("seconds", "total"), [(0.05, 100_000), (0.4, 10_000)])
def test_short_stops_and_small_bodies_are_silent(seconds: float, total: int) -> None:
    assert not analyze_capture(shut_window(seconds=seconds, total=total), "PRF001").findings


def test_a_server_that_pauses_is_silent() -> None:
    assert not analyze_capture(paused(upload=False), "PRF001").findings


def test_an_upload_is_silent() -> None:
    assert not analyze_capture(shut_window(upload=True), "PRF001").findings
