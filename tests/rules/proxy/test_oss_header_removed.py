from osspcap.model.finding import Confidence
from tests.build.http import REQUEST_ID
from tests.build.mismatch import found, mismatch, only, report_on, shown, v1_request, v1_string

SENT = v1_request(v1_string(headers="x-oss-meta-a:1\n"), x_oss_meta_a="1")
CHANGED = v1_string()


def test_message_and_evidence() -> None:
    report = report_on((SENT, mismatch(CHANGED)))
    assert found(report) == ["PRX105"]
    finding = only(report, "PRX105")
    assert finding.summary == (
        "header x-oss-meta-a was removed on the way: 1 was sent, OSS received none"
        f"; OSS refused PutObject of rokid/dir/a.txt with 403 SignatureDoesNotMatch (request ID {REQUEST_ID})"
    )
    assert finding.confidence is Confidence.CONFIRMED
    for line in ["request header x-oss-meta-a|1|(absent) (as OSS received it)"]:
        assert line in shown(finding)


def test_what_arrives_as_it_was_sent_is_silent() -> None:
    assert not report_on(
        (
            v1_request(v1_string(headers="x-oss-meta-a:1\n"), x_oss_meta_a="1"),
            mismatch(v1_string(headers="x-oss-meta-a:1\n")),
        ),
        only="PRX105",
    ).findings
