import pickle
from dataclasses import asdict, field, fields, replace

import pytest

from osspcap.model.record import growing_record, record, replaced


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


def test_a_record_is_frozen() -> None:
    with pytest.raises(AttributeError):
        Point(1).x = 2  # type: ignore[misc]


@record
class Kept:
    name: str
    secret: str = field(default="", repr=False)
    seen: list[int] = field(default_factory=list, compare=False)


def test_fields_can_be_hidden_and_passed_over_in_comparisons() -> None:
    kept = Kept("key", "word", [1])
    assert repr(kept) == "Kept(name='key', seen=[1])"
    assert kept == Kept("key", "word")
    assert hash(kept) == hash(Kept("key", "word"))
    assert kept != Kept("key", "other", [1])
    assert Kept("key").seen is not Kept("key").seen


def test_records_can_be_asked_as_dataclasses_and_pickled() -> None:
    assert [item.name for item in fields(Kept)] == ["name", "secret", "seen"]
    assert asdict(Kept("key", seen=[2])) == {"name": "key", "secret": "", "seen": [2]}
    assert pickle.loads(pickle.dumps(Point(3, 4))) == Point(3, 4)  # noqa: S301 - our own bytes


def test_replaced_gives_a_changed_copy() -> None:
    assert replaced(Point(1), y=2) == Point(1, 2)


@growing_record
class Count:
    seen: int = 0
    places: list[int] = field(default_factory=list)


def test_fields_of_a_growing_record_may_be_set_and_no_others() -> None:
    count = Count()
    count.seen += 1
    count.places.append(4)
    assert (count, Count().places) == (Count(1, [4]), [])
    with pytest.raises(AttributeError):
        count.other = 3  # type: ignore[attr-defined]
    with pytest.raises(TypeError):
        hash(count)
