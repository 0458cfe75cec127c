from collections import deque

import pytest

from osspcap.http1.candidate import MAX_CANDIDATE_BYTES, MAX_CANDIDATE_PACKETS, Look, look_at, look_at_front
from osspcap.model.stream import Event, GapCause
from tests.build.events import Talk, cut

REQUEST = b"GET /key HTTP/1.1\r\nHost: h\r\n\r\n"
RESPONSE = b"HTTP/1.1 200 OK\r\nServer: s\r\n\r\n"


@pytest.mark.parametrize(
    ("data", "is_request", "look"),
    [
        (REQUEST, True, Look.HEAD),
        (RESPONSE, False, Look.HEAD),
        (b"GET / HTTP/1.1\r\n\r\n", True, Look.HEAD),
        (REQUEST, False, Look.OTHER),
        (RESPONSE, True, Look.OTHER),
        (b"GET /key HTTP/1.1\r\nnot a field line\r\n", True, Look.OTHER),
        (b'GET /key HTTP/1.1" 200 512\r\nHost: h\r\n', True, Look.OTHER),
        (b"GET /key HTTP/3.0\r\nHost: h\r\n", True, Look.OTHER),
        (b"some text of a body\r\nthat goes on\r\n", True, Look.OTHER),
        (b"\0\1\2\3", True, Look.OTHER),
        (b"GET /key HTT", True, Look.OPEN),
        (b"GET /key HTTP/1.1\r\nHo", True, Look.OPEN),
        (b"HTTP/1.1 200 OK\r\n", False, Look.OPEN),
        (b"", True, Look.OTHER),
    ],
)
def test_a_candidate_needs_a_start_line_and_a_field_line(data: bytes, look: Look, *, is_request: bool) -> None:
    assert look_at(data, is_request=is_request) is look


@pytest.mark.parametrize("size", [1, 2, 5, 100])
@pytest.mark.parametrize(("data", "is_request"), [(REQUEST, True), (RESPONSE, False)])
def test_packets_may_cut_a_candidate_anywhere(data: bytes, size: int, *, is_request: bool) -> None:
    talk = Talk()
    talk.client(data)
    assert look_at_front(deque(cut(talk.events[0], size)), is_request=is_request) is Look.HEAD


@pytest.mark.parametrize(
    ("data", "cause", "look"),
    [
        (b"GET /key", GapCause.SNAPLEN, Look.HEAD),
        (b"GET /key", GapCause.NOT_CAPTURED, Look.OTHER),
        (b"GET /key HTTP/1.1\r\n", GapCause.NOT_CAPTURED, Look.HEAD),
        (b"GE", GapCause.SNAPLEN, Look.OTHER),
    ],
)
def test_a_candidate_that_breaks_off_needs_more_proof(data: bytes, cause: GapCause, look: Look) -> None:
    talk = Talk()
    talk.client(data)
    talk.lose(0, 100, cause)
    assert look_at_front(deque(talk.events[0]), is_request=True) is look


def test_a_packet_that_begins_a_request_of_its_own_ends_the_candidate_before_it() -> None:
    talk = Talk()
    talk.client(b"GET /cut-off")
    talk.client(REQUEST)
    assert look_at_front(deque(talk.events[0]), is_request=True) is Look.OTHER


def test_a_long_target_may_be_cut_anywhere() -> None:
    talk = Talk()
    talk.client(b"GET /" + b"k" * 3000 + b" HTTP/1.1\r\nHost: h\r\n\r\n", size=100)
    assert look_at_front(deque(talk.events[0]), is_request=True) is Look.HEAD
    assert look_at_front(deque(talk.events[0][:20]), is_request=True) is Look.OPEN


def test_looking_on_is_bounded() -> None:
    talk = Talk()
    talk.client(b"GET /" + b"k" * MAX_CANDIDATE_BYTES)
    assert look_at_front(deque(talk.events[0]), is_request=True) is Look.OTHER
    flood: list[Event] = []
    talk = Talk()
    talk.client(b"GET /" + b"k" * (MAX_CANDIDATE_PACKETS + 5))
    flood += cut(talk.events[0])
    assert look_at_front(deque(flood), is_request=True) is Look.OTHER
