from fastcrc import crc64

from osspcap.model.finding import Confidence
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, faults, only_finding
from tests.build.http import oss_error, request, response
from tests.build.uploads import md5_of, stored
from tests.build.wire import Capture

SENT, ARRIVED = b"what was sent" * 20, b"what arrived!" * 20
REFUSED = response(400, "Bad Request", body=oss_error("InvalidDigest", "no", CalculatedDigest=md5_of(ARRIVED)))


def test_a_digest_that_no_longer_fits_behind_a_proxy_is_likely_its_doing() -> None:
    sent = request("PUT", body=ARRIVED, Content_MD5=md5_of(SENT), Via="1.1 corp-proxy")
    finding = only_finding(exchange_capture((sent, REFUSED)), "INT003")
    assert finding.confidence is Confidence.LIKELY
    assert finding.summary.startswith(
        f"the body was changed before it got here: Content-MD5 {md5_of(SENT)} does not fit it, MD5 {md5_of(ARRIVED)}: "
        "PutObject of rokid/key is answered with 400 InvalidDigest"
    )
    assert "taken behind the change" in finding.explanation
    assert "corp-proxy" in finding.explanation
    assert ("request body", f"MD5 {md5_of(ARRIVED)} (260 bytes)") in [
        (field, seen) for _, field, seen in evidence_of(finding)
    ]
    assert [item.rule for item in faults(analyze_capture(exchange_capture((sent, REFUSED))))] == ["INT003"]


def test_the_request_on_its_way_to_the_proxy_proves_it() -> None:
    capture = Capture()
    outer, inner = capture.tcp(), capture.tcp(client="203.0.113.10", cport=4000, server="198.51.100.1")
    outer.handshake()
    inner.handshake()
    outer.client(request("PUT", body=SENT, Content_MD5=md5_of(SENT)))
    inner.client(request("PUT", body=ARRIVED, Content_MD5=md5_of(SENT)))
    inner.server(REFUSED)
    outer.server(REFUSED)
    finding = only_finding(capture, "INT003")
    assert finding.confidence is Confidence.CONFIRMED
    assert finding.exchanges == (0, 1)
    assert [item.rule for item in faults(analyze_capture(capture))] == ["INT003"]
    assert "On its way to the proxy (frame 7) the body still fitted." in finding.explanation


def test_a_crc_that_does_not_fit_is_possible_without_a_proxy() -> None:
    refused = response(400, "Bad Request", body=oss_error("InvalidCRC64", "no"))
    sent = request("PUT", body=ARRIVED, x_oss_hash_crc64ecma=str(crc64.xz(SENT)))
    finding = only_finding(exchange_capture((sent, refused)), "INT003")
    assert finding.confidence is Confidence.POSSIBLE
    assert "or the client computed the checksum wrong" in finding.explanation
    assert [item.rule for item in faults(analyze_capture(exchange_capture((sent, refused))))] == ["INT003"]


def test_a_refused_crc_of_a_cut_body_is_undecided() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(request("PUT", x_oss_hash_crc64ecma="1", Content_Length="30") + b"x" * 10)
    tcp.lose(0, b"x" * 10)
    tcp.client(b"x" * 10)
    tcp.server(response(400, "Bad Request", body=oss_error("InvalidCRC64", "no")))
    report = analyze_capture(capture, "INT003")
    assert not report.findings
    assert [item.rule for item in report.undecided] == ["INT003"]


def test_a_digest_without_a_proxy_and_what_fits_are_silent() -> None:
    pairs = [
        (request("PUT", body=ARRIVED, Content_MD5=md5_of(SENT)), REFUSED),
        (request("PUT", body=SENT, Content_MD5=md5_of(SENT), Via="1.1 corp-proxy"), stored(SENT)),
    ]
    assert not analyze_capture(exchange_capture(*pairs), "INT003").findings
