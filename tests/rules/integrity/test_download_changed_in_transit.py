import gzip

from fastcrc import crc64

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, faults, only_finding
from tests.build.http import REQUEST_ID, request, response
from tests.build.uploads import md5_of
from tests.build.wire import Capture

OBJECT, ARRIVED = b"what OSS has." * 20, b"what arrived!" * 20
CRC = str(crc64.xz(OBJECT))


def test_message_and_evidence_in_full() -> None:
    capture = exchange_capture((request(), response(body=ARRIVED, x_oss_hash_crc64ecma=CRC, Via="1.1 cdn7")))
    finding = only_finding(capture, "INT004")
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.CONFIRMED)
    assert finding.summary == (
        f"what GetObject of rokid/key got was changed between OSS and the point of capture: OSS states CRC-64 {CRC}, "
        f"as captured it has {crc64.xz(ARRIVED)} (request ID {REQUEST_ID})"
    )
    assert evidence_of(finding) == [
        (4, "request line", "GET /key HTTP/1.1"),
        (6, "response header x-oss-hash-crc64ecma", CRC),
        (6, "response body", f"CRC-64 {crc64.xz(ARRIVED)} (260 bytes)"),
        (6, "response header Via", "1.1 cdn7"),
        (6, "status line", "HTTP/1.1 200 OK"),
        (6, "response header x-oss-request-id", REQUEST_ID),
    ]
    assert "behind the change" in finding.explanation
    assert "cdn7" in finding.explanation
    assert [item.rule for item in faults(analyze_capture(capture))] == ["INT004"]


def test_an_md5_proves_it_where_no_crc_is_stated() -> None:
    capture = exchange_capture((request(), response(body=ARRIVED, Content_MD5=md5_of(OBJECT))))
    assert f"OSS states MD5 {md5_of(OBJECT)}" in only_finding(capture, "INT004").summary


def test_a_cut_and_an_unknown_coding_are_undecided() -> None:
    capture = exchange_capture((request(), response(body=b"?", Content_Encoding="zstd", x_oss_hash_crc64ecma=CRC)))
    cut = Capture()
    tcp = cut.tcp()
    tcp.handshake()
    tcp.client(request())
    tcp.server(response(Content_Length="100", x_oss_hash_crc64ecma=CRC) + b"x" * 50)
    tcp.close(1)
    for incomplete, reason in ((capture, "compressed on the way"), (cut, "broke off")):
        report = analyze_capture(incomplete, "INT004")
        assert not report.findings
        assert reason in report.undecided[0].reason


def test_whole_ranged_packed_and_processed_downloads_are_silent() -> None:
    packed = gzip.compress(OBJECT, mtime=0)
    pairs = [
        (request(), response(body=OBJECT, x_oss_hash_crc64ecma=CRC)),
        (request(), response(body=packed, Content_Encoding="gzip", x_oss_hash_crc64ecma=CRC)),
        (
            request(Range="bytes=0-9"),
            response(206, body=OBJECT[:10], Content_Range="bytes 0-9/260", x_oss_hash_crc64ecma=CRC),
        ),
        (request("GET", "/a.png?x-oss-process=image/resize,w_9"), response(body=b"png", x_oss_hash_crc64ecma=CRC)),
        (request("HEAD"), response(Content_Length="260", x_oss_hash_crc64ecma=CRC)),
    ]
    report = analyze_capture(exchange_capture(*pairs))
    assert not faults(report)
    assert not [item for item in report.undecided if item.rule.startswith("INT")]


def test_ranges_are_judged_joined() -> None:
    def ranged(first: int, last: int, content: bytes) -> tuple[bytes, bytes]:
        where = f"bytes {first}-{last}/260"
        part = content[first : last + 1]
        return request(), response(206, "Partial", body=part, Content_Range=where, x_oss_hash_crc64ecma=CRC)

    changed = exchange_capture(ranged(0, 99, OBJECT), ranged(100, 259, ARRIVED))
    finding = only_finding(changed, "INT004")
    joined = crc64.xz(OBJECT[:100] + ARRIVED[100:])
    assert f"OSS states CRC-64 {CRC}, as captured its 2 ranges, joined, have {joined}" in finding.summary
    whole = exchange_capture(ranged(0, 99, OBJECT), ranged(100, 259, OBJECT))
    assert not analyze_capture(whole, "INT004").findings


def test_a_capture_on_the_proxy_says_whether_the_proxy_did_it() -> None:
    capture = Capture()
    outer, inner = capture.tcp(), capture.tcp(client="203.0.113.10", cport=4000, server="198.51.100.1")
    outer.handshake()
    inner.handshake()
    outer.client(request())
    inner.client(request(Via="1.1 corp-proxy"))
    inner.server(response(body=OBJECT, x_oss_hash_crc64ecma=CRC))
    outer.server(response(body=ARRIVED, x_oss_hash_crc64ecma=CRC))
    finding = only_finding(capture, "INT004")
    assert finding.exchanges == (0, 1)
    assert "got the right content (frame 9): it changed the body itself" in finding.explanation
    assert [item.rule for item in faults(analyze_capture(capture))] == ["INT004"]
