import json

import pytest

from tests.build.analyze import analyze_capture, exchange_capture, faults, only_finding
from tests.build.forms import EXPIRED, Form, policy, refused_form, signed, taken_form
from tests.build.http import response


def expired(expiration: object, text: str = EXPIRED, code: str = "AccessDenied") -> object:
    status = 403 if code == "AccessDenied" else 400
    return only_finding(refused_form(Form(signed(policy(expiration=expiration))), status, code, text), "PST008")


def test_the_expiration_is_held_against_the_servers_clock() -> None:
    finding = expired("2018-12-29T07:00:00.000Z")
    assert "expired at 2018-12-29T07:00:00.000Z, 32 min 34 s before OSS got it" in finding.summary  # type: ignore[attr-defined]
    assert finding.confidence == "confirmed"  # type: ignore[attr-defined]


def test_whole_hours_point_to_local_time() -> None:
    assert "8 whole hours" in expired("2018-12-28T23:32:30.000Z").explanation  # type: ignore[attr-defined]


def test_a_policy_that_is_still_valid_is_likely_only() -> None:
    finding = expired("2018-12-29T09:00:00.000Z")
    assert finding.confidence == "likely"  # type: ignore[attr-defined]
    assert "still valid" in finding.explanation  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("expiration", "words"),
    [
        ("2018-12-29 08:32:34", "not in the form"),
        (1546072354, "is a JSON number"),
        ("", "is empty"),
        ("2018-12-29T08:32:34+08:00", "not in the form"),
    ],
)
def test_an_expiration_that_cannot_be_read(expiration: object, words: str) -> None:
    finding = expired(expiration, "Invalid Policy: Invalid expiration.", "InvalidPolicyDocument")
    assert words in finding.summary  # type: ignore[attr-defined]


def test_a_policy_without_expiration() -> None:
    text = json.dumps({"conditions": [["content-length-range", 0, 9999]]})
    capture = refused_form(Form(signed(text)), 400, "InvalidPolicyDocument", "Invalid Policy: no expiration")
    assert "has no expiration" in only_finding(capture, "PST008").summary


def test_an_answer_without_a_reason_is_likely() -> None:
    form = Form(signed(policy(expiration="2018-12-29T07:00:00.000Z")))
    capture = exchange_capture((form.request(), response(403, "Forbidden")))
    assert only_finding(capture, "PST008").confidence == "likely"


def test_nothing_else_is_told_of_it() -> None:
    form = Form(signed(policy(expiration="2018-12-29T07:00:00.000Z"), scheme="v4"))
    report = analyze_capture(refused_form(form, 403, "AccessDenied", EXPIRED))
    assert [finding.name for finding in faults(report)] == ["policy-expired"]


def test_a_policy_that_is_valid_is_silent() -> None:
    assert not analyze_capture(taken_form(Form(signed(policy()))), "PST008").findings
