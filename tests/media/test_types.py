import pytest

from osspcap.media.types import right_type, type_fault
from osspcap.model.media import Container, Layout, Media, Track, TrackKind

MP4 = Media(Container.MP4)


@pytest.mark.parametrize(
    "content_type", ["video/mp4", "VIDEO/MP4; codecs=x", "audio/mp4", "video/quicktime", "video/x-m4v"]
)
def test_types_that_fit(content_type: str) -> None:
    assert type_fault(MP4, content_type) == ""


@pytest.mark.parametrize(
    ("content_type", "words"),
    [
        ("", "without a Content-Type"),
        ("application/octet-stream", "which says nothing"),
        ("text/html; charset=utf-8", "as text/html"),
        ("video/webm", "as video/webm"),
    ],
)
def test_types_that_do_not(content_type: str, words: str) -> None:
    assert words in type_fault(MP4, content_type)


def test_what_is_judged_leniently() -> None:
    assert type_fault(Media(Container.PNG), "image/jpeg") == ""
    assert type_fault(Media(Container.PNG), "application/octet-stream") == ""
    assert type_fault(Media(Container.PNG), "text/html") != ""
    assert type_fault(Media(Container.MPEG_TS), "application/octet-stream") == ""
    assert type_fault(Media(Container.MP4, layout=Layout.FRAGMENTED), "application/octet-stream") == ""


def test_the_right_type() -> None:
    assert right_type(MP4) == "video/mp4"
    assert right_type(Media(Container.MP4, tracks=(Track(TrackKind.AUDIO, "aac", "mp4a"),))) == "audio/mp4"
    assert right_type(Media(Container.WEBM)) == "video/webm"
