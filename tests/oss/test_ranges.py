import pytest
from fastcrc import crc64

from osspcap.model.integrity import BodyCheck, Integrity
from osspcap.oss import ranges
from tests.build.analyze import dissected, exchange_capture
from tests.build.http import request, response
from tests.build.uploads import Pair

OBJECT = bytes(range(256)) * 10
CRC = str(crc64.xz(OBJECT))


def ranged(first: int, last: int, content: bytes = OBJECT, *, crc: str = CRC, key: str = "/big.bin") -> Pair:
    answer = response(
        206,
        "Partial Content",
        body=content[first : last + 1],
        Content_Range=f"bytes {first}-{last}/{len(content)}",
        x_oss_hash_crc64ecma=crc,
    )
    return request("GET", key, Range=f"bytes={first}-{last}"), answer


def checks_in(*pairs: Pair) -> tuple[BodyCheck, ...]:
    found = dissected(exchange_capture(*pairs)).facts.get(Integrity)
    return () if found is None else found.checks


def test_ranges_that_are_the_object_cost_no_fact_in_any_order() -> None:
    assert checks_in(ranged(1000, 2559), ranged(0, 499), ranged(500, 999)) == ()


def test_one_changed_byte_is_found_once_all_ranges_are_there() -> None:
    changed = OBJECT[:700] + b"?" + OBJECT[701:]
    (check,) = checks_in(ranged(0, 499, changed), ranged(500, 2559, changed))
    assert (check.exchange, check.parts, check.statements[0].fits) == (0, 2, False)
    assert check.statements[0].captured == str(crc64.xz(changed))
    assert checks_in(ranged(0, 499, changed), ranged(500, 2000, changed)) == ()


def test_a_range_asked_for_again_replaces_the_first() -> None:
    changed = b"?" + OBJECT[1:]
    assert checks_in(ranged(0, 499, changed), ranged(500, 2559), ranged(0, 499)) == ()


def test_versions_and_objects_are_not_mixed() -> None:
    other = OBJECT[::-1]
    assert checks_in(ranged(0, 499, other, crc=str(crc64.xz(other))), ranged(500, 2559)) == ()
    assert checks_in(ranged(0, 499, key="/a"), ranged(500, 2559, key="/b")) == ()


@pytest.mark.parametrize("content_range", ["bytes 0-499/*", "bytes 0-9/2560", "items 0-499/2560", ""])
def test_what_cannot_be_placed_is_left_out(content_range: str) -> None:
    odd = response(206, "Partial", body=OBJECT[:500], Content_Range=content_range, x_oss_hash_crc64ecma="1")
    assert checks_in((request(), odd), ranged(500, 2559, crc="1")) == ()


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranges, "MAX_RANGES", 1)
    changed = b"?" * len(OBJECT)
    assert checks_in(ranged(0, 499, changed), ranged(500, 2559, changed)) == ()
