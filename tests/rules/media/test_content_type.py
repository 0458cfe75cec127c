import pytest

from tests.build.analyze import analyze_capture, exchange_capture, only_finding
from tests.build.http import request, response
from tests.build.media import H264, matroska, mp4, png
from tests.build.wire import Capture


def fetched(body: bytes, **headers: str) -> Capture:
    return exchange_capture((request("GET", "/v/a.mp4"), response(200, "OK", body=body, **headers)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "kind", ["text/html", "application/octet-stream", "video/webm", "application/x-www-form-urlencoded"]
)
def test_a_video_under_another_type(kind: str) -> None:
    finding = only_finding(fetched(mp4(*H264), Content_Type=kind), "MED004")
    assert (finding.severity, kind in finding.summary) == ("warning", True)
    assert finding.evidence[0].expected == "video/mp4"


def test_a_video_without_a_type_is_shown_at_the_status_line() -> None:
    finding = only_finding(fetched(mp4(*H264)), "MED004")
    assert finding.evidence[0].field == "status line"


def test_a_picture_under_a_foreign_type() -> None:
    assert "PNG" in only_finding(fetched(png(), Content_Type="text/plain"), "MED004").summary


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (mp4(*H264), {"Content_Type": "video/mp4"}),
        (matroska((1, "V_VP8")), {"Content_Type": "video/webm"}),
        (mp4(*H264), {"Content_Type": "application/octet-stream", "Content_Disposition": "attachment; filename=a"}),
        (png(), {"Content_Type": "image/jpeg"}),
        (png(), {}),
    ],
)
def test_what_fits_or_does_not_matter_is_silent(body: bytes, headers: dict[str, str]) -> None:
    assert not analyze_capture(fetched(body, **headers), "MED004").findings


def test_an_upload_is_silent() -> None:
    sent = request("PUT", "/a.mp4", body=mp4(*H264), Content_Type="application/octet-stream")
    assert not analyze_capture(exchange_capture((sent, response())), "MED004").findings
