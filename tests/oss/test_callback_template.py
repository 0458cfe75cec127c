import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.oss.callback_template import FORM_TYPE, JSON_TYPE, SYSTEM_VARIABLES, template_faults


def reasons(body: str, body_type: str = "", variables: frozenset[str] | None = frozenset()) -> list[str]:
    return [fault.reason for fault in template_faults(body, body_type, variables)]


def test_oss_own_variables_and_those_of_the_request_are_known() -> None:
    body = "&".join(f"v={'${' + name + '}'}" for name in sorted(SYSTEM_VARIABLES)) + "&my=${x:my_var}"
    assert reasons(body, "", frozenset({"x:my_var"})) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("a=${filename}", "${filename} is no variable of OSS"),
        ("a=${Bucket}", "${bucket}"),
        ("a=${x:other}", "${x:other} is not among the variables"),
        ("a=${x:My_Var}", "(x:my_var is)"),
        ("a=${my_var}", "${x:my_var}"),
        ("a=%24%7Bbucket%7D", "percent-encoded (%24%7B)"),
        ("a=$(bucket)", "$(bucket) is no placeholder"),
        ("a={{object}}", "{{object}} is no placeholder"),
        ("a=%(size)s", "%(size)s is no placeholder"),
    ],
)
def test_what_oss_does_not_fill_in_is_told(body: str, words: str) -> None:
    (reason,) = reasons(body, "", frozenset({"x:my_var"}))
    assert words in reason


def test_variables_that_are_not_all_known_are_not_missed() -> None:
    assert reasons("a=${x:other}", variables=None) == []


@pytest.mark.parametrize(
    "body",
    ['{"b":${bucket},"s":${size}}', '{"b":"${bucket}","s":"${size}"}', '{"text":"from ${bucket} of ${object}"}', "{}"],
)
def test_json_bodies_pass_with_quotes_and_without(body: str) -> None:
    assert reasons(body, JSON_TYPE) == []
    assert reasons(body, "Application/JSON; charset=utf-8") == []


def test_a_body_that_is_not_its_type_is_told() -> None:
    (reason,) = reasons("bucket=${bucket}&object=${object}", JSON_TYPE)
    assert "application/json, but the body is not JSON" in reason
    for body_type in ("", FORM_TYPE):
        (reason,) = reasons('{"b":${bucket}}', body_type)
        assert "the body is JSON" in reason


def test_a_placeholder_is_told_once_with_its_byte() -> None:
    faults = template_faults("名=${no}&b=${no}", "", frozenset())
    assert [fault.offset for fault in faults] == [4]


@given(st.text(max_size=100), st.sampled_from(["", JSON_TYPE, FORM_TYPE]))
def test_no_body_raises(body: str, body_type: str) -> None:
    template_faults(body, body_type, frozenset())
