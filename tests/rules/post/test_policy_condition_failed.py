import json
from typing import Any

import pytest

from tests.build.analyze import analyze_capture, exchange_capture, faults, only_finding
from tests.build.forms import FAILED, Form, policy, refused_form, signed, taken_form
from tests.build.http import response


def broken(condition: Any, form: Form | None = None, stated: Any = None) -> object:
    chosen = form or Form(signed(policy(condition)))
    text = FAILED + json.dumps(condition if stated is None else stated)
    return only_finding(refused_form(chosen, 403, "AccessDenied", text), "PST009")


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (
            ["starts-with", "$key", "user/bob/"],
            "key is user/eric/pic.png, and must be something that begins with user/bob/",
        ),
        (["eq", "$bucket", "mingdi-bjx"], "the bucket of the Host is rokid, and must be mingdi-bjx"),
        ({"bucket": "mingdi-bjx"}, "the bucket of the Host is rokid, and must be mingdi-bjx"),
        (["starts-with", "$x-oss-meta-prop", "prop-"], "the form has no field x-oss-meta-prop"),
        (["eq", "$key", "User/Eric/pic.png"], "upper and lower case differ"),
        (["in", "$key", ["a", "b"]], "one of 'a', 'b'"),
        (["not-in", "$key", ["user/eric/pic.png"]], "none of 'user/eric/pic.png'"),
    ],
)
def test_condition_and_both_values_are_named(condition: Any, words: str) -> None:
    finding = broken(condition)
    assert words in finding.summary  # type: ignore[attr-defined]
    assert finding.confidence == "confirmed"  # type: ignore[attr-defined]


def test_the_message_decides_which_of_several_is_told() -> None:
    conditions = [["starts-with", "$key", "user/bob/"], {"bucket": "other"}]
    finding = broken(None, Form(signed(policy(*conditions))), ["eq", "$bucket", "other"])
    assert "the bucket of the Host is rokid" in finding.summary  # type: ignore[attr-defined]
    assert "It also breaks" in finding.explanation  # type: ignore[attr-defined]


def test_a_field_behind_the_file_does_not_count() -> None:
    form = Form(signed(policy({"success_action_status": "200"})), behind=[("success_action_status", "200")])
    assert "behind the file" in broken({"success_action_status": "200"}, form).summary  # type: ignore[attr-defined]


def test_a_condition_that_the_captured_form_fulfils_is_likely_only() -> None:
    assert broken(["starts-with", "$key", "user/eric/"]).confidence == "likely"  # type: ignore[attr-defined]


def test_a_condition_that_the_captured_policy_lacks_is_held_against_the_form_all_the_same() -> None:
    finding = broken(None, Form(signed(policy({"bucket": "rokid"}))), ["eq", "$key", "other"])
    assert "key is user/eric/pic.png, and must be other" in finding.summary  # type: ignore[attr-defined]
    assert "OSS received another policy" in finding.explanation  # type: ignore[attr-defined]


def test_a_v4_policy_that_does_not_repeat_its_signature_is_pointed_to() -> None:
    form = Form(signed(policy({"bucket": "other"}), scheme="v4"))
    finding = broken({"bucket": "other"}, form)
    assert "must also have conditions for x-oss-signature-version" in finding.explanation  # type: ignore[attr-defined]


def test_an_answer_without_a_reason_is_told_from_the_form() -> None:
    form = Form(signed(policy({"bucket": "other"})))
    finding = only_finding(exchange_capture((form.request(), response(403, "Forbidden"))), "PST009")
    assert (finding.confidence, "must be other" in finding.summary) == ("likely", True)


def test_nothing_else_is_told_of_it() -> None:
    form = Form(signed(policy({"bucket": "other"}), scheme="v4"))
    report = analyze_capture(refused_form(form, 403, "AccessDenied", FAILED + '["eq", "$bucket", "other"]'))
    assert [finding.name for finding in faults(report)] == ["policy-condition-failed"]


def test_a_form_that_keeps_its_policy_is_silent() -> None:
    form = Form(signed(policy({"bucket": "rokid"}, ["starts-with", "$key", "user/"])))
    assert not analyze_capture(taken_form(form), "PST009").findings
