import pytest

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, faults, only_finding
from tests.build.http import oss_error, response
from tests.build.pages import allowed, complete_body, invalid_part, page_request
from tests.build.uploads import UPLOAD, complete, etag_of, part, refusal

REFUSED = refusal("InvalidPart", PartNumber="1")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("null", "the ETag null"),
        ("undefined", "the ETag undefined"),
        ("", "an empty ETag"),
        ('"null"', 'the ETag "null"'),
    ],
)
def test_a_list_without_tags_is_an_error_that_shows_what_was_sent(written: str, told: str) -> None:
    capture = exchange_capture(part(1), part(2), complete((1, written), (2, written), quoted=False, answer=REFUSED))
    finding = only_finding(capture, "MPU003")
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.CONFIRMED)
    assert finding.summary.startswith(
        f"part 1 is listed with {told} (and 1 more part alike): CompleteMultipartUpload of"
    )
    assert finding.evidence[1].expected == f'"{etag_of(b"part")}"'
    assert ("response header ETag", f'"{etag_of(b"part")}"') in [
        (field, seen) for _, field, seen in evidence_of(finding)
    ]


def test_oss_may_call_such_a_list_malformed() -> None:
    answer = response(400, "Bad Request", body=oss_error("MalformedXML", "The XML you provided was not well-formed."))
    report = analyze_capture(exchange_capture(part(1), complete((1, "null"), quoted=False, answer=answer)))
    assert [finding.rule for finding in faults(report)] == ["MPU003"]


def test_a_page_that_may_not_read_the_tags_is_told_by_the_cors_rule_alone() -> None:
    target = f"/big.bin?partNumber=1&uploadId={UPLOAD}"
    hidden = allowed(Access_Control_Expose_Headers="x-oss-request-id")
    sent = page_request("PUT", target, body=b"x")
    done = page_request("POST", f"/big.bin?uploadId={UPLOAD}", body=complete_body("null"))
    report = analyze_capture(exchange_capture((sent, hidden), (done, invalid_part())))
    assert [finding.rule for finding in faults(report)] == ["COR004"]
    exposed = analyze_capture(exchange_capture((sent, allowed()), (done, invalid_part())))
    assert [finding.rule for finding in faults(exposed)] == ["MPU003"]


def test_tags_that_are_there_are_silent() -> None:
    capture = exchange_capture(part(1), complete((1, etag_of(b"part")), answer=REFUSED))
    assert not analyze_capture(capture, "MPU003").findings
    assert not analyze_capture(exchange_capture(part(1), complete((1, "null"))), "MPU003").findings
