from pathlib import Path

import pytest

from osspcap.analysis import Options, analyze
from osspcap.model.latency import Limit, Party, Vantage
from osspcap.model.stream import ZeroWindow
from osspcap.network.latency import measure, shut_time, window_bytes
from tests.build.http import request, response
from tests.build.sightings import put
from tests.build.streams import one
from tests.build.timed import latencies, milliseconds, opened
from tests.build.wire import ACK, PSH, Capture, Tcp

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


def test_an_exchange_is_cut_into_connect_sending_waiting_and_receiving() -> None:
    capture, tcp = opened(to_server_ms=20)
    tcp.client(put(body=b"x" * 4000))
    capture.wait(0.3)
    tcp.server(response(x_oss_server_time="250", body=b"y" * 5000))
    (latency,) = latencies(capture)
    assert [str(phase.name) for phase in latency] == ["connect", "sending", "waiting", "receiving"]
    assert [round(phase.duration_ns / 1e6) for phase in latency] == [20, 0, 300, 0]
    assert milliseconds(latency.waiting) == {Limit.SERVER: 250, Limit.ROUND_TRIP: 50}
    assert latency.network_ns is not None
    assert round(latency.network_ns / 1e6) == 50
    assert latency.bottleneck is Party.SERVER
    assert latency.placing.vantage is Vantage.CLIENT
    assert latency.receiving is not None
    assert latency.receiving.byte_count > 5000


def test_only_the_first_exchange_of_a_connection_pays_for_connecting() -> None:
    capture, tcp = opened(to_server_ms=20)
    for _ in range(2):
        tcp.client(request())
        tcp.server(response())
    first, second = latencies(capture)
    assert first.connect is not None
    assert second.connect is None


def test_only_the_first_exchange_inside_tls_pays_for_its_handshake() -> None:
    report = analyze(FIXTURES / "https-dsb.pcapng", Options(select=("CAP005",)))
    told = [measure(item, report.connections[item.stream], report.pauses) for item in report.exchanges]
    firsts = [item.request is not None and item.request.start_offset == 0 for item in report.exchanges]
    assert [latency.tls is not None for latency in told] == firsts
    first = told[0]
    assert first.connect is not None
    assert first.tls is not None
    assert first.sending is not None
    assert first.connect.end_ns <= first.tls.start_ns < first.tls.end_ns <= first.sending.start_ns
    assert not all(firsts)


def test_a_syn_sent_again_counts_as_time_of_the_connect() -> None:
    capture = Capture(step_ns=1000)
    tcp = capture.tcp()
    tcp.send(0, 2, seq=1000)
    capture.wait(1)
    tcp.handshake()
    tcp.client(request())
    tcp.server(response())
    (latency,) = latencies(capture)
    assert latency.connect is not None
    assert round(latency.connect.retransmission_ns / 1e6) == 1000
    assert round(latency.connect.duration_ns / 1e6) == 1000


def test_an_answer_before_the_end_of_the_request_was_not_waited_for() -> None:
    capture, tcp = opened()
    data = put(body=b"x" * 4000)
    tcp.client(data[:2000])
    tcp.server(response(403, "Forbidden"))
    tcp.client(data[2000:])
    (latency,) = latencies(capture)
    assert latency.waiting is None


def test_a_request_without_answer_waits_until_the_end_of_the_connection() -> None:
    capture, tcp = opened()
    tcp.client(request())
    capture.wait(5)
    tcp.close(0)
    (latency,) = latencies(capture)
    assert latency.waiting is not None
    assert latency.waiting.is_open
    assert round(latency.waiting.duration_ns / 1e9) == 5
    assert latency.bottleneck is Party.UNTOLD


