"""Conversations of the HTTP/1 stage as a whole; the rows on HTTP of the design's table of captures."""

import gc
import gzip
import tracemalloc

import pytest

from osspcap.content.plan import WINDOW_BYTES
from osspcap.http1 import connection as connection_module
from osspcap.http1.connection import Http1Connection
from osspcap.model.anomaly import AnomalyName
from osspcap.model.message import Framing
from osspcap.model.stream import EndCause, GapCause
from tests.build.events import Talk
from tests.build.http import message, oss_error, request, response
from tests.http1.conversations import both, feed_whole, names, read, summary


def keep_alive(talk: Talk, *targets: str) -> None:
    """One plain exchange per target."""
    for target in targets:
        talk.client(request("GET", target))
        talk.server(response(body=target.encode() * 3))


def test_a_keep_alive_conversation_is_paired_in_order() -> None:
    talk = Talk()
    keep_alive(talk, "/a", "/b", "/c")
    talk.end()
    pairs = read(talk)
    assert summary(pairs) == [("/a", 200), ("/b", 200), ("/c", 200)]
    asked, answered = both(pairs[1])
    assert (asked.frame, asked.end_frame, asked.method, asked.version) == (3, 3, "GET", "HTTP/1.1")
    assert asked.raw_head == request("GET", "/b")
    assert asked.start_offset == len(request("GET", "/a"))
    assert asked.peer_offset == answered.start_offset
    assert answered.peer_offset == asked.start_offset + len(asked.raw_head)
    assert (answered.frame, answered.reason, answered.body.window) == (4, "OK", b"/b/b/b")
    assert not any(pair.anomalies or pair.request is None or pair.request.anomalies for pair in pairs)


def test_a_conversation_that_is_still_open_is_finished_once() -> None:
    talk = Talk()
    keep_alive(talk, "/a")
    talk.client(request("GET", "/b"))
    assert summary(read(talk)) == [("/a", 200), ("/b", 0)]


def test_an_early_403_is_paired_with_the_upload_it_stopped() -> None:
    talk = Talk()
    talk.client(request("PUT", "/k", Content_Length="1048576") + b"x" * 1000)
    talk.client(b"x" * 3096, size=1400)
    talk.server(response(403, "Forbidden", body=oss_error("AccessDenied", "no")))
    talk.end(EndCause.RST)
    (pair,) = read(talk)
    asked, answered = both(pair)
    assert answered.status == 403
    body = asked.body
    assert (body.announced, body.captured, body.missing) == (1048576, 4096, 1048576 - 4096)
    assert (body.complete, body.ended) == (False, False)
    assert body.reason == "captured 4096 of 1048576 body bytes, answered early: connection reset"
    assert [(hole.offset, hole.length, hole.cause) for hole in body.holes] == [(4096, 1044480, GapCause.ABORTED)]


def test_a_client_that_sends_its_body_on_after_an_early_answer_is_followed() -> None:
    talk = Talk()
    talk.client(request("PUT", "/k", Content_Length="3000"))
    talk.client(b"x" * 1000)
    talk.server(response(403, "Forbidden", body=b"<Error/>"))
    talk.client(b"GET /inside HTTP/1.1\r\nHost: h\r\n\r\n".ljust(2000, b"x"))
    keep_alive(talk, "/b")
    talk.end()
    pairs = read(talk)
    assert summary(pairs) == [("/k", 403), ("/b", 200)]
    assert both(pairs[0])[0].body.complete


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (EndCause.RST, "connection reset"),
        (EndCause.FIN, "connection closed"),
        (EndCause.CAPTURE_ENDED, "capture ended"),
        (EndCause.REUSED, "connection replaced by a new one"),
    ],
)
def test_a_download_that_breaks_off_says_where_and_why(cause: EndCause, words: str) -> None:
    talk = Talk()
    talk.client(request("GET", "/k"))
    talk.server(response(Content_Length="10000") + b"y" * 100)
    talk.server(b"y" * 900)
    talk.end(cause)
    (pair,) = read(talk)
    asked, answered = both(pair)
    assert asked.body.complete
    assert answered.body.reason == f"captured 1000 of 10000 body bytes: {words}"
    assert (answered.end_frame, answered.body.first_frame, answered.body.last_frame) == (3, 2, 3)
    assert answered.body.missing == 9000


