from dataclasses import replace

from osspcap.model.capture import CaptureInfo
from osspcap.model.finding import Confidence, Evidence, Finding, Severity
from osspcap.model.report import Report
from osspcap.units import FrameNumber

INFO = Finding(
    "END011", "plain-http-used", "endpoint", Severity.INFO, Confidence.CONFIRMED, "s", "e", (), (),
    (Evidence(FrameNumber(1), None, None, "f", "o"),),
)  # fmt: skip
WARNING, ERROR = replace(INFO, severity=Severity.WARNING), replace(INFO, severity=Severity.ERROR)


def report(*findings: Finding) -> Report:
    return Report(CaptureInfo("x.pcap"), (), (), findings, (), "verdict", 1)


def test_the_worst_finding_decides() -> None:
    assert report(INFO, ERROR, WARNING).worst is Severity.ERROR
    assert report(INFO).worst is Severity.INFO
    assert report().worst is None


def test_findings_are_counted_by_severity() -> None:
    assert [report(INFO, INFO, ERROR).count(severity) for severity in Severity] == [1, 0, 2]
