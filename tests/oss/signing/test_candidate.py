from osspcap.model.operation import Scheme
from osspcap.oss.signing.candidate import Candidate, Choice, Line, canonical_hash, combine, distinct, names_of
from osspcap.oss.signing.request import ANY_BUCKET

AXES = (
    (Choice("a"), Choice("b", "b"), Choice("c", "c", is_hypothesis=True)),
    (Choice("x"), Choice("y", "y"), Choice("z", "z", is_hypothesis=True)),
)


def values(*, hypotheses: bool) -> list[str]:
    return ["".join(choice.value for choice in chosen) for chosen in combine(AXES, hypotheses=hypotheses)]


def test_captured_readings_come_with_the_fewest_unusual_choices_first() -> None:
    assert values(hypotheses=False) == ["ax", "ay", "bx", "by"]


def test_hypotheses_come_single_first_then_in_pairs() -> None:
    assert values(hypotheses=True) == ["cx", "az", "bz", "cy", "cz"]


def test_the_number_of_readings_is_bounded() -> None:
    axes = [[Choice(number, str(number) if number else "") for number in range(9)] for _ in range(6)]
    assert len(list(combine(axes, hypotheses=False))) == 96
    wild = [[Choice(n, str(n) if n else "", is_hypothesis=bool(n)) for n in range(30)] for _ in range(6)]
    assert len(list(combine(wild, hypotheses=True))) == 320


def test_equal_values_are_tried_once_under_their_first_name() -> None:
    kept = distinct((Choice("a"), Choice("a", "again"), Choice("b", "b")))
    assert [choice.name for choice in kept] == ["", "b"]
    assert names_of(kept, "", "place") == ("b", "place")


def test_filling_in_a_bucket_renews_the_hash() -> None:
    canonical = (Line("method", b"GET"), Line("resource", b"/" + ANY_BUCKET + b"/k"))
    lines = (Line("algorithm", b"OSS4-HMAC-SHA256"), Line("hash", canonical_hash(canonical)))
    candidate = Candidate(Scheme.V4_HEADER, lines, canonical, bucket=ANY_BUCKET)
    filled = candidate.with_bucket(b"b")
    assert filled.canonical_request == b"GET\n/b/k"
    assert filled.lines[1].raw == canonical_hash(filled.canonical_lines) != lines[1].raw
    assert filled.with_bucket(b"c") is filled
    assert filled.line("resource") == Line("resource", b"/b/k")
    assert filled.line("scope") is None
