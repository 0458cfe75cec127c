from typing import Any

import pytest

from osspcap.media.early import MAX_SAMPLES_OF_ONE, EarlyMedia
from osspcap.model.media import Container, Layout, MediaSample
from osspcap.oss.early_facts import EarlyFacts
from osspcap.oss.operation import Hints, classify
from tests.build.forms import Form, policy, signed
from tests.build.http import request, response
from tests.build.media import H264, HEVC, mp4, png
from tests.build.pairs import pair

FILE = mp4(*HEVC, layout="end")


def sample(sent: bytes, answered: bytes | None) -> MediaSample | None:
    found = pair(sent, answered)
    return EarlyMedia().gather(found, classify(found, Hints()))


def fetched(body: bytes, status: int = 200, **headers: Any) -> MediaSample | None:
    return sample(request("GET", "/v/a.mp4"), response(status, "OK", body=body, **headers))


def test_a_download_is_looked_at() -> None:
    found = fetched(FILE, Content_Type="video/mp4")
    assert found is not None
    assert (found.media.container, found.is_whole, found.total, found.is_upload) == (
        Container.MP4,
        True,
        len(FILE),
        False,
    )
    assert [seen.value for seen in found.codecs] == ["hvc1 (320x240, Main)", "mp4a, object type 0x40"]
    assert found.seen.frame == 2


@pytest.mark.parametrize(
    ("method", "target", "is_looked_at"),
    [
        ("PUT", "/v/a.mp4", True),
        ("PUT", "/v/a.mp4?partNumber=1&uploadId=X", True),
        ("PUT", "/v/a.mp4?partNumber=12&uploadId=X", False),
        ("POST", "/v/a.mp4?append&position=0", True),
        ("POST", "/v/a.mp4?uploads", False),
    ],
)
def test_uploads_are_looked_at_where_they_begin_an_object(method: str, target: str, is_looked_at: bool) -> None:  # noqa: FBT001 - parametrized
    found = sample(request(method, target, body=FILE), response())
    assert (found is not None) == is_looked_at
    assert found is None or found.is_upload


def test_a_first_part_does_not_tell_where_the_object_ends() -> None:
    sent = request("PUT", "/v/a.mp4?partNumber=1&uploadId=X", body=FILE[:1000])
    found = sample(sent, response())
    assert found is not None
    assert (found.total, found.is_whole, found.media.layout) == (None, False, Layout.END)


def test_the_file_of_a_form_is_looked_at() -> None:
    form = Form(signed(policy()), file=FILE)
    found = pair(form.request(), response(204, "No Content"))
    early, operation = EarlyFacts(), classify(found, Hints())
    early.gather(found, operation)
    seen = EarlyMedia().gather(found, operation, early.file)
    assert seen is not None
    assert (seen.total, seen.is_whole) == (len(FILE), True)
    assert [track.codec for track in seen.media.tracks] == ["hevc", "aac"]
    assert sample(form.request(), response(204, "No Content")) is None


def test_a_picture_in_a_form_is_kept_without_the_form() -> None:
    found = pair(Form(signed(policy()), file=png()).request(), response(204, "No Content"))
    early, operation = EarlyFacts(), classify(found, Hints())
    early.gather(found, operation)
    seen = EarlyMedia().gather(found, operation, early.file)
    assert seen is not None
    assert seen.content == png()


def test_a_range_in_the_middle_is_searched_for_an_index() -> None:
    start = len(FILE) - 1200
    answer = f"bytes {start}-{len(FILE) - 1}/{len(FILE)}"
    found = fetched(FILE[start:], 206, Content_Range=answer)
    assert found is not None
    assert (found.start, found.total, [track.codec for track in found.media.tracks]) == (
        start,
        len(FILE),
        ["hevc", "aac"],
    )
    assert fetched(b"x" * 500, 206, Content_Range=answer) is None
    assert fetched(FILE, 206) is None


def test_the_first_range_is_the_beginning() -> None:
    answer = f"bytes 0-999/{len(FILE)}"
    found = fetched(FILE[:1000], 206, Content_Range=answer)
    assert found is not None
    assert (found.media.layout, found.is_whole) == (Layout.END, False)


def test_pictures_that_are_whole_are_kept() -> None:
    found = sample(request("PUT", "/a.png", body=png()), response())
    assert found is not None
    assert found.content == png()
    video = fetched(FILE)
    assert video is not None
    assert video.content == b""


def test_what_is_no_media_or_made_by_oss_is_none() -> None:
    assert fetched(b"hello world, this is text") is None
    assert fetched(FILE, 404) is None
    assert sample(request("GET", "/a.png?x-oss-process=image/resize,w_10"), response(body=png())) is None
    assert sample(request("HEAD", "/a.png"), response()) is None


def test_samples_of_one_object_and_of_all_are_bounded() -> None:
    early = EarlyMedia()
    found = pair(request("GET", "/a.mp4"), response(body=mp4(*H264)))
    operation = classify(found, Hints())
    kept = [early.gather(found, operation) for _ in range(MAX_SAMPLES_OF_ONE + 5)]
    assert sum(one is not None for one in kept) == MAX_SAMPLES_OF_ONE
    early._room = 10
    pictures = pair(request("PUT", "/b.png", body=png()), response())
    without = early.gather(pictures, classify(pictures, Hints()))
    assert without is not None
    assert without.content == b""
