import pytest

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding
from tests.build.callbacks import OK, client_leg, failed, form, parameter, refused, upload
from tests.build.http import REQUEST_ID, response

CODE = "CBK006"
UNREACHABLE = failed("Error status : -1.OSS can not connect to your callbackUrl, please check it.", None)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://192.168.1.5:8080/cb", "192.168.1.5:8080/cb is a private address"),
        ("http://127.0.0.1/cb", "127.0.0.1/cb is a loopback address"),
        ("http://169.254.0.9/cb", "link-local"),
        ("http://localhost:3000/cb", "own network"),
        ("http://[2001:db8::1]/cb", "IPv6"),
        ("", "callbackUrl is empty"),
        (None, "callbackUrl is missing"),
        (";".join(["http://app.example.com/cb"] * 6), "more than 5 URLs"),
    ],
)
def test_a_url_that_cannot_be_called_is_told(url: str | None, words: str) -> None:
    for sent in (upload(parameter(callbackUrl=url)), form(parameter(callbackUrl=url), x_my_var="1")):
        finding = only_finding(client_leg(sent, UNREACHABLE), CODE)
        assert (finding.severity, finding.confidence) == (Severity.WARNING, Confidence.LIKELY)
        assert words in finding.summary
        assert REQUEST_ID in finding.summary


def test_both_what_happened_and_why_it_had_to_are_told() -> None:
    sent = upload(parameter(callbackUrl="http://10.0.0.8/cb"))
    report = analyze_capture(client_leg(sent, UNREACHABLE))
    assert [(one.rule, one.severity) for one in report.findings if one.severity is not Severity.INFO] == [
        ("CBK004", Severity.ERROR),
        (CODE, Severity.WARNING),
    ]


@pytest.mark.parametrize("message", ["Private address is forbidden to callback.", "Can not get ip by this host."])
def test_a_refusal_for_the_address_is_an_error(message: str) -> None:
    sent = upload(parameter(callbackUrl="http://10.0.0.8/cb"))
    capture = client_leg(sent, refused(message, ArgumentName="callback"))
    finding = only_finding(capture, CODE)
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.CONFIRMED)
    assert "response body <Message>" in [field for _, field, _ in evidence_of(finding)]
    report = analyze_capture(capture)
    assert [one.rule for one in report.findings if one.severity is Severity.ERROR] == [CODE]


def test_a_callback_that_worked_and_a_public_url_are_silent() -> None:
    private = upload(parameter(callbackUrl="http://10.0.0.8/cb"))
    assert not analyze_capture(client_leg(private, response(body=OK)), CODE).findings
    assert not analyze_capture(client_leg(answer=UNREACHABLE), CODE).findings
    assert not analyze_capture(exchange_capture((upload(), response())), CODE).findings


def test_a_refused_parameter_is_told_by_its_own_rule_only() -> None:
    sent = upload(parameter(callbackUrl=None))
    answer = refused("The callback url configuration is invalid.", "0007-00000004", ArgumentName="callback")
    assert [one.rule for one in analyze_capture(client_leg(sent, answer), "CBK").findings] == ["CBK005"]
