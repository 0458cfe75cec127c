import re
from typing import Any

import pytest

from osspcap.model.pattern import pattern


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Texts compiled so far."""
    texts: list[Any] = []
    whole = re.compile

    def compile_noted(text: Any, flags: int = 0) -> Any:
        texts.append(text)
        return whole(text, flags)

    monkeypatch.setattr(re, "compile", compile_noted)
    return texts


def test_a_pattern_is_compiled_with_its_first_use_and_never_again(compiled: list[Any]) -> None:
    made = pattern("b+")
    find = made.search
    assert compiled == []
    assert find("abbc")
    assert made.search("abbc")
    assert find("ac") is None
    assert compiled == ["b+"]


def test_a_method_gives_way_to_the_one_of_the_compiled_pattern() -> None:
    made = pattern("b+")
    made.search("")
    assert made.search == re.compile("b+").search


@pytest.mark.parametrize("name", ["search", "match", "fullmatch", "findall"])
@pytest.mark.parametrize("text", ["", "ab", "AB", "xab", "ab ab"])
def test_it_finds_what_a_compiled_pattern_finds(name: str, text: str) -> None:
    expected = getattr(re.compile("(a)b", re.IGNORECASE), name)(text)
    found = getattr(pattern("(a)b", re.IGNORECASE), name)(text)
    assert str(found) == str(expected)


def test_bytes_and_the_rest_of_a_pattern_are_there() -> None:
    made = pattern(rb"(?P<x>a)")
    assert [found["x"] for found in made.finditer(b"aa")] == [b"a", b"a"]
    assert made.sub(b"b", b"aca") == b"bcb"
    assert made.split(b"cab") == [b"c", b"a", b"b"]
    assert made.groupindex == {"x": 1}
    assert made.pattern == rb"(?P<x>a)"
