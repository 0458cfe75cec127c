import json

import pytest

from osspcap.report.jsontext import made_safe, text_json


@pytest.mark.parametrize("text", ["", "a", 'say "hi"\\', "\x00\x1f\n", "\u597d", "\U0001f600"])
def test_a_string_is_written_as_json_reads_it(text: str) -> None:
    assert json.loads(text_json(text)) == text


@pytest.mark.parametrize("active", ["\x7f", "\x85", "\u061c", "\u200b", "\u202e", "\u2066", "\ufeff"])
def test_active_characters_become_escapes_that_mean_the_same(active: str) -> None:
    safe = made_safe(text_json(f"a{active}b\u597d"))
    assert active not in safe
    assert json.loads(safe) == f"a{active}b\u597d"


def test_a_lone_surrogate_becomes_the_text_of_its_escape() -> None:
    assert json.loads(made_safe(text_json("/a\udc80")).encode()) == "/a\\udc80"


def test_innocent_text_is_left_as_it_is() -> None:
    for text in ('"plain"', '"\u597d"'):
        assert made_safe(text) is text or made_safe(text) == text
