import sys

import pytest

from osspcap.media import images
from osspcap.media.images import check_image
from osspcap.model.media import ImageState
from tests.build.media import png


def test_a_sound_picture_decodes() -> None:
    state, reason = check_image(png(20, 10))
    assert (state, "PNG of 20x10" in reason) == (ImageState.SOUND, True)


def test_a_damaged_one_does_not() -> None:
    state, reason = check_image(png(64, 64, damaged=True))
    assert (state, bool(reason)) == (ImageState.DAMAGED, True)
    assert check_image(b"no picture")[0] is ImageState.DAMAGED


def test_one_with_too_many_pixels_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MAX_PIXELS", 100)
    assert check_image(png(20, 10))[0] is ImageState.OPEN


def test_without_the_library_the_question_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    state, reason = check_image(png())
    assert (state, "osspcap[media]" in reason) == (ImageState.OPEN, True)
