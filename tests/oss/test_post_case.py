from io import BytesIO

import pytest

from osspcap.analysis import dissect
from osspcap.model.form import FormCase, FormCause
from tests.build.analyze import exchange_capture
from tests.build.forms import EXPIRED, FAILED, MISMATCH, NO_KEY, Form, policy, refused_form, signed, taken_form
from tests.build.http import DATE, message, oss_error, request, response
from tests.build.wire import START_NS, Capture


def case_of(capture: Capture) -> FormCase | None:
    (exchange,) = dissect("-", stdin=BytesIO(capture.pcap())).exchanges
    return exchange.facts.get(FormCase)


def test_the_case_has_its_policy_judged_and_the_servers_time() -> None:
    case = case_of(
        refused_form(Form(signed(policy({"bucket": "other"}))), 403, "AccessDenied", FAILED + '{"bucket":"other"}')
    )
    assert case is not None
    assert (case.cause, case.is_stated, case.is_server_time) == (FormCause.CONDITION_FAILED, True, True)
    assert case.condition is not None
    assert (case.condition.observed, case.condition.wanted) == ("rokid", "other")
    assert case.used_ns is not None
    assert case.used_ns <= START_NS


def test_a_condition_that_the_policy_does_not_have_is_taken_from_the_message() -> None:
    case = case_of(refused_form(Form(signed(policy())), 403, "AccessDenied", FAILED + '["eq", "$a", "b"]'))
    assert case is not None
    assert case.condition is not None
    assert (case.condition.name, case.condition.wanted, case.condition.observed) == ("a", "b", None)


def test_without_date_the_time_of_capture_counts() -> None:
    form = Form(signed(policy(expiration="2018-12-29T07:00:00.000Z")))
    error = oss_error("AccessDenied", EXPIRED)
    answer = response(403, "Forbidden", body=error).replace(f"Date: {DATE}\r\n".encode(), b"")
    case = case_of(exchange_capture((form.request(), answer)))
    assert case is not None
    assert (case.cause, case.is_server_time) == (FormCause.POLICY_EXPIRED, False)


def test_the_signature_is_looked_at_for_a_mismatch_only() -> None:
    sent = [(name, "x" if name == "Signature" else value) for name, value in signed(policy())]
    case = case_of(refused_form(Form(sent), 403, "SignatureDoesNotMatch", MISMATCH))
    assert case is not None
    assert case.signature.faults
    other = case_of(refused_form(Form(sent), 403, "AccessDenied", EXPIRED))
    assert other is not None
    assert not other.signature.faults


@pytest.mark.parametrize(
    "capture",
    [
        taken_form(Form(signed(policy()))),
        refused_form(Form(signed(policy())), 403, "InvalidAccessKeyId", "does not exist"),
        refused_form(Form(signed(policy())), 403, "AccessDenied", "AccessDenied"),
        exchange_capture(
            (request("PUT", "/key", body=b"x"), response(400, "No", body=oss_error("InvalidArgument", NO_KEY)))
        ),
        exchange_capture(
            (Form(signed(policy())).request(), message("HTTP/1.1 502 Bad Gateway", {"Content-Length": "0"}))
        ),
    ],
)
def test_what_is_about_something_else_has_no_case(capture: Capture) -> None:
    assert case_of(capture) is None
