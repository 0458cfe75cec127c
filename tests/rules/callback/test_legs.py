import json

from osspcap.model.callback import CallbackCause, CallbackFault, FaultKind
from osspcap.model.finding import Severity
from osspcap.report.jsonreport import report_pieces
from osspcap.report.view import ReportView
from osspcap.rules.callback._legs import legs_of, placed, shown_bytes, uploads_of
from tests.build.analyze import analyze_capture
from tests.build.callbacks import (
    OK,
    TARGET,
    VARIABLES,
    both_legs,
    client_leg,
    encoded,
    failed,
    parameter,
    refused,
    reply,
    upload,
)
from tests.build.dissections import dissection
from tests.build.http import response

BOM = reply(b"\xef\xbb\xbf" + OK)


def test_a_capture_without_failed_callbacks_has_no_legs() -> None:
    assert list(legs_of(dissection(), *CallbackCause)) == []
    assert list(uploads_of(dissection())) == []


def test_one_fault_in_two_legs_is_told_once_with_the_proof_of_both() -> None:
    report = analyze_capture(both_legs(BOM, failed()))
    (finding,) = [one for one in report.findings if one.severity is not Severity.INFO]
    assert finding.rule == "CBK001"
    assert finding.exchanges == (0, 1)
    assert finding.streams == (0, 1)
    fields = {item.field: item.observed for item in finding.evidence}
    assert fields["response body, byte 0"].startswith("ef bb bf 7b")
    assert fields["response body <Code>"] == "CallbackFailed"
    assert fields["request header x-oss-callback decoded, URL"] == TARGET


def test_what_oss_accepted_all_the_same_is_no_error() -> None:
    report = analyze_capture(both_legs(BOM, response(body=OK)), "CBK")
    assert [(one.rule, one.severity) for one in report.findings] == [("CBK001", Severity.INFO)]
    assert "200" in report.findings[0].explanation


def test_no_report_shows_a_parameter_or_the_query_of_a_url() -> None:
    url = "http://me:pw@app.example.com/cb?ticket=alice77"
    broken = encoded(f'{{"callbackUrl":"{url}","callbackBody":"{{"a":1}}"}}')
    answers = [
        (upload(parameter(callbackUrl=url)), failed()),
        (upload(parameter(callbackUrl=url)), failed("Error status : 301.")),
        (upload(broken), refused("The callback configuration is not json format.", ArgumentName="callback")),
        (upload(parameter(callbackUrl=url, callbackBody="")), refused("The callback body is empty.")),
    ]
    for sent, answer in answers:
        report = analyze_capture(client_leg(sent, answer))
        text = b"".join(report_pieces(ReportView(report))).decode()
        findings = json.loads(text)["findings"]
        assert any(one["rule"].startswith("CBK") for one in findings)
        for secret in ("alice77", "me:pw", VARIABLES, "order-77", broken, parameter(callbackUrl=url)):
            assert secret not in json.dumps(findings)
            assert secret not in text


def test_a_fault_is_named_with_its_byte() -> None:
    assert placed(CallbackFault(FaultKind.CUT, "it ends", 5)) == "byte 5: it ends"
    assert placed(CallbackFault(FaultKind.EMPTY, "it is empty")) == "it is empty"


def test_bytes_are_shown_in_hexadecimal() -> None:
    assert shown_bytes(CallbackFault(FaultKind.TEXT, "x", 0, ">>>O<<<K", b"OK")) == "4f 4b  >>>O<<<K"
    assert shown_bytes(CallbackFault(FaultKind.EMPTY, "x", 0)) == "no bytes"
