"""Forms of every usual client, signed in both ways, through the whole program: each fault of the guides once."""

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.build.analyze import analyze_capture, exchange_capture, faults
from tests.build.forms import (
    BROWSER,
    CLIENTS,
    EXPIRATION,
    EXPIRED,
    FAILED,
    MALFORMED,
    MISMATCH,
    NO_KEY,
    PICTURE,
    Client,
    Form,
    policy,
    refused_form,
    signed,
    taken_form,
    without,
)
from tests.build.http import message, oss_error, response
from tests.build.wire import Capture

Answer = tuple[int, str, str]
BAD_POLICY = "InvalidPolicyDocument"
ONE_PROPERTY = "Invalid Policy: Invalid Simple-Condition: Simple-Conditions must have exactly one property specified."
NO_RIGHT = "You have no right to access this object because of bucket acl."


def failed(condition: Any) -> Answer:
    return 403, "AccessDenied", FAILED + json.dumps(condition)


def rows_of_the_guides(scheme: str) -> Iterator[tuple[str, Form, Answer]]:
    """The 13 rows of the guides' table, some in several ways."""

    def form(text: str = policy(), **kwargs: Any) -> Form:
        return Form(signed(text, scheme=scheme, **kwargs))

    signature = "Signature" if scheme == "v1" else "x-oss-signature"
    yield "malformed-multipart", replace(form(), is_closed=False), (400, "MalformedPOSTRequest", MALFORMED)
    unknown = "The OSS Access Key Id you provided does not exist in our records."
    yield "access-key-unknown", form(), (403, "InvalidAccessKeyId", unknown)
    yield "policy-expired", form(policy(expiration="2018-12-29T07:00:00.000Z")), (403, "AccessDenied", EXPIRED)
    forged = [(name, "AAAA" if name == signature else value) for name, value in form().fields]
    yield "bad-signature", Form(forged), (403, "AccessDenied", f"SignatureDoesNotMatch {MISMATCH}")
    none = json.dumps({"expiration": EXPIRATION, "conditions": []})
    yield "policy-without-conditions", form(none), (400, BAD_POLICY, ONE_PROPERTY)
    unquoted = '{"expiration": "x", conditions: []}'
    yield "policy-not-json", form(unquoted), (400, BAD_POLICY, "Invalid Policy: Invalid JSON: unknown char e")
    unclosed = policy()[:-2]
    yield "policy-not-json", form(unclosed), (400, BAD_POLICY, "Invalid Policy: Invalid JSON: , or ] expected")
    for condition in (
        ["starts-with", "$key", "user/bob/"],
        ["eq", "$bucket", "mingdi-bjx"],
        ["starts-with", "$x-oss-meta-prop", "prop-"],
        ["eq", "$success_action_status", "200"],
    ):
        yield "policy-condition-failed", form(policy(condition)), failed(condition)
    yield "bucket-acl", form(), (403, "AccessDenied", NO_RIGHT)
    fields = form().fields
    yield "field-missing", Form(fields[1:]), (400, "InvalidArgument", NO_KEY)
    yield "file-before-key", Form(fields[1:], behind=fields[:1]), (400, "InvalidArgument", NO_KEY)


