import base64

from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding, refused
from tests.build.http import REQUEST_ID, oss_error, request, response

MESSAGE = "The specified key does not exist."


def test_message_and_evidence_in_full() -> None:
    capture = refused(
        404, "NoSuchKey", MESSAGE, target="/reports%2Fnone.txt", ec="0026-00000001", Key="reports/none.txt"
    )
    finding = only_finding(capture, "REQ001")
    assert finding.severity is Severity.WARNING
    assert finding.summary == (
        "GetObject of rokid/reports/none.txt: the object does not exist, OSS answers 404 NoSuchKey "
        f"(request ID {REQUEST_ID})"
    )
    assert evidence_of(finding) == [
        (4, "object key in the request target, decoded", "reports/none.txt"),
        (6, "response body <Key>", "reports/none.txt"),
        (6, "status line", "HTTP/1.1 404 Refused"),
        (6, "response body <Code>", "NoSuchKey"),
        (6, "response body <Message>", MESSAGE),
        (6, "response body <EC>", "0026-00000001"),
        (6, "response header x-oss-request-id", REQUEST_ID),
    ]
    assert finding.exchanges == (0,)
    assert finding.filter == "tcp.stream eq 0"


def test_head_takes_the_code_from_its_header() -> None:
    stated = base64.b64encode(oss_error("NoSuchKey", MESSAGE)).decode()
    answer = response(404, "Not Found", x_oss_err=stated)
    capture = exchange_capture((request("HEAD", "/reports%2Fnone.txt"), answer))
    finding = only_finding(capture, "REQ001")
    told = " ".join([finding.summary, *(observed for _, _, observed in evidence_of(finding))])
    assert all(text in told for text in ("NoSuchKey", "reports/none.txt", REQUEST_ID))


def test_many_missing_keys_of_one_bucket_are_one_finding() -> None:
    pairs = [
        (request("GET", f"/k{n}"), response(404, "Not Found", body=oss_error("NoSuchKey", MESSAGE))) for n in range(40)
    ]
    finding = only_finding(exchange_capture(*pairs), "REQ001")
    assert finding.occurrences == 40
    assert finding.exchanges == tuple(range(40))
    assert len(finding.evidence) <= 50


def test_other_errors_and_successes_are_silent() -> None:
    assert not analyze_capture(refused(404, "NoSuchBucket", "The specified bucket does not exist."), "REQ001").findings
    assert not analyze_capture(exchange_capture((request(), response())), "REQ001").findings


def test_an_object_that_holds_such_an_error_document_is_silent() -> None:
    stored = response(200, body=oss_error("NoSuchKey", MESSAGE))
    assert not analyze_capture(exchange_capture((request(), stored)), "REQ001").findings


def test_the_error_is_told_once_and_not_by_the_generic_rule() -> None:
    report = analyze_capture(refused(404, "NoSuchKey", MESSAGE), "REQ")
    assert [finding.name for finding in report.findings] == ["no-such-key"]
