from osspcap.model.finding import Confidence
from tests.build.http import REQUEST_ID
from tests.build.mismatch import found, mismatch, only, report_on, shown, v1_request, v1_string

SENT = v1_request(v1_string(resource="/rokid/ttsservice%2Fpasswd"), "/ttsservice%252Fpasswd")
CHANGED = v1_string(resource="/rokid/ttsservice/passwd")


def test_message_and_evidence() -> None:
    report = report_on((SENT, mismatch(CHANGED)))
    assert found(report) == ["PRX107"]
    finding = only(report, "PRX107")
    assert finding.summary == (
        "the path was changed on the way: ttsservice%2Fpasswd was sent, OSS received "
        "ttsservice/passwd (one round of percent-decoding)"
        f"; OSS refused PutObject of rokid/ttsservice%2Fpasswd with 403 SignatureDoesNotMatch (request ID {REQUEST_ID})"
    )
    assert finding.confidence is Confidence.CONFIRMED
    for line in ["request line|PUT /ttsservice%252Fpasswd HTTP/1.1|", "/rokid/ttsservice/passwd"]:
        assert line in shown(finding)


def test_what_arrives_as_it_was_sent_is_silent() -> None:
    assert not report_on(
        (v1_request(v1_string(resource="/rokid/a/b"), "/a%2Fb"), mismatch(v1_string(resource="/rokid/a/b"))),
        only="PRX107",
    ).findings


def test_folded_slashes_dots_and_plus_signs_are_told() -> None:
    for target, key in (("/a//b", "a/b"), ("/a/./b", "a/b"), ("/a+b", "a b")):
        finding = only(report_on((v1_request("", target), mismatch(v1_string(resource=f"/rokid/{key}")))), "PRX107")
        assert f"{target[1:]} was sent, OSS received {key} (" in finding.summary
