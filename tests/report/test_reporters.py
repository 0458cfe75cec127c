import pytest

from osspcap.report.reporters import FORMATS, Layout, reporter
from osspcap.report.view import ReportView
from tests.build.reports import report, secretive_report


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_written_for_one_capture_and_for_several(name: str) -> None:
    write = reporter(name)
    assert "".join(write(iter([ReportView(secretive_report())]), Layout())).endswith("\n")
    views = iter([ReportView(report(path="first.pcap")), ReportView(report(path="second.pcap"))])
    written = "".join(write(views, Layout(is_batch=True)))
    assert "first.pcap" in written
    assert "second.pcap" in written
