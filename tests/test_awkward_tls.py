"""HTTP inside TLS in captures as they come: tunnels, proxies that speak TLS, lost and moved packets, resets."""

import random
from pathlib import Path

import pytest

from osspcap.analysis import Options, analyze
from osspcap.model.report import Report
from osspcap.tls.keylog import KeyLog
from tests.build.analyzed import answered_body, told
from tests.build.bounded import survives
from tests.build.certificates import HOST
from tests.build.containers import pcapng_with_secrets
from tests.build.http import oss_error, request, response
from tests.build.mutations import mutate
from tests.build.tls import Conversation, converse
from tests.build.wire import ACK, PSH, Capture, Packet

BODY = random.Random(6).randbytes(200_000)
SAY = [
    (0, request("GET", "/first")),
    (1, response(body=BODY)),
    (0, request("PUT", "/second", body=BODY[:50_000])),
    (1, response(403, "Forbidden", body=oss_error("AccessDenied", "no"))),
    (0, request("GET", "/third")),
    (1, response(body=b"short")),
]
ALL = [("GET /first", 200), ("PUT /second", 403), ("GET /third", 200)]
PROXY = "proxy.example.com"


@pytest.fixture(scope="module")
def conversation() -> Conversation:
    return converse(say=SAY)


def read(capture: Capture, *logs: bytes, chunk_bytes: int | None = None, folder: Path) -> Report:
    path = capture.write(folder / "x.pcap")
    return analyze(path, Options(key_log=KeyLog(logs), chunk_bytes=chunk_bytes))


def tunnel(through: str = HOST) -> list[tuple[int, bytes]]:
    return [
        (0, f"CONNECT {through}:443 HTTP/1.1\r\nHost: {through}:443\r\n\r\n".encode()),
        (1, b"HTTP/1.1 200 Connection established\r\n\r\n"),
    ]


def test_tls_in_a_tunnel_is_read(conversation: Conversation, tmp_path: Path) -> None:
    capture = Capture()
    tcp = capture.tcp(sport=3128)
    tcp.handshake()
    for side, data in tunnel():
        tcp.segments(side, data)
    conversation.replay(tcp)
    tcp.close()
    report = read(capture, conversation.keylog, folder=tmp_path)
    assert told(report) == [(f"CONNECT {HOST}:443", 200), *ALL]
    assert (report.connections[0].protocol, report.connections[0].sni) == ("http/1.1", HOST)


def test_tls_to_the_proxy_itself_with_tls_inside_is_read(conversation: Conversation, tmp_path: Path) -> None:
    outer = converse(host=PROXY, say=[*tunnel(), *conversation.flights])
    report = read(outer.capture(), conversation.keylog, outer.keylog, folder=tmp_path)
    assert told(report) == [(f"CONNECT {HOST}:443", 200), *ALL]
    (connection,) = report.connections
    assert [tls.sni for tls in connection.tls] == [PROXY, HOST]
    assert connection.sni == HOST


def test_the_outer_layer_alone_shows_the_name_inside(conversation: Conversation, tmp_path: Path) -> None:
    outer = converse(host=PROXY, say=[*tunnel(), *conversation.flights])
    report = read(outer.capture(), outer.keylog, folder=tmp_path)
    assert told(report) == [(f"CONNECT {HOST}:443", 200)]
    assert report.connections[0].sni == HOST
    assert [finding.rule for finding in report.findings if finding.rule.startswith("TLS")] == ["TLS001"]


def test_layers_beyond_the_limit_are_left_closed(tmp_path: Path) -> None:
    inner, logs = converse(say=SAY), []
    for _ in range(5):
        logs.append(inner.keylog)
        inner = converse(host=PROXY, say=[*tunnel(), *inner.flights])
    report = read(inner.capture(), inner.keylog, *logs, folder=tmp_path)
    assert 1 <= len(report.exchanges) <= 3
    assert all(exchange.request and exchange.request.method == "CONNECT" for exchange in report.exchanges)