def test_a_hole_in_a_body_of_known_length_is_stated_and_the_rest_is_intact() -> None:
    talk = Talk()
    talk.client(request("GET", "/k"))
    talk.server(response(Content_Length="5000", x_oss_hash_crc64ecma="1") + b"y" * 1000)
    talk.lose(1, 1500)
    talk.server(b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n".ljust(2500, b"y"))
    keep_alive(talk, "/b", "/c")
    talk.end()
    pairs = read(talk)
    assert summary(pairs) == [("/k", 200), ("/b", 200), ("/c", 200)]
    body = both(pairs[0])[1].body
    assert (body.captured, body.missing, body.ended, body.complete, body.crc64) == (3500, 1500, True, False, None)
    assert [(hole.offset, hole.length) for hole in body.holes] == [(1000, 1500)]
    assert body.reason == "captured 3500 of 5000 body bytes: 1500 missing from offset 1000, not captured"
    assert body.window == b"y" * 1000


def test_100_continue_is_an_interim_response() -> None:
    talk = Talk()
    talk.client(request("PUT", "/k", Expect="100-continue", Content_Length="4"))
    talk.server(b"HTTP/1.1 100 Continue\r\n\r\n")
    talk.client(b"GET ")
    talk.server(response(request_id="1"))
    talk.end()
    (pair,) = read(talk)
    assert [interim.status for interim in pair.interims] == [100]
    asked, answered = both(pair)
    assert (asked.body.window, answered.status) == (b"GET ", 200)


def test_answers_without_body_do_not_swallow_what_follows() -> None:
    talk = Talk()
    talk.client(request("HEAD", "/h"))
    talk.server(response(Content_Length="12345"))
    talk.client(request("DELETE", "/d"))
    talk.server(response(204, "No Content", length=False))
    talk.client(request("GET", "/n", If_None_Match="x"))
    talk.server(response(304, "Not Modified", Content_Length="99"))
    keep_alive(talk, "/b")
    talk.end()
    pairs = read(talk)
    assert summary(pairs) == [("/h", 200), ("/d", 204), ("/n", 304), ("/b", 200)]
    assert all(both(pair)[1].body.complete for pair in pairs)


def test_pipelined_requests_are_answered_in_order() -> None:
    talk = Talk()
    talk.client(request("GET", "/a") + request("PUT", "/b", body=b"bb") + request("HEAD", "/c") + request("GET", "/d"))
    talk.server(response(body=b"A") + response(201, "Created") + response(Content_Length="5") + response(404))
    talk.end()
    pairs = read(talk)
    assert summary(pairs) == [("/a", 200), ("/b", 201), ("/c", 200), ("/d", 404)]
    assert both(pairs[1])[0].body.window == b"bb"


def test_a_chunked_body_with_trailers_is_decoded() -> None:
    talk = Talk()
    talk.client(request("GET", "/k"))
    talk.server(response(Transfer_Encoding="chunked") + b"5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nX-Sum: 1\r\n\r\n")
    keep_alive(talk, "/b")
    talk.end()
    pairs = read(talk)
    assert summary(pairs) == [("/k", 200), ("/b", 200)]
    body = both(pairs[0])[1].body
    assert (body.framing, body.announced, body.captured) == (Framing.CHUNKED, None, 11)
    assert (body.window, body.raw_trailers, body.complete) == (b"hello world", b"X-Sum: 1\r\n\r\n", True)


def test_a_gzip_error_body_is_read() -> None:
    document = oss_error("SignatureDoesNotMatch", "The request signature we calculated does not match")
    coded = gzip.compress(document, mtime=0)
    talk = Talk()
    talk.client(request("GET", "/k"))
    talk.server(response(403, "Forbidden", body=coded, Content_Encoding="gzip", Content_Type="application/xml"))
    talk.end()
    (pair,) = read(talk)
    body = both(pair)[1].body
    assert (body.window, body.content) == (coded, document)


@pytest.mark.parametrize(("cause", "is_complete"), [(EndCause.FIN, True), (EndCause.RST, False)])
def test_a_body_until_close_is_complete_only_after_an_orderly_close(cause: EndCause, *, is_complete: bool) -> None:
    talk = Talk()
    talk.client(b"GET / HTTP/1.0\r\n\r\n")
    talk.server(b"HTTP/1.0 200 OK\r\n\r\nhello ")
    talk.server(b"world")
    talk.end(cause)
    (pair,) = read(talk)
    body = both(pair)[1].body
    assert (body.framing, body.window, body.complete) == (Framing.UNTIL_CLOSE, b"hello world", is_complete)


def test_a_forward_proxy_is_read_like_a_server() -> None:
    talk = Talk()
    talk.client(request("GET", "http://b.oss-cn-hangzhou.aliyuncs.com/k"))
    talk.server(response(502, "Bad Gateway", server="squid", request_id=None))
    talk.end()
    assert summary(read(talk)) == [("http://b.oss-cn-hangzhou.aliyuncs.com/k", 502)]


@pytest.mark.parametrize("side", [0, 1])
def test_one_direction_alone_tells_its_half(side: int) -> None:
    talk = Talk(knows_acks=False)
    for target in ("/a", "/b"):
        if side == 0:
            talk.client(request("GET", target))
        else:
            talk.server(response(body=target.encode()))
    talk.end(EndCause.CAPTURE_ENDED)
    pairs = read(talk)
    assert summary(pairs) == ([("/a", 0), ("/b", 0)] if side == 0 else [("-", 200), ("-", 200)])
    assert all(names(pair.anomalies) == ([AnomalyName.RESPONSE_WITHOUT_REQUEST] if side else []) for pair in pairs)


def test_a_snap_length_of_96_leaves_what_stands_in_the_first_bytes() -> None:
    talk = Talk()
    for target in ("/a", "/b"):
        for side, data in ((0, request("GET", target)), (1, response(404, body=b"z" * 1000))):
            talk.send(side, data[:30])
            talk.lose(side, len(data) - 30, GapCause.SNAPLEN)
    talk.end()
    pairs = read(talk, is_cut=False)
    assert summary(pairs) == [("/a", 404), ("/b", 404)]
    for pair in pairs:
        for found in both(pair):
            assert AnomalyName.HEADER_INCOMPLETE in names(found.anomalies)
            assert (found.body.complete, found.body.ended) == (False, False)
            assert found.body.reason == "header section incomplete: cut by the snap length"


def test_a_capture_that_begins_in_the_middle_finds_the_next_message() -> None:
    talk = Talk()
    talk.server(b"rest of a body that began before")
    keep_alive(talk, "/a", "/b")
    talk.end()
    pairs = read(talk, is_mid_stream=True, is_cut=False)
    assert summary(pairs) == [("/a", 200), ("/b", 200)]
    assert all(not found.anomalies for pair in pairs for found in both(pair))


def test_windows_are_bounded_and_larger_where_words_matter() -> None:
    for status, content_type, size in (
        (200, "video/mp4", 65536),
        (200, "application/xml", 1048576),
        (404, "", 1048576),
    ):
        talk = Talk()
        talk.client(request("GET", "/k"))
        talk.server(response(status, Content_Type=content_type, Content_Length="3000000"))
        talk.server(b"w" * 3_000_000, size=1460)
        talk.end()
        (pair,) = feed_whole(*talk.events)
        assert len(both(pair)[1].body.window) == size
        (pair,) = feed_whole(*talk.events, keep_bodies=True)
        assert len(both(pair)[1].body.window) == 3_000_000


def test_a_complete_pair_leaves_before_the_connection_ends() -> None:
    talk = Talk()
    keep_alive(talk, "/a", "/b")
    connection = Http1Connection()
    assert summary(connection.feed(*talk.events)) == [("/a", 200)]  # the last may still be followed by excess bytes
    large = Talk()
    large.client(request("GET", "/large"))
    large.server(response(body=b"x" * 100_000))
    assert summary(Http1Connection().feed(*large.events)) == [("/large", 200)]


def test_more_requests_than_may_be_pending_in_one_slice_are_all_paired() -> None:
    talk = Talk()
    for number in range(2500):
        talk.client(request("GET", f"/{number}"))
        talk.server(response())
    talk.end()
    assert summary(feed_whole(*talk.events)) == [(f"/{number}", 200) for number in range(2500)]


def test_server_bytes_beyond_the_limit_are_taken_without_their_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "MAX_WAITING_BYTES", 1000)
    talk = Talk()
    talk.client(request("GET", "/late"))
    talk.server(response(body=b"x" * 2000), size=500)
    keep_alive(talk, "/b")
    talk.end()
    client, server = talk.events
    connection = Http1Connection()
    pairs = connection.feed([], server[:-2]) + connection.feed(client, server[-2:]) + connection.finish()
    assert summary(pairs) == [("-", 200), ("/late", 0), ("/b", 200)]


