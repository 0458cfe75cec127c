import pytest

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, faults, only_finding
from tests.build.http import REQUEST_ID
from tests.build.uploads import UPLOAD, Pair, abort, complete, etag_of, healthy_upload, initiate, part, refusal

GONE = refusal("NoSuchUpload")
DONE = complete((1, etag_of(b"part")))


def test_message_and_evidence_in_full() -> None:
    finding = only_finding(exchange_capture(part(2, answer=GONE)), "MPU006")
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.CONFIRMED)
    assert finding.summary == (
        f"upload ID {UPLOAD} does not exist: UploadPart of rokid/video/clip.bin is answered with 404 NoSuchUpload "
        f"(request ID {REQUEST_ID})"
    )
    assert [(frame, field) for frame, field, _ in evidence_of(finding)] == [
        (4, "request line"),
        (6, "response body <UploadId>"),
        (6, "status line"),
        (6, "response body <Code>"),
        (6, "response body <Message>"),
        (6, "response header x-oss-request-id"),
    ]


@pytest.mark.parametrize(("ending", "told"), [(DONE, "was completed already"), (abort(), "was aborted already")])
def test_what_ended_the_upload_is_named(ending: Pair, told: str) -> None:
    finding = only_finding(exchange_capture(initiate(), part(1), ending, part(2, answer=GONE)), "MPU006")
    assert f"{told}, by the request in frame 12" in finding.summary
    assert finding.evidence[-1].field.startswith("earlier request, answered 20")
    assert ("nothing is lost" in finding.explanation) is (ending is DONE)


def test_a_completion_whose_answer_was_lost_probably_ended_it() -> None:
    capture = exchange_capture(part(1))
    first = capture.tcp(cport=50001)
    first.handshake()
    first.client(DONE[0])
    first.reset()
    again = capture.tcp(cport=50002)
    again.handshake()
    again.client(DONE[0])
    again.server(GONE)
    finding = only_finding(capture, "MPU006")
    assert finding.confidence is Confidence.LIKELY
    assert "was probably completed already" in finding.summary
    assert "that got no answer" in finding.summary


def test_an_upload_that_vanished_in_between_is_likely_somebody_elses_work() -> None:
    finding = only_finding(exchange_capture(initiate(), part(1), part(2, answer=GONE)), "MPU006")
    assert finding.confidence is Confidence.LIKELY
    assert "was started in this capture and is gone" in finding.summary


def test_requests_with_one_id_are_told_once_and_by_no_other_rule() -> None:
    pairs = [part(number, answer=GONE) for number in range(1, 7)]
    (finding,) = faults(analyze_capture(exchange_capture(*pairs)))
    assert (finding.rule, len(finding.exchanges)) == ("MPU006", 6)
    assert "; 5 more requests fared alike" in finding.summary


def test_an_abort_that_finds_nothing_is_a_warning() -> None:
    finding = only_finding(exchange_capture(*healthy_upload(b"x"), abort(GONE)), "MPU006")
    assert finding.severity is Severity.WARNING
    assert "was completed already" in finding.summary


def test_a_healthy_upload_is_silent() -> None:
    assert not faults(analyze_capture(exchange_capture(*healthy_upload(b"x"))))
    assert not faults(analyze_capture(exchange_capture(initiate(), part(1), abort())))
