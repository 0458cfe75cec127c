import pytest

from osspcap.content.words import end_words, gap_words
from osspcap.model.stream import End, EndCause, Gap, GapCause


@pytest.mark.parametrize("cause", EndCause)
def test_every_end_has_words(cause: EndCause) -> None:
    assert end_words(End(0, cause, 1, 0)).startswith(("connection ", "capture "))


@pytest.mark.parametrize("cause", GapCause)
def test_every_hole_has_words(cause: GapCause) -> None:
    assert gap_words(Gap(0, 1, cause, False, 1, 0))
