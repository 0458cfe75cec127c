from osspcap.model.finding import Confidence
from tests.build.http import BUCKET_HOST, REQUEST_ID
from tests.build.mismatch import EXPIRES, found, mismatch, only, report_on, shown, v1_request, v1_string, v1_url
from tests.build.signed import raw_request

SENT = v1_request(v1_string())
CHANGED = v1_string(resource="/rokid/backend/dir/a.txt")


def test_message_and_evidence() -> None:
    report = report_on((SENT, mismatch(CHANGED)))
    assert found(report) == ["PRX108"]
    finding = only(report, "PRX108")
    assert finding.summary == (
        "the object key was changed on the way: dir/a.txt was sent, OSS received backend/dir/a.txt"
        f"; OSS refused PutObject of rokid/dir/a.txt with 403 SignatureDoesNotMatch (request ID {REQUEST_ID})"
    )
    assert finding.confidence is Confidence.CONFIRMED
    for line in ["response body <StringToSignBytes>, the object key|backend/dir/a.txt|dir/a.txt (as captured)"]:
        assert line in shown(finding)


def test_what_arrives_as_it_was_sent_is_silent() -> None:
    assert not report_on((v1_request(v1_string()), mismatch(v1_string())), only="PRX108").findings


def test_another_bucket_is_told() -> None:
    finding = only(report_on((SENT, mismatch(v1_string(resource="/other/dir/a.txt")))), "PRX108")
    assert "the bucket was changed on the way: rokid was sent, OSS received other" in finding.summary


def test_a_parameter_alone_is_likely() -> None:
    finding = only(report_on((SENT, mismatch(v1_string(resource="/rokid/dir/a.txt?acl")))), "PRX108")
    assert finding.summary.startswith("query parameter acl was added on the way; ")
    assert finding.confidence is Confidence.LIKELY


def test_another_expiry_of_a_url_is_part_of_the_target() -> None:
    url = v1_url("/k", v1_string("GET", "/rokid/k", date=str(EXPIRES)))
    sent = raw_request("GET", url, {"Host": BUCKET_HOST})
    report = report_on((sent, mismatch(v1_string("GET", "/rokid/k", date=str(EXPIRES + 1)))))
    assert found(report) == ["PRX108"]
