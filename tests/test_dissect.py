from pathlib import Path
from unittest import mock

import pytest
from hpack import Encoder
from hyperframe.frame import HeadersFrame

from osspcap.analysis import Options, dissect
from osspcap.dissect import ConnectionDissector, _in_order
from osspcap.model.anomaly import AnomalyName
from osspcap.model.exchange import MessagePair
from osspcap.model.report import Dissection
from osspcap.model.stream import Chunk, ConnectionEnd, Event, RoleSource
from tests.build.events import Talk
from tests.build.http import request, response
from tests.build.http2 import Http2Talk
from tests.build.reports import connection
from tests.build.wire import Capture, Tcp
from tests.tls.test_hello import hello


def run(capture: Capture, tmp_path: Path) -> Dissection:
    return dissect(capture.write(tmp_path / "x.pcap"), Options())


def summary(dissection: Dissection) -> list[tuple[str | None, int | None]]:
    return [
        (None if e.request is None else f"{e.request.method} {e.request.target}", e.status)
        for e in dissection.exchanges
    ]


def talk(tcp: Tcp, target: str = "/key") -> None:
    tcp.client(request("GET", target))
    tcp.server(response(200, body=b"0123456789"))


def test_http_is_recognised_on_any_port(tmp_path: Path) -> None:
    cap = Capture()
    tcp = cap.tcp(sport=8899)
    tcp.handshake()
    talk(tcp)
    dissection = run(cap, tmp_path)
    assert summary(dissection) == [("GET /key", 200)]
    assert dissection.connections[0].protocol == "http/1.1"


def closed(*, has_handshake: bool = True, is_reversed: bool = False, answer: bytes = response(200)) -> Capture:
    """A connection that is in the capture up to its end; reversed, who opened it answers."""
    capture = Capture()
    tcp = capture.tcp()
    if has_handshake:
        tcp.handshake()
    send, reply = (tcp.server, tcp.client) if is_reversed else (tcp.client, tcp.server)
    for target in ("/a", "/b"):
        send(request("GET", target))
        reply(answer)
    tcp.close()
    return capture


@pytest.mark.parametrize(
    "capture",
    [
        closed(),
        closed(has_handshake=False),
        closed(is_reversed=True),
        closed(answer=b"no answer\r\n\r\n"),
        closed(answer=response(200, body=b"0123456789")[:-1]),
    ],
    ids=["usual", "without handshake", "reversed", "odd", "cut"],
)
def test_connections_that_are_here_as_a_whole_are_told_as_all_others(capture: Capture, tmp_path: Path) -> None:
    quick = run(capture, tmp_path)
    with mock.patch("osspcap.collect.dissect_whole", return_value=None):
        closely = run(capture, tmp_path)
    assert quick.exchanges == closely.exchanges
    assert quick.connections == closely.connections
    assert quick.exchanges


def test_a_usual_connection_is_told_without_a_dissector(tmp_path: Path) -> None:
    with mock.patch("osspcap.collect.ConnectionDissector", side_effect=AssertionError):
        dissection = run(closed(), tmp_path)
    assert summary(dissection) == [("GET /a", 200), ("GET /b", 200)]


def late(first: bytes) -> tuple[list[MessagePair], list[MessagePair]]:
    """Read a connection of which the first bytes were lost: at once, and with the hole told behind the first answer."""
    talk = Talk()
    talk.lose(0, 100)
    talk.client(first)
    talk.server(response(403, request_id="1"))
    talk.client(request("GET", "/next"))
    talk.server(response(200, request_id="2"))
    talk.end()
    client, server = talk.events
    found = []
    for parts in ([(client, server)], [([], server[:1]), (client, server[1:])]):
        plain = connection(role_source=RoleSource.HANDSHAKE, client_side=0)
        dissector = ConnectionDissector(plain)
        found.append([pair for part in parts for pair in dissector.feed(part)] + dissector.finish())
    return found[0], found[1]


def test_a_hole_at_the_start_is_told_whichever_side_shows_what_is_spoken() -> None:
    at_once, later = late(b"the rest of a body")
    assert at_once == later
    (request_made,) = [pair.request for pair in at_once if pair.request is not None]
    assert AnomalyName.RESYNCHRONISED in [anomaly.name for anomaly in request_made.anomalies]