def other_rows(scheme: str) -> Iterator[tuple[str, Form, Answer]]:
    """What else the catalogue of error codes and the EC pages have of forms."""

    def form(text: str = policy(), **kwargs: Any) -> Form:
        return Form(signed(text, scheme=scheme, **kwargs))

    yield "policy-not-base64", form(is_encoded=True), (400, BAD_POLICY, "Invalid Policy: Invalid JSON.")
    bounds = ["content-length-range", 0, 100]
    yield "content-length-range", form(policy(bounds)), (400, "EntityTooLarge", "too large")
    yield "content-length-range", form(policy(bounds)), failed(bounds)
    yield "bad-signature", form(), (403, "SignatureDoesNotMatch", MISMATCH)
    no_policy = without(form().fields, "policy")
    yield "field-missing", Form(no_policy), (400, "InvalidArgument", "Post request policy is empty.")
    yield "field-missing", replace(form(), file=None), (400, "MalformedPOSTRequest", MALFORMED)
    renamed = [("Key", "a"), *without(form().fields, "key")]
    yield "field-name-case", Form(renamed), (400, "InvalidArgument", NO_KEY)
    json_type = replace(form(), content_type="application/json")
    yield "content-type-not-multipart", json_type, (400, "RequestIsNotMultiPartContent", "no form")
    behind = replace(form(), behind=[("success_action_status", "200")])
    yield "file-not-last", behind, (400, "MalformedPOSTRequest", MALFORMED)
    two = Form([*form().fields, ("file", "x")])
    yield "more-than-one-file", two, (400, "IncorrectNumberOfFilesInPOSTRequest", "one file")
    yield "field-too-long", Form([*form().fields, ("a", "v" * 9000)]), (400, "FieldItemTooLong", "too long")
    md5 = base64.b64encode(hashlib.md5(PICTURE).digest()).decode()
    yield "content-md5-of-form", replace(form(), headers={"Content-MD5": md5}), (400, "InvalidDigest", "invalid")


@pytest.mark.parametrize("scheme", ["v1", "v4"])
@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_each_row_of_the_guides_is_told_once_for_each_client(scheme: str, client: Client) -> None:
    for name, form, answer in rows_of_the_guides(scheme):
        told = faults(analyze_capture(refused_form(replace(form, client=client), *answer)))
        assert [finding.name for finding in told] == [name], (answer, told)


@pytest.mark.parametrize("scheme", ["v1", "v4"])
@pytest.mark.parametrize("is_chunked", [False, True], ids=["sized", "chunked"])
@pytest.mark.parametrize("ec", [None, "0002-00000703", "0006-00000227"])
def test_each_fault_is_told_once_whatever_the_framing_and_the_ec(scheme: str, ec: str | None, is_chunked: bool) -> None:  # noqa: FBT001 - parametrized
    for name, form, answer in (*rows_of_the_guides(scheme), *other_rows(scheme)):
        capture = refused_form(replace(form, is_chunked=is_chunked), *answer, ec=ec)
        told = faults(analyze_capture(capture))
        assert [finding.name for finding in told] == [name], (answer, told)


@pytest.mark.parametrize("scheme", ["v1", "v4"])
@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
@pytest.mark.parametrize("status", [200, 201, 204])
def test_a_form_that_is_taken_yields_no_fault(scheme: str, client: Client, status: int) -> None:
    fields = [*signed(policy({"bucket": "rokid"}, ["starts-with", "$key", "user/"]), scheme=scheme)]
    form = Form([*fields, ("success_action_status", str(status))], client=client)
    report = analyze_capture(taken_form(form, status))
    assert not faults(report)
    assert not report.undecided
    assert [exchange.operation.object for exchange in report.exchanges if exchange.operation] == ["user/eric/pic.png"]


def early(form: Form, error: bytes, *, sent: int = 20_000, expects: bool = False) -> Capture:
    """A form whose file is still being sent when OSS refuses it and closes."""
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    raw = replace(form, headers={"Expect": "100-continue"} if expects else {}).request()
    head = raw.index(b"\r\n\r\n") + 4
    if expects:
        tcp.client(raw[:head])
        tcp.server(message("HTTP/1.1 100 Continue", {}))
        tcp.client(raw[head:sent])
    else:
        tcp.client(raw[:sent])
    tcp.server(response(403, "Forbidden", body=error, Connection="close"))
    tcp.client(raw[sent : sent + 5000], acknowledge=False)
    tcp.reset()
    return capture


@pytest.mark.parametrize("expects", [False, True])
def test_a_form_that_is_refused_while_its_file_is_sent(expects: bool) -> None:  # noqa: FBT001 - parametrized
    condition = ["starts-with", "$key", "user/bob/"]
    form = Form(signed(policy(condition)), file=b"x" * 300_000)
    capture = early(form, oss_error("AccessDenied", FAILED + json.dumps(condition)), expects=expects)
    assert "policy-condition-failed" in [finding.name for finding in analyze_capture(capture).findings]


