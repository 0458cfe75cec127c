from pathlib import Path

from osspcap.analysis import Options, dissect
from osspcap.capture.reader import open_capture
from osspcap.collect import KEPT_WINDOW_BYTES, MAX_KEPT_BYTES, ExchangeCollector
from osspcap.model.exchange import Exchange, MessagePair
from osspcap.tcp.streams import StreamAssembler
from tests.build.http import oss_error, request, response
from tests.build.wire import Capture

CNAME = "img.example.com"


def exchanges(capture: Capture, tmp_path: Path, **options: bool | int) -> list[Exchange]:
    return list(dissect(capture.write(tmp_path / "x.pcap"), Options(**options)).exchanges)  # type: ignore[arg-type]


def ask(capture: Capture, port: int, raw_request: bytes, raw_response: bytes | None) -> None:
    tcp = capture.tcp(cport=port)
    tcp.handshake()
    tcp.client(raw_request)
    if raw_response is not None:
        tcp.server(raw_response)
    tcp.close()


def test_exchanges_are_numbered_by_their_start_and_not_by_their_end(tmp_path: Path) -> None:
    cap = Capture()
    slow, quick = cap.tcp(cport=50001), cap.tcp(cport=50002)
    slow.handshake()
    quick.handshake()
    slow.client(request("GET", "/slow"))
    quick.client(request("GET", "/quick"))
    quick.server(response())
    quick.close()
    slow.server(response())
    slow.close()
    assert [e.request and e.request.target for e in exchanges(cap, tmp_path)] == ["/slow", "/quick"]


def test_packets_captured_out_of_order_do_not_swap_the_exchanges_of_a_connection(tmp_path: Path) -> None:
    cap = Capture()
    tcp = cap.tcp()
    tcp.handshake()
    tcp.client(
        request("GET", "/first") + request("GET", "/second"), size=len(request("GET", "/first")), acknowledge=False
    )
    cap.packets[-1], cap.packets[-2] = cap.packets[-2], cap.packets[-1]
    tcp.server(response() + response())
    tcp.close()
    assert [e.request and e.request.target for e in exchanges(cap, tmp_path)] == ["/first", "/second"]


def test_what_a_custom_domain_is_does_not_depend_on_how_the_capture_is_sliced(tmp_path: Path) -> None:
    cap = Capture()
    ask(cap, 50001, request("GET", "/a", host=CNAME), None)
    ask(cap, 50002, request("GET", "/b", host=CNAME), response(404, "Not Found", body=oss_error("NoSuchKey", "no")))
    ask(cap, 50003, request("GET", "/c", host=CNAME), None)
    seen = {
        tuple(e.operation is not None for e in exchanges(cap, tmp_path, chunk_bytes=size))
        for size in (64, 400, 1 << 20)
    }
    assert seen == {(True, True, True)}


def test_bodies_of_healthy_answers_are_dropped_and_of_failures_kept(tmp_path: Path) -> None:
    error = oss_error("NoSuchKey", "x" * 2 * KEPT_WINDOW_BYTES)
    cap = Capture()
    ask(cap, 50001, request("GET", "/good"), response(body=b"y" * 2 * KEPT_WINDOW_BYTES))
    ask(cap, 50002, request("GET", "/bad"), response(404, "Not Found", body=error))
    good, bad = exchanges(cap, tmp_path)
    assert good.response is not None
    assert good.response.body.window == b""
    assert good.response.body.captured == 2 * KEPT_WINDOW_BYTES
    assert bad.response is not None
    assert bad.response.body.window == error


def test_bodies_are_kept_on_demand(tmp_path: Path) -> None:
    cap = Capture()
    ask(cap, 50001, request("GET", "/good"), response(body=b"y" * 2 * KEPT_WINDOW_BYTES))
    (good,) = exchanges(cap, tmp_path, keep_bodies=True)
    assert good.response is not None
    assert len(good.response.body.window) == 2 * KEPT_WINDOW_BYTES


def test_kept_bodies_are_bounded_over_the_whole_capture(tmp_path: Path) -> None:
    cap = Capture()
    for port in range(50001, 50004):
        ask(cap, port, request("GET", "/bad"), response(404, "Not Found", body=oss_error("NoSuchKey", "x" * 5000)))
    collector = ExchangeCollector()
    collector._room = 12_000
    assert collector._room < MAX_KEPT_BYTES
    found = exchanges(cap, tmp_path)
    kept = [collector._without_needless_windows(_pair(e), e.operation) for e in found]
    assert [len(pair.response.body.window) > 0 for pair in kept if pair.response] == [True, True, False]


def _pair(exchange: Exchange) -> MessagePair:
    return MessagePair(exchange.request, exchange.response, exchange.interims, exchange.anomalies)


def test_the_dissector_of_a_connection_that_ended_is_dropped(tmp_path: Path) -> None:
    cap = Capture()
    ask(cap, 50001, request("PUT", "/k", body=b"x" * 100_000), response())
    collector = ExchangeCollector()
    held: list[int] = []
    with open_capture(cap.write(tmp_path / "x.pcap"), chunk_bytes=20_000) as reader:
        assembler = StreamAssembler(reader.addresses)
        for table in reader.tables():
            for delivery in assembler.feed(table):
                collector.take(delivery)
            held.append(len(collector._dissectors))
    assert set(held[:-1]) == {1}
    assert held[-1] == 0
    assert len(collector.finish()) == 1
