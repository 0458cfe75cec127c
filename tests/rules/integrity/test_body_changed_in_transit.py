from fastcrc import crc64

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, faults, only_finding
from tests.build.http import REQUEST_ID, oss_error, request, response
from tests.build.uploads import complete, completed, etag_of, healthy_upload, md5_of, part, stored
from tests.build.wire import Capture

SENT, ARRIVED = b"what was sent" * 20, b"what arrived!" * 20


def test_message_and_evidence_in_full() -> None:
    capture = exchange_capture((request("PUT", "/up.txt", body=SENT), stored(ARRIVED)))
    finding = only_finding(capture, "INT002")
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.CONFIRMED)
    assert finding.summary == (
        "the body of PutObject of rokid/up.txt was changed between the point of capture and OSS: as captured it has "
        f"CRC-64 {crc64.xz(SENT)}, OSS states {crc64.xz(ARRIVED)} (request ID {REQUEST_ID})"
    )
    assert evidence_of(finding) == [
        (6, "response header x-oss-hash-crc64ecma", str(crc64.xz(ARRIVED))),
        (4, "request line", "PUT /up.txt HTTP/1.1"),
        (4, "request body", f"CRC-64 {crc64.xz(SENT)} (260 bytes)"),
        (6, "response header ETag", f'"{etag_of(ARRIVED)}"'),
        (6, "status line", "HTTP/1.1 200 OK"),
        (6, "response header x-oss-request-id", REQUEST_ID),
    ]
    assert finding.explanation.startswith("This capture was taken before the change")
    assert [item.rule for item in analyze_capture(capture).findings if item.category == "integrity"] == ["INT002"]


def test_a_digest_that_fits_here_and_was_refused_proves_the_change() -> None:
    refused = response(400, "Bad Request", body=oss_error("InvalidDigest", "no", CalculatedDigest=md5_of(ARRIVED)))
    bare = response(400, "Bad Request", body=oss_error("InvalidCRC64", "no"))
    by_md5 = exchange_capture((request("PUT", body=SENT, Content_MD5=md5_of(SENT)), refused))
    by_crc = exchange_capture((request("PUT", body=SENT, x_oss_hash_crc64ecma=str(crc64.xz(SENT))), bare))
    assert [item.rule for item in faults(analyze_capture(by_md5))] == ["INT002"]
    assert f"as captured it has MD5 {md5_of(SENT)}" in only_finding(by_md5, "INT002").summary
    assert [item.rule for item in faults(analyze_capture(by_crc))] == ["INT002"]
    assert "the CRC-64 in the request fits the captured body" in only_finding(by_crc, "INT002").summary


def test_a_capture_on_the_proxy_says_whether_the_proxy_did_it() -> None:
    capture = Capture()
    outer, inner = capture.tcp(), capture.tcp(client="203.0.113.10", cport=4000, server="198.51.100.1")
    outer.handshake()
    inner.handshake()
    outer.client(request("PUT", body=SENT))
    inner.client(request("PUT", body=ARRIVED, Via="1.1 corp-proxy"))
    inner.server(stored(ARRIVED))
    outer.server(stored(ARRIVED))
    finding = only_finding(capture, "INT002")
    assert "sent the other content on (frame 9): it changed the body itself" in finding.explanation
    assert finding.exchanges == (0, 1)
    assert [item.rule for item in faults(analyze_capture(capture))] == ["INT002"]


def test_parts_are_judged_one_by_one_and_joined() -> None:
    changed = exchange_capture(part(1, SENT, stored(ARRIVED)))
    assert "UploadPart of rokid/video/clip.bin" in only_finding(changed, "INT002").summary
    swapped = [part(1, SENT), part(2, ARRIVED)]
    listed = [(1, etag_of(SENT)), (2, etag_of(ARRIVED))]
    answer = completed("A" * 32 + "-2", crc64.xz(ARRIVED + SENT))
    finding = only_finding(exchange_capture(*swapped, complete(*listed, answer=answer)), "INT002")
    assert finding.confidence is Confidence.LIKELY
    assert f"but the parts joined have {crc64.xz(SENT + ARRIVED)}" in finding.summary


def test_a_body_with_a_hole_is_undecided() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(request("PUT", Content_Length="30") + b"x" * 10)
    tcp.lose(0, b"x" * 10)
    tcp.client(b"x" * 10)
    tcp.server(stored(ARRIVED))
    report = analyze_capture(capture, "INT002")
    assert not report.findings
    assert [item.rule for item in report.undecided] == ["INT002"]


def test_healthy_uploads_are_silent() -> None:
    pairs = [(request("PUT", body=SENT), stored(SENT)), *healthy_upload(b"a" * 102_400, b"b")]
    assert not faults(analyze_capture(exchange_capture(*pairs)))
