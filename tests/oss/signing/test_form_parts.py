from osspcap.oss.signing.authentication import ProblemName
from osspcap.oss.signing.form_parts import FormParts
from tests.build.signed import field


def test_fields_are_found_in_any_case_and_the_case_is_reported() -> None:
    parts = FormParts({"Policy": field("e30=")})
    assert "policy" in parts
    found = parts.required("policy")
    assert found is not None
    assert found.value == "e30="
    assert [problem.name for problem in parts.problems] == [ProblemName.PART_CASE]


def test_an_empty_required_field_is_as_good_as_missing() -> None:
    parts = FormParts({"policy": field("")})
    assert parts.required("policy") is None
    assert parts.required("Signature") is None
    assert [problem.name for problem in parts.problems] == [ProblemName.PART_MISSING] * 2


def test_an_absent_optional_field_is_no_problem() -> None:
    parts = FormParts({})
    assert parts.optional("x-oss-security-token") is None
    assert parts.problems == []
