import pytest

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, faults, only_finding
from tests.build.clocks import (
    basic_date,
    error,
    http_date,
    refused_capture,
    taken_capture,
    too_skewed,
    v1_request,
    v4_request,
)
from tests.build.http import DATE, REQUEST_ID, request, response
from tests.build.wire import START_NS, Capture

INVALID_DATE = "Invalid signing date in Authorization header."


def test_a_refused_time_is_an_error_with_both_times_as_the_server_wrote_them() -> None:
    finding = only_finding(refused_capture(-1200), "CLK001")
    assert (finding.severity, finding.name, finding.category) == (Severity.ERROR, "client-clock-behind", "clock")
    assert finding.summary == (
        "the client's clock is 1200 s (20 min 0 s) behind the server's: OSS refuses GetObject of rokid/key with "
        f"403 RequestTimeTooSkewed (request ID {REQUEST_ID})"
    )
    assert evidence_of(finding) == [
        (4, "request header Date", "Sat, 29 Dec 2018 07:12:34 GMT"),
        (6, "response body <RequestTime>", "2018-12-29T07:12:34.000Z"),
        (6, "response body <ServerTime>", "2018-12-29T07:32:34.000Z"),
        (6, "status line", "HTTP/1.1 403 Refused"),
        (6, "response body <Code>", "RequestTimeTooSkewed"),
        (6, "response body <Message>", "The difference between the request time and the current time is too large."),
        (6, "response header x-oss-request-id", REQUEST_ID),
    ]
    assert "-1200 s off" in finding.evidence[0].expected


def test_retries_with_the_same_clock_are_one_finding_and_the_only_one() -> None:
    report = analyze_capture(refused_capture(-1200, -1200, -1201))
    assert [(finding.rule, finding.occurrences) for finding in faults(report)] == [("CLK001", 3)]


@pytest.mark.parametrize(
    ("offset_s", "severity"), [(-69, Severity.INFO), (-299, Severity.INFO), (-301, Severity.WARNING)]
)
def test_an_offset_that_oss_allows_is_a_warning_from_five_minutes_on(offset_s: int, severity: Severity) -> None:
    finding = only_finding(taken_capture(offset_s), "CLK001")
    assert finding.severity is severity
    assert f"{-offset_s} s" in finding.summary
    assert "OSS allows 900 s" in finding.summary


@pytest.mark.parametrize("offset_s", [-59, 0, 59, 69, 400])
def test_a_clock_that_is_right_or_ahead_is_silent(offset_s: int) -> None:
    report = analyze_capture(taken_capture(offset_s), "CLK001")
    assert not report.findings
    assert not report.undecided


def test_the_other_shape_of_a_v4_skew_is_an_error_too() -> None:
    day_s = -86_400 * 3
    capture = exchange_capture((v4_request(day_s), error(400, "InvalidArgument", INVALID_DATE)))
    finding = only_finding(capture, "CLK001")
    assert finding.severity is Severity.ERROR
    assert "259200 s" in finding.summary
    assert "400 InvalidArgument" in finding.summary
    assert finding.evidence[0].field == "request header x-oss-date"


def test_a_credential_at_odds_with_the_requests_own_date_is_no_fault_of_the_clock() -> None:
    raw = v4_request().replace(b"/20181229/", b"/20181220/")
    capture = exchange_capture((raw, error(400, "InvalidArgument", INVALID_DATE)))
    assert not analyze_capture(capture, "CLK001").findings


def test_a_client_that_corrects_itself_is_a_warning_and_nothing_else() -> None:
    capture = exchange_capture((v1_request(-1200), too_skewed(-1200)), (v1_request(0), response()))
    report = analyze_capture(capture)
    assert [(finding.rule, finding.severity) for finding in faults(report)] == [("CLK001", Severity.WARNING)]
    assert "repeated the request at once with the right time" in report.findings[0].summary


def test_a_right_time_much_later_is_no_correction() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(v1_request(-1200))
    tcp.server(too_skewed(-1200))
    capture.wait(600)
    tcp.client(v1_request(600))
    tcp.server(response(Date=http_date(600)))
    assert only_finding(capture, "CLK001").severity is Severity.ERROR


def test_a_retry_that_is_not_signed_anew_is_named() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    for waited_s in (0, 120):
        capture.wait(waited_s)
        tcp.client(v1_request(-1000))
        tcp.server(too_skewed(-1000, ServerTime=f"2018-12-29T07:{32 + waited_s // 60}:34.000Z"))
    finding = only_finding(capture, "CLK001")
    assert "not signed anew" in finding.explanation
    assert finding.confidence is Confidence.LIKELY


def test_a_capture_taken_on_the_client_proves_its_clock() -> None:
    capture = Capture(now_ns=START_NS - 1200 * 10**9)
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(v1_request(-1200))
    tcp.server(too_skewed(-1200))
    finding = only_finding(capture, "CLK001")
    assert finding.confidence is Confidence.CONFIRMED
    assert "taken on the client's host" in finding.explanation


def test_head_without_a_document_is_told_by_the_headers() -> None:
    answer = response(403, "Forbidden", x_oss_ec="0002-00000504")
    finding = only_finding(exchange_capture((v1_request(-1200, "HEAD"), answer)), "CLK001")
    assert finding.severity is Severity.ERROR
    assert "1199" in finding.summary or "1200" in finding.summary


def test_a_failure_for_another_reason_keeps_its_own_finding() -> None:
    missing = error(404, "NoSuchKey", "The specified key does not exist.")
    report = analyze_capture(exchange_capture((v1_request(-400), missing)))
    assert {(finding.rule, finding.severity) for finding in faults(report)} == {
        ("CLK001", Severity.WARNING),
        ("REQ001", Severity.WARNING),
    }
    report = analyze_capture(exchange_capture((v1_request(-400), error(400, "NewError", "Something."))))
    assert "REQ016" in {finding.rule for finding in report.findings}


def test_without_both_times_it_is_undecided() -> None:
    answer = error(403, "RequestTimeTooSkewed", "too large").replace(f"Date: {DATE}\r\n".encode(), b"")
    report = analyze_capture(exchange_capture((request(Authorization="OSS a:b="), answer)), "CLK001")
    assert not report.findings
    (undecided,) = report.undecided
    assert "neither the amount nor the direction" in undecided.reason


def test_an_old_signed_url_is_silent() -> None:
    target = (
        f"/key?x-oss-date={basic_date(-259_200)}&x-oss-expires=604800&x-oss-signature-version=OSS4-HMAC-SHA256"
        "&x-oss-credential=LTAI5tClock0000000000001%2F20181226%2Fcn-hangzhou%2Foss%2Faliyun_v4_request"
        f"&x-oss-signature={'0f' * 32}"
    )
    assert not analyze_capture(exchange_capture((request(target=target), response())), "CLK").findings
