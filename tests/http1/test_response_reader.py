"""The server's direction: interim responses, answers whose request is unknown, waiting for causality."""

import gzip
import random
from typing import Any

import pytest
from fastcrc import crc64

from osspcap.http1.connection import Http1Connection
from osspcap.model.anomaly import AnomalyName
from tests.build.events import Talk
from tests.build.http import request, response
from tests.http1.conversations import both, feed_whole, names, read, summary


def test_early_hints_and_continue_come_before_the_final_response() -> None:
    talk = Talk()
    talk.client(request("GET", "/a"))
    talk.server(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + response(body=b"x"))
    talk.end()
    (pair,) = read(talk)
    assert [interim.status for interim in pair.interims] == [100, 103]
    assert both(pair)[1].status == 200


def test_101_without_upgrade_is_an_interim_response() -> None:
    talk = Talk()
    talk.client(request("GET", "/a"))
    talk.server(b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + response())
    talk.end()
    (pair,) = read(talk)
    assert ([interim.status for interim in pair.interims], both(pair)[1].status) == ([101], 200)


def test_an_answer_to_an_unseen_head_request_does_not_swallow_the_next() -> None:
    talk = Talk(knows_acks=False)
    talk.server(response(Content_Length="5000000"))
    talk.server(response(404, body=b"<Error/>"))
    talk.end(sides=[1])
    pairs = read(talk)
    assert summary(pairs) == [("-", 200), ("-", 404)]


def test_an_answer_to_a_head_request_before_the_capture_does_not_swallow_what_acknowledges_no_more() -> None:
    talk = Talk(offsets=(100, 0))
    talk.server(response(Content_Length="5000000"))
    talk.server(response(404, body=b"<Error/>"))
    talk.client(request("GET", "/k"))
    talk.server(response(body=b"x"))
    talk.end()
    assert summary(read(talk, is_mid_stream=True)) == [("-", 200), ("-", 404), ("/k", 200)]


def test_an_orphan_leaves_as_soon_as_causality_shows_that_its_request_is_missing() -> None:
    talk = Talk()
    talk.client(b"half of a body that began before the capture")
    talk.server(response(body=b"x" * 5000))
    connection = Http1Connection(is_mid_stream=True)
    assert connection.feed([], talk.events[1]) == []
    (pair,) = connection.feed(talk.events[0], [])
    assert pair.request is None
    assert names(pair.anomalies) == [AnomalyName.RESPONSE_WITHOUT_REQUEST]


def test_an_answer_while_the_head_of_its_request_goes_on_is_paired() -> None:
    talk = Talk()
    talk.client(b"GET /slow HTTP/1.1\r\nHost: h\r\n")
    talk.server(response(408, "Request Timeout"))
    talk.end()
    pairs = read(talk)
    assert summary(pairs) == [("/slow", 408)]
    assert names(both(pairs[0])[0].anomalies) == [AnomalyName.HEADER_INCOMPLETE]


def test_a_body_with_invalid_length_lasts_until_the_close() -> None:
    talk = Talk()
    talk.client(request("GET", "/a"))
    talk.server(response(Content_Length="12, 13") + b"whatever")
    talk.end()
    (pair,) = read(talk)
    answered = both(pair)[1]
    assert names(answered.anomalies) == [AnomalyName.CONTENT_LENGTHS_DIFFER]
    assert (answered.body.window, answered.body.complete) == (b"whatever", True)


def test_an_unknown_content_coding_is_noted() -> None:
    talk = Talk()
    talk.client(request("GET", "/a"))
    talk.server(response(body=b"data", Content_Encoding="utf-8"))
    talk.end()
    (pair,) = read(talk)
    answered = both(pair)[1]
    assert names(answered.anomalies) == [AnomalyName.CONTENT_CODING_UNKNOWN]
    assert (answered.body.window, answered.body.content) == (b"data", b"")


@pytest.mark.parametrize(
    ("headers", "wants_md5", "wants_crc"),
    [
        ({"Content_MD5": "x"}, True, False),
        ({"x_oss_hash_crc64ecma": "1"}, False, True),
        ({"Content_MD5": "x", "x_oss_hash_crc64ecma": "1"}, False, True),
        ({}, False, False),
    ],
)
def test_the_cheapest_digest_that_is_stated_is_taken(
    headers: dict[str, Any],
    wants_md5: bool,  # noqa: FBT001 - what the table says
    wants_crc: bool,  # noqa: FBT001 - likewise
) -> None:
    talk = Talk()
    talk.client(request("GET", "/a"))
    talk.server(response(body=b"x" * 5000, **headers), size=1000)
    talk.end()
    body = both(feed_whole(*talk.events, is_mid_stream=False)[0])[1].body
    assert (body.md5 is not None, body.crc64 is not None) == (wants_md5, wants_crc)


def test_a_packed_body_is_summed_as_it_is_and_unpacked() -> None:
    content = b"hello world" * 500
    for packed, coding, unpacked in (
        (gzip.compress(content, mtime=0), "gzip", crc64.xz(content)),
        (b"no gzip at all", "gzip", None),
        (content, "unheard-of", None),
    ):
        talk = Talk()
        talk.client(request("GET", "/a"))
        talk.server(response(body=packed, Content_Encoding=coding, x_oss_hash_crc64ecma="1"), size=20)
        talk.end()
        body = both(feed_whole(*talk.events, is_mid_stream=False)[0])[1].body
        assert (body.crc64, body.content_crc64) == (crc64.xz(packed), unpacked)


def test_a_packed_body_beyond_the_window_is_not_summed_unpacked() -> None:
    packed = gzip.compress(random.Random(1).randbytes(100_000), mtime=0)
    talk = Talk()
    talk.client(request("GET", "/a"))
    talk.server(response(body=packed, Content_Encoding="gzip", x_oss_hash_crc64ecma="1"), size=1460)
    talk.end()
    body = both(feed_whole(*talk.events, is_mid_stream=False)[0])[1].body
    assert (body.crc64, body.content_crc64) == (crc64.xz(packed), None)


def test_a_repeated_content_coding_field_is_a_list() -> None:
    talk = Talk()
    talk.client(request("GET", "/a"))
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\ncontent-encoding: x-new\r\nContent-Length: 1\r\n\r\nx"
    talk.server(head)
    talk.end()
    answered = both(read(talk)[0])[1]
    assert names(answered.anomalies) == [AnomalyName.CONTENT_CODING_UNKNOWN]


def test_a_tls_alert_in_place_of_a_status_line_is_told_from_other_garbage() -> None:
    for answer, name in (
        (b"\x15\x03\x01\x00\x02\x02\x46", AnomalyName.TLS_IN_PLACE_OF_RESPONSE),
        (b"\x15\x04\x01\x00\x02\x02\x46", AnomalyName.BAD_STATUS_LINE),
    ):
        talk = Talk()
        talk.client(request("GET", "/a"))
        talk.server(answer)
        talk.end()
        (pair,) = read(talk, is_cut=False)
        assert names(pair.anomalies) == [name]
