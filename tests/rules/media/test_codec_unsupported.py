import pytest

from tests.build.analyze import analyze_capture, exchange_capture, faults, only_finding
from tests.build.http import request, response
from tests.build.media import H264, HEVC, audio, avcc, avi, esds, flash, mp4, video
from tests.build.wire import Capture


def fetched(body: bytes, kind: str = "video/mp4") -> Capture:
    return exchange_capture((request("GET", "/v/a"), response(body=body, Content_Type=kind)))


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (mp4(video("mp4v", esds(0x61))), "video/mp4", "MPEG-2 video"),
        (mp4(video("s263"), brand="3gp4"), "video/3gpp", "H.263"),
        (mp4(video("apch"), brand="qt  "), "video/quicktime", "ProRes"),
        (mp4(video("avc1", avcc()), audio("ac-3")), "video/mp4", "AC-3"),
        (avi("H264"), "video/x-msvideo", "the file is AVI"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11" + bytes(60), "video/x-ms-wmv", "Windows Media"),
        (b"\0\0\1\xba" + bytes(60), "video/mpeg", "MPEG program stream"),
    ],
)
def test_what_no_browser_plays_is_told_once(body: bytes, kind: str, words: str) -> None:
    (finding,) = faults(analyze_capture(fetched(body, kind)))
    assert (finding.rule, words in finding.summary) == ("MED003", True)


def test_flash_video_is_a_note() -> None:
    body = flash((9, b"\x17\0".ljust(20, b"\0")))
    assert only_finding(fetched(body, "video/x-flv"), "MED003").severity == "info"


@pytest.mark.parametrize("body", [mp4(*H264), mp4(*HEVC), mp4(video("av01")), mp4(audio("mp4a", esds(0x40)))])
def test_what_is_played_or_has_a_rule_of_its_own_is_silent(body: bytes) -> None:
    assert not analyze_capture(fetched(body), "MED003").findings
