import pytest

from tests.build.analyze import analyze_capture, faults, only_finding
from tests.build.forms import EXPIRATION, Form, encoded, policy, refused_form, signed, taken_form

CODE = "InvalidPolicyDocument"


@pytest.mark.parametrize(
    ("text", "offset", "words"),
    [
        ('{expiration: "x", "conditions": []}', 1, "without quotes"),
        (f'{{"expiration": "{EXPIRATION}" "conditions": []}}', 42, "comma"),
        (f'{{"expiration": "{EXPIRATION}", "conditions": [["eq", "$key", "a"]', 76, "complete"),
        ("{'expiration': 'x'}", 1, "single quotes"),
    ],
)
def test_the_place_of_the_fault_is_shown(text: str, offset: int, words: str) -> None:
    capture = refused_form(Form(signed(text)), 400, CODE, "Invalid Policy: Invalid JSON: unknown char e")
    finding = only_finding(capture, "PST005")
    assert f"at byte {offset} " in finding.summary
    assert words in finding.summary


def test_a_byte_order_mark_and_bytes_that_are_no_utf8() -> None:
    for raw, words in ((b"\xef\xbb\xbf{}", "byte order mark"), ('{"a": "中"}'.encode("gbk"), "not valid in UTF-8")):
        form = Form(signed(encoded(raw), is_encoded=True))
        assert words in only_finding(refused_form(form, 400, CODE, "Invalid Policy: Invalid JSON."), "PST005").summary


def test_a_policy_that_can_be_read_is_possible_only() -> None:
    capture = refused_form(Form(signed(policy())), 400, CODE, "Invalid Policy: Invalid JSON.")
    assert only_finding(capture, "PST005").confidence == "possible"


def test_nothing_else_is_told_of_it() -> None:
    capture = refused_form(Form(signed("{")), 400, CODE, "Invalid Policy: Invalid JSON: , or ] expected")
    assert [finding.name for finding in faults(analyze_capture(capture))] == ["policy-not-json"]


def test_a_right_policy_is_silent() -> None:
    assert not analyze_capture(taken_form(Form(signed(policy()))), "PST005").findings