def test_nothing_is_kept_of_a_flood_that_never_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "MAX_WAITING_EVENTS", 50)
    connection = Http1Connection()
    talk = Talk(knows_acks=False)
    for _ in range(3000):
        talk.client(request("GET", "/x"))
    for event in talk.events[0]:
        connection.feed([event], [])
    assert len(connection._client.queue) <= 52
    assert len(connection._pairing.pending) <= 1000


def test_nothing_of_a_finished_connection_needs_the_cycle_collector() -> None:
    talk = Talk()
    keep_alive(talk, "/a")
    talk.client(request("PUT", "/k", Transfer_Encoding="chunked", Expect="100-continue"))
    talk.client(b"3\r\nabc\r\n0\r\n\r\n")
    talk.server(response(403, Transfer_Encoding="chunked") + b"5\r\nhello\r\n")
    talk.end(EndCause.RST)
    gc.collect()
    gc.disable()
    try:
        assert summary(feed_whole(*talk.events)) == [("/a", 200), ("/k", 403)]
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_trailing_bytes_change_nothing_before_them() -> None:
    for trailing in (b"\r\n", b"\0\0\0", b"trailing", b"GET", b"HTTP/1.1 "):
        plain, followed = Talk(), Talk()
        for talk in (plain, followed):
            keep_alive(talk, "/a", "/b")
        followed.client(trailing)
        followed.server(trailing)
        for talk in (plain, followed):
            talk.end()
        for before, after in zip(read(plain), read(followed, is_cut=False)[:2], strict=True):
            for kept, found in zip(both(before), both(after), strict=True):
                assert (kept.raw_head, kept.body) == (found.raw_head, found.body)