def test_a_missing_packet_costs_its_message_only(conversation: Conversation, tmp_path: Path) -> None:
    capture = conversation.capture()
    big = [n for n, packet in enumerate(capture.packets) if len(packet.data) > 1_400]
    del capture.packets[big[40]]
    report = read(capture, conversation.keylog, folder=tmp_path)
    assert told(report) == ALL
    body = answered_body(report.exchanges[0])
    assert (body.announced, body.complete) == (len(BODY), False)
    assert body.captured + body.missing == len(BODY)
    assert 10_000 < body.missing <= 16_384
    assert answered_body(report.exchanges[2]).complete


def test_many_missing_packets_leave_the_exchanges(conversation: Conversation, tmp_path: Path) -> None:
    capture = conversation.capture()
    big = [n for n, packet in enumerate(capture.packets) if len(packet.data) > 1_400]
    for number in reversed(big[20:100:9]):
        del capture.packets[number]
    report = read(capture, conversation.keylog, folder=tmp_path)
    assert told(report) == ALL
    assert answered_body(report.exchanges[2]).complete


@pytest.mark.parametrize("chunk_bytes", [None, 700, 5_000])
def test_moved_and_repeated_packets_change_nothing(
    conversation: Conversation, chunk_bytes: int | None, tmp_path: Path
) -> None:
    rng, capture = random.Random(11), conversation.capture()
    opening, rest = capture.packets[:3], capture.packets[3:]
    placed = [(n + rng.uniform(0, 3), packet) for n, packet in enumerate(rest)]
    placed += [(place + rng.uniform(0, 5), packet) for place, packet in placed if rng.random() < 0.2]
    ordered = [packet for _, packet in sorted(placed, key=lambda item: item[0])]
    start = capture.packets[0].ts_ns
    capture.packets = [Packet(packet.data, start + n * 1_000_000) for n, packet in enumerate(opening + ordered)]
    report = read(capture, conversation.keylog, chunk_bytes=chunk_bytes, folder=tmp_path)
    assert told(report) == ALL
    assert all(answered_body(exchange).complete for exchange in report.exchanges)


def test_a_reset_in_an_upload_is_told_inside_too(tmp_path: Path) -> None:
    conversation = converse(say=[(0, request("PUT", "/big", body=BODY))])
    sent = conversation.flights.pop()
    while sent[0] != 0 or len(sent[1]) < 1_000:
        sent = conversation.flights.pop()
    capture = Capture()
    tcp = capture.tcp(sport=443)
    tcp.handshake()
    conversation.replay(tcp)
    tcp.send(0, ACK | PSH, sent[1][:1_400])
    tcp.reset(1)
    report = read(capture, conversation.keylog, folder=tmp_path)
    (exchange,) = report.exchanges
    assert exchange.request is not None
    body = exchange.request.body
    assert (exchange.status, body.announced, body.complete) == (None, len(BODY), False)
    assert 0 < body.captured < len(BODY)


def test_a_snap_length_leaves_the_facts(conversation: Conversation, tmp_path: Path) -> None:
    path = conversation.capture().write(tmp_path / "x.pcap", snaplen=300)
    report = analyze(path, Options(key_log=KeyLog([conversation.keylog])))
    assert report.connections[0].sni == HOST
    assert report.exchanges == [] or all(exchange.request is not None for exchange in report.exchanges)


def test_damaged_captures_with_keys_are_analyzed_or_refused(tmp_path: Path) -> None:
    conversation = converse(say=[(0, request("GET", "/a")), (1, response(body=BODY[:3_000]))])
    original, damaged = pcapng_with_secrets(conversation.capture(), conversation.keylog), tmp_path / "damaged.pcapng"
    for number in range(40):
        damaged.write_bytes(mutate(random.Random(number), original))
        survives(damaged)
