from osspcap.model.finding import Confidence
from tests.build.http import REQUEST_ID
from tests.build.mismatch import found, mismatch, only, report_on, shown, v1_request, v1_string

SENT = v1_request(v1_string())
CHANGED = v1_string(date="Sat, 29 Dec 2018 07:32:40 GMT")


def test_message_and_evidence() -> None:
    report = report_on((SENT, mismatch(CHANGED)))
    assert found(report) == ["PRX103"]
    finding = only(report, "PRX103")
    assert finding.summary == (
        "the date was changed on the way: Sat, 29 Dec 2018 07:32:34 GMT was sent, OSS received "
        "Sat, 29 Dec 2018 07:32:40 GMT"
        f"; OSS refused PutObject of rokid/dir/a.txt with 403 SignatureDoesNotMatch (request ID {REQUEST_ID})"
    )
    assert finding.confidence is Confidence.CONFIRMED
    for line in [
        "request header Date|Sat, 29 Dec 2018 07:32:34 GMT|Sat, 29 Dec 2018 07:32:40 GMT (as OSS received it)"
    ]:
        assert line in shown(finding)


def test_what_arrives_as_it_was_sent_is_silent() -> None:
    assert not report_on((v1_request(v1_string()), mismatch(v1_string())), only="PRX103").findings


def test_either_date_may_have_been_signed() -> None:
    other = "Sat, 29 Dec 2018 07:32:40 GMT"
    line = f"x-oss-date:{other}\n"
    sent = v1_request(v1_string(), x_oss_date=other)
    for date in (other, "Sat, 29 Dec 2018 07:32:34 GMT"):
        assert not report_on((sent, mismatch(v1_string(date=date, headers=line))), only="PRX").findings
