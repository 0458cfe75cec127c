from io import BytesIO

from osspcap.analysis import dissect
from osspcap.model.latency import PhaseName
from osspcap.report.phases import Kind, MarkKind, held_up_by, marks_of, spans_of
from tests.build.http import request, response
from tests.build.wire import ACK, START_NS, Capture, Tcp


def opened() -> tuple[Capture, Tcp]:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    return capture, tcp


def spans(capture: Capture, number: int = 0) -> list[tuple[str, float, float]]:
    """Kind, start and end in milliseconds."""
    dissection = dissect("-", stdin=BytesIO(capture.pcap()))
    exchange = dissection.exchanges[number]
    found = spans_of(exchange, dissection.connections[exchange.stream])
    return [(span.kind.name, (span.start_ns - START_NS) / 1e6, (span.end_ns - START_NS) / 1e6) for span in found]


def marks(capture: Capture) -> list[tuple[MarkKind, float, str]]:
    dissection = dissect("-", stdin=BytesIO(capture.pcap()))
    exchange = dissection.exchanges[0]
    found = marks_of(exchange, dissection.connections[exchange.stream])
    return [(mark.kind, (mark.ts_ns - START_NS) / 1e6, mark.text) for mark in found]


def test_an_exchange_has_its_parts_in_order_and_only_the_first_opens_the_connection() -> None:
    capture, tcp = opened()
    tcp.client(request("PUT", "/a", body=b"x" * 4000))
    capture.wait(0.1)
    tcp.server(response(body=b"y" * 3000))
    tcp.client(request("GET", "/b"))
    tcp.server(response())
    assert spans(capture) == [
        ("CONNECT", 0, 2),
        ("SENDING", 3, 5),
        ("WAITING", 5, 107),
        ("RECEIVING", 107, 109),
    ]
    assert [name for name, *_ in spans(capture, 1)] == ["SENDING", "WAITING", "RECEIVING"]


def test_an_early_answer_overlaps_the_sending() -> None:
    capture, tcp = opened()
    tcp.client(request("PUT", "/a", body=b"x" * 4000)[:2000], acknowledge=False)
    tcp.server(response(403, "Forbidden"))
    tcp.send(0, ACK, b"x" * 1000)
    names = [(name, start) for name, start, _ in spans(capture)]
    assert ("WAITING", 5) not in names
    assert names[-1][0] == "RECEIVING"


def test_a_request_without_an_answer_waits_until_its_connection_ends() -> None:
    capture, tcp = opened()
    tcp.client(request("GET", "/a"))
    capture.wait(3)
    tcp.reset(1)
    assert spans(capture)[-1] == ("WAITING", 3, 3005)
    assert [(kind, at) for kind, at, _ in marks(capture)] == [(MarkKind.RESET, 3005), (MarkKind.UNANSWERED, 3005)]
    assert "server in frame 6" in marks(capture)[0][2]


def test_holes_are_marked_and_what_was_never_sent_is_none() -> None:
    capture, tcp = opened()
    tcp.client(request("GET", "/a"))
    content = response(body=b"y" * 3000)
    tcp.server(content[:1000])
    tcp.lose(1, content[1000:2000])
    tcp.server(content[2000:])
    assert [(kind, text) for kind, _, text in marks(capture)] == [
        (MarkKind.HOLE, "1,000 bytes of the body missing: not captured")
    ]
    capture, tcp = opened()
    tcp.client(request("PUT", "/a", body=b"x" * 4000)[:2000])
    tcp.reset(1)
    assert [kind for kind, *_ in marks(capture)] == [MarkKind.RESET, MarkKind.UNANSWERED]


def test_a_reset_behind_a_finished_exchange_is_not_its_own() -> None:
    capture, tcp = opened()
    tcp.client(request("GET", "/a"))
    tcp.server(response(body=b"y"))
    tcp.reset(0)
    assert marks(capture) == []


def test_what_held_up_a_long_exchange_is_told() -> None:
    capture, tcp = opened()
    tcp.client(request("GET", "/a"))
    tcp.server(response())
    tcp.client(request("GET", "/b"))
    capture.wait(2)
    tcp.server(response(x_oss_server_time="1990"))
    dissection = dissect("-", stdin=BytesIO(capture.pcap()))
    told = [held_up_by(one, dissection.connections[0], dissection.pauses) for one in dissection.exchanges]
    assert told == ["", "server"]


def test_the_numbers_of_the_kinds_are_those_of_the_script() -> None:
    assert [kind.name for kind in Kind] == [name.name for name in PhaseName]
    assert [kind.name for kind in MarkKind] == ["HOLE", "RESET", "UNANSWERED"]
