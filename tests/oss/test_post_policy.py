import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.model.callback import FaultKind
from osspcap.model.form import Condition, Policy
from osspcap.oss.post_policy import MAX_CONDITIONS, condition_text, range_of, read_policy
from tests.build.forms import EXPIRATION, encoded, policy
from tests.build.signed import field


def read(text: str) -> Policy:
    return read_policy(field(encoded(text)))


def test_a_right_policy_has_its_parts() -> None:
    found = read(
        policy({"bucket": "b"}, ["in", "$content-type", ["image/png", "image/jpg"]], ["content-length-range", 1, 10])
    )
    assert found.is_readable
    assert (found.expiration, found.expiration_fault, found.conditions_fault) == (EXPIRATION, "", "")
    assert [(one.mode, one.name, one.wanted) for one in found.conditions] == [
        ("eq", "bucket", "b"),
        ("in", "content-type", "'image/png', 'image/jpg'"),
        ("content-length-range", "", "1 to 10"),
    ]
    assert range_of(found.conditions[2]) == (1, 10)
    assert range_of(found.conditions[0]) is None


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (policy(), FaultKind.PLAIN_JSON),
        ("", FaultKind.EMPTY),
        ("a-_b", FaultKind.URL_SAFE_BASE64),
        ("ey Jl", FaultKind.NOT_BASE64),
        (encoded(b"\x80\x81\x82\x83"), FaultKind.NOT_BASE64),
    ],
)
def test_what_is_no_base64(sent: str, kind: FaultKind) -> None:
    fault = read_policy(field(sent)).base64_fault
    assert fault is not None
    assert fault.kind is kind


@pytest.mark.parametrize("text", ["[]", '"policy"', "{", "{'a': 1}", '{"a": NaN}'])
def test_what_is_no_json_object(text: str) -> None:
    found = read(text)
    assert found.json_fault is not None
    assert not found.is_readable


def test_padding_that_is_missing_does_not_hide_the_rest() -> None:
    found = read_policy(field(encoded(policy() + " ").rstrip("=")))
    assert found.document["expiration"] == EXPIRATION
    assert found.is_readable


def test_text_is_compact_and_bounded() -> None:
    assert condition_text(["eq", "$key", "ü"]) == '["eq","$key","ü"]'
    assert len(condition_text(["eq", "$key", "x" * 5000])) == 300
    deep: list[object] = []
    for _ in range(50):
        deep = [deep]
    assert "..." in condition_text(deep)


def test_many_conditions_are_bounded() -> None:
    assert len(read(policy(*[{"key": "a"}] * 1000)).conditions) == MAX_CONDITIONS


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=12,
    )
)
def test_no_policy_raises(item: object) -> None:
    for text in (
        json.dumps(item),
        json.dumps({"expiration": item, "conditions": item}),
        json.dumps({"conditions": [item]}),
    ):
        found = read(text)
        assert all(isinstance(one, Condition) for one in found.conditions)


@given(st.text(max_size=80))
def test_no_field_raises(sent: str) -> None:
    read_policy(field(sent))
