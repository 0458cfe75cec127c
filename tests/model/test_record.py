from dataclasses import replace

import pytest

from osspcap.model.record import record


@record
class Point:
    x: int
    y: int = 0


def test_a_record_is_a_dataclass_with_slots() -> None:
    assert replace(Point(1), y=2) == Point(1, 2)
    assert not hasattr(Point(1), "__dict__")
    with pytest.raises(AttributeError):
        Point(1).z = 3  # type: ignore[attr-defined]


def test_equal_records_have_equal_hashes() -> None:
    assert len({Point(1), Point(1, 0), Point(2)}) == 2
