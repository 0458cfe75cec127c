import base64

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding, refused
from tests.build.http import REQUEST_ID, oss_error, request, response

MESSAGE = "The operation is not valid for the object's state."
GET = request("GET", "/old.tar")
BODY = oss_error("InvalidObjectState", MESSAGE, ObjectName="old.tar")
REFUSED = response(403, "Forbidden", body=BODY)


def test_message_and_evidence_in_full() -> None:
    answer = response(403, "Forbidden", body=BODY, x_oss_storage_class="Archive")
    finding = only_finding(exchange_capture((GET, answer)), "REQ015")
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.CONFIRMED)
    assert finding.summary == (
        "object old.tar has the storage class Archive and is not restored: GetObject of rokid/old.tar is answered with "
        f"403 InvalidObjectState (request ID {REQUEST_ID})"
    )
    assert evidence_of(finding) == [
        (4, "request line", "GET /old.tar HTTP/1.1"),
        (6, "response header x-oss-storage-class", "Archive"),
        (6, "response body <ObjectName>", "old.tar"),
        (6, "status line", "HTTP/1.1 403 Forbidden"),
        (6, "response body <Code>", "InvalidObjectState"),
        (6, "response body <Message>", MESSAGE),
        (6, "response header x-oss-request-id", REQUEST_ID),
    ]


def test_without_a_storage_class_the_cause_is_likely() -> None:
    finding = only_finding(exchange_capture((GET, REFUSED)), "REQ015")
    assert finding.confidence is Confidence.LIKELY
    assert "object old.tar is archived and not restored" in finding.summary


def test_class_and_restoration_are_taken_from_another_answer() -> None:
    head = response(x_oss_storage_class="ColdArchive", x_oss_restore='ongoing-request="true"')
    finding = only_finding(exchange_capture((request("HEAD", "/old.tar"), head), (GET, REFUSED)), "REQ015")
    assert "storage class ColdArchive and is not restored, but a restoration is under way" in finding.summary
    assert finding.fix[0].startswith("Wait until")


def test_head_states_it_in_its_header_and_a_copy_names_its_source() -> None:
    stated = response(403, "Forbidden", x_oss_err=base64.b64encode(BODY).decode())
    head = only_finding(exchange_capture((request("HEAD", "/old.tar"), stated)), "REQ015")
    assert "403 InvalidObjectState" in head.summary
    copy = request("PUT", "/new.tar", x_oss_copy_source="/rokid/old.tar")
    assert "/rokid/old.tar (the source" in only_finding(exchange_capture((copy, REFUSED)), "REQ015").summary


def test_other_refusals_are_silent() -> None:
    assert not analyze_capture(refused(403, "AccessDenied", "no"), "REQ015").findings


def test_a_cut_error_document_is_undecided_only_for_an_archived_object() -> None:
    cut = response(403, "Forbidden", Content_Length="300", x_oss_storage_class="Archive")
    assert analyze_capture(exchange_capture((GET, cut)), "REQ015").undecided
    plain = response(403, "Forbidden", Content_Length="300")
    assert not analyze_capture(exchange_capture((GET, plain)), "REQ015").undecided


def test_the_error_is_told_once_by_one_rule_of_all() -> None:
    errors = [
        f.name for f in analyze_capture(exchange_capture((GET, REFUSED))).findings if f.severity is Severity.ERROR
    ]
    assert errors == ["invalid-object-state"]
