from osspcap.model.finding import Severity
from tests.build.analyze import exchange_capture
from tests.build.http import REQUEST_ID, response
from tests.build.sightings import codes, judged, only_difference, put
from tests.build.wire import Capture


def test_message_and_evidence_in_full() -> None:
    sent, arrived = put(Content_Type="text/html; charset=utf-8"), put(Content_Type="application/octet-stream")
    finding = only_difference("PRX303", sent, arrived)
    assert finding.severity is Severity.ERROR
    assert finding.summary == (
        "request header Content-Type of PutObject of rokid/key was changed on the way from "
        f"text/html; charset=utf-8 to application/octet-stream (request ID {REQUEST_ID})"
    )
    assert [(item.capture, item.frame, item.field, item.observed) for item in finding.evidence[:2]] == [
        ("client", 4, "request header Content-Type", "text/html; charset=utf-8"),
        ("server", 4, "request header Content-Type", "application/octet-stream"),
    ]


def test_added_and_removed_fields_are_told_with_where_they_are_not() -> None:
    added = only_difference("PRX303", put(), put(x_oss_range_behavior="standard"))
    assert "x-oss-range-behavior" in added.summary
    assert "was added on the way: standard" in added.summary
    assert [(item.capture, item.observed) for item in added.evidence[:2]] == [
        ("client", "(not there)"),
        ("server", "standard"),
    ]
    removed = only_difference("PRX303", put(x_oss_acl="private"), put())
    assert "was removed on the way: it was private" in removed.summary


def test_a_field_that_is_not_signed_is_a_warning() -> None:
    assert only_difference("PRX303", put(Range="bytes=0-1"), put()).severity is Severity.WARNING


def test_a_signed_field_is_a_warning_if_the_request_succeeded() -> None:
    finding = only_difference("PRX303", put(), put(Content_Type="a/b"), response())
    assert finding.severity is Severity.WARNING


def test_marks_of_proxies_and_fields_of_one_connection_are_silent() -> None:
    assert codes(put(Connection="keep-alive"), put(Via="1.1 p", X_Forwarded_For="10.0.0.1", Connection="close")) == []


def test_one_change_to_many_requests_is_one_finding() -> None:
    sent, arrived = put(Content_Type="a/b"), put(Content_Type="c/d")
    answers = [response(403, request_id=f"5C2723573183A12D1A2B3C{number:02X}") for number in range(3)]
    report = judged(
        exchange_capture(*((sent, answer) for answer in answers)),
        exchange_capture(*((arrived, answer) for answer in answers)),
    )
    assert [(finding.rule, finding.occurrences, finding.exchanges) for finding in report.findings] == [
        ("PRX303", 3, (0, 1, 2))
    ]


def test_a_head_that_was_not_captured_whole_is_undecided() -> None:
    whole = put(x_oss_meta_a="1", x_oss_meta_b="2")
    client, server = exchange_capture((whole, response())), Capture()
    tcp = server.tcp()
    tcp.handshake()
    tcp.client(whole[: whole.index(b"x-oss-meta-a")])
    report = judged(client, server, "PRX303")
    assert not report.findings
    assert ["not complete" in item.reason for item in report.undecided] == [True]
