import pytest

from osspcap.model.finding import Confidence, Evidence, Finding, Severity
from osspcap.units import FrameNumber, StreamId


def finding(*evidence: Evidence, streams: tuple[int, ...] = ()) -> Finding:
    return Finding(
        "SIG100",
        "signature-mismatch",
        "signature",
        Severity.ERROR,
        Confidence.CONFIRMED,
        "s",
        "e",
        (),
        (),
        evidence,
        streams=tuple(StreamId(n) for n in streams),
    )


def test_a_finding_without_evidence_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="SIG100: a finding needs evidence"):
        finding()


def test_the_filter_can_be_pasted_into_wireshark() -> None:
    evidence = Evidence(FrameNumber(1), StreamId(4), None, "f", "o")
    assert finding(evidence, streams=(7, 4)).filter == "tcp.stream eq 4 or tcp.stream eq 7"
    assert finding(evidence).filter == ""


def test_severities_sort_worst_first() -> None:
    assert sorted(Severity, key=lambda s: s.rank) == [Severity.ERROR, Severity.WARNING, Severity.INFO]
