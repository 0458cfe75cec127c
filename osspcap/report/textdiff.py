"""Where two short texts differ, as parts that can be marked."""

from difflib import SequenceMatcher
from typing import NamedTuple

MAX_MATCHED = 2_000
"""Characters, both texts together, up to which all parts are found; longer ones are told apart at their ends only."""
MIN_SAME = 3
"""Characters in a row that must be the same in the middle of a difference to stand apart from it."""
MIN_LIKENESS = 0.5
"""Share of both texts that must be alike before it helps to mark what is not."""


class Part(NamedTuple):
    """A stretch of a text."""

    text: str
    differs: bool


def diff_parts(one: str, other: str) -> tuple[list[Part], list[Part]]:
    """Return both texts in parts; joined, the parts of a text are the text."""
    start = _alike(one, other)
    end = _alike(one[start:][::-1], other[start:][::-1])
    middles = one[start : len(one) - end], other[start : len(other) - end]
    sides: tuple[list[Part], list[Part]] = ([Part(one[:start], differs=False)], [Part(other[:start], differs=False)])
    if sum(map(len, middles)) <= MAX_MATCHED:
        for tag, from_a, to_a, from_b, to_b in SequenceMatcher(None, *middles, autojunk=False).get_opcodes():
            differs = tag != "equal" or to_a - from_a < MIN_SAME
            sides[0].append(Part(middles[0][from_a:to_a], differs))
            sides[1].append(Part(middles[1][from_b:to_b], differs))
    else:
        sides[0].append(Part(middles[0], differs=True))
        sides[1].append(Part(middles[1], differs=True))
    for side, text in zip(sides, (one, other), strict=True):
        side.append(Part(text[len(text) - end :], differs=False))
    joined = [_joined(side) for side in sides]
    return joined[0], joined[1]


def marked_parts(one: str, other: str) -> tuple[list[Part], list[Part]]:
    """Return both texts in parts; two that have little in common differ as a whole."""
    if are_alike(one, other):
        return diff_parts(one, other)
    return [Part(one, differs=True)] if one else [], [Part(other, differs=True)] if other else []


def are_alike(one: str, other: str) -> bool:
    """Tell whether two texts are so alike that marking what differs helps to read them."""
    if not one or not other:
        return False
    parts, _ = diff_parts(one, other)
    same = sum(len(part.text) for part in parts if not part.differs)
    return 2 * same >= MIN_LIKENESS * (len(one) + len(other))


def _alike(one: str, other: str) -> int:
    """Count the characters that both texts begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _joined(parts: list[Part]) -> list[Part]:
    """Leave out empty parts, and join neighbours of one kind."""
    found: list[Part] = []
    for part in parts:
        if part.text and found and found[-1].differs == part.differs:
            found[-1] = Part(found[-1].text + part.text, part.differs)
        elif part.text:
            found.append(part)
    return found
