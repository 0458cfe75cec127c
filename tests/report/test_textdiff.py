import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.report.textdiff import are_alike, diff_parts, marked_parts


def marked(one: str, other: str) -> tuple[str, str]:
    """Both texts with what differs in brackets."""
    sides = diff_parts(one, other)
    first, second = ("".join(f"[{part.text}]" if part.differs else part.text for part in side) for side in sides)
    return first, second


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("same", "same", ("same", "same")),
        ("text/html", "text/html; charset=utf-8", ("text/html", "text/html[; charset=utf-8]")),
        ("/a%2Fb/c", "/a/b/c", ("/a[%2F]b/c", "/a[/]b/c")),
        ("", "new", ("", "[new]")),
        ("aXbYc", "aZbWc", ("a[XbY]c", "a[ZbW]c")),  # one letter between two differences is no landmark
        ("aXsameYc", "aZsameWc", ("a[X]same[Y]c", "a[Z]same[W]c")),
    ],
)
def test_what_differs_is_marked(one: str, other: str, expected: tuple[str, str]) -> None:
    assert marked(one, other) == expected


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_parts_of_a_text_are_the_text(one: str, other: str) -> None:
    for text, side in zip((one, other), diff_parts(one, other), strict=True):
        assert "".join(part.text for part in side) == text
        assert all(part.text for part in side)


def test_texts_that_have_little_in_common_differ_as_a_whole() -> None:
    first, second = marked_parts("text/html; charset=utf-8", "application/octet-stream")
    assert [part.differs for part in (*first, *second)] == [True, True]
    assert [part.text for part in marked_parts("text/html", "text/htm")[0]] == ["text/htm", "l"]
    assert marked_parts("", "x")[0] == []


def test_long_texts_are_told_apart_at_their_ends_only() -> None:
    one, other = "a" + "xy" * 5000 + "z", "a" + "yx" * 5000 + "z"
    assert [part.differs for part in diff_parts(one, other)[0]] == [False, True, False]


def test_only_texts_that_are_alike_are_worth_marking() -> None:
    assert are_alike("application/octet-stream", "application/octet-streams")
    assert not are_alike("PUT /a.txt HTTP/1.1", "within 900 s of the server's clock")
    assert not are_alike("", "x")
