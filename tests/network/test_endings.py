from collections.abc import Callable
from io import BytesIO

import pytest

from osspcap.analysis import dissect
from osspcap.model.breaks import Break, BreakKind, Breaks, Closing
from tests.build.http import request, response
from tests.build.sightings import dissected
from tests.build.timed import opened
from tests.build.troubles import downloading, healthy, kept, uploading, waiting
from tests.build.wire import ACK, FIN, PSH, RST, Capture, Tcp


def breaks_of(capture: Capture) -> list[Break]:
    found = dissected(capture).facts.get(Breaks)
    return [] if found is None else list(found.breaks)


Story = Callable[[], tuple[Capture, Tcp]]
STORIES: dict[str, tuple[Story, BreakKind | None, BreakKind | None]] = {
    "in an upload": (lambda: uploading(5_000, 20_000), BreakKind.CLIENT_ABORTED, BreakKind.MID_UPLOAD),
    "in a download": (lambda: downloading(5_000, 20_000), BreakKind.CLIENT_ABORTED, BreakKind.MID_DOWNLOAD),
    "at once": (lambda: waiting(0.2), BreakKind.CLIENT_ABORTED, BreakKind.NO_RESPONSE),
    "after seconds": (lambda: waiting(8), BreakKind.CLIENT_GAVE_UP, BreakKind.NO_RESPONSE),
    "after minutes": (lambda: waiting(120), BreakKind.NO_RESPONSE, BreakKind.NO_RESPONSE),
    "while idle": (lambda: kept(20), None, None),
    "when all is done": (lambda: downloading(20_000, 20_000), None, None),
}


@pytest.mark.parametrize("name", STORIES)
def test_who_resets_and_when_tells_what_broke(name: str) -> None:
    story, by_client, by_server = STORIES[name]
    for side, expected in ((0, by_client), (1, by_server)):
        capture, tcp = story()
        tcp.reset(side)
        found = breaks_of(capture)
        assert [item.kind for item in found] == ([] if expected is None else [expected])
        assert all((item.closing, item.by_client) == (Closing.RST, side == 0) for item in found)


def test_a_break_states_bytes_and_silence() -> None:
    capture, tcp = uploading(5_000, 20_000)
    capture.wait(2)
    tcp.reset(1)
    (item,) = breaks_of(capture)
    assert (item.sent, item.announced, item.frame) == (5_000, 20_000, len(capture.packets))
    assert round(item.silent_ns / 1e9) == 2
    assert item.is_acknowledged


def test_what_was_not_acknowledged_is_stated() -> None:
    capture, tcp = opened()
    data = request()
    tcp.client(data, acknowledge=False)
    capture.wait(1)
    tcp.send(0, ACK | PSH, data, seq=1001)
    capture.wait(1)
    tcp.send(0, RST)
    (item,) = breaks_of(capture)
    assert (item.kind, item.is_acknowledged, item.repeats) == (BreakKind.NO_RESPONSE, False, 1)


def test_a_fin_of_the_client_that_reads_on_ends_nothing() -> None:
    capture, tcp = opened()
    tcp.client(request())
    tcp.send(0, FIN | ACK)
    data = response(body=b"y" * 10_000)
    tcp.server(data[:5_000])
    tcp.send(1, FIN | ACK)
    (item,) = breaks_of(capture)
    assert (item.kind, item.by_client) == (BreakKind.TRUNCATED, False)


def test_holes_of_the_capture_are_left_open() -> None:
    capture, tcp = opened()
    tcp.client(request())
    data = response(body=b"y" * 10_000)
    tcp.lose(1, data[:3_000])
    tcp.server(data[3_000:])
    tcp.close(1)
    dissection = dissected(capture)
    breaks = dissection.facts.get(Breaks)
    assert breaks is not None
    assert (breaks.breaks, breaks.open_requests) == ((), (0,))


def test_an_answer_whose_head_was_cut_by_the_snap_length_is_left_open() -> None:
    capture, tcp = opened()
    tcp.client(request())
    tcp.server(response())
    tcp.close()
    breaks = dissect("-", stdin=BytesIO(capture.pcap(snaplen=96))).facts.get(Breaks)
    assert breaks is None or breaks.breaks == ()


def test_one_direction_alone_is_left_open() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.client(request(), acknowledge=False)
    tcp.send(0, RST)
    breaks = dissected(capture).facts.get(Breaks)
    assert breaks is not None
    assert (breaks.breaks, breaks.open_requests) == ((), (0,))


def test_healthy_connections_have_no_such_fact() -> None:
    assert dissected(healthy()).facts.get(Breaks) is None


def test_a_reset_that_acknowledges_more_than_was_captured_shows_a_hole() -> None:
    capture, tcp = downloading(5_000, 20_000)
    tcp.lose(1, bytes(15_000))
    tcp.reset(0)
    breaks = dissected(capture).facts.get(Breaks)
    assert breaks is not None
    assert (breaks.breaks, breaks.open_requests) == ((), (0,))
