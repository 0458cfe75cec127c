"""The fast lane and the general reader must read the same bytes the same way."""

import random
from itertools import pairwise
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osspcap.http1.plain import plain_request, plain_response
from osspcap.model.stream import Chunk
from tests.build.events import Talk
from tests.build.http import request, response
from tests.http1.conversations import feed_whole

REQUESTS = [
    request("GET", "/k"),
    request("HEAD", "/k?a=b"),
    request("DELETE", "/\u00e9"),
    request("GET", "http://h/k", Content_Type="a/b"),
    b"GET / HTTP/1.0\r\n\r\n",
    request("PUT", "/k", body=b"hello"),
    request("PUT", "/k", body=b"hello", Authorization="OSS a:b"),
    request("POST", "/k?uploads", Content_Length="0"),
    request("PUT", "/k", body=b"x", Content_MD5="nduIZYTbREfLs2yFZiaiVQ=="),
    request("POST", "/", body=b"--b\r\n\r\nx\r\n--b--", Content_Type="multipart/form-data; boundary=b"),
]
RESPONSES = [
    response(body=b"hello"),
    response(404, "Not Found", body=b"<Error/>", Content_Type="application/xml"),
    response(204, "No Content"),
    response(204, "No Content", length=False),
    response(x_oss_hash_crc64ecma="1", body=b"123456789"),
    response(Content_MD5="nduIZYTbREfLs2yFZiaiVQ==", body=b"1"),
    response(Content_MD5="nduIZYTbREfLs2yFZiaiVQ==", x_oss_hash_crc64ecma="1", body=b"123456789"),
    b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
]


def _chunk(data: bytes) -> Chunk:
    return Chunk(0, memoryview(data), 1, 1, 0)


@pytest.mark.parametrize("data", REQUESTS)
def test_plain_requests_take_the_fast_lane(data: bytes) -> None:
    assert plain_request(_chunk(b"xx" + data + b"rest"), 2) is not None


@pytest.mark.parametrize("data", RESPONSES)
def test_plain_responses_take_the_fast_lane(data: bytes) -> None:
    assert plain_response(_chunk(b"xx" + data + b"rest"), 2, "GET") is not None


@pytest.mark.parametrize(
    "data",
    [
        request("PUT", "/k", body=b"xy")[:-1],
        request("PUT", "/k", body=b"x", Content_Encoding="gzip"),
        request("PUT", "/k", Transfer_Encoding="chunked"),
        request("GET", "/k", Upgrade="h2c"),
        request("GET", "/k", Expect="100-continue"),
        b"GET /a b HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET / HTTP/1.1\nHost: h\n\n",
        b"GET / HTTP/1.1\r\nHost : h\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\n b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\n",
        b"CONNECT h:443 HTTP/1.1\r\n\r\n",
    ],
)
def test_anything_else_takes_the_general_way(data: bytes) -> None:
    assert plain_request(_chunk(data), 0) is None


@pytest.mark.parametrize(
    ("data", "method"),
    [
        (response(body=b"hello")[:-1], "GET"),
        (response(Transfer_Encoding="chunked"), "GET"),
        (response(body=b"x", Content_Encoding="gzip"), "GET"),
        (response(Content_Length="1, 1"), "GET"),
        (response(length=False), "GET"),
        (response(), "CONNECT"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", "GET"),
        (b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "GET"),
    ],
)
def test_other_responses_take_the_general_way(data: bytes, method: str) -> None:
    assert plain_response(_chunk(data), 0, method) is None


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.tuples(st.sampled_from(REQUESTS), st.sampled_from(RESPONSES)), min_size=1, max_size=4),
    st.integers(0, 2**32),
)
def test_both_ways_read_the_same(exchanges: list[tuple[bytes, bytes]], seed: int) -> None:
    chance = random.Random(seed)
    talk = Talk()
    for asked, answered in exchanges:
        for part in _cut(_mutate(asked, chance), chance):
            talk.client(part)
        for part in _cut(_mutate(answered, chance), chance):
            talk.server(part)
    talk.end()
    fast = feed_whole(*talk.events)
    with (
        mock.patch("osspcap.http1.request_reader.plain_request", return_value=None),
        mock.patch("osspcap.http1.response_reader.plain_response", return_value=None),
    ):
        assert feed_whole(*talk.events) == fast


def _mutate(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice([0, 0, 0, 1, 2])):
        changed[chance.randrange(len(changed))] = chance.choice(b"\r\n\0 :;\t059aHG/\x7f\xff(")
    return bytes(changed)


def _cut(data: bytes, chance: random.Random) -> list[bytes]:
    """Cut a message into the packets that it may come in: mostly one, else at its body or anywhere."""
    cuts = {chance.choice([0, 0, data.find(b"\r\n\r\n") + 4, chance.randrange(len(data))]) for _ in range(2)}
    places = [0, *sorted(cut for cut in cuts if 0 < cut < len(data)), len(data)]
    return [data[start:end] for start, end in pairwise(places)]