def test_a_handshake_that_was_captured_behind_the_data_is_none_of_its_beginning(tmp_path: Path) -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(
        b"GET /a HTTP/1.1\xff\r\nHost: b.oss-cn-hangzhou.aliyuncs.com\r\n\r\n"
    )  # taken for one only at a beginning
    tcp.server(response(400, "Bad Request"))
    tcp.close()
    capture.packets.insert(0, capture.packets.pop(3))
    path = capture.write(tmp_path / "x.pcap")
    at_once, singly = dissect(path), dissect(path, Options(chunk_bytes=1))
    assert summary(at_once) == summary(singly) == [(None, 400)]


def test_events_of_both_sides_are_looked_at_in_the_order_of_capture() -> None:
    def side(*frames: int) -> list[Event]:
        return [Chunk(0, memoryview(b""), frame, 0, -1) for frame in frames]

    # What was captured too early is delivered only when what it follows is there.
    assert list(_in_order((side(1, 5, 3), side(2, 4, 9)))) == [0, 1, 1, 0, 0, 1]
    assert list(_in_order((side(), side(7)))) == [1]


def test_client_is_told_by_content_when_the_handshake_is_missing(tmp_path: Path) -> None:
    cap = Capture()
    tcp = cap.tcp(cport=80, sport=50000)  # the ports say the opposite
    talk(tcp)
    connection = run(cap, tmp_path).connections[0]
    assert (connection.client.port, connection.role_source) == (80, RoleSource.CONTENT)


def test_who_closed_is_told_by_the_roles_that_the_content_shows(tmp_path: Path) -> None:
    cap = Capture()
    tcp = cap.tcp(cport=80, sport=50000)  # the ports say the opposite
    talk(tcp)
    tcp.close(0)
    for size in (64, 1 << 20):
        dissection = dissect(cap.write(tmp_path / "x.pcap"), Options(chunk_bytes=size))
        assert dissection.connections[0].end is ConnectionEnd.FIN_CLIENT


def test_capture_that_starts_in_a_body_finds_the_answer_and_what_follows(tmp_path: Path) -> None:
    cap = Capture()
    tcp = cap.tcp()
    tcp.client(b"\x00\x01 rest of an upload " * 40)
    tcp.client(b"tail")
    tcp.server(response(200))
    talk(tcp, "/next")
    assert summary(run(cap, tmp_path)) == [(None, 200), ("GET /next", 200)]


def test_request_line_cut_into_single_bytes_is_recognised(tmp_path: Path) -> None:
    cap = Capture()
    tcp = cap.tcp()
    tcp.handshake()
    tcp.client(request("PUT", "/a%2Fb", body=b"abc"), size=1)
    tcp.server(response(200), size=1)
    assert summary(run(cap, tmp_path)) == [("PUT /a%2Fb", 200)]


def test_connect_tunnel_with_http_inside_is_followed(tmp_path: Path) -> None:
    cap = Capture()
    tcp = cap.tcp(sport=3128)
    tcp.handshake()
    tcp.client(b"CONNECT rokid.oss-cn-hangzhou.aliyuncs.com:80 HTTP/1.1\r\nHost: rokid\r\n\r\n")
    tcp.server(b"HTTP/1.1 200 Connection established\r\n\r\n")
    talk(tcp, "/inner")
    assert summary(run(cap, tmp_path)) == [
        ("CONNECT rokid.oss-cn-hangzhou.aliyuncs.com:80", 200),
        ("GET /inner", 200),
    ]


def test_connect_tunnel_with_tls_inside_shows_the_server_name(tmp_path: Path) -> None:
    cap = Capture()
    tcp = cap.tcp(sport=3128)
    tcp.handshake()
    tcp.client(b"CONNECT rokid.oss-cn-hangzhou.aliyuncs.com:443 HTTP/1.1\r\nHost: rokid\r\n\r\n")
    tcp.server(b"HTTP/1.1 200 Connection established\r\n\r\n")
    tcp.client(hello("rokid.oss-cn-hangzhou.aliyuncs.com"))
    dissection = run(cap, tmp_path)
    assert summary(dissection) == [("CONNECT rokid.oss-cn-hangzhou.aliyuncs.com:443", 200)]
    assert dissection.connections[0].sni == "rokid.oss-cn-hangzhou.aliyuncs.com"


