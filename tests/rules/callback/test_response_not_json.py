import pytest

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, only_finding
from tests.build.callbacks import (
    NOT_JSON,
    OK,
    TARGET,
    app_connection,
    app_leg,
    both_legs,
    called,
    client_leg,
    complete,
    failed,
    form,
    parameter,
    reply,
)
from tests.build.http import REQUEST_ID, response
from tests.build.wire import Capture

BOM = reply(b"\xef\xbb\xbf" + OK, Content_Type="text/html; charset=UTF-8")


def test_a_byte_order_mark_is_shown_in_full() -> None:
    finding = only_finding(app_leg(BOM), "CBK001")
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.CONFIRMED)
    assert finding.summary == (
        f"callback to {TARGET}: the application's answer is not JSON, byte 0: it begins with a UTF-8 byte order mark"
        f" (BOM, bytes ef bb bf); what follows is valid JSON (request ID {REQUEST_ID})"
    )
    assert evidence_of(finding) == [
        (4, "request line", "POST /oss/callback.php HTTP/1.1"),
        (4, "request header Host", "app.example.com:8080"),
        (6, "status line", "HTTP/1.1 200 OK"),
        (6, "response header Content-Type", "text/html; charset=UTF-8"),
        (6, "response header Content-Length", "18"),
        (6, "response body, byte 0", 'ef bb bf 7b 22 53 74 61  >>>BOM<<<{"Status":"OK"}'),
        (4, "request header x-oss-request-id", REQUEST_ID),
    ]
    assert "without BOM" in finding.fix[0]
    assert "The upload itself succeeded" in finding.explanation


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "it is empty"),
        (b"OK", "byte 0: it begins with the text 'OK'"),
        (b"<br />\n<b>Warning</b>:  include() failed\n" + OK, "PHP message (warning)"),
        (b"<html><body>It works!</body></html>", "HTML page"),
        (OK + b"\n<!-- 12 ms -->", "byte 16: 14 bytes follow"),
        (b"{'Status': 'OK'}", "single quotes"),
        (b'{"Status":NaN}', "byte 10: NaN"),
        ("﻿OK".encode("utf-16"), "UTF-16"),
    ],
)
def test_each_reason_is_named_with_its_byte(body: bytes, words: str) -> None:
    finding = only_finding(app_leg(reply(body)), "CBK001")
    assert words in finding.summary
    assert TARGET in finding.summary


@pytest.mark.parametrize(
    ("sent", "operation"),
    [(None, "PutObject"), (form(parameter(), x_my_var="1"), "PostObject"), (complete(parameter()), "Complete")],
)
def test_at_the_client_oss_says_it(sent: bytes | None, operation: str) -> None:
    finding = only_finding(client_leg(sent), "CBK001")
    told = " ".join([finding.summary, *(observed for _, _, observed in evidence_of(finding))])
    for text in (operation, "stored", "203", "CallbackFailed", NOT_JSON, REQUEST_ID, TARGET, "0007-00000205"):
        assert text in told
    assert "BOM" in finding.explanation
    assert "tcp port 8080" in finding.fix[0]
    assert f"http://{TARGET}" in finding.fix[1]


def test_the_generic_rule_gives_way() -> None:
    report = analyze_capture(client_leg())
    assert [finding.rule for finding in report.findings if finding.severity is Severity.ERROR] == ["CBK001"]


def test_a_right_answer_that_oss_calls_wrong_was_changed_on_the_way() -> None:
    finding = only_finding(both_legs(reply(), failed()), "CBK001")
    assert "something between it and OSS changes it" in finding.explanation


def test_json_and_declared_xml_are_silent() -> None:
    for answer in (reply(), reply(b"<r/>", Content_Type="application/xml")):
        assert not analyze_capture(app_leg(answer), "CBK001").findings
    assert not analyze_capture(client_leg(answer=response(body=OK)), "CBK001").findings


def test_other_failures_are_left_to_their_rules() -> None:
    assert not analyze_capture(client_leg(answer=failed("Error status : 502.")), "CBK001").findings


def test_undecided_without_the_document_or_the_answer() -> None:
    report = analyze_capture(client_leg(answer=response(203, "Non-Authoritative Information")), "CBK001")
    assert ["document" in item.reason for item in report.undecided] == [True]
    capture = Capture()
    app_connection(capture).client(called())
    report = analyze_capture(capture, "CBK001")
    assert not report.findings
    assert [item.exchanges for item in report.undecided] == [(0,)]
