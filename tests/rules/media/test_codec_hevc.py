import pytest

from tests.build.analyze import analyze_capture, exchange_capture, faults, only_finding
from tests.build.http import request, response
from tests.build.media import H264, HEVC, avi, flash, matroska, mp4, transport_stream, video
from tests.build.wire import Capture


def fetched(body: bytes, **headers: str) -> Capture:
    kind = headers.pop("kind", "video/mp4")
    return exchange_capture((request("GET", "/v/a.mp4"), response(body=body, Content_Type=kind)))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (mp4(*HEVC), "hvc1"),
        (mp4(video("hev1")), "hev1"),
        (mp4(*HEVC, layout="end"), "hvc1"),
        (mp4(*HEVC, layout="fragmented"), "hvc1"),
        (matroska((1, "V_MPEGH/ISO/HEVC")), "V_MPEGH/ISO/HEVC"),
        (transport_stream(0x24, 0x0F), "stream type 0x24"),
        (flash((9, b"\x90hvc1".ljust(20, b"\0"))), "hvc1"),
        (avi("HEVC"), "HEVC"),
    ],
)
def test_hevc_is_told_in_every_container(body: bytes, code: str) -> None:
    finding = only_finding(fetched(body), "MED001")
    assert (finding.severity, code in finding.summary) == ("warning", True)
    assert "Safari" in finding.explanation


def test_hev1_is_pointed_to() -> None:
    assert "hev1" in only_finding(fetched(mp4(video("hev1"))), "MED001").explanation


def test_nothing_else_is_told_of_a_video_in_hevc() -> None:
    assert [finding.name for finding in faults(analyze_capture(fetched(mp4(*HEVC))))] == ["codec-hevc"]


def test_an_index_far_behind_is_read_where_the_whole_answer_was_captured() -> None:
    body = mp4(*HEVC, layout="end", data=200_000)
    capture = fetched(body)
    finding = only_finding(capture, "MED001")
    (frame,) = [number for number, packet in enumerate(capture.packets, 1) if b"hvc1" in packet.data]
    assert [item.frame for item in finding.evidence if item.field == "response body, video track"] == [frame]


def test_a_track_that_was_not_captured_is_undecided() -> None:
    report = analyze_capture(fetched(mp4(*HEVC, layout="end", data=200_000), kind="application/mp4"), "MED001")
    (item,) = report.undecided
    assert (report.findings, "behind the media" in item.reason) == ((), True)


def test_a_fragment_leaves_nothing_open() -> None:
    segment = mp4(layout="fragmented")[20:]
    report = analyze_capture(fetched(segment[segment.index(b"moof") - 4 :]), "MED001")
    assert (report.findings, report.undecided) == ((), ())


@pytest.mark.parametrize("body", [mp4(*H264), matroska((1, "V_VP9"), (2, "A_OPUS")), b"no media at all, just text" * 9])
def test_what_all_browsers_play_is_silent(body: bytes) -> None:
    kind = "video/webm" if b"webm" in body else "video/mp4"
    report = analyze_capture(fetched(body, kind=kind))
    assert not faults(report)
    assert not report.undecided