def test_a_message_line_by_line() -> None:
    talk = Talk()
    for line in message("PUT /k HTTP/1.1", {"Host": "h", "Content-Length": "3"}, b"abc").splitlines(keepends=True):
        talk.client(line)
    talk.server(response(request_id="1"))
    talk.end()
    (pair,) = read(talk)
    asked, _ = both(pair)
    assert asked.head_frames == ((0, 1), (17, 2), (26, 3), (45, 4))
    assert (asked.frame, asked.end_frame) == (1, 5)
    assert asked.head_end_ns - asked.ts_ns == 3_000_000
    assert [line.frame for line in asked.fields()] == [2, 3]


@pytest.mark.parametrize("is_upload", [True, False])
def test_a_connection_holds_no_body_of_an_exchange_that_has_left(*, is_upload: bool) -> None:
    large = b"x" * 100_000
    talk = Talk()
    talk.client(request("PUT", "/k", body=large) if is_upload else request("GET", "/k"), size=1_000)
    talk.server(response() if is_upload else response(body=large), size=1_000)
    connections = [Http1Connection() for _ in range(20)]
    tracemalloc.start()
    try:
        for connection in connections:
            (pair,) = connection.feed(*talk.events)
            assert sum(len(message.body.window) for message in both(pair)) == WINDOW_BYTES
            del pair
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < len(connections) * WINDOW_BYTES / 4