def test_refused_tunnel_stays_http(tmp_path: Path) -> None:
    cap = Capture()
    tcp = cap.tcp(sport=3128)
    tcp.handshake()
    tcp.client(b"CONNECT rokid.oss-cn-hangzhou.aliyuncs.com:443 HTTP/1.1\r\nHost: rokid\r\n\r\n")
    tcp.server(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 2\r\n\r\nno")
    talk(tcp, "http://rokid.oss-cn-hangzhou.aliyuncs.com/key")
    assert summary(run(cap, tmp_path)) == [
        ("CONNECT rokid.oss-cn-hangzhou.aliyuncs.com:443", 407),
        ("GET http://rokid.oss-cn-hangzhou.aliyuncs.com/key", 200),
    ]


def test_tls_hello_spread_over_packets_gives_its_server_name(tmp_path: Path) -> None:
    cap = Capture()
    tcp = cap.tcp(sport=8443)
    tcp.handshake()
    tcp.client(hello("rokid.oss-cn-hangzhou.aliyuncs.com"), size=50)
    connection = run(cap, tmp_path).connections[0]
    assert (connection.protocol, connection.sni) == ("tls", "rokid.oss-cn-hangzhou.aliyuncs.com")


def test_other_protocols_yield_no_exchange(tmp_path: Path) -> None:
    cap = Capture()
    redis = cap.tcp(sport=6379)
    redis.handshake()
    redis.client(b"*2\r\n$3\r\nGET\r\n$14\r\nGET / HTTP/1.1\r\n")
    redis.server(b"$5\r\nhello\r\n")
    silent = cap.tcp(cport=50001, sport=25)
    silent.handshake()
    silent.server(b"220 mail.example ESMTP\r\n")
    silent.client(b"EHLO x\r\n")
    dissection = run(cap, tmp_path)
    assert summary(dissection) == []
    assert [c.protocol for c in dissection.connections] == ["tcp", "tcp"]


def http2(tcp: Tcp, talk: Http2Talk) -> None:
    """Send the packets of an HTTP/2 conversation."""
    chunks = [(event.frame, side, event) for side in (0, 1) for event in talk.sides[side] if isinstance(event, Chunk)]
    for _, side, chunk in sorted(chunks, key=lambda item: item[0]):
        tcp.segments(side, bytes(chunk.data), acknowledge=False)


def told(target: str) -> Http2Talk:
    talk = Http2Talk()
    talk.answer(talk.request("GET", target), 200, b"body")
    return talk


def test_http_2_in_clear_is_read(tmp_path: Path) -> None:
    cap = Capture()
    tcp = cap.tcp(sport=8080)
    tcp.handshake()
    http2(tcp, told("/key"))
    tcp.close(0)
    for size in (64, 1 << 20):
        dissection = dissect(cap.write(tmp_path / "x.pcap"), Options(chunk_bytes=size))
        assert summary(dissection) == [("GET /key", 200)]
        assert dissection.connections[0].protocol == "h2"


def test_http_2_is_told_by_the_servers_settings_too(tmp_path: Path) -> None:
    cap = Capture()
    tcp = cap.tcp(cport=80, sport=50000)
    talk = told("/key")
    preface, settings = talk.sides[0].pop(0), talk.sides[1].pop(0)
    assert isinstance(preface, Chunk)
    assert isinstance(settings, Chunk)
    tcp.handshake()
    tcp.server(bytes(settings.data), size=4)
    tcp.client(bytes(preface.data))
    http2(tcp, talk)
    assert summary(run(cap, tmp_path)) == [("GET /key", 200)]


def test_an_upgrade_to_http_2_keeps_the_request_that_asked_for_it(tmp_path: Path) -> None:
    cap = Capture()
    tcp = cap.tcp()
    tcp.handshake()
    tcp.client(request("GET", "/key", Upgrade="h2c", Connection="Upgrade", HTTP2_Settings="AAMAAABk"))
    tcp.server(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
    talk = Http2Talk()
    talk.frames(1, HeadersFrame(1, Encoder().encode([(":status", "200")]), flags=["END_HEADERS", "END_STREAM"]))
    block = Encoder().encode([(":method", "GET"), (":path", "/next"), (":authority", "h")])
    talk.frames(0, HeadersFrame(3, block, flags=["END_HEADERS", "END_STREAM"]))
    talk.frames(1, HeadersFrame(3, Encoder().encode([(":status", "404")]), flags=["END_HEADERS", "END_STREAM"]))
    http2(tcp, talk)
    exchanges = run(cap, tmp_path).exchanges
    assert [(e.request.target if e.request else None, e.status, len(e.interims)) for e in exchanges] == [
        ("/key", 200, 1),
        ("/next", 404, 0),
    ]


def test_an_upgrade_without_anything_behind_it_is_an_exchange(tmp_path: Path) -> None:
    cap = Capture()
    tcp = cap.tcp()
    tcp.handshake()
    tcp.client(request("GET", "/key", Upgrade="h2c", Connection="Upgrade", HTTP2_Settings="AAMAAABk"))
    tcp.server(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
    assert summary(run(cap, tmp_path)) == [("GET /key", 101)]
