"""What is fed when must not matter: properties of slicing, and of bytes that are borrowed."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from osspcap.http1.connection import Http1Connection
from osspcap.http1.eventqueue import EventQueue
from osspcap.model.stream import Chunk, End, EndCause, Event
from tests.build.events import Talk, cut_at
from tests.build.http import request, response
from tests.http1.conversations import both, feed_sliced, feed_whole, summary

CONVERSATIONS = st.lists(
    st.tuples(
        st.sampled_from(["GET", "HEAD", "PUT", "POST", "DELETE"]),
        st.sampled_from([b"", b"x", b"hello world", b"GET / HTTP/1.1\r\n\r\n", b"z" * 300]),
        st.sampled_from([200, 204, 304, 403, 500]),
        st.sampled_from(["length", "chunked"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


def _talk(exchanges: list[tuple[str, bytes, int, str, bool]], packet: int) -> Talk:
    talk = Talk()
    for number, (method, body, status, framing, has_interim) in enumerate(exchanges):
        sent = body if method in {"PUT", "POST"} else b""
        talk.client(request(method, f"/{number}", body=sent), size=packet)
        if has_interim:
            talk.server(b"HTTP/1.1 100 Continue\r\n\r\n")
        if framing == "chunked" and status not in {204, 304} and method != "HEAD":
            coded = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
            talk.server(response(status, Transfer_Encoding="chunked") + coded + b"0\r\n\r\n", size=packet)
        else:
            has_body = status not in {204, 304} and method != "HEAD"
            length = str(len(body))
            talk.server(response(status, body=body if has_body else b"", Content_Length=length), size=packet)
    talk.end()
    return talk


@settings(deadline=None, max_examples=60)
@given(CONVERSATIONS, st.integers(1, 400), st.integers(1, 30), st.data())
def test_slicing_never_changes_messages(
    exchanges: list[tuple[str, bytes, int, str, bool]], packet: int, count: int, data: st.DataObject
) -> None:
    talk = _talk(exchanges, packet)
    client, server = talk.events
    pairs = feed_whole(client, server)
    assert summary(pairs) == [(f"/{number}", item[2]) for number, item in enumerate(exchanges)]
    assert all(found.body.complete and not found.anomalies for pair in pairs for found in both(pair))
    seed = data.draw(st.integers(0, 2**32))
    shuffled = random.Random(seed)
    pieces = [
        cut_at(events, lambda length: shuffled.sample(range(length), min(length, 3))) for events in (client, server)
    ]
    assert feed_sliced(pieces[0], pieces[1], count) == pairs


@settings(deadline=None, max_examples=60)
@given(CONVERSATIONS, st.integers(20, 400), st.integers(0, 2**32))
def test_what_is_lost_never_depends_on_the_slicing(
    exchanges: list[tuple[str, bytes, int, str, bool]], packet: int, seed: int
) -> None:
    chance = random.Random(seed)
    talk = _talk(exchanges, packet)
    sides: list[list[Event]] = []
    for side, events in enumerate(talk.events):
        lossy = Talk()
        lossy.sides[side].extend(
            _as_gap(event) if isinstance(event, Chunk) and chance.random() < 0.15 else event for event in events
        )
        sides.append(lossy.sides[side])
    pairs = feed_whole(sides[0], sides[1])
    for count in (1, 2, 5, 50):
        assert feed_sliced(sides[0], sides[1], count) == pairs
    server_first = Http1Connection()
    found = server_first.feed([], sides[1]) + server_first.feed(sides[0], []) + server_first.finish()
    assert found == pairs


def _as_gap(chunk: Chunk) -> Event:
    talk = Talk(offsets=(chunk.offset, 0))
    talk.frame = chunk.frame - 1
    talk.lose(0, len(chunk.data))
    return talk.sides[0][0]


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(st.integers(0, 1), st.binary(max_size=80), st.booleans()), max_size=12), st.booleans())
def test_random_bytes_never_raise(parts: list[tuple[int, bytes, bool]], is_mid_stream: bool) -> None:  # noqa: FBT001 - drawn
    talk = Talk()
    for side, data, is_lost in parts:
        if is_lost:
            talk.lose(side, len(data) + 1)
        talk.send(side, data)
    talk.end()
    feed_whole(*talk.events, is_mid_stream=is_mid_stream)


@settings(deadline=None, max_examples=200)
@given(CONVERSATIONS, st.integers(1, 400), st.integers(0, 2**32), st.integers(1, 8))
def test_mutated_conversations_never_raise(
    exchanges: list[tuple[str, bytes, int, str, bool]], packet: int, seed: int, count: int
) -> None:
    chance = random.Random(seed)
    mutated: list[list[Event]] = []
    for events in _talk(exchanges, packet).events:
        side: list[Event] = []
        for event in events:
            if isinstance(event, Chunk) and chance.random() < 0.5:
                data = bytearray(event.data)
                for _ in range(chance.randint(1, 4)):
                    data[chance.randrange(len(data))] = chance.choice(b"\r\n\0 :;,0123456789aHG/\xff")
                side.append(event._replace(data=memoryview(bytes(data)), peer_offset=chance.choice([-1, 0, 50, 10**6])))
            else:
                side.append(event)
        mutated.append(side)
    pairs = feed_whole(mutated[0], mutated[1])
    assert all(pair.request is not None or pair.response is not None for pair in pairs)
    assert feed_sliced(mutated[0], mutated[1], count) == pairs


def test_bytes_that_are_fed_may_vanish_afterwards() -> None:
    talk = Talk()
    talk.client(request("GET", "/a"))
    talk.server(response(body=b"a"))
    talk.client(request("PUT", "/k", Content_Length="6"))
    talk.client(b"abc")
    talk.client(b"def")
    talk.server(response(request_id="1"))
    talk.end()
    connection = Http1Connection()
    pairs = []
    for side in (1, 0):  # the server's first: its bytes wait for the client's
        for event in talk.events[side]:
            buffer = bytearray(event.data) if isinstance(event, Chunk) else bytearray()
            fed = event._replace(data=memoryview(buffer)) if isinstance(event, Chunk) else event
            pairs += connection.feed(*(([fed], []) if side == 0 else ([], [fed])))
            buffer[:] = bytes(len(buffer))
    pairs += connection.finish()
    assert pairs == feed_whole(*talk.events)


def test_a_direction_without_an_end_is_closed_by_the_end_of_the_capture() -> None:
    talk = Talk()
    talk.client(b"abc")
    events = EventQueue()
    events.push(talk.events[0])
    events.close()
    events.close()
    assert events.queue[-1] == End(3, EndCause.CAPTURE_ENDED, 1, talk.events[0][0].ts_ns)
    assert len(events.queue) == 2