def download(tcp: Tcp, capture: Capture, body: bytes, *, wait_s: float, window: int, rounds: int = 5) -> None:
    """Send a body in rounds, each acknowledged with a window and followed by a silence."""
    data = response(body=body)
    tcp.client(request())
    size = -(-len(data) // rounds)
    for at in range(0, len(data), size):
        tcp.server(data[at : at + size], acknowledge=False)
        tcp.send(0, ACK, window=window)
        capture.wait(wait_s)


def test_a_reader_that_shuts_its_window_is_the_receiver() -> None:
    capture, tcp = opened(to_server_ms=10)
    data = response(body=b"y" * 20_000)
    tcp.client(request())
    for at in range(0, len(data), 5000):
        tcp.server(data[at : at + 5000], acknowledge=False)
        tcp.send(0, ACK, window=0)
        capture.wait(0.2)
        tcp.send(0, ACK, window=500)
    (latency,) = latencies(capture)
    assert latency.receiving is not None
    assert latency.receiving.limit is Limit.RECEIVER
    assert round(latency.receiving.zero_window_ns / 1e6) == 800
    assert latency.bottleneck is Party.CLIENT


def test_a_sender_with_room_and_nothing_under_way_is_the_sender() -> None:
    capture, tcp = opened(to_server_ms=10)
    download(tcp, capture, b"y" * 20_000, wait_s=0.2, window=500)
    (latency,) = latencies(capture)
    assert milliseconds(latency.receiving) == {Limit.SENDER: 800}
    assert latency.bottleneck is Party.SERVER


def test_silences_of_a_round_trip_are_the_way() -> None:
    capture, tcp = opened(to_server_ms=100)
    download(tcp, capture, b"y" * 20_000, wait_s=0.1, window=500)
    (latency,) = latencies(capture)
    assert milliseconds(latency.receiving) == {Limit.ROUND_TRIP: 400}


def test_a_client_that_waits_inside_its_upload_is_the_sender() -> None:
    capture, tcp = opened(to_server_ms=10)
    data = put(body=b"x" * 6000)
    for at in range(0, len(data), 1000):
        tcp.client(data[at : at + 1000])
        capture.wait(0.5)
    tcp.server(response())
    (latency,) = latencies(capture)
    assert latency.sending is not None
    assert latency.sending.limit is Limit.SENDER
    assert latency.bottleneck is Party.CLIENT


def test_silence_until_a_segment_is_sent_again_is_loss() -> None:
    capture, tcp = opened(to_server_ms=10)
    data = put(body=b"x" * 6000)
    tcp.client(data[:2000], acknowledge=False)
    capture.wait(0.4)
    tcp.send(0, ACK | PSH, data[:1460], seq=1001)
    tcp.client(data[2000:])
    tcp.server(response())
    (latency,) = latencies(capture)
    assert milliseconds(latency.sending) == {Limit.LOSS: 400}
    assert latency.sending is not None
    assert round(latency.sending.retransmission_ns / 1e6) == 400
    assert latency.bottleneck is Party.LOSS


def test_what_is_spent_sums_up_to_the_duration() -> None:
    capture, tcp = opened(to_server_ms=10, step_ns=300_000)
    download(tcp, capture, b"y" * 50_000, wait_s=0.03, window=300)
    (latency,) = latencies(capture)
    for phase in latency:
        if phase.spent:
            assert sum(ns for _, ns in phase.spent) == phase.duration_ns


@pytest.mark.parametrize(("raw", "expected"), [(100, 12_800), (0, 0), (-1, None)])
def test_windows_are_scaled_as_the_handshake_agreed(raw: int, expected: int | None) -> None:
    capture, _ = opened()
    assert window_bytes(one(capture)[0], 0, raw) == expected


def test_a_scale_that_was_not_captured_leaves_the_window_unknown() -> None:
    capture = Capture()
    capture.tcp().client(request())
    assert window_bytes(one(capture)[0], 0, 100) is None


def test_the_time_of_shut_windows_is_clipped() -> None:
    shut = [ZeroWindow(1, 100, 2, 200), ZeroWindow(3, 300, -1, -1)]
    assert shut_time(shut, 150, 1000, 400) == 50 + 100
