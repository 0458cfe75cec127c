import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.oss.referer import split_referer


@pytest.mark.parametrize(
    ("text", "scheme", "host"),
    [
        ("https://www.Example.com/a?b", "https", "www.example.com"),
        ("http://user:secret@example.com:8080/", "http", "example.com:8080"),
        ("www.example.com/a", "", "www.example.com"),
        ("", "", ""),
    ],
)
def test_a_referer_is_taken_apart(text: str, scheme: str, host: str) -> None:
    parts = split_referer(text)
    assert (parts.scheme, parts.host) == (scheme, host)


def test_entries_go_from_narrow_to_wide_and_name_both_schemes() -> None:
    assert split_referer("https://a.example.com:81/p").entries == (
        "https://a.example.com:81",
        "http://a.example.com:81",
        "https://*.example.com:81",
        "http://*.example.com:81",
    )


@pytest.mark.parametrize("text", ["http://example.com/", "http://192.0.2.1/"])
def test_no_wildcard_stands_for_a_whole_top_level_or_an_address(text: str) -> None:
    assert not any("*" in entry for entry in split_referer(text).entries)


@given(st.text())
def test_any_text_is_taken_apart(text: str) -> None:
    assert len(split_referer(text).entries) in (0, 2, 4)
