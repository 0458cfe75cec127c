import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.model.callback import CallbackRequest, Carrier, FaultKind
from osspcap.oss.callback_parameters import gather_callback_request
from osspcap.oss.facts import Context
from tests.build.callbacks import (
    BODY,
    TARGET,
    URL,
    VARIABLES,
    called,
    complete,
    encoded,
    form,
    parameter,
    understood,
    upload,
)
from tests.build.http import request


def gather(raw: bytes) -> CallbackRequest | None:
    return gather_callback_request(understood(raw), Context())


def read(raw: bytes) -> CallbackRequest:
    found = gather(raw)
    assert found is not None
    return found


def query(callback: str, variables: str = VARIABLES) -> bytes:
    def quoted(text: str) -> str:
        return text.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")

    return upload(None, f"/k?callback={quoted(callback)}&callback-var={quoted(variables)}", x_oss_callback_var="")


@pytest.mark.parametrize(
    ("raw", "carrier", "field"),
    [
        (upload(parameter()), Carrier.HEADER, "request header x-oss-callback"),
        (complete(parameter(callbackBody="a=1")), Carrier.HEADER, "request header x-oss-callback"),
        (query(parameter()), Carrier.QUERY, "request query parameter callback"),
        (form(parameter(), x_my_var="1"), Carrier.FORM, "form field callback"),
    ],
)
def test_all_carriers_are_read(raw: bytes, carrier: Carrier, field: str) -> None:
    found = read(raw)
    (main,) = found.parameters
    assert (main.carrier, main.origin.field, main.fault) == (carrier, field, None)
    assert main.members["callbackUrl"] == URL
    assert found.shown_target == TARGET
    assert (found.config_faults, found.variable_faults, found.body_faults, found.url_faults) == ((), (), (), ())


def test_both_carriers_are_kept() -> None:
    found = read(upload(parameter(), f"/k?callback={parameter()}".replace("=", "%3D").replace("%3D", "=", 1)))
    assert [one.carrier for one in found.parameters] == [Carrier.HEADER, Carrier.QUERY]


@pytest.mark.parametrize(
    "raw",
    [
        request("GET", "/app.js?callback=jQuery123"),
        request("PUT", "/key", body=b"x"),
        request("PUT", "/callback.txt", body=b"x"),
        called(),
        form("x").replace(b'name="callback"', b'name="other"'),
    ],
)
def test_other_requests_have_no_callback(raw: bytes) -> None:
    assert gather(raw) is None


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"callbackUrl": None}, "callbackUrl is missing"),
        ({"callbackUrl": 5}, "callbackUrl is a JSON number"),
        ({"callbackUrl": "h.example.com:test"}, "port"),
        ({"callbackBody": ""}, "callbackBody is empty"),
        ({"callbackBody": None, "callbackbody": "a=1"}, "callbackBody is missing (its name is written callbackbody)"),
        ({"callbackBody": {"bucket": "${bucket}"}}, "callbackBody is a JSON object"),
        ({"callbackBodyType": "text/plain"}, "callbackBodyType is 'text/plain'"),
        ({"callbackHost": 1}, "callbackHost is a JSON number"),
        ({"additionalHeaders": {"x-oss-a": "1"}}, "begins with x-oss-"),
        ({"additionalHeaders": "a"}, "no JSON object"),
        ({"callbackBody": "a" * 5000}, "OSS takes 5120"),
    ],
)
def test_members_that_oss_refuses_are_told(changed: dict[str, object], words: str) -> None:
    (fault, *_) = read(upload(parameter(**changed))).config_faults
    assert words in fault.reason


def test_the_broken_json_is_told_at_its_byte() -> None:
    found = read(upload(encoded('{"callbackUrl":"8.8.8.8:9090","callbackBody":"{"bucket":${bucket}}"}')))
    (fault,) = found.config_faults
    assert (fault.kind, fault.offset) == (FaultKind.UNESCAPED_QUOTE, 47)
    assert found.targets == ()


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"my_var": "1"}, "'my_var' does not begin with x:"),
        ({"X:my_var": "1"}, "does not begin with x:"),
        ({"x:My_Var": "1"}, "upper-case"),
        ({"x:my_var": 5}, "the value of x:my_var is a JSON number"),
        ({"x:my_var": "a" * 600}, "512"),
    ],
)
def test_variables_that_oss_does_not_take_are_told(variables: dict[str, object], words: str) -> None:
    found = read(upload(parameter(callbackBody="a=1"), x_oss_callback_var=encoded(json.dumps(variables))))
    assert words in found.variable_faults[0].reason
    assert found.config_faults == ()


def test_variables_of_a_form_are_fields_of_their_own() -> None:
    assert read(form(parameter(), x_my_var="order-77")).body_faults == ()
    assert "upper-case" in read(form(parameter(), x_My_Var="1")).variable_faults[0].reason
    assert "${x:my_var}" in read(form(parameter())).body_faults[0].reason


def test_a_form_that_is_not_whole_misses_no_variable() -> None:
    raw = form(parameter())
    assert read(raw[: raw.index(b'name="file"')]).body_faults == ()


def test_placeholders_are_held_against_the_variables() -> None:
    found = read(upload(parameter(callbackBody="a=${x:my_var}&b=${x:none}")))
    (fault,) = found.body_faults
    assert "${x:none}" in fault.reason
    assert read(upload(parameter(callbackBody="a=${x:none}"), x_oss_callback_var="broken!")).body_faults == ()


def test_server_names_are_sent_if_asked_for() -> None:
    assert not read(upload(parameter())).has_sni
    assert read(upload(parameter(callbackSNI=True))).has_sni


@given(st.text(max_size=60), st.text(max_size=60))
def test_nothing_raises(callback: str, body: str) -> None:
    gather(upload(encoded(callback.encode("utf-8", "replace"))))
    gather(upload(parameter(callbackUrl=callback, callbackBody=body + BODY)))
    gather(form(encoded(body.encode("utf-8", "replace"))))
