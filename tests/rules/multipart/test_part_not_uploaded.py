import pytest

from osspcap.model.finding import Confidence
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, faults, only_finding
from tests.build.http import response
from tests.build.uploads import Pair, complete, etag_of, initiate, part, refusal

TAG = etag_of(b"part")
OTHER = "0123456789ABCDEF0123456789ABCDEF"
FAILED = part(2, answer=response(500, "Internal Server Error"))


def refused_list(named: str = "") -> Pair:
    answer = refusal("InvalidPart", PartNumber=named) if named else refusal("InvalidPart")
    return complete((1, TAG), (2, OTHER), answer=answer)


@pytest.mark.parametrize(
    ("before", "named", "confidence"),
    [
        ([initiate(), part(1)], "", Confidence.LIKELY),
        ([initiate(), part(1)], "2", Confidence.CONFIRMED),
        ([part(1)], "", Confidence.POSSIBLE),
    ],
)
def test_a_part_that_was_never_sent_is_as_sure_as_the_capture_is_whole(
    before: list[Pair], named: str, confidence: Confidence
) -> None:
    finding = only_finding(exchange_capture(*before, refused_list(named)), "MPU004")
    assert finding.confidence is confidence
    assert finding.summary.startswith("part 2 is listed but was not uploaded in this capture: CompleteMultipartUpload")


def test_a_failed_try_proves_it_and_is_shown() -> None:
    finding = only_finding(exchange_capture(part(1), FAILED, refused_list()), "MPU004")
    assert finding.confidence is Confidence.CONFIRMED
    assert finding.summary.startswith("part 2 is listed although its upload was answered with 500")
    assert ("status line", "HTTP/1.1 500 Internal Server Error") in [
        (field, seen) for _, field, seen in evidence_of(finding)
    ]


def test_a_try_without_an_answer_proves_it_too() -> None:
    capture = exchange_capture(part(1))
    unanswered = capture.tcp(cport=50001)
    unanswered.handshake()
    unanswered.client(part(2)[0])
    unanswered.reset()
    late = capture.tcp(cport=50002)
    late.handshake()
    sent, answered = refused_list()
    late.client(sent)
    late.server(answered)
    finding = only_finding(capture, "MPU004")
    assert finding.summary.startswith("part 2 is listed although its upload got no answer")


def test_an_upload_of_which_nothing_was_captured_is_undecided() -> None:
    report = analyze_capture(exchange_capture(refused_list()), "MPU004")
    assert not report.findings
    assert "not in the capture" in report.undecided[0].reason


def test_the_fault_is_told_once_and_uploaded_parts_are_silent() -> None:
    report = analyze_capture(exchange_capture(initiate(), part(1), FAILED, refused_list()))
    assert [finding.rule for finding in faults(report)] == ["MPU004", "REQ010"]
    listed = complete((1, TAG), answer=refusal("InvalidPart"))
    assert not analyze_capture(exchange_capture(part(1), listed), "MPU004").findings
