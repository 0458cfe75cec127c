from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, faults, only_finding
from tests.build.http import REQUEST_ID
from tests.build.uploads import KEY, UPLOAD, complete, copied_part, etag_of, healthy_upload, initiate, part, refusal

SMALL, LARGE = b"s" * 5_000, b"l" * 102_400
LISTED = [(1, etag_of(LARGE)), (2, etag_of(SMALL)), (3, etag_of(b"x"))]
TOO_SMALL = refusal("EntityTooSmall", PartNumber="2", ProposedSize="5000", MinSizeAllowed="102400")


def test_message_and_evidence_in_full() -> None:
    capture = exchange_capture(
        initiate(), part(1, LARGE), part(2, SMALL), part(3, b"x"), complete(*LISTED, answer=TOO_SMALL)
    )
    finding = only_finding(capture, "MPU001")
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.CONFIRMED)
    assert finding.summary == (
        "part 2 has 5,000 bytes, below the 102,400 that every part but the last needs: CompleteMultipartUpload of "
        f"rokid/video/clip.bin is answered with 400 EntityTooSmall (request ID {REQUEST_ID})"
    )
    shown = [(field, value) for _, field, value in evidence_of(finding)]
    assert ("request body <PartNumber>", "2") in shown
    assert ("request line", f"PUT {KEY}?partNumber=2&uploadId={UPLOAD} HTTP/1.1") in shown
    assert ("request header Content-Length", "5000") in shown
    assert finding.exchanges == (4,)


def test_a_copied_part_is_measured_by_its_range() -> None:
    listed = [(1, "A" * 32), (2, "B" * 32)]
    capture = exchange_capture(
        copied_part(1, "A" * 32, last=99), copied_part(2, "B" * 32), complete(*listed, answer=TOO_SMALL)
    )
    finding = only_finding(capture, "MPU001")
    assert "part 1 has 100 bytes" in finding.summary
    assert ("request header x-oss-copy-source-range", "bytes=0-99") in [
        (field, value) for _, field, value in evidence_of(finding)
    ]


def test_without_the_uploads_the_error_document_tells_the_part() -> None:
    finding = only_finding(exchange_capture(complete(*LISTED, answer=TOO_SMALL)), "MPU001")
    assert finding.summary.startswith("part 2 has 5000 bytes and is below the 102,400 bytes")
    bare = only_finding(exchange_capture(complete(*LISTED, answer=refusal("EntityTooSmall"))), "MPU001")
    assert bare.summary.startswith("a part is below the 102,400 bytes")


def test_the_fault_is_told_once() -> None:
    capture = exchange_capture(part(1, SMALL), part(2, b"x"), complete(*LISTED[1:], answer=TOO_SMALL))
    assert [finding.rule for finding in faults(analyze_capture(capture))] == ["MPU001"]


def test_small_parts_that_oss_takes_are_silent() -> None:
    assert not faults(analyze_capture(exchange_capture(*healthy_upload(b"only"))))
    assert not analyze_capture(exchange_capture(*healthy_upload(LARGE, SMALL)), "MPU001").findings
