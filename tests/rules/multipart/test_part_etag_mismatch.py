from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, faults, only_finding
from tests.build.http import REQUEST_ID
from tests.build.uploads import (
    KEY,
    UPLOAD,
    Pair,
    complete,
    etag_of,
    healthy_upload,
    initiate,
    list_parts,
    part,
    refusal,
)

WRONG = "0123456789ABCDEF0123456789ABCDEF"
REFUSED = refusal("InvalidPart", PartNumber="2", ETag=WRONG)
TAG = etag_of(b"part")


def refused_list(*entries: tuple[int | str, str]) -> Pair:
    return complete(*entries, answer=REFUSED)


def test_message_and_evidence_in_full() -> None:
    finding = only_finding(
        exchange_capture(initiate(), part(1), part(2, b"two"), refused_list((1, TAG), (2, WRONG))), "MPU002"
    )
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.CONFIRMED)
    assert finding.summary == (
        f"part 2 is listed with ETag {WRONG}, but UploadPart answered {etag_of(b'two')}: CompleteMultipartUpload of "
        f"rokid/video/clip.bin is answered with 400 InvalidPart (request ID {REQUEST_ID})"
    )
    assert evidence_of(finding) == [
        (16, "request line", f"POST {KEY}?uploadId={UPLOAD} HTTP/1.1"),
        (16, "request body <ETag> of part 2", f'"{WRONG}"'),
        (12, "request line", f"PUT {KEY}?partNumber=2&uploadId={UPLOAD} HTTP/1.1"),
        (14, "response header ETag", f'"{etag_of(b"two")}"'),
        (18, "status line", "HTTP/1.1 400 Bad Request"),
        (18, "response body <Code>", "InvalidPart"),
        (18, "response body <Message>", finding.evidence[6].observed),
        (18, "response header x-oss-request-id", REQUEST_ID),
    ]
    assert finding.evidence[1].expected == f'"{etag_of(b"two")}"'


def test_the_part_that_oss_names_is_told_first_and_others_are_counted() -> None:
    finding = only_finding(exchange_capture(part(1), part(2), refused_list((1, WRONG), (2, WRONG))), "MPU002")
    assert finding.summary.startswith(f"part 2 is listed with ETag {WRONG}")
    assert "(and 1 more part alike)" in finding.summary


def test_the_tag_of_an_earlier_try_and_of_another_part_are_explained() -> None:
    replaced = only_finding(
        exchange_capture(part(2, b"old"), part(2, b"new"), refused_list((2, etag_of(b"old")))), "MPU002"
    )
    assert "earlier try of this part (frame 4)" in replaced.explanation
    mixed = exchange_capture(part(1, b"a"), part(2, b"b"), refused_list((1, etag_of(b"b")), (2, etag_of(b"a"))))
    assert "OSS gave part 1" in only_finding(mixed, "MPU002").explanation


def test_list_parts_tells_what_was_uploaded_before_the_capture() -> None:
    finding = only_finding(exchange_capture(list_parts((2, b"part")), refused_list((2, WRONG))), "MPU002")
    assert f"but ListParts answered {TAG}" in finding.summary


def test_an_upload_without_fault_in_its_list_is_undecided() -> None:
    report = analyze_capture(exchange_capture(part(1), refused_list((1, TAG))), "MPU002")
    assert not report.findings
    assert "all parts are listed as OSS had answered" in report.undecided[0].reason
    cut = complete((1, TAG), answer=REFUSED, body=b"<CompleteMultipartUpload>")
    report = analyze_capture(exchange_capture(part(1), cut), "MPU002")
    assert [item.reason for item in report.undecided] == ["the list of parts was not captured whole"]


def test_a_healthy_upload_and_other_refusals_are_silent() -> None:
    assert not faults(analyze_capture(exchange_capture(*healthy_upload(b"a" * 102_400, b"b"))))
    denied = complete((1, WRONG), answer=refusal("AccessDenied"))
    report = analyze_capture(exchange_capture(part(1), denied), "MPU002")
    assert not report.findings
    assert not report.undecided


def test_the_fault_is_told_once() -> None:
    report = analyze_capture(exchange_capture(part(1), part(2), refused_list((1, TAG), (2, WRONG))))
    assert [finding.rule for finding in faults(report)] == ["MPU002"]
