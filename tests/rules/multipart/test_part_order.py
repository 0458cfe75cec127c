from osspcap.model.finding import Confidence
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, faults, only_finding
from tests.build.uploads import complete, etag_of, healthy_upload, part, refusal

TAG = etag_of(b"part")
REFUSED = refusal("InvalidPartOrder")


def test_the_first_number_that_does_not_ascend_is_shown() -> None:
    parts = [part(number) for number in (1, 2, 10)]
    capture = exchange_capture(*parts, complete((1, TAG), (10, TAG), (2, TAG), answer=REFUSED))
    finding = only_finding(capture, "MPU005")
    assert finding.confidence is Confidence.CONFIRMED
    assert finding.summary.startswith(
        "part 2 is listed behind part 10: CompleteMultipartUpload of rokid/video/clip.bin"
    )
    assert (finding.evidence[1].observed, finding.evidence[1].expected) == ("2", "above 10")
    assert ("response body <Code>", "InvalidPartOrder") in [(field, seen) for _, field, seen in evidence_of(finding)]
    assert [item.rule for item in faults(analyze_capture(capture))] == ["MPU005"]


def test_a_part_listed_twice_is_called_so() -> None:
    finding = only_finding(exchange_capture(complete((1, TAG), (1, TAG), answer=REFUSED)), "MPU005")
    assert finding.summary.startswith("part 1 is listed twice in a row")


def test_an_order_that_is_right_as_captured_is_undecided() -> None:
    report = analyze_capture(exchange_capture(complete((1, TAG), (2, TAG), answer=REFUSED)), "MPU005")
    assert not report.findings
    assert [item.rule for item in report.undecided] == ["MPU005"]


def test_gaps_and_accepted_lists_are_silent() -> None:
    assert not analyze_capture(exchange_capture(part(1), part(7), complete((1, TAG), (7, TAG))), "MPU005").findings
    assert not faults(analyze_capture(exchange_capture(*healthy_upload(b"x"))))
