import pytest

from osspcap.model.cors import CrossOrigin, Mode, Sender
from osspcap.model.seen import Seen
from osspcap.units import FrameNumber


def seen(text: str) -> Seen[str]:
    return Seen(text, FrameNumber(1), "header", text.encode())


@pytest.mark.parametrize(
    ("values", "is_allowed"),
    [
        ((), False),
        (("*",), True),
        (("http://a.example",), True),
        (("http://b.example",), False),
        (("*", "*"), False),
        (("http://a.example, http://a.example",), False),
    ],
)
def test_one_value_allows_a_page_if_it_is_its_origin_or_a_star(values: tuple[str, ...], *, is_allowed: bool) -> None:
    item = CrossOrigin(
        0,
        "h",
        "/",
        "GET",
        seen("http://a.example"),
        Sender.BROWSER,
        Mode.CORS,
        False,
        allow_origin=tuple(map(seen, values)),
    )
    assert item.is_allowed is is_allowed
