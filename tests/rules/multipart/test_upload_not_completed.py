from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, faults, only_finding
from tests.build.http import REQUEST_ID, oss_error, response
from tests.build.pages import allowed, page_request
from tests.build.uploads import (
    KEY,
    UPLOAD,
    Pair,
    abort,
    complete,
    etag_of,
    healthy_upload,
    initiate,
    list_parts,
    part,
    refusal,
)
from tests.build.wire import Capture

BEGUN = [initiate(), part(1, b"a" * 1024), part(2, b"b" * 1024)]


def open_capture(*pairs: Pair) -> Capture:
    """A connection that is still open when the capture ends."""
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    for sent, answered in pairs:
        tcp.client(sent)
        tcp.server(answered)
    return capture


def test_message_and_evidence_in_full() -> None:
    finding = only_finding(exchange_capture(*BEGUN), "MPU007")
    assert (finding.severity, finding.confidence, finding.exchanges) == (Severity.WARNING, Confidence.LIKELY, (1, 2))
    assert finding.summary == (
        f"multipart upload {UPLOAD} of rokid/video/clip.bin is neither completed nor aborted: parts 1 and 2 with "
        "2.0 KiB left in the bucket; the connection was closed after the last request about it"
    )
    assert evidence_of(finding) == [
        (4, "request line", f"POST {KEY}?uploads HTTP/1.1"),
        (8, "request line", f"PUT {KEY}?partNumber=1&uploadId={UPLOAD} HTTP/1.1"),
        (12, "request line", f"PUT {KEY}?partNumber=2&uploadId={UPLOAD} HTTP/1.1"),
        (14, "response header x-oss-request-id", REQUEST_ID),
    ]


def test_an_upload_that_only_began_is_told_as_well() -> None:
    finding = only_finding(exchange_capture(initiate()), "MPU007")
    assert "no part was stored" in finding.summary
    assert "part 1 left in the bucket" in only_finding(exchange_capture(list_parts((1, b"x"))), "MPU007").summary
    failed = part(1, answer=response(500, "Internal Server Error"))
    assert "no part was stored" in only_finding(exchange_capture(initiate(), failed), "MPU007").summary


def test_a_part_that_was_sent_twice_is_left_once() -> None:
    assert "part 1 with 1.0 KiB left" in only_finding(exchange_capture(*BEGUN[:2], BEGUN[1]), "MPU007").summary


def test_a_refused_completion_is_a_note_because_another_rule_tells_it() -> None:
    done = complete((1, "null"), answer=refusal("InvalidPart"))
    report = analyze_capture(exchange_capture(*BEGUN, done))
    assert [finding.rule for finding in faults(report)] == ["MPU003"]
    (note,) = [finding for finding in report.findings if finding.rule == "MPU007"]
    assert (note.severity, note.confidence) == (Severity.INFO, Confidence.CONFIRMED)
    assert note.summary.endswith("CompleteMultipartUpload got InvalidPart")


def test_an_upload_that_may_go_on_after_the_capture_is_a_note() -> None:
    finding = only_finding(open_capture(*BEGUN), "MPU007")
    assert (finding.severity, finding.confidence) == (Severity.INFO, Confidence.POSSIBLE)
    silent = open_capture(*BEGUN)
    silent.wait(60)
    other = silent.tcp(cport=50001)
    other.handshake()
    finding = only_finding(silent, "MPU007")
    assert finding.severity is Severity.WARNING
    assert finding.summary.endswith("nothing followed for 60 s")


def test_an_upload_that_began_before_the_capture_is_a_note() -> None:
    assert only_finding(exchange_capture(BEGUN[1]), "MPU007").severity is Severity.INFO


def test_missing_data_and_a_request_under_way_leave_it_undecided() -> None:
    lossy = Capture()
    tcp = lossy.tcp()
    tcp.handshake()
    for sent, answered in BEGUN:
        tcp.client(sent)
        tcp.server(answered)
    tcp.lose(0, b"x" * 300)
    tcp.close()
    under_way = open_capture(*BEGUN)
    under_way.add(under_way_request())
    for capture in (lossy, under_way):
        report = analyze_capture(capture, "MPU007")
        assert not report.findings
        assert [item.rule for item in report.undecided] == ["MPU007"]


def under_way_request() -> bytes:
    tcp = Capture().tcp(cport=50001)
    return tcp.frame(0, 0x18, part(3)[0])


def test_a_page_without_its_etags_is_told_by_the_cors_rule_alone() -> None:
    hidden = allowed(Access_Control_Expose_Headers="x-oss-request-id")
    sent = page_request("PUT", f"{KEY}?partNumber=1&uploadId={UPLOAD}", body=b"x")
    report = analyze_capture(exchange_capture(initiate(), (sent, hidden)))
    assert {finding.rule for finding in report.findings} & {"COR004", "MPU007"} == {"COR004"}


def test_completed_aborted_and_vanished_uploads_are_silent() -> None:
    gone = part(3, answer=refusal("NoSuchUpload"))
    refused = complete((1, etag_of(b"a")), answer=refusal("AccessDenied"))
    for pairs in (healthy_upload(b"x"), [*BEGUN, abort()], [*BEGUN, gone], [refused]):
        assert not analyze_capture(exchange_capture(*pairs), "MPU007").findings
    denied = response(403, "Forbidden", body=oss_error("AccessDenied", "no"))
    retried = [*BEGUN, complete(answer=denied), complete((1, etag_of(b"a")))]
    assert not analyze_capture(exchange_capture(*retried), "MPU007").findings


def test_many_abandoned_uploads_to_one_bucket_are_one_finding_that_shows_their_ids() -> None:
    begun = [
        pair
        for name in ("AAA", "BBB", "CCC")
        for pair in (initiate(name), part(1, upload_id=name), part(2, upload_id=name))
    ]
    finding = only_finding(exchange_capture(*begun), "MPU007")
    assert (finding.occurrences, len(finding.exchanges)) == (3, 6)
    shown = " ".join(seen for _, _, seen in evidence_of(finding))
    assert all(name in shown for name in ("AAA", "BBB", "CCC"))
