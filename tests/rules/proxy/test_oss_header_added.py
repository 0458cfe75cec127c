from osspcap.model.finding import Confidence
from tests.build.http import REQUEST_ID
from tests.build.mismatch import found, mismatch, only, report_on, shown, v1_request, v1_string

SENT = v1_request(v1_string())
CHANGED = v1_string(headers="x-oss-range-behavior:standard\n")


def test_message_and_evidence() -> None:
    report = report_on((SENT, mismatch(CHANGED)))
    assert found(report) == ["PRX104"]
    finding = only(report, "PRX104")
    assert finding.summary == (
        "header x-oss-range-behavior: standard was added on the way"
        f"; OSS refused PutObject of rokid/dir/a.txt with 403 SignatureDoesNotMatch (request ID {REQUEST_ID})"
    )
    assert finding.confidence is Confidence.CONFIRMED
    for line in [
        "response body <StringToSignBytes>, header x-oss-range-behavior|standard|(absent) (as captured)",
        "CDN",
    ]:
        assert line in shown(finding)


def test_what_arrives_as_it_was_sent_is_silent() -> None:
    assert not report_on(
        (
            v1_request(v1_string(headers="x-oss-meta-a:1\n"), x_oss_meta_a="1"),
            mismatch(v1_string(headers="x-oss-meta-a:1\n")),
        ),
        only="PRX104",
    ).findings
