import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.oss.signing.authentication import ProblemName
from osspcap.oss.signing.parameters import parse_parameters
from tests.build.signed import field

KNOWN = ("Credential", "AdditionalHeaders", "Signature")


@pytest.mark.parametrize(
    "text",
    [
        "Credential=a/b,Signature=c",
        "Credential=a/b, Signature=c",
        "Signature=c,Credential=a/b",
        "Credential=a/b Signature=c",
        "Credential = a/b , Signature = c",
        ",Credential=a/b,,Signature=c,",
        "Credential:a/b,Signature:c",
    ],
)
def test_order_blanks_and_separators_do_not_matter(text: str) -> None:
    found, problems = parse_parameters(field(text), text, KNOWN)
    assert {name: seen.value for name, seen in found.items()} == {"Credential": "a/b", "Signature": "c"}
    assert problems == ()


def test_parts_name_their_header_and_packet() -> None:
    found, _ = parse_parameters(field("x", "Authorization"), "Signature=c==", KNOWN)
    assert (found["Signature"].value, found["Signature"].field) == ("c==", "form field Authorization, Signature")


def test_oddities_are_reported_without_repeating_values() -> None:
    text = 'signature="s3cret",Signature=other,Foo=1,s3cretwithoutname'
    found, problems = parse_parameters(field(text), text, KNOWN)
    assert found["Signature"].value == "s3cret"
    assert [problem.name for problem in problems] == [
        ProblemName.PART_CASE,
        ProblemName.PART_QUOTED,
        ProblemName.PART_REPEATED,
        ProblemName.PART_UNKNOWN,
        ProblemName.PART_UNKNOWN,
    ]
    assert "s3cret" not in " ".join(problem.detail for problem in problems)


@given(st.text(max_size=80))
def test_any_text_is_read_without_an_exception(text: str) -> None:
    parse_parameters(field(""), text, KNOWN)