def test_a_form_that_is_refused_before_its_body_is_told_by_the_answer() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    raw = Form(signed(policy()), headers={"Expect": "100-continue"}).request()
    tcp.client(raw[: raw.index(b"\r\n\r\n") + 4])
    tcp.server(response(403, "Forbidden", body=oss_error("AccessDenied", EXPIRED), Connection="close"))
    tcp.close(1)
    told = [finding for finding in analyze_capture(capture).findings if finding.category == "post"]
    assert [(finding.name, "not captured" in finding.explanation) for finding in told] == [("policy-expired", True)]


def test_a_form_that_the_snap_length_cut_is_told_as_far_as_it_goes() -> None:
    form = Form(signed(policy()), file=b"x" * 5000)
    report = analyze_capture(refused_form(form, 403, "AccessDenied", EXPIRED), snaplen=700)
    told = [finding for finding in report.findings if finding.category == "post"]
    assert [finding.name for finding in told] == ["policy-expired"]


def test_small_segments_change_nothing() -> None:
    whole = refused_form(Form(signed(policy())[1:]), 400, "InvalidArgument", NO_KEY)
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(Form(signed(policy())[1:]).request(), size=37)
    tcp.server(response(400, "Refused", body=oss_error("InvalidArgument", NO_KEY)), size=50)
    tcp.close()
    first, second = faults(analyze_capture(whole)), faults(analyze_capture(capture))
    assert [finding.summary for finding in first] == [finding.summary for finding in second]


def test_callback_fields_of_a_form_that_was_taken_are_looked_at() -> None:
    body = json.dumps({"callbackUrl": "app.example.com/cb", "callbackBody": "a=${x:Var}&b=${unknown}"})
    fields = [*signed(policy()), ("callback", base64.b64encode(body.encode()).decode()), ("x:Var", "1")]
    told = [finding.rule for finding in faults(analyze_capture(taken_form(Form(fields), 200)))]
    assert told == ["CBK007", "CBK008"]


def test_ten_thousand_fields_are_refused_in_peace() -> None:
    fields = [(f"f{number}", "v") for number in range(10_000)]
    report = analyze_capture(refused_form(Form(fields), 400, "MalformedPOSTRequest", MALFORMED))
    assert [finding.category for finding in faults(report)] == ["post"]


def test_secrets_of_a_form_are_in_no_report() -> None:
    fields = [*signed(policy()), ("x-oss-security-token", "CAIStheSecurityToken0123456789")]
    form = Form(fields, client=BROWSER)
    capture = exchange_capture((form.request(), response(403, "No", body=oss_error("SignatureDoesNotMatch", MISMATCH))))
    text = repr([finding.summary + finding.explanation for finding in analyze_capture(capture).findings])
    assert dict(fields)["Signature"] not in text
    assert "CAIStheSecurityToken" not in text


@pytest.mark.parametrize(
    "stated",
    [
        '["eq", "$key", 5]',
        '["eq", "$key", null]',
        '["content-length-range", "²", 1]',
        '["content-length-range", 1, {}]',
        '{"a": [1]}',
        "[[[]]]",
        '["in", "$a", {"b": 1}]',
        '["in", "$key", ["a", 1]]',
        '["other", "$key", "a"]',
        "[1, 2, 3]",
        '["eq"]',
        "[",
        '["eq", "$key", "' + "x" * 5000 + '"]',
    ],
)
@pytest.mark.parametrize("code", ["AccessDenied", "EntityTooLarge"])
def test_whatever_an_answer_names_is_told(code: str, stated: str) -> None:
    form = Form(signed(policy(["content-length-range", 0, 10])))
    (finding,) = faults(analyze_capture(refused_form(form, 403, code, FAILED + stated)))
    assert finding.category == "post"
