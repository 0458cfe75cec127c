import base64

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding, refused
from tests.build.http import REQUEST_ID, oss_error, request, response

MESSAGE = "Argument max-keys must be an integer between 0 and 1000."


def test_message_and_evidence_in_full() -> None:
    capture = refused(
        400, "InvalidArgument", MESSAGE, target="/?max-keys=5000", ArgumentName="max-keys", ArgumentValue="5000"
    )
    finding = only_finding(capture, "REQ011")
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.CONFIRMED)
    assert finding.summary.startswith(f"OSS does not take 5000 for max-keys ({MESSAGE[:-1]}): ")
    assert finding.summary.endswith(f"is answered with 400 InvalidArgument (request ID {REQUEST_ID})")
    assert evidence_of(finding) == [
        (4, "request target max-keys", "5000"),
        (6, "response body <ArgumentName>", "max-keys"),
        (6, "response body <ArgumentValue>", "5000"),
        (6, "status line", "HTTP/1.1 400 Refused"),
        (6, "response body <Code>", "InvalidArgument"),
        (6, "response body <Message>", MESSAGE),
        (6, "response header x-oss-request-id", REQUEST_ID),
    ]


def test_an_argument_in_a_header_is_shown_and_a_changed_value_is_told() -> None:
    sent = request("PUT", body=b"x", x_oss_storage_class="Cold%20Archive")
    body = oss_error("InvalidArgument", "no", ArgumentName="x-oss-storage-class", ArgumentValue="Cold")
    finding = only_finding(exchange_capture((sent, response(400, "Bad Request", body=body))), "REQ011")
    assert (4, "request header x-oss-storage-class", "Cold%20Archive") in evidence_of(finding)
    assert "captured with another value, Cold%20Archive" in finding.explanation


def test_without_an_argument_the_message_speaks() -> None:
    finding = only_finding(refused(400, "InvalidArgument", "参数错误"), "REQ011")
    assert "OSS does not take an argument of the request (参数错误)" in finding.summary


def test_head_takes_it_from_its_header() -> None:
    stated = base64.b64encode(oss_error("InvalidArgument", "no", ArgumentName="versionId", ArgumentValue="x")).decode()
    capture = exchange_capture((request("HEAD", "/a?versionId=x"), response(400, "Bad Request", x_oss_err=stated)))
    assert "OSS does not take x for versionId" in only_finding(capture, "REQ011").summary


def test_different_arguments_are_different_findings() -> None:
    pairs = [
        (
            request("GET", f"/?{name}=x"),
            response(400, "Bad", body=oss_error("InvalidArgument", "no", ArgumentName=name, ArgumentValue="x")),
        )
        for name in ("max-keys", "marker", "max-keys")
    ]
    found = analyze_capture(exchange_capture(*pairs), "REQ011").findings
    assert [finding.exchanges for finding in found] == [(0, 2), (1,)]


def test_a_rule_of_another_family_takes_its_place() -> None:
    put = request("PUT", body=b"x", x_oss_callback="not base64 {")
    body = oss_error(
        "InvalidArgument", "The callback configuration is not json format.", ArgumentName="callback", ArgumentValue="x"
    )
    report = analyze_capture(exchange_capture((put, response(400, "Bad Request", body=body))))
    names = [finding.name for finding in report.findings]
    assert "callback-config-not-json" in names
    assert not {"invalid-argument", "oss-error"} & set(names)


def test_other_errors_are_silent() -> None:
    assert not analyze_capture(refused(400, "InvalidDigest", "no"), "REQ011").findings


def test_a_cut_error_document_is_undecided() -> None:
    cut = response(400, "Bad Request", Content_Length="300")
    assert analyze_capture(exchange_capture((request(), cut)), "REQ011").undecided


def test_the_error_is_told_once_and_not_by_the_generic_rule() -> None:
    report = analyze_capture(refused(400, "InvalidArgument", MESSAGE), "REQ")
    assert [finding.name for finding in report.findings] == ["invalid-argument"]
