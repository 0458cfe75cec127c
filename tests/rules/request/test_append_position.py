from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding, refused
from tests.build.http import REQUEST_ID, oss_error, request, response

MESSAGE = "Position is not equal to file length."
BODY = oss_error("PositionNotEqualToLength", MESSAGE)
BARE = response(409, "Conflict", body=BODY)


def append(position: int) -> bytes:
    return request("POST", f"/log.txt?append&position={position}", body=b"x" * 100)


def done(following: int) -> bytes:
    return response(x_oss_next_append_position=str(following))


def test_message_and_evidence_in_full() -> None:
    answer = response(409, "Conflict", body=BODY, x_oss_next_append_position="100")
    finding = only_finding(exchange_capture((append(0), answer)), "REQ008")
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.CONFIRMED)
    assert finding.summary == (
        "position 0 to append at is not the object's length, 100 is expected: AppendObject of rokid/log.txt is "
        f"answered with 409 PositionNotEqualToLength (request ID {REQUEST_ID})"
    )
    assert evidence_of(finding) == [
        (4, "request line", "POST /log.txt?append&position=0 HTTP/1.1"),
        (6, "response header x-oss-next-append-position", "100"),
        (6, "status line", "HTTP/1.1 409 Conflict"),
        (6, "response body <Code>", "PositionNotEqualToLength"),
        (6, "response body <Message>", MESSAGE),
        (6, "response header x-oss-request-id", REQUEST_ID),
    ]
    assert finding.evidence[0].expected == "position=100"


def test_the_expected_position_is_taken_from_an_earlier_answer() -> None:
    finding = only_finding(exchange_capture((append(0), done(100)), (append(0), BARE)), "REQ008")
    assert "the answer in frame 6 named 100 as the next one" in finding.summary
    assert (6, "response header x-oss-next-append-position", "100") in evidence_of(finding)
    assert "earlier append at this position, answered 200" in [field for _, field, _ in evidence_of(finding)]


def test_a_position_that_oss_had_named_speaks_of_another_writer() -> None:
    finding = only_finding(exchange_capture((append(0), done(100)), (append(100), BARE)), "REQ008")
    assert finding.confidence is Confidence.LIKELY
    assert "another writer" in finding.explanation


def test_nothing_expected_is_invented() -> None:
    finding = only_finding(exchange_capture((append(5), BARE)), "REQ008")
    assert finding.evidence[0].expected == ""
    assert "position 5 to append at is not the object's length: AppendObject" in finding.summary


def test_answers_for_other_objects_do_not_count() -> None:
    other = request("POST", "/other?append&position=0", body=b"x")
    finding = only_finding(exchange_capture((other, done(1)), (append(5), BARE)), "REQ008")
    assert "next-append" not in str(evidence_of(finding))


def test_other_conflicts_are_silent() -> None:
    assert not analyze_capture(refused(409, "ObjectNotAppendable", "no"), "REQ008").findings


def test_a_cut_error_document_is_undecided() -> None:
    report = analyze_capture(exchange_capture((append(0), response(409, "Conflict", Content_Length="300"))), "REQ008")
    assert [item.rule for item in report.undecided] == ["REQ008"]


def test_the_error_is_told_once_and_not_by_the_generic_rule() -> None:
    report = analyze_capture(exchange_capture((append(0), BARE)), "REQ")
    assert [finding.name for finding in report.findings] == ["append-position"]
