import pytest

from osspcap.rules.comparing import why_nothing_matches
from tests.build.analyze import exchange_capture
from tests.build.http import request, response
from tests.build.sightings import compared, judged, put
from tests.build.wire import Capture

OTHER_ID = "5C2723573183A12D1A2B3C4E"


def test_errors_stand_in_front_of_warnings() -> None:
    client = exchange_capture(
        (put("/a", Range="x"), response()), (put("/b"), response(403, "Forbidden", request_id=OTHER_ID))
    )
    server = exchange_capture((put("/a"), response()), (put("/c"), response(403, "Forbidden", request_id=OTHER_ID)))
    report = judged(client, server)
    assert [(finding.rule, finding.exchanges) for finding in report.findings] == [("PRX301", (1,)), ("PRX303", (0,))]
    assert report.verdict.startswith("The request target of PutObject of rokid/b was changed on the way")
    assert report.verdict.endswith("1 further finding below.")


def test_only_rules_about_two_sightings_are_asked() -> None:
    capture = exchange_capture((put(Via="1.1 p"), response(404, "Not Found")))
    report = judged(capture, capture)
    assert report.findings == ()
    assert report.rules_checked == 10


def test_nothing_changed_is_said_with_what_was_compared() -> None:
    client = exchange_capture((put(), response()))
    server = exchange_capture((put(Via="1.1 p"), response()), (request("GET"), response(request_id=None)))
    assert judged(client, server).verdict == (
        "Nothing was changed in 1 request that both captures hold; 1 difference such as any proxy makes; "
        "1 request in one capture only."
    )


def later(capture: Capture) -> Capture:
    for packet in capture.packets:
        packet.ts_ns += 86_400_000_000_000
    return capture


@pytest.mark.parametrize(
    ("server", "reason"),
    [
        (Capture(), "the server capture holds no request to OSS; check its filter"),
        (later(exchange_capture((request("GET", "/x"), response(request_id=OTHER_ID)))), "taken at different times"),
        (exchange_capture((request("GET", "/x"), response(request_id=OTHER_ID))), "no request ID, signature, date or"),
    ],
)
def test_captures_with_nothing_in_common_are_told_why_and_what_to_check(server: Capture, reason: str) -> None:
    comparison = compared(exchange_capture((put(), response())), server)
    assert reason in why_nothing_matches(comparison)


def test_an_encrypted_capture_is_told_from_an_empty_one() -> None:
    capture = Capture()
    tcp = capture.tcp(sport=443)
    tcp.handshake()
    tcp.client(b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00")
    comparison = compared(exchange_capture((put(), response())), capture)
    assert "SSLKEYLOGFILE" in why_nothing_matches(comparison)
