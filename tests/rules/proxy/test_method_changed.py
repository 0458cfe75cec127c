from osspcap.model.finding import Confidence
from tests.build.http import REQUEST_ID
from tests.build.mismatch import found, mismatch, only, report_on, shown, v1_request, v1_string

SENT = v1_request(v1_string("HEAD"), method="HEAD")
CHANGED = v1_string("GET")


def test_message_and_evidence() -> None:
    report = report_on((SENT, mismatch(CHANGED, in_header=True)))
    assert found(report) == ["PRX110"]
    finding = only(report, "PRX110")
    assert finding.summary == (
        "the method was changed on the way: HEAD was sent, OSS received GET"
        f"; OSS refused HeadObject of rokid/dir/a.txt with 403 SignatureDoesNotMatch (request ID {REQUEST_ID})"
    )
    assert finding.confidence is Confidence.CONFIRMED
    for line in ["request line|HEAD /dir/a.txt HTTP/1.1|GET (as OSS received it)"]:
        assert line in shown(finding)


def test_what_arrives_as_it_was_sent_is_silent() -> None:
    assert not report_on((v1_request(v1_string()), mismatch(v1_string())), only="PRX110").findings
