import base64

import pytest

from tests.build.analyze import analyze_capture, faults, only_finding
from tests.build.forms import Form, encoded, policy, refused_form, signed, taken_form

CODE = "InvalidPolicyDocument"
TEXT = "Invalid Policy: Invalid JSON."
SAFE = base64.urlsafe_b64encode(b'{"expiration": "???>>>"}').decode()


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (policy(), "JSON itself"),
        (SAFE, "URL-safe"),
        (encoded(policy()).rstrip("=").replace("e", "%65", 1), "percent-encoded"),
        ("not a policy!", "none of base64"),
        ("abcde", "base64"),
    ],
)
def test_the_reason_is_told(sent: str, words: str) -> None:
    form = Form(signed(sent, is_encoded=True))
    assert words in only_finding(refused_form(form, 400, CODE, TEXT), "PST006").summary


def test_missing_padding_is_likely_only() -> None:
    sent = (
        encoded(policy() + " ").rstrip("=") if encoded(policy() + " ").endswith("=") else encoded(policy()).rstrip("=")
    )
    finding = only_finding(refused_form(Form(signed(sent, is_encoded=True)), 400, CODE, TEXT), "PST006")
    assert finding.confidence == "likely"


def test_nothing_else_is_told_of_it() -> None:
    capture = refused_form(Form(signed(policy(), is_encoded=True)), 400, CODE, TEXT)
    assert [finding.name for finding in faults(analyze_capture(capture))] == ["policy-not-base64"]


def test_a_right_policy_is_silent() -> None:
    assert not analyze_capture(taken_form(Form(signed(policy()))), "PST006").findings
