"""The client's direction where the server's answer decides what its bytes mean."""

import hashlib

import pytest
from fastcrc import crc64

from osspcap.http1.connection import Http1Connection
from osspcap.model.anomaly import AnomalyName
from osspcap.model.stream import Chunk, EndCause
from tests.build.events import Talk, cut
from tests.build.http import request, response
from tests.http1.conversations import both, feed_whole, names, read, summary

CONNECT = b"CONNECT b.oss-cn-hangzhou.aliyuncs.com:443 HTTP/1.1\r\nHost: b.oss-cn-hangzhou.aliyuncs.com:443\r\n\r\n"


def _rest(events: tuple[object, ...]) -> bytes:
    return b"".join(bytes(event.data) for event in events if isinstance(event, Chunk))


@pytest.mark.parametrize("is_cut", [False, True])
@pytest.mark.parametrize("is_separate", [False, True])
def test_a_tunnel_is_handed_over_with_the_bytes_in_it(*, is_cut: bool, is_separate: bool) -> None:
    talk = Talk()
    talk.client(CONNECT)
    talk.server(b"HTTP/1.1 200 Connection established\r\n\r\n")
    talk.client(b"\x16\x03\x01 client hello")
    talk.server(b"\x16\x03\x03 server hello")
    client, server = (cut(events) if is_cut else events for events in talk.events)
    connection = Http1Connection()
    pairs = connection.feed(client, [] if is_separate else server)
    if is_separate:
        assert connection.handover is None
        pairs += connection.feed([], server)
    assert summary(pairs) == [("b.oss-cn-hangzhou.aliyuncs.com:443", 200)]
    handover = connection.handover
    assert handover is not None
    assert (handover.protocol, handover.token) == ("connect", "")
    assert _rest(handover.client) == b"\x16\x03\x01 client hello"
    assert _rest(handover.server) == b"\x16\x03\x03 server hello"
    first = handover.client[0]
    assert isinstance(first, Chunk)
    assert (first.offset, first.frame) == (len(CONNECT), 3)
    assert connection.feed(client, server) == []
    assert connection.finish() == []


def test_a_refused_tunnel_goes_on_with_http() -> None:
    talk = Talk()
    talk.client(CONNECT)
    talk.server(response(407, "Proxy Authentication Required", body=b"who?"))
    talk.client(request("GET", "/next"))
    talk.server(response())
    talk.end()
    assert summary(read(talk)) == [("b.oss-cn-hangzhou.aliyuncs.com:443", 407), ("/next", 200)]


def test_behind_a_refused_tunnel_stands_a_message_and_nothing_is_looked_for() -> None:
    talk = Talk()
    talk.client(CONNECT)
    talk.server(response(407, "Proxy Authentication Required", body=b"who?"))
    talk.client(b"\r\n" + request("GET", "/next"))
    talk.server(response())
    talk.end()
    pairs = read(talk)
    assert summary(pairs) == [("b.oss-cn-hangzhou.aliyuncs.com:443", 407), ("/next", 200)]
    assert names(both(pairs[1])[0].anomalies) == [AnomalyName.LEADING_EMPTY_LINES]


def test_a_tunnel_whose_answer_is_missing_makes_no_messages_of_its_bytes() -> None:
    talk = Talk(knows_acks=False)
    talk.client(CONNECT)
    talk.client(b"\x16\x03\x01\x02\x00 not http at all")
    talk.end(EndCause.CAPTURE_ENDED)
    pairs = read(talk)
    assert summary(pairs) == [("b.oss-cn-hangzhou.aliyuncs.com:443", 0)]


