from osspcap.model.finding import Confidence
from tests.build.http import REQUEST_ID
from tests.build.mismatch import found, mismatch, only, report_on, shown, v1_request, v1_string

SENT = v1_request(v1_string(content_type="text/html; charset=utf-8"), Content_Type="text/html; charset=utf-8")
CHANGED = v1_string(content_type="application/octet-stream")


def test_message_and_evidence() -> None:
    report = report_on((SENT, mismatch(CHANGED)))
    assert found(report) == ["PRX101"]
    finding = only(report, "PRX101")
    assert finding.summary == (
        "Content-Type was changed on the way: text/html; charset=utf-8 was sent, OSS received application/octet-stream"
        f"; OSS refused PutObject of rokid/dir/a.txt with 403 SignatureDoesNotMatch (request ID {REQUEST_ID})"
    )
    assert finding.confidence is Confidence.CONFIRMED
    for line in [
        "request header Content-Type|text/html; charset=utf-8|application/octet-stream (as OSS received it)",
        (
            "response body <StringToSignBytes>, Content-Type|application/octet-stream|text/html; "
            "charset=utf-8 (as captured)"
        ),
        "response body <Code>|SignatureDoesNotMatch|",
    ]:
        assert line in shown(finding)


def test_what_arrives_as_it_was_sent_is_silent() -> None:
    assert not report_on(
        (
            v1_request(v1_string(content_type="text/a"), Content_Type="text/a"),
            mismatch(v1_string(content_type="text/a")),
        ),
        only="PRX101",
    ).findings


def test_a_type_that_was_added_or_dropped_is_told() -> None:
    added = only(report_on((v1_request(v1_string()), mismatch(v1_string(content_type="text/plain")))), "PRX101")
    assert "none was sent, OSS received text/plain" in added.summary
    dropped = only(report_on((SENT, mismatch(v1_string()))), "PRX101")
    assert "OSS received none" in dropped.summary
