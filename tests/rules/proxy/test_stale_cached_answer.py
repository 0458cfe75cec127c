from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding
from tests.build.http import request, response
from tests.build.sightings import put

OLD = "Sat, 29 Dec 2018 07:00:00 GMT"


def test_message_and_evidence_in_full() -> None:
    finding = only_finding(exchange_capture((request("GET", "/?prefix=a"), response(Age="30"))), "PRX203")
    assert (finding.severity, finding.confidence) == (Severity.WARNING, Confidence.CONFIRMED)
    assert finding.summary == (
        "the answer to ListObjects of rokid is not fresh: a cache answered what it may not answer (Age 30)"
    )
    assert evidence_of(finding) == [(6, "status line", "HTTP/1.1 200 OK"), (6, "response header Age", "30")]


def test_an_older_version_is_shown_beside_the_one_that_was_stored() -> None:
    read = response(ETag='"OLD"', Last_Modified=OLD, body=b"x", request_id="5C2723573183A12D1A2B3C4E")
    finding = only_finding(exchange_capture((put(), response(ETag='"NEW"')), (request(), read)), "PRX203")
    assert finding.confidence is Confidence.LIKELY
    assert finding.exchanges == (1, 0)
    assert [(item.observed, item.expected) for item in finding.evidence if item.field.endswith("ETag")] == [
        ('"OLD"', '"NEW"'),
        ('"NEW"', ""),
    ]


def test_answers_with_one_reason_are_one_finding() -> None:
    cached = request("DELETE"), response(204, "No Content", X_Cache="HIT TCP_HIT")
    assert only_finding(exchange_capture(cached, cached), "PRX203").occurrences == 2


def test_a_download_out_of_a_cache_is_silent() -> None:
    capture = exchange_capture((request(), response(Age="30", X_Cache="HIT TCP_HIT", body=b"x")))
    assert not analyze_capture(capture, "PRX203").findings


def test_fresh_answers_are_silent() -> None:
    exchanges = ((put(), response(ETag='"1"')), (request(), response(ETag='"1"', Last_Modified=OLD, body=b"x")))
    assert not analyze_capture(exchange_capture(*exchanges), "PRX203").findings
