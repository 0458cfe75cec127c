from typing import Any

import pytest

from osspcap.model.media import RangeAnswer
from osspcap.oss.facts import RANGE, Context, triggers_of
from osspcap.oss.range_answer import gather_range_answer
from tests.build.callbacks import understood
from tests.build.http import request, response

BODY = b"0123456789"


def gathered(asked: str, answer: bytes | None = None, **headers: Any) -> RangeAnswer | None:
    exchange = understood(request("GET", "/key", Range=asked, **headers), answer or response(body=BODY))
    assert triggers_of(exchange) & RANGE
    return gather_range_answer(exchange, Context())


@pytest.mark.parametrize("asked", ["bytes=5-", "bytes=0-4", "bytes=-3", "bytes=2-9"])
def test_a_range_that_the_object_has(asked: str) -> None:
    found = gathered(asked)
    assert found is not None
    assert (found.is_satisfiable, found.fault, found.asked.value) == (True, "", asked)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("bytes=50-", "it begins at byte 50"),
        ("bytes=5-50", "it ends at byte 50"),
        ("bytes=5-2", "ends before it begins"),
        ("5-9", "malformed"),
        ("bytes=0-1,4-5", "several ranges"),
    ],
)
def test_a_range_that_oss_cannot_serve(asked: str, words: str) -> None:
    found = gathered(asked)
    assert found is not None
    assert (found.is_satisfiable, words in found.fault) == (False, True)


def test_the_whole_object_asked_for_as_a_range_matters_to_players_only() -> None:
    assert gathered("bytes=0-") is None
    assert gathered("bytes=0-9") is None
    assert gathered("bytes=0-", User_Agent="Mozilla/5.0 Chrome/120") is not None


def test_answers_that_are_right() -> None:
    assert gathered("bytes=5-", response(206, "Partial", body=BODY[5:], Content_Range="bytes 5-9/10")) is None
    assert gathered("bytes=5-", response(416, "No")) is None
    assert gathered("bytes=5-", If_Range='"etag"') is None
