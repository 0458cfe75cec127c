"""Facts that stages compute about an exchange or a capture, found by their type.

A rule asks `exchange.facts.get(Clocks)` and gets the fact or None. Each kind of fact is a frozen dataclass in a
module of its own beside this one; adding a kind changes nothing here.
"""

from collections.abc import Iterable
from typing import Any, TypeVar

T = TypeVar("T")


class Facts:
    """An immutable collection with at most one fact of each type."""

    __slots__ = ("_by_type",)

    def __init__(self, facts: Iterable[Any] = ()) -> None:
        self._by_type: dict[type, Any] = {type(fact): fact for fact in facts}

    def get(self, kind: type[T]) -> T | None:
        """Return the fact of a type; None if it was not computed, because nothing in the traffic called for it."""
        fact: T | None = self._by_type.get(kind)
        return fact

    def with_fact(self, fact: object | None) -> "Facts":
        """Return these facts and one more; the same if it is None."""
        return self if fact is None else Facts((*self._by_type.values(), fact))

    def joined(self, facts: Iterable[Any]) -> "Facts":
        """Return these facts and further ones."""
        return Facts((*self._by_type.values(), *facts))

    def kinds(self) -> Iterable[type]:
        """Return the types of these facts."""
        return self._by_type.keys()

    def __len__(self) -> int:
        """Count of facts."""
        return len(self._by_type)


NO_FACTS = Facts()
"""Shared by all exchanges without facts."""
