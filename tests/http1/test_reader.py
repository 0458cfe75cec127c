"""Message starts, heads in pieces, and finding the way again."""

import pytest

from osspcap.http1.headbuffer import KEPT_HEAD_BYTES, MAX_HEAD_BYTES
from osspcap.model.anomaly import AnomalyName
from osspcap.model.stream import EndCause
from tests.build.events import Talk
from tests.build.http import request, response
from tests.http1.conversations import both, feed_whole, names, read, summary


def exchange(talk: Talk, target: str = "/next") -> None:
    talk.client(request("GET", target))
    talk.server(response(body=b"ok"))


@pytest.mark.parametrize(
    ("start", "oddity"),
    [
        (b"\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", AnomalyName.LEADING_EMPTY_LINES),
        (b"GET / HTTP/1.1\nHost: h\n\n", AnomalyName.BARE_LF),
        (b"GET / HTTP/1.1\r\nHost: h\n\r\n", AnomalyName.BARE_LF),
        (b"GET / HTTP/1.1\r\nHost: h\r\n folded\r\n\r\n", AnomalyName.OBSOLETE_FOLD),
        (b"GET /  HTTP/1.1\r\nHost: h\r\n\r\n", AnomalyName.BAD_REQUEST_LINE),
        (b"GET / HTTP/1.1\r\nHost : h\r\n\r\n", AnomalyName.SPACE_BEFORE_COLON),
        (b"get / HTTP/1.1\r\nHost: h\r\n\r\n", AnomalyName.BAD_REQUEST_LINE),
        (b"GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n", AnomalyName.NUL_IN_HEADER),
        (b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", AnomalyName.CONTENT_LENGTH_INVALID),
    ],
)
def test_odd_requests_are_read_with_an_anomaly_and_followed(start: bytes, oddity: AnomalyName) -> None:
    talk = Talk()
    talk.client(start)
    talk.server(response())
    exchange(talk)
    talk.end()
    pairs = read(talk)
    assert [status for _, status in summary(pairs)] == [200, 200]
    asked, _ = both(pairs[0])
    assert names(asked.anomalies) == [oddity]
    assert asked.anomalies[0].frame == 1
    assert asked.raw_head == start.lstrip(b"\r\n")


def test_odd_responses_are_read_with_an_anomaly_and_followed() -> None:
    for start in (b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", b"HTTP/1.1  200 OK\r\nContent-Length: 0\r\n\r\n"):
        talk = Talk()
        talk.client(request())
        talk.server(start)
        exchange(talk)
        talk.end()
        pairs = read(talk)
        assert [status for _, status in summary(pairs)] == [200, 200]
        assert names(both(pairs[0])[1].anomalies) == [AnomalyName.BAD_STATUS_LINE]


def test_bytes_above_ascii_in_a_target_are_kept() -> None:
    talk = Talk()
    talk.client("GET /对象 HTTP/1.1\r\nHost: h\r\n\r\n".encode())
    talk.server(response(404))
    talk.end()
    (pair,) = read(talk)
    asked, _ = both(pair)
    assert asked.target.encode("latin-1").decode() == "/对象"
    assert not asked.anomalies


def test_a_hole_in_a_head_leaves_what_is_known_and_the_rest_intact() -> None:
    talk = Talk()
    head = request("GET", "/first", User_Agent="agent" * 300)
    talk.client(head[:1000])
    talk.lose(0, 300)
    talk.client(head[1300:])
    talk.server(response(403))
    exchange(talk)
    talk.end()
    pairs = read(talk, is_cut=False)
    assert summary(pairs) == [("/first", 403), ("/next", 200)]
    asked, _ = both(pairs[0])
    assert asked.raw_head == head[:1000]
    assert names(asked.anomalies) == [AnomalyName.HEADER_INCOMPLETE]
    assert asked.body.reason == "header section incomplete: not captured"
    assert names(both(pairs[1])[0].anomalies) == [AnomalyName.RESYNCHRONISED]


def test_a_hole_in_the_head_of_a_response_leaves_its_status() -> None:
    talk = Talk()
    talk.client(request("GET", "/first"))
    talk.server(b"HTTP/1.1 503 Service Unavailable\r\nx-oss-re")
    talk.lose(1, 500)
    talk.server(b"body that follows")
    exchange(talk)
    talk.end()
    pairs = read(talk, is_cut=False)
    assert summary(pairs) == [("/first", 503), ("/next", 200)]
    assert names(both(pairs[0])[1].anomalies) == [AnomalyName.HEADER_INCOMPLETE]


def test_a_hole_in_chunk_data_is_counted_and_one_beyond_it_ends_the_body() -> None:
    talk = Talk()
    talk.client(request("GET", "/inside"))
    talk.server(response(Transfer_Encoding="chunked") + b"64\r\n" + b"c" * 40)
    talk.lose(1, 60)
    talk.server(b"\r\n0\r\n\r\n")
    talk.client(request("GET", "/beyond"))
    talk.server(response(Transfer_Encoding="chunked") + b"64\r\n" + b"c" * 40)
    talk.lose(1, 90)
    talk.server(b"more data\r\n0\r\n\r\n")
    exchange(talk)
    talk.end()
    pairs = read(talk, is_cut=False)
    assert summary(pairs) == [("/inside", 200), ("/beyond", 200), ("/next", 200)]
    inside, beyond = both(pairs[0])[1].body, both(pairs[1])[1].body
    assert (inside.captured, inside.missing, inside.ended, inside.complete) == (40, 60, True, False)
    assert (beyond.captured, beyond.missing, beyond.ended) == (40, 60, False)
    assert "hole in the chunked framing, not captured" in beyond.reason
    assert both(pairs[2])[1].body.complete


def test_broken_chunked_framing_is_given_up_and_the_next_exchange_found() -> None:
    talk = Talk()
    talk.client(request("GET", "/broken"))
    talk.server(response(Transfer_Encoding="chunked") + b"5\r\nhelloBAD\r\n")
    exchange(talk)
    talk.end()
    pairs = read(talk, is_cut=False)
    assert summary(pairs) == [("/broken", 200), ("/next", 200)]
    answered = both(pairs[0])[1]
    assert names(answered.anomalies) == [AnomalyName.BAD_CHUNK_SIZE]
    assert (answered.body.window, answered.body.complete) == (b"hello", False)


def test_a_head_beyond_the_limit_is_cut_and_the_next_exchange_found() -> None:
    talk = Talk()
    talk.client(b"GET /large HTTP/1.1\r\nX: " + b"x" * (MAX_HEAD_BYTES + 5000) + b"\r\n\r\n", size=1460)
    talk.server(response(431, "Request Header Fields Too Large"))
    exchange(talk)
    talk.end()
    pairs = feed_whole(*talk.events)
    assert summary(pairs) == [("/large", 431), ("/next", 200)]
    asked, _ = both(pairs[0])
    assert names(asked.anomalies) == [AnomalyName.HEADER_TOO_LARGE]
    assert len(asked.raw_head) == KEPT_HEAD_BYTES


def test_a_start_line_inside_a_body_of_known_length_is_no_message() -> None:
    talk = Talk()
    inner = request("GET", "/inner")
    talk.client(request("PUT", "/outer", Content_Length=str(3 * len(inner))))
    for _ in range(3):
        talk.client(inner)
    answer = response(404)
    talk.server(response(Content_Length=str(len(answer))))
    talk.server(answer)
    talk.end()
    pairs = read(talk)
    assert summary(pairs) == [("/outer", 200)]
    assert both(pairs[0])[1].body.window == answer


def test_an_answer_that_is_not_http_is_named_on_its_exchange() -> None:
    talk = Talk()
    talk.client(request("GET", "/a"))
    talk.server(b"<html>Blocked by policy</html>")
    talk.end()
    (pair,) = read(talk)
    assert pair.response is None
    assert names(pair.anomalies) == [AnomalyName.BAD_STATUS_LINE]


@pytest.mark.parametrize("excess", [b"\0\1\2", b"foo bar", b"tail of a body without end"])
def test_a_request_behind_excess_bytes_in_packets_of_their_own_is_found(excess: bytes) -> None:
    talk = Talk()
    talk.client(request("PUT", "/k", Content_Length="1") + b"x")
    talk.client(excess)
    talk.server(response())
    exchange(talk)
    talk.end()
    assert summary(read(talk, is_cut=False)) == [("/k", 200), ("/next", 200)]


@pytest.mark.parametrize("length", range(1, 60))
def test_a_request_cut_off_at_any_byte_is_recorded_if_it_says_enough(length: int) -> None:
    whole = b"DELETE /some/key HTTP/1.1\r\nHost: bucket.example.com\r\n\r\n"
    talk = Talk()
    talk.client(whole[:length])
    talk.end(EndCause.RST)
    pairs = read(talk)
    if length < len(b"DELETE /"):
        assert pairs == []
        return
    (pair,) = pairs
    assert pair.request is not None
    assert pair.request.raw_head == whole[:length]
    assert "/some/key".startswith(pair.request.target)
    assert names(pair.request.anomalies) == ([] if length >= len(whole) else [AnomalyName.HEADER_INCOMPLETE])
