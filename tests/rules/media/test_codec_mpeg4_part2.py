import pytest

from tests.build.analyze import analyze_capture, exchange_capture, faults, only_finding
from tests.build.http import request, response
from tests.build.media import H264, MPEG4, avi, matroska, mp4


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (mp4(*MPEG4), "video/mp4"),
        (avi("XVID"), "video/x-msvideo"),
        (matroska((1, "V_MPEG4/ISO/ASP"), doc_type="matroska"), "video/x-matroska"),
    ],
)
def test_it_is_told_once_in_every_container(body: bytes, kind: str) -> None:
    capture = exchange_capture((request("GET", "/v/a.mp4"), response(body=body, Content_Type=kind)))
    (finding,) = faults(analyze_capture(capture))
    assert (finding.rule, finding.severity) == ("MED002", "warning")


def test_the_object_type_is_shown() -> None:
    capture = exchange_capture((request("GET", "/a.mp4"), response(body=mp4(*MPEG4), Content_Type="video/mp4")))
    assert "mp4v, object type 0x20" in only_finding(capture, "MED002").summary


def test_h264_is_silent() -> None:
    capture = exchange_capture((request("GET", "/a.mp4"), response(body=mp4(*H264))))
    assert not analyze_capture(capture, "MED002").findings
