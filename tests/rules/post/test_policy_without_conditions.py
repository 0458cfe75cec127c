import json
from typing import Any

import pytest

from tests.build.analyze import analyze_capture, faults, only_finding
from tests.build.forms import EXPIRATION, Form, policy, refused_form, signed, taken_form

CODE = "InvalidPolicyDocument"
TEXT = "Invalid Policy: Invalid Simple-Condition: Simple-Conditions must have exactly one property specified."


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"expiration": EXPIRATION}, "has no conditions"),
        ({"expiration": EXPIRATION, "Condition": []}, "it has 'Condition'"),
        ({"expiration": EXPIRATION, "conditions": []}, "is empty"),
        ({"expiration": EXPIRATION, "conditions": {}}, "must be an array"),
        ({}, "has no conditions"),
    ],
)
def test_a_policy_without_conditions(document: dict[str, Any], words: str) -> None:
    capture = refused_form(Form(signed(json.dumps(document))), 400, CODE, TEXT)
    assert words in only_finding(capture, "PST007").summary


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"bucket": "a", "key": "b"}, "exactly one member, and it has 2"),
        ({}, "exactly one member, and it has 0"),
        (["$key"], "none of eq"),
        (["eq", "$key"], "takes a field and a value"),
        (["eq", "key", "a"], "does not begin with $"),
        (["content-length-range", 0, "1048576"], "the maximum is a JSON string"),
        (["content-length-range", 20, 10], "below the minimum"),
        (["content-length-range", 0], "takes a minimum and a maximum"),
        (["in", "$key", "a"], "array of strings"),
        ({"key": 5}, "must be a string"),
        ("key", "must be an array or an object"),
    ],
)
def test_a_condition_that_cannot_be_used_is_shown(condition: Any, words: str) -> None:
    finding = only_finding(refused_form(Form(signed(policy(condition))), 400, CODE, TEXT), "PST007")
    assert words in finding.summary
    assert json.dumps(condition, separators=(",", ":")) in finding.summary


@pytest.mark.parametrize("text", [TEXT, "Invalid Policy"])
def test_a_v4_policy_without_conditions_for_its_signature_is_likely(text: str) -> None:
    capture = refused_form(Form(signed(policy({"bucket": "rokid"}), scheme="v4")), 400, CODE, text)
    finding = only_finding(capture, "PST007")
    assert (finding.confidence, "no condition for x-oss-signature-version" in finding.summary) == ("likely", True)


def test_nothing_else_is_told_of_it() -> None:
    capture = refused_form(Form(signed('{"conditions": []}')), 400, CODE, TEXT)
    assert [finding.name for finding in faults(analyze_capture(capture))] == ["policy-without-conditions"]


def test_usable_conditions_are_silent() -> None:
    assert not analyze_capture(taken_form(Form(signed(policy({"bucket": "rokid"})))), "PST007").findings
