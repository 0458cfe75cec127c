import json

import pytest

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, only_finding
from tests.build.callbacks import OK, client_leg, encoded, form, parameter, refused, upload
from tests.build.http import REQUEST_ID, response

CODE = "CBK007"
REFUSED = refused("The callback var is not expecten json.", ArgumentName="callback-var")
PLAIN = parameter(callbackBody="bucket=${bucket}")


def sent(variables: object) -> bytes:
    text = variables if isinstance(variables, str) else encoded(json.dumps(variables))
    return upload(PLAIN, x_oss_callback_var=text)


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"my_var": "1"}, "'my_var' does not begin with x:"),
        ({"x:MyVar": "1"}, "'x:MyVar' has upper-case letters"),
        ({"x:id": 5}, "the value of x:id is a JSON number"),
        ({"x:a": "b" * 600}, "512"),
        ({"x:a": "b" * 6000}, "5120"),
        ("no base64!", "none of base64"),
        (encoded('{"x:a":"b"'), "it ends before"),
        (encoded("['x']"), "single quotes"),
    ],
)
def test_refused_variables_are_named(variables: object, words: str) -> None:
    finding = only_finding(client_leg(sent(variables), REFUSED), CODE)
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.CONFIRMED)
    assert words in finding.summary + finding.evidence[1].observed
    assert REQUEST_ID in finding.summary
    assert finding.evidence[0].field == "request header x-oss-callback-var"


def test_a_refusal_that_names_the_configuration_may_mean_the_variables() -> None:
    answer = refused("The callback configuration is not json format.", ArgumentName="callback")
    report = analyze_capture(client_leg(sent("no base64!"), answer), "CBK")
    assert [one.rule for one in report.findings] == [CODE]


def test_variables_of_a_form_are_checked() -> None:
    finding = only_finding(client_leg(form(PLAIN, x_MyVar="1"), REFUSED), CODE)
    assert "'x:MyVar' has upper-case letters" in finding.summary
    assert "form field x:MyVar" in [field for _, field, _ in evidence_of(finding)]


def test_accepted_variables_that_cannot_arrive_are_a_warning() -> None:
    finding = only_finding(client_leg(sent({"x:MyVar": "1"}), response(body=OK)), CODE)
    assert (finding.severity, finding.confidence) == (Severity.WARNING, Confidence.LIKELY)


def test_the_values_are_not_told() -> None:
    finding = only_finding(client_leg(sent({"x:MyVar": "alice77"}), REFUSED), CODE)
    assert "alice77" not in finding.summary + finding.explanation


def test_right_variables_and_accepted_long_ones_are_silent() -> None:
    for variables in ({"x:my_var": "1"}, {}, {"x:a": "b" * 600}):
        assert not analyze_capture(client_leg(sent(variables), response(body=OK)), CODE).findings
