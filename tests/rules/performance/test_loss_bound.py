import pytest

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, only_finding
from tests.build.slow import paused, repeated_after, shut_window
from tests.build.troubles import lossy_upload


def test_message_and_evidence_in_full() -> None:
    finding = only_finding(repeated_after(3), "PRF008")
    assert (finding.severity, finding.confidence) == (Severity.WARNING, Confidence.LIKELY)
    assert finding.summary.startswith(
        "losses hold up PutObject of rokid/key: 3 s of 3 s of sending are silence until something was sent again; "
        "19.7 KiB in 3 s"
    )
    assert finding.evidence[-1].field == "tcp retransmission"
    assert finding.evidence[-1].observed.startswith("sent again after 3 s of silence")


def test_a_download_is_told_as_well() -> None:
    assert "of receiving are silence" in only_finding(lossy_upload(from_client=False), "PRF008").summary


@pytest.mark.parametrize("seconds", [0.2, 0.9])
def test_short_silences_are_silent(seconds: float) -> None:
    assert not analyze_capture(repeated_after(seconds), "PRF008").findings


def test_pauses_and_shut_windows_are_told_by_other_rules() -> None:
    assert not analyze_capture(paused(), "PRF008").findings
    assert not analyze_capture(shut_window(), "PRF008").findings
