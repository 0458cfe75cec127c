import json
from typing import Any

from osspcap.report.comparisonjson import comparison_pieces
from osspcap.report.comparisonview import ComparisonView
from tests.build.analyze import exchange_capture
from tests.build.http import REQUEST_ID, response
from tests.build.sightings import judged, put
from tests.build.wire import Capture

REFUSED = response(403, "Forbidden")


def json_of(client: Capture, server: Capture) -> dict[str, Any]:
    text = "".join(comparison_pieces(ComparisonView(judged(client, server))))
    assert text.isascii()
    loaded: dict[str, Any] = json.loads(text)
    return loaded


DECODED = exchange_capture((put("/a%252Fb"), REFUSED)), exchange_capture((put("/a%2Fb", Via="1.1 p"), REFUSED))


def test_the_keys_of_the_report_are_these() -> None:
    report = json_of(*DECODED)
    assert list(report) == [
        "schema_version",
        "tool",
        "client",
        "server",
        "clock",
        "requests",
        "findings",
        "undecided",
        "summary",
    ]
    assert report["clock"] == {
        "server_ahead_ms": 0.0,
        "samples": 1,
        "spread_ms": 0.0,
        "basis": "median over the matched requests",
    }
    assert report["summary"]["matched"] == report["summary"]["errors"] == 1


def test_every_difference_is_listed_with_both_values() -> None:
    [request] = json_of(*DECODED)["requests"]
    target, via = request["differences"]
    assert target == {
        "place": "request target",
        "name": None,
        "client": ["/a%252Fb"],
        "server": ["/a%2Fb"],
        "client_frame": 4,
        "server_frame": 4,
        "note": "one round of percent-decoding",
        "expected": False,
        "reason": "",
        "decoded_once": {"client": "/a%2Fb", "server": "/a/b"},
    }
    assert (via["name"], via["client"], via["server"], via["expected"]) == ("Via", [], ["1.1 p"], True)
    assert (request["request_id"], request["matched_by"]) == (REQUEST_ID, "request ID")
    assert request["client"]["request"]["target"] == "/a%252Fb"
    assert request["server"]["request"]["target"] == "/a%2Fb"


def test_findings_name_requests_and_the_capture_of_each_fact() -> None:
    [finding] = json_of(*DECODED)["findings"]
    assert (finding["rule"], finding["requests"]) == ("PRX301", [0])
    assert [(item["capture"], item["frame"], item["observed"]) for item in finding["evidence"][:2]] == [
        ("client", 4, "/a%252Fb"),
        ("server", 4, "/a%2Fb"),
    ]


def test_a_request_that_one_capture_lacks_is_listed_with_null() -> None:
    nothing = json_of(exchange_capture((put(), REFUSED)), Capture())
    assert (nothing["requests"][0]["server"], nothing["clock"]) == (None, None)
    assert nothing["requests"][0]["blind_spot"]
