from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, exchange_capture
from tests.build.http import request, response
from tests.build.sightings import judged, legs_capture, put

BLOCKED = response(403, "Forbidden", request_id=None, server="gate")


def test_a_block_page_before_the_second_place_is_an_error() -> None:
    client = exchange_capture((put("/ok"), response()), (put("/no", Authorization="OSS LTAI:x"), BLOCKED))
    [finding] = judged(client, exchange_capture((put("/ok"), response()))).findings
    assert (finding.rule, finding.severity) == ("PRX309", Severity.ERROR)
    assert finding.summary == (
        "the answer 403 to PutObject of rokid/no was not made nearer to OSS: the request never got there"
    )


def test_an_answer_out_of_a_cache_is_a_warning() -> None:
    get = request("GET", "/cached")
    client = exchange_capture((put("/ok"), response()), (get, response(request_id="5C2723573183A12D1A2B3C4E")))
    [finding] = judged(client, exchange_capture((put("/ok"), response()))).findings
    assert (finding.rule, finding.severity) == ("PRX309", Severity.WARNING)


def test_a_gateways_timeout_is_seen_in_the_legs_of_one_capture_and_told_once() -> None:
    timeout = response(504, "Gateway Time-out", request_id=None, server="nginx")
    report = analyze_capture(legs_capture(put(), put(), None, timeout), "PRX")
    assert [finding.rule for finding in report.findings] == ["PRX309"]
    assert "there it was never answered" in report.findings[0].summary


def test_an_answer_that_came_from_the_second_place_is_silent() -> None:
    capture = exchange_capture((put(), response()))
    assert not judged(capture, capture, "PRX309").findings


def test_captures_with_nothing_in_common_are_undecided() -> None:
    client = exchange_capture((put("/no"), BLOCKED))
    server = exchange_capture((request("GET", "/other"), response()))
    report = judged(client, server, "PRX309")
    assert not report.findings
    assert ["cannot be aligned" in item.reason for item in report.undecided] == [True]
