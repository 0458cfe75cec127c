"""The express lane must pair as the readers do, and must leave alone what it cannot know."""

import random
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osspcap.http1.express import Taken, take_express, take_whole
from osspcap.model.stream import Chunk
from tests.build.events import Talk
from tests.build.http import request, response
from tests.http1.conversations import feed_whole
from tests.http1.test_plain import REQUESTS, RESPONSES, _cut, _mutate


def talk_of(*exchanges: tuple[bytes, bytes], ended: bool = True) -> Talk:
    talk = Talk()
    for asked, answered in exchanges:
        talk.client(asked)
        talk.server(answered)
    if ended:
        talk.end()
    return talk


def count(talk: Talk) -> int:
    return len(take_express(*talk.events).pairs)


GET, OK = request("GET", "/k"), response(body=b"hello")


def test_exchanges_in_step_pass_with_their_messages() -> None:
    pairs = take_express(*talk_of((GET, OK), (request("PUT", "/p", body=b"abc"), response())).events).pairs
    assert [(p.request and p.request.target, p.response and p.response.body.window) for p in pairs] == [
        ("/k", b"hello"),
        ("/p", b""),
    ]


def test_a_connection_passes_as_a_whole_or_not_at_all() -> None:
    exchanges = [(GET, OK), (request("PUT", "/p", body=b"abc"), response())]
    whole = talk_of(*exchanges).events
    assert take_whole(*whole) == take_express(*whole).pairs
    assert take_whole(*talk_of(*exchanges, ended=False).events) is None
    assert take_whole(*talk_of(*exchanges, (b"no request\r\n\r\n", OK)).events) is None
    assert take_whole(*talk_of(*exchanges, (b"", b"no answer")).events) is None
    assert take_whole([], []) is None


def test_bodies_of_several_packets_pass() -> None:
    talk = Talk()
    for part in (request("PUT", "/p", body=b"abcdef")[:-6], b"abc", b"def"):
        talk.client(part)
    for part in (OK[:-5], b"he", b"llo"):
        talk.server(part)
    talk.client(GET)
    talk.server(OK)
    talk.end()
    pairs, client, server = take_express(*talk.events)
    assert [(p.request and p.request.body.window, p.response and p.response.body.window) for p in pairs] == [
        (b"abcdef", b"hello"),
        (b"", b"hello"),
    ]
    assert (client, server) == (4, 4)


def test_the_last_answer_waits_for_what_follows_it() -> None:
    assert count(talk_of((GET, OK), (GET, OK), ended=False)) == 1


def test_bytes_behind_an_answer_that_are_no_answer_keep_it_back() -> None:
    assert count(talk_of((GET, OK), (GET, b"noise"))) == 0


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        (request("GET", "/k", Upgrade="h2c"), OK),
        (request("PUT", "/k", body=b"abc")[:-1], OK),
        (GET + GET, OK),
        (GET, OK + OK),
        (GET, OK[:-1]),
        (b"CONNECT h:443 HTTP/1.1\r\n\r\n", OK),
    ],
)
def test_what_is_not_in_step_does_not_pass(asked: bytes, answered: bytes) -> None:
    assert count(talk_of((asked, answered))) == 0


def test_a_pipelined_request_does_not_pass() -> None:
    client, server = talk_of((GET, OK)).events
    later = [
        event._replace(peer_offset=event.peer_offset + 9) if isinstance(event, Chunk) else event for event in server
    ]
    assert take_express(client, later) == Taken([], 0, 0)


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.tuples(st.sampled_from(REQUESTS), st.sampled_from(RESPONSES)), min_size=1, max_size=5),
    st.integers(0, 2**32),
    st.booleans(),
)
def test_both_ways_pair_the_same(exchanges: list[tuple[bytes, bytes]], seed: int, ended: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    chance = random.Random(seed)
    talk = Talk()
    for asked, answered in exchanges:
        for part in _cut(_mutate(asked, chance), chance):
            talk.client(part)
        for part in _cut(_mutate(answered, chance), chance):
            talk.server(part)
    if ended:
        talk.end()
    express = feed_whole(*talk.events)
    with mock.patch("osspcap.http1.connection.take_express", return_value=Taken([], 0, 0)):
        assert feed_whole(*talk.events) == express
