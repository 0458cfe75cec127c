from osspcap.model.finding import Confidence
from tests.build.http import REQUEST_ID
from tests.build.mismatch import found, mismatch, only, report_on, shown, v1_request, v1_string

SENT = v1_request(v1_string(md5="1B2M2Y8AsgTpgAmY7PhCfg=="), Content_MD5="1B2M2Y8AsgTpgAmY7PhCfg==")
CHANGED = v1_string(md5="XUFAKrxLKna5cZ2REBfFkg==")


def test_message_and_evidence() -> None:
    report = report_on((SENT, mismatch(CHANGED)))
    assert found(report) == ["PRX102"]
    finding = only(report, "PRX102")
    assert finding.summary == (
        "Content-MD5 was changed on the way: 1B2M2Y8AsgTpgAmY7PhCfg== was sent, OSS received XUFAKrxLKna5cZ2REBfFkg=="
        f"; OSS refused PutObject of rokid/dir/a.txt with 403 SignatureDoesNotMatch (request ID {REQUEST_ID})"
    )
    assert finding.confidence is Confidence.CONFIRMED
    for line in ["request header Content-MD5|1B2M2Y8AsgTpgAmY7PhCfg==|XUFAKrxLKna5cZ2REBfFkg== (as OSS received it)"]:
        assert line in shown(finding)


def test_what_arrives_as_it_was_sent_is_silent() -> None:
    assert not report_on((v1_request(v1_string()), mismatch(v1_string())), only="PRX102").findings
