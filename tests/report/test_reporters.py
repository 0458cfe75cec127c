import pytest

from osspcap.report.reporters import FORMATS, Layout, encoded, reporter
from osspcap.report.view import ReportView
from tests.build.reports import report, secretive_report


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_written_for_one_capture_and_for_several(name: str) -> None:
    write = reporter(name)
    assert b"".join(map(encoded, write(iter([ReportView(secretive_report())]), Layout()))).endswith(b"\n")
    views = iter([ReportView(report(path="first.pcap")), ReportView(report(path="second.pcap"))])
    written = b"".join(map(encoded, write(views, Layout(is_batch=True)))).decode()
    assert "first.pcap" in written
    assert "second.pcap" in written
