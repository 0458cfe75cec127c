from dataclasses import dataclass

from osspcap.model.facts import NO_FACTS, Facts


@dataclass(frozen=True)
class Weight:
    grams: int


@dataclass(frozen=True)
class Colour:
    name: str


def test_a_fact_is_found_by_its_type() -> None:
    facts = Facts((Weight(5), Colour("red")))
    assert facts.get(Weight) == Weight(5)
    assert facts.get(Colour) == Colour("red")
    assert len(facts) == 2


def test_a_fact_that_was_not_computed_is_none() -> None:
    assert Facts((Weight(5),)).get(Colour) is None
    assert NO_FACTS.get(Weight) is None


def test_further_facts_are_joined_and_replace_those_of_their_type() -> None:
    first = Facts(["a"])
    joined = first.joined([5, "b"])
    assert (joined.get(str), joined.get(int), first.get(int)) == ("b", 5, None)


def test_one_more_fact_makes_a_new_collection() -> None:
    first = Facts((1,))
    both = first.with_fact("text")
    assert (both.get(int), both.get(str), first.get(str)) == (1, "text", None)
    assert first.with_fact(None) is first
