import pytest

from osspcap.report.comparisontext import MAX_NOTABLE, ORDER_DOUBTFUL, format_comparison
from osspcap.report.comparisonview import ComparisonView
from tests.build.analyze import exchange_capture
from tests.build.bounded import ACTIVE
from tests.build.http import response
from tests.build.sightings import judged, put
from tests.build.wire import Capture

REFUSED = response(403, "Forbidden")


def text_of(client: Capture, server: Capture, *, width: int = 80, findings_only: bool = False) -> str:
    return format_comparison(ComparisonView(judged(client, server)), width=width, findings_only=findings_only)


DECODED = exchange_capture((put("/a%252Fb"), REFUSED)), exchange_capture((put("/a%2Fb", Via="1.1 p"), REFUSED))


def test_both_values_stand_beside_each_other() -> None:
    lines = text_of(*DECODED).splitlines()
    assert [line.split() for line in lines if line.lstrip().startswith(("frame  ", "status", "decoded once"))] == [
        ["frame", "4", "4"],
        ["status", "403", "403"],
        ["decoded", "once", "/a%2Fb", "/a/b"],
    ]
    assert "     request target         /a%252Fb                  /a%2Fb" in lines
    assert any("one round of" in line for line in lines)


def test_expected_differences_are_listed_with_their_reason() -> None:
    assert "expected differences: Via (devices write here" in text_of(*DECODED)


@pytest.mark.parametrize("width", [40, 80, 100])
def test_no_line_is_wider_than_asked(width: int) -> None:
    assert max(len(line) for line in text_of(*DECODED, width=width).splitlines()) <= width


def test_control_characters_are_escaped() -> None:
    client = exchange_capture((put("/a", Range="\x1b[31mred"), REFUSED))
    shown = text_of(client, exchange_capture((put("/a"), REFUSED)))
    assert ACTIVE.search(shown) is None
    assert "\\x1b[31mred" in shown


def test_captures_in_the_wrong_order_are_pointed_out() -> None:
    client, server = exchange_capture((put(), REFUSED)), Capture()
    tcp = server.tcp()
    tcp.handshake()
    tcp.client(put())
    server.wait(1)
    tcp.server(REFUSED)
    assert ORDER_DOUBTFUL[:40] in text_of(client, server)
    assert ORDER_DOUBTFUL[:40] not in text_of(server, client)


def test_many_changed_requests_are_cut_and_said_to_be() -> None:
    answers = [response(403, request_id=f"5C2723573183A12D1A2B{number:04X}") for number in range(MAX_NOTABLE + 5)]
    client = exchange_capture(*((put("/a"), answer) for answer in answers))
    shown = text_of(client, exchange_capture(*((put("/b"), answer) for answer in answers)))
    assert "5 more requests: -f json lists all" in shown


def test_findings_only_leaves_out_what_was_not_changed() -> None:
    capture = exchange_capture((put(), response()))
    assert "Requests" not in text_of(capture, capture, findings_only=True)
    assert "Requests" in text_of(capture, capture)


def test_what_could_not_be_compared_is_listed() -> None:
    listing = response(body=b"<List/>" * 12_000)
    capture = exchange_capture((put(), listing))
    shown = text_of(capture, capture)
    assert "Could not be decided" in shown
    assert "not compared: response body: both have 84,000 bytes" in shown
