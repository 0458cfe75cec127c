from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding
from tests.build.callbacks import OK, VARIABLES, client_leg, parameter, refused, upload
from tests.build.http import REQUEST_ID, request, response

CODE = "CBK012"
MESSAGE = "Either the callback query string parameter or the x-oss-callback header should be specified, not both."
REFUSED = refused(MESSAGE, "0007-00000027", ArgumentName="callback")
TWICE = upload(parameter(), f"/k?callback={parameter().replace('=', '%3D')}")


def test_both_places_are_shown() -> None:
    finding = only_finding(client_leg(TWICE, REFUSED), CODE)
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.CONFIRMED)
    fields = [field for _, field, _ in evidence_of(finding)]
    assert fields[:2] == ["request header x-oss-callback", "request query parameter callback"]
    assert (6, "response body <Message>", MESSAGE) in evidence_of(finding)
    assert REQUEST_ID in finding.summary


def test_variables_given_twice_count_as_well() -> None:
    message = (
        "Either the callback-var query string parameter or the x-oss-callback-var header should be specified, not both."
    )
    sent = upload(parameter(), f"/k?callback-var={VARIABLES.replace('=', '%3D')}")
    finding = only_finding(client_leg(sent, refused(message, ArgumentName="callback-var")), CODE)
    assert finding.evidence[0].field == "request header x-oss-callback-var"


def test_no_other_rule_of_the_family_speaks() -> None:
    report = analyze_capture(client_leg(TWICE, REFUSED))
    assert [one.rule for one in report.findings if one.severity is Severity.ERROR] == [CODE]


def test_without_oss_saying_so_it_is_likely() -> None:
    finding = only_finding(exchange_capture((TWICE, b"")), CODE)
    assert finding.confidence is Confidence.LIKELY


def test_one_place_and_accepted_uploads_are_silent() -> None:
    elsewhere = refused("The callback configuration is not json format.", ArgumentName="callback")
    for capture in (
        client_leg(),
        client_leg(TWICE, response(body=OK)),
        client_leg(upload(None, f"/k?callback={parameter()}", x_oss_callback_var=""), elsewhere),
        exchange_capture((request("GET", "/a.js?callback=x", x_oss_callback="y"), response(404, "Not Found"))),
    ):
        assert not analyze_capture(capture, CODE).findings
