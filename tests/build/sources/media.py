"""E 10: videos that play with sound only, or not at all, by container and codec."""

from tests.build.analyze import exchange_capture
from tests.build.http import request, response
from tests.build.media import HEVC, MPEG4, audio, avcc, avi, mp4, video
from tests.build.sources.row import Row, Without
from tests.build.wire import Capture

BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120.0"


def played(body: bytes, kind: str = "video/mp4", *, status: int = 200, **headers: str) -> Capture:
    """A video that a browser fetches."""
    asked = request("GET", "/v/a.mp4", User_Agent=BROWSER, **headers)  # type: ignore[arg-type]
    return exchange_capture((asked, response(status, "OK", body=body, Content_Type=kind)))


MEDIA_ROWS: tuple[Row | Without, ...] = (
    Row(("E 10, sound without picture: h265",), "MED001", lambda: played(mp4(*HEVC))),
    Row(("E 10, sound without picture: other codes of mp4",), "MED002", lambda: played(mp4(*MPEG4))),
    Row(
        ("E 10, the video is in no codec of the list: h263",),
        "MED003",
        lambda: played(mp4(video("s263"), brand="3gp4"), "video/3gpp"),
    ),
    Row(
        ("E 10, the sound is in no codec of the list",),
        "MED003",
        lambda: played(mp4(video("avc1", avcc()), audio("ac-3"))),
    ),
    Row(("E 10, a file that no browser opens",), "MED003", lambda: played(avi("H264"), "video/x-msvideo")),
    Row(("E 10, a video under another type",), "MED004", lambda: played(mp4(video("avc1")), "text/plain")),
    Row(("E 10, a video that cannot be wound",), "MED006", lambda: played(mp4(video("avc1")), Range="bytes=0-")),
    Without(
        ("E 10, the script and its normal result",),
        "A program that runs ffprobe on a file; h264 with aac is what all browsers play, and is silent.",
    ),
)
