from dataclasses import replace
from typing import Any

import pytest

from osspcap.model.form import Condition, Outcome
from osspcap.model.seen import Seen
from osspcap.oss.post_conditions import evaluate, evaluate_one, unsigned_v4_fields
from osspcap.oss.post_form import read_form
from osspcap.oss.post_policy import read_policy
from osspcap.units import FrameNumber
from tests.build.forms import BROWSER, Form, encoded, policy, signed
from tests.build.pairs import pair, parse
from tests.build.signed import field

BUCKET = Seen("rokid", FrameNumber(1), "request header Host, bucket", b"rokid")


def held(condition: Any, form: Form, bucket: Seen[str] | None = BUCKET, cut: int | None = None) -> Condition:
    request = parse(b"POST / HTTP/1.1\r\nHost: a\r\n\r\n" + form.body()[:cut], is_request=True, frame=1)
    if cut is not None:
        request = replace(request, body=replace(request.body, complete=False))
    read = read_form(request, f"multipart/form-data; boundary={BROWSER.boundary}")
    (found,) = evaluate(read_policy(field(encoded(policy(condition)))), read, bucket).conditions
    return found


FIELDS = [("key", "user/eric/pic.png"), ("Cache-Control", "no-cache")]


@pytest.mark.parametrize(
    ("condition", "outcome"),
    [
        ({"bucket": "rokid"}, Outcome.HOLDS),
        ({"bucket": "other"}, Outcome.FAILS),
        (["eq", "$key", "user/eric/pic.png"], Outcome.HOLDS),
        (["eq", "$key", "user/eric"], Outcome.FAILS),
        (["starts-with", "$key", "user/"], Outcome.HOLDS),
        (["starts-with", "$key", ""], Outcome.HOLDS),
        (["starts-with", "$key", "users/"], Outcome.FAILS),
        (["in", "$Cache-Control", ["no-cache", "max-age=1"]], Outcome.HOLDS),
        (["in", "$Cache-Control", ["max-age=1"]], Outcome.FAILS),
        (["not-in", "$Cache-Control", ["no-cache"]], Outcome.FAILS),
        (["not-in", "$Cache-Control", ["max-age=1"]], Outcome.HOLDS),
        (["eq", "$cache-control", "no-cache"], Outcome.OPEN),
        (["eq", "$cache-control", "other"], Outcome.FAILS),
        (["eq", "$x-oss-meta-a", "b"], Outcome.FAILS),
        (["starts-with", "$x-oss-meta-a", ""], Outcome.OPEN),
        (["not-in", "$x-oss-meta-a", ["b"]], Outcome.OPEN),
        (["eq", "$content-type", "image/png"], Outcome.OPEN),
        (["content-length-range", 0, 10000], Outcome.HOLDS),
        (["content-length-range", 0, 100], Outcome.FAILS),
        (["content-length-range", 5000, 10000], Outcome.FAILS),
        (["eq", "key", "a"], Outcome.OPEN),
    ],
)
def test_a_condition_is_held_against_the_form(condition: Any, outcome: Outcome) -> None:
    assert held(condition, Form(list(FIELDS))).outcome is outcome


def test_a_key_may_fit_with_its_file_name_or_as_sent() -> None:
    form = Form([("key", "user/${filename}")])
    for wanted in ("user/pic.png", "user/${filename}"):
        assert held({"key": wanted}, form).outcome is Outcome.HOLDS
    assert held({"key": "user/other"}, form).observed == "user/pic.png"


def test_what_was_not_captured_is_open() -> None:
    assert held({"bucket": "a"}, Form(list(FIELDS)), None).outcome is Outcome.OPEN
    cut = held({"Cache-Control": "x"}, Form(list(FIELDS)), cut=120)
    assert (cut.outcome, "not captured" in cut.reason) == (Outcome.OPEN, True)


def test_a_field_behind_the_file_fails() -> None:
    found = held({"success_action_status": "200"}, Form(list(FIELDS), behind=[("success_action_status", "200")]))
    assert (found.outcome, "behind the file" in found.reason) == (Outcome.FAILS, True)


@pytest.mark.parametrize(("wanted", "reason"), [("User/Eric/pic.png", "case"), ("user/eric/pic.png ", "blanks")])
def test_near_misses_are_named(wanted: str, reason: str) -> None:
    assert reason in held({"key": wanted}, Form(list(FIELDS))).reason


@pytest.mark.parametrize(("scheme", "missing"), [("v4", ("x-oss-signature-version", "x-oss-credential")), ("v1", ())])
def test_fields_of_v4_that_the_policy_does_not_repeat(scheme: str, missing: tuple[str, ...]) -> None:
    text = policy({"x-oss-date": "x"})
    request = pair(Form(signed(text, scheme=scheme)).request()).request
    assert request is not None
    form = read_form(request, f"multipart/form-data; boundary={BROWSER.boundary}")
    assert unsigned_v4_fields(read_policy(field(encoded(text))), form) == missing


def test_a_condition_that_only_the_message_names_is_held_against_the_form() -> None:
    request = pair(Form(list(FIELDS)).request()).request
    assert request is not None
    form = read_form(request, f"multipart/form-data; boundary={BROWSER.boundary}")
    named = Condition("", "eq", "key", "other")
    assert evaluate_one(named, form, BUCKET).outcome is Outcome.FAILS
    assert evaluate_one(Condition("", ""), form, BUCKET).outcome is Outcome.OPEN
    assert evaluate_one(Condition("", "content-length-range", "", "a to b"), form, BUCKET).outcome is Outcome.OPEN
