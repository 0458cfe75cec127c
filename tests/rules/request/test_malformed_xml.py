import pytest

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding, refused
from tests.build.http import REQUEST_ID, oss_error, request, response

MESSAGE = "The XML you provided was not well-formed or did not validate against our published schema."
TARGET = "/big.bin?uploadId=0004B9895DBBB6EC98E36"
REFUSED = response(400, "Bad Request", body=oss_error("MalformedXML", MESSAGE))
BROKEN = (
    b"<CompleteMultipartUpload>\n<Part><PartNumber>1</PartNumber><ETag>a&b</ETag></Part>\n</CompleteMultipartUpload>"
)


def test_message_and_evidence_in_full() -> None:
    finding = only_finding(exchange_capture((request("POST", TARGET, body=BROKEN), REFUSED)), "REQ007")
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.CONFIRMED)
    assert finding.summary.startswith(
        f"the XML of <CompleteMultipartUpload> in the request ({len(BROKEN)} bytes) is broken at line 2, column "
    )
    assert finding.summary.endswith(
        f": CompleteMultipartUpload of rokid/big.bin is answered with 400 MalformedXML (request ID {REQUEST_ID})"
    )
    told = evidence_of(finding)
    assert told[0][:2] == (4, "request body")
    assert "a&b" in told[0][2]
    assert told[1:] == [
        (6, "status line", "HTTP/1.1 400 Bad Request"),
        (6, "response body <Code>", "MalformedXML"),
        (6, "response body <Message>", MESSAGE),
        (6, "response header x-oss-request-id", REQUEST_ID),
    ]


def test_a_well_formed_body_has_wrong_elements() -> None:
    body = b"<CompleteMultipartUpload></CompleteMultipartUpload>"
    finding = only_finding(exchange_capture((request("POST", TARGET, body=body), REFUSED)), "REQ007")
    assert finding.confidence is Confidence.LIKELY
    assert "<CompleteMultipartUpload> in the request is well-formed" in finding.summary


def test_an_empty_body_is_named() -> None:
    finding = only_finding(exchange_capture((request("PUT", "/?cors", Content_Length="0"), REFUSED)), "REQ007")
    assert "the request has no body" in finding.summary


def test_a_byte_order_mark_is_named() -> None:
    body = b"\xef\xbb\xbf<Delete><Object><Key>a</Key></Object></Delete>"
    finding = only_finding(exchange_capture((request("POST", "/?delete", body=body), REFUSED)), "REQ007")
    assert "EF BB BF" in finding.explanation


@pytest.mark.parametrize(
    "body",
    [
        b"\x00\xff" * 40,
        b"<a" * 5_000,
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<?xml version="1.0" encoding="klingon"?><a/>',
        b"<a>" * 2_000,
    ],
)
def test_no_body_is_too_strange(body: bytes) -> None:
    finding = only_finding(exchange_capture((request("PUT", "/?cors", body=body), REFUSED)), "REQ007")
    assert len(finding.summary) < 600


def test_other_errors_are_silent() -> None:
    assert not analyze_capture(refused(400, "InvalidArgument", "no"), "REQ007").findings


def test_a_cut_error_document_is_undecided_for_requests_with_xml_only() -> None:
    cut = response(400, "Bad Request", Content_Length="300")
    report = analyze_capture(exchange_capture((request("POST", TARGET, body=BROKEN), cut)), "REQ007")
    assert [item.rule for item in report.undecided] == ["REQ007"]
    assert not analyze_capture(exchange_capture((request("GET", "/a"), cut)), "REQ007").undecided


def test_the_error_is_told_once_and_not_by_the_generic_rule() -> None:
    report = analyze_capture(exchange_capture((request("POST", TARGET, body=BROKEN), REFUSED)), "REQ")
    assert [finding.name for finding in report.findings] == ["malformed-xml"]
