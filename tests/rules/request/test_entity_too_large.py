from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding, refused
from tests.build.http import REQUEST_ID, oss_error, request, response

MESSAGE = "Your proposed upload exceeds the maximum allowed size."
HUGE = "6442450944"
PUT = request("PUT", "/big.bin", Content_Length=HUGE)


def test_message_and_evidence_in_full() -> None:
    answer = response(400, "Bad Request", body=oss_error("EntityTooLarge", MESSAGE), Connection="close")
    finding = only_finding(exchange_capture((PUT, answer)), "REQ012")
    assert finding.severity is Severity.ERROR
    assert finding.summary == (
        "6,442,450,944 bytes are more than the 5,368,709,120 bytes that PutObject takes: PutObject of rokid/big.bin is "
        f"answered with 400 EntityTooLarge (request ID {REQUEST_ID})"
    )
    assert evidence_of(finding) == [
        (4, "request line", "PUT /big.bin HTTP/1.1"),
        (4, "request header Content-Length", HUGE),
        (6, "status line", "HTTP/1.1 400 Bad Request"),
        (6, "response body <Code>", "EntityTooLarge"),
        (6, "response body <Message>", MESSAGE),
        (6, "response header x-oss-request-id", REQUEST_ID),
    ]
    assert finding.evidence[1].expected == "at most 5368709120"


def test_the_limit_that_oss_states_counts_more() -> None:
    finding = only_finding(
        refused(400, "EntityTooLarge", MESSAGE, method="PUT", MaxSizeAllowed="1024", ProposedSize="2048"), "REQ012"
    )
    assert "2,048 bytes are more than the 1,024 bytes" in finding.summary


def test_invalid_argument_about_the_body_size_is_the_same_fault_told_once() -> None:
    text = "Post body size must be less than 5G."
    for ec in (None, "0017-00000102"):
        answer = response(400, "Bad Request", body=oss_error("InvalidArgument", text if ec is None else "no", ec=ec))
        report = analyze_capture(exchange_capture((PUT, answer)), "REQ")
        assert [finding.name for finding in report.findings] == ["entity-too-large"]


def test_a_copy_names_its_source() -> None:
    copy = request("PUT", "/copy", x_oss_copy_source="/rokid/huge.bin")
    answer = response(400, "Bad Request", body=oss_error("EntityTooLarge", MESSAGE))
    finding = only_finding(exchange_capture((copy, answer)), "REQ012")
    assert "the source object is more than the 1,073,741,824 bytes that CopyObject takes" in finding.summary
    assert (4, "request header x-oss-copy-source", "/rokid/huge.bin") in evidence_of(finding)


def test_numbers_that_are_none_do_no_harm() -> None:
    told = only_finding(refused(400, "EntityTooLarge", MESSAGE, MaxSizeAllowed="٣٣", ProposedSize="9" * 5000), "REQ012")
    assert len(told.summary) < 500


def test_other_errors_are_silent() -> None:
    assert not analyze_capture(refused(400, "EntityTooSmall", "no"), "REQ012").findings
    assert not analyze_capture(refused(400, "InvalidArgument", "no"), "REQ012").findings


def test_a_cut_error_document_is_undecided_where_the_length_is_over_the_limit() -> None:
    cut = response(400, "Bad Request", Content_Length="300")
    assert analyze_capture(exchange_capture((PUT, cut)), "REQ012").undecided
    assert not analyze_capture(exchange_capture((request("PUT", body=b"x"), cut)), "REQ012").undecided