def test_an_upgrade_is_handed_over_if_it_is_accepted() -> None:
    talk = Talk()
    talk.client(request("GET", "/ws", Upgrade="WebSocket", Connection="Upgrade"))
    talk.server(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\nframes")
    talk.client(b"more frames")
    connection = Http1Connection()
    assert summary(connection.feed(*talk.events)) == [("/ws", 101)]
    assert connection.handover is not None
    assert (connection.handover.protocol, connection.handover.token) == ("upgrade", "websocket")
    assert _rest(connection.handover.server) == b"frames"
    assert _rest(connection.handover.client) == b"more frames"


def test_an_upgrade_that_is_ignored_goes_on_with_http() -> None:
    talk = Talk()
    for target in ("/a", "/b"):
        talk.client(request("GET", target, Upgrade="h2c", Connection="Upgrade, HTTP2-Settings"))
        talk.server(response(body=b"x"))
    talk.end()
    assert summary(read(talk)) == [("/a", 200), ("/b", 200)]


def test_a_client_that_drops_the_expected_body_may_begin_another_request() -> None:
    talk = Talk()
    talk.client(request("PUT", "/k", Expect="100-continue", Content_Length="5000"))
    talk.server(response(403, "Forbidden", body=b"<Error/>"))
    talk.client(request("GET", "/next"))
    talk.server(response())
    talk.end()
    pairs = read(talk)
    assert summary(pairs) == [("/k", 403), ("/next", 200)]
    body = both(pairs[0])[0].body
    assert (body.captured, body.complete, body.ended) == (0, False, False)
    assert body.reason == ("captured 0 of 5000 body bytes, answered early: the client went on with another request")


def test_a_client_that_sends_the_body_anyway_is_read_so() -> None:
    talk = Talk()
    inner = request("GET", "/inner")
    talk.client(request("PUT", "/k", Expect="100-continue", Content_Length=str(len(inner))))
    talk.client(inner)
    talk.server(response(request_id="1"))
    talk.end()
    pairs = read(talk)
    assert summary(pairs) == [("/k", 200)]
    assert both(pairs[0])[0].body.window == inner


def test_without_acknowledgements_the_order_of_packets_tells_a_body_from_a_request() -> None:
    inner = request("GET", "/inner")
    for is_answer_first, expected in ((False, [("/k", 200)]), (True, [("/k", 200), ("/inner", 0)])):
        talk = Talk(knows_acks=False)
        talk.client(request("PUT", "/k", Expect="100-continue", Content_Length=str(len(inner))))
        if is_answer_first:
            talk.server(response(request_id="1"))
            talk.client(inner)
        else:
            talk.client(inner)
            talk.server(response(request_id="1"))
        talk.end()
        assert summary(read(talk)) == expected


def test_a_server_that_acknowledges_the_body_was_not_answering_early() -> None:
    talk = Talk()
    inner = request("GET", "/inner")
    head = request("PUT", "/k", Expect="100-continue", Content_Length=str(len(inner)))
    talk.client(head)
    talk.server(response(request_id="1"), peer_offset=len(head) + len(inner))
    talk.client(inner, peer_offset=-1)  # the packet of the body is seen late, and says nothing
    talk.end()
    assert summary(read(talk)) == [("/k", 200)]


def test_digests_are_taken_where_a_header_makes_them_useful() -> None:
    body = bytes(range(256)) * 40
    for headers, wants_md5, wants_crc in (
        ({"Content_MD5": "x"}, True, False),
        ({"authorization": "OSS id:signature"}, False, True),
        ({"x_oss_meta_a": "b"}, False, True),
        ({"x_oss_hash_crc64ecma": "1"}, False, True),
        ({"Accept": "*/*"}, False, False),
        ({"Host": "rokid.oss-cn-hangzhou.aliyuncs.com"}, False, True),
    ):
        talk = Talk()
        talk.client(request("PUT", "/k", body=body, **({"Host": "shop.example.com"} | headers)), size=1460)
        talk.server(response(request_id="1"))
        talk.end()
        (pair,) = read(talk)
        found = both(pair)[0].body
        assert found.md5 == (hashlib.md5(body).digest() if wants_md5 else None)
        assert found.crc64 == (crc64.xz(body) if wants_crc else None)


def test_a_presigned_upload_is_summed() -> None:
    talk = Talk()
    talk.client(request("PUT", "/k?Expires=1&OSSAccessKeyId=a&Signature=b", body=b"123456789"))
    talk.server(response(request_id="1"))
    talk.end()
    assert both(read(talk)[0])[0].body.crc64 == 11051210869376104954


def test_digests_of_incomplete_bodies_are_none() -> None:
    talk = Talk()
    talk.client(request("PUT", "/k", Content_MD5="x", x_oss_meta_a="b", Content_Length="100") + b"x" * 50)
    talk.lose(0, 10)
    talk.client(b"x" * 40)
    talk.server(response(request_id="1"))
    talk.end()
    body = both(read(talk)[0])[0].body
    assert (body.md5, body.crc64, body.ended) == (None, None, True)


def test_a_chunked_upload_is_read() -> None:
    talk = Talk()
    talk.client(request("PUT", "/k", Transfer_Encoding="chunked", Content_Length="3"))
    talk.client(b"3\r\nabc\r\n")
    talk.client(b"0\r\n\r\n")
    talk.server(response(request_id="1"))
    talk.end()
    (pair,) = read(talk)
    asked, _ = both(pair)
    assert asked.body.window == b"abc"
    assert asked.end_frame == 3
    assert [str(name) for name in names(asked.anomalies)] == ["http-content-length-and-chunked"]


def test_a_client_side_alone_keeps_its_uploads() -> None:
    talk = Talk(knows_acks=False)
    for number in range(3):
        talk.client(request("PUT", f"/{number}", body=b"x" * 3000), size=1000)
    talk.end(sides=[0])
    pairs = feed_whole(talk.events[0], [])
    assert summary(pairs) == [("/0", 0), ("/1", 0), ("/2", 0)]
    assert all(pair.request is not None and pair.request.body.complete for pair in pairs)
