from dataclasses import replace
from io import BytesIO

from osspcap.analysis import dissect
from osspcap.media.objects import gather_media
from osspcap.model.media import ImageState, Layout, MediaObjects
from tests.build.analyze import exchange_capture
from tests.build.http import oss_error, request, response
from tests.build.media import H264, HEVC, mp4, png
from tests.build.wire import Capture

FILE = mp4(*HEVC, layout="end", data=100_000)
DAMAGED = response(403, "Forbidden", body=oss_error("ImageDamage", "The image file may be damaged."))
PROCESS = request("GET", "/a.png?x-oss-process=image/resize,w_10")


def media_of(capture: Capture) -> MediaObjects | None:
    return dissect("-", stdin=BytesIO(capture.pcap())).facts.get(MediaObjects)


def ranged(start: int, end: int) -> bytes:
    return response(206, "Partial", body=FILE[start:end], Content_Range=f"bytes {start}-{end - 1}/{len(FILE)}")


def test_ranges_of_one_object_are_put_together() -> None:
    asked = request("GET", "/v.mp4")
    found = media_of(exchange_capture((asked, ranged(0, 30_000)), (asked, ranged(99_000, len(FILE)))))
    assert found is not None
    (item,) = found.objects
    assert ([track.codec for track in item.media.tracks], item.media.layout) == (["hevc", "aac"], Layout.END)
    assert (item.media.open_question, item.exchanges, item.codecs[0][0]) == ("", (0, 1), 1)


def test_objects_are_told_apart() -> None:
    body = response(body=mp4(*H264))
    found = media_of(exchange_capture((request("GET", "/a.mp4"), body), (request("GET", "/b.mp4"), body)))
    assert found is not None
    assert [item.exchanges for item in found.objects] == [(0,), (1,)]


def test_a_damaged_picture_is_decoded_as_it_was_uploaded() -> None:
    for damaged, state in ((False, ImageState.SOUND), (True, ImageState.DAMAGED)):
        put = request("PUT", "/a.png", body=png(32, 32, damaged=damaged), Content_Type="image/png")
        found = media_of(exchange_capture((put, response()), (PROCESS, DAMAGED)))
        assert found is not None
        (check,) = found.images
        assert (check.exchange, check.source, check.state) == (1, 0, state)


def test_a_damaged_picture_that_was_not_captured() -> None:
    found = media_of(exchange_capture((PROCESS, DAMAGED)))
    assert found is not None
    assert (found.objects, found.images[0].source) == ((), None)


def test_a_capture_without_media_has_none() -> None:
    capture = exchange_capture((request("GET", "/a.txt"), response(body=b"hello world, nothing else")))
    assert media_of(capture) is None
    assert gather_media([]) is None
    exchange = dissect("-", stdin=BytesIO(capture.pcap())).exchanges[0]
    assert gather_media([replace(exchange, operation=None)]) is None
