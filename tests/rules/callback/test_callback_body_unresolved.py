import pytest

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, only_finding
from tests.build.callbacks import OK, client_leg, complete, encoded, failed, form, parameter, refused, upload
from tests.build.http import response

CODE = "CBK008"
DONE = response(body=OK)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"callbackBody": "name=${filename}"}, "${filename} is no variable of OSS"),
        ({"callbackBody": "b=${Bucket}"}, "is not spelled as OSS knows it: ${bucket}"),
        ({"callbackBody": "o=${x:order}"}, "${x:order} is not among the variables"),
        ({"callbackBody": "b=%24%7Bbucket%7D"}, "percent-encoded"),
        ({"callbackBody": '{"b":${bucket}}'}, "the body is JSON"),
        ({"callbackBody": "b=${bucket}", "callbackBodyType": "application/json"}, "the body is not JSON"),
    ],
)
def test_what_oss_will_not_fill_in_is_a_warning(changed: dict[str, str], words: str) -> None:
    for sent, answer in (
        (upload(parameter(**changed)), DONE),
        (complete(parameter(**changed)), DONE),
        (form(parameter(**changed), x_my_var="1"), failed()),
    ):
        finding = only_finding(client_leg(sent, answer), CODE)
        assert (finding.severity, finding.confidence) == (Severity.WARNING, Confidence.LIKELY)
        assert words in finding.summary


def test_the_byte_inside_the_body_is_named() -> None:
    finding = only_finding(client_leg(upload(parameter(callbackBody="name=${filename}")), DONE), CODE)
    assert evidence_of(finding)[1] == (
        4,
        "request header x-oss-callback decoded, callbackBody, byte 5",
        "${filename} is no variable of OSS, and names of the request's own begin with x:",
    )


def test_known_variables_and_json_of_both_styles_are_silent() -> None:
    json_type = {"callbackBodyType": "application/json"}
    for sent in (
        upload(parameter()),
        upload(parameter(callbackBody='{"b":${bucket},"m":${x:my_var}}', **json_type)),
        upload(parameter(callbackBody='{"b":"${bucket}","s":${size}}', **json_type)),
    ):
        assert not analyze_capture(client_leg(sent, DONE), CODE).findings


def test_a_parameter_that_oss_refuses_or_nobody_can_read_is_silent() -> None:
    answer = refused("The callback body is invalid.", ArgumentName="callback")
    assert not analyze_capture(client_leg(upload(parameter(callbackBody="${no}")), answer), CODE).findings
    assert not analyze_capture(client_leg(upload(encoded("{")), answer), CODE).findings
