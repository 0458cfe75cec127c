from pathlib import Path

import pytest

from osspcap.analysis import Options
from osspcap.compare import compare
from osspcap.errors import UnreadableCaptureError, UsageError
from osspcap.model.comparison import MatchedBy
from tests.build.analyze import exchange_capture
from tests.build.http import request, response
from tests.build.sightings import compared, put
from tests.build.wire import Capture

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
HOUR_NS = 3_600_000_000_000


def test_a_rewritten_content_type_is_all_that_is_found_in_a_real_pair() -> None:
    report = compare(
        FIXTURES / "sig-content-type-rewritten.client.pcap", FIXTURES / "sig-content-type-rewritten.server.pcap"
    )
    assert [finding.rule for finding in report.findings] == ["PRX303"]
    assert not report.undecided
    for value in ("Content-Type", "text/html; charset=utf-8", "application/octet-stream", "6B00BB8C9CEC188131B10421"):
        assert value in report.findings[0].summary
    expected = [item.name for item in report.comparison.requests[0].differences if item.expected]
    assert expected == ["Connection", "Via", "X-Forwarded-For", "X-Real-IP", "Server"]


def test_a_capture_compared_with_itself_has_no_difference() -> None:
    path = FIXTURES / "keepalive-50.pcap"
    report = compare(path, path)
    assert (report.findings, report.undecided) == ((), ())
    assert report.comparison.matched == len(report.comparison.requests) == len(report.comparison.client.exchanges)
    assert report.verdict.startswith(f"Nothing was changed in {report.comparison.matched} requests")


def test_a_file_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(UnreadableCaptureError):
        compare(FIXTURES / "clean-v1.pcap", FIXTURES / "nothing.pcap")


def test_rules_are_chosen_by_the_options() -> None:
    path = FIXTURES / "clean-v1.pcap"
    assert compare(path, path, Options(select=("PRX301",))).rules_checked == 1
    with pytest.raises(UsageError):
        compare(path, path, Options(select=("PRX399",)))


def pair_with_clocks(ahead_ns: int, *, delay_ns: int = 2_000_000) -> tuple[Capture, Capture]:
    """A request that needs a while from the one place to the other, between clocks that differ."""
    client, server = Capture(), Capture()
    for capture, offset in ((client, 0), (server, ahead_ns + delay_ns)):
        capture.now_ns += offset
        tcp = capture.tcp()
        tcp.handshake()
        tcp.client(put())
        if capture is client:
            capture.now_ns += 2 * delay_ns
        tcp.server(response())
        tcp.close()
    return client, server


@pytest.mark.parametrize("ahead_ns", [0, HOUR_NS, -HOUR_NS])
def test_the_clocks_are_aligned_by_request_and_answer_together(ahead_ns: int) -> None:
    comparison = compared(*pair_with_clocks(ahead_ns))
    assert comparison.clock is not None
    assert (comparison.clock.offset_ns, comparison.clock.samples, comparison.clock.spread_ns) == (ahead_ns, 1, 0)
    assert not comparison.is_order_doubtful


def test_captures_given_the_wrong_way_round_are_noticed() -> None:
    client, server = pair_with_clocks(HOUR_NS)
    assert compared(server, client).is_order_doubtful


def test_requests_are_numbered_the_clients_first() -> None:
    client = exchange_capture((put("/a"), response()), (request("GET", "/only-here"), response(request_id=None)))
    server = exchange_capture((request("GET", "/only-there"), response(request_id=None)), (put("/a"), response()))
    requests = compared(client, server).requests
    assert [(each.number, each.client is None, each.server is None, each.matched_by) for each in requests] == [
        (0, False, False, MatchedBy.REQUEST_ID),
        (1, False, True, None),
        (2, True, False, None),
    ]


def encrypted() -> Capture:
    capture = exchange_capture((put("/a"), response()))
    tcp = capture.tcp(cport=51000, sport=443)
    tcp.handshake()
    tcp.client(b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00")
    return capture


@pytest.mark.parametrize(
    ("server", "reason"),
    [
        (exchange_capture((put("/a"), response())), ""),
        (encrypted(), "the server capture holds encrypted connections that could not be read"),
        (Capture(), "the two captures have no request in common, so their clocks cannot be aligned"),
    ],
)
def test_what_the_other_capture_may_have_missed_is_said(server: Capture, reason: str) -> None:
    client = exchange_capture((put("/a"), response()), (request("GET", "/no"), response(request_id=None, status=500)))
    assert compared(client, server).requests[1].blind_spot == reason
