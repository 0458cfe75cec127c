"""Whole HTTP/2 conversations, from the bytes that a real implementation sends."""

import hashlib
from collections.abc import Callable

import pytest
from hpack import Encoder
from hyperframe.frame import ContinuationFrame, DataFrame, HeadersFrame, PushPromiseFrame, RstStreamFrame, SettingsFrame
from hypothesis import given, settings
from hypothesis import strategies as st

from osspcap.h2.connection import Http2Connection
from osspcap.model.anomaly import AnomalyName
from osspcap.model.exchange import MessagePair
from osspcap.model.message import Framing, Message
from osspcap.model.stream import Chunk, EndCause, Event
from tests.build.events import Talk, cut, slices
from tests.build.http2 import HOST, Http2Talk, oddities, pairs_of
from tests.build.pairs import pair

ERROR = b"<Error><Code>AccessDenied</Code></Error>"


def only(talk: Talk, *, is_mid_stream: bool = False) -> tuple[Message, Message, MessagePair]:
    (found,) = pairs_of(talk, is_mid_stream=is_mid_stream)
    assert found.request is not None
    assert found.response is not None
    return found.request, found.response, found


def test_an_exchange_reads_as_http_1_would_have_it() -> None:
    talk = Http2Talk()
    stream = talk.request("PUT", "/key?x=1", b"body", {"content-length": "4", "x-oss-meta-a": "b"})
    talk.answer(stream, 403, ERROR, {"content-type": "application/xml", "x-oss-request-id": "5C3D"})
    request, response, found = only(talk)
    assert (request.method, request.target, request.version) == ("PUT", "/key?x=1", "HTTP/2")
    assert request.raw_head == (
        b"PUT /key?x=1 HTTP/2\r\nhost: %b\r\ncontent-length: 4\r\nx-oss-meta-a: b\r\n\r\n" % HOST.encode()
    )
    assert (response.status, response.reason, response.version) == (403, "", "HTTP/2")
    assert response.fields().get("X-Oss-Request-Id") == "5C3D"
    assert (request.frame, response.frame) == (3, 4)
    assert (request.body.framing, request.body.announced, request.body.window) == (Framing.STREAM_END, 4, b"body")
    assert (response.body.announced, response.body.content, response.body.complete) == (None, ERROR, True)
    assert found.anomalies == ()


def test_streams_are_told_apart_however_their_frames_are_mixed() -> None:
    talk = Http2Talk()
    first = talk.request("PUT", "/first", b"1" * 20_000, ends=False)
    second = talk.request("GET", "/second")
    talk.answer(second, 200, b"two")
    talk.data(0, first, b"1" * 10)
    talk.flush(0)
    talk.answer(first, 200)
    found = pairs_of(talk)
    assert [message.request.target for message in found if message.request] == ["/second", "/first"]
    assert [message.request.body.captured for message in found if message.request] == [0, 20_010]


def test_heads_and_digests_of_a_large_body_are_those_of_http_1() -> None:
    talk = Http2Talk()
    body = bytes(range(256)) * 200
    stream = talk.request("PUT", "/k", body, {"content-md5": "x", "x-oss-date": "1"}, size=1_400)
    talk.answer(stream, 200)
    request, _, _ = only(talk)
    assert request.body.md5 == hashlib.md5(body, usedforsecurity=False).digest()
    assert request.body.crc64 is not None
    assert request.body.captured == len(body)
    assert request.body.window == body
    assert request.end_frame == talk.frame - 1


def test_interim_responses_and_trailers_have_their_places() -> None:
    talk = Http2Talk()
    stream = talk.request("PUT", "/k", b"", {"expect": "100-continue"}, ends=False)
    talk.ends[1].send_headers(stream, [(":status", "100")])
    talk.flush(1)
    talk.data(0, stream, b"body")
    talk.flush(0)
    talk.answer(stream, 200, b"ok", ends=False)
    talk.ends[1].send_headers(stream, [("x-sum", "7")], end_stream=True)
    talk.flush(1)
    _, response, found = only(talk)
    assert [interim.status for interim in found.interims] == [100]
    assert (response.status, response.body.raw_trailers, response.body.complete) == (200, b"x-sum: 7\r\n", True)


def test_padding_counts_as_no_content() -> None:
    talk = Http2Talk()
    stream = talk.request("PUT", "/k", b"", ends=False)
    talk.data(0, stream, b"body", padding=9)
    talk.flush(0, size=3)
    talk.answer(stream, 200)
    request, _, _ = only(talk)
    assert (request.body.captured, request.body.window) == (4, b"body")


def test_a_header_block_goes_on_in_continuation_frames() -> None:
    talk = Http2Talk()
    block = Encoder().encode([(":method", "GET"), (":path", "/" + "k" * 900), (":authority", HOST), ("a", "b" * 900)])
    head = HeadersFrame(1, block[:100], flags=["END_STREAM"])
    rest = ContinuationFrame(1, block[100:], flags=["END_HEADERS"])
    talk.frames(0, head, rest)
    talk.frames(1, HeadersFrame(1, Encoder().encode([(":status", "204")]), flags=["END_HEADERS", "END_STREAM"]))
    request, response, _ = only(talk)
    assert (len(request.target), request.fields().get("a"), response.status) == (901, "b" * 900, 204)


def test_a_head_response_announces_a_length_and_has_no_body() -> None:
    talk = Http2Talk()
    talk.answer(talk.request("HEAD", "/k"), 404, None, {"content-length": "300", "x-oss-err": "PEVycm9yPg=="})
    _, response, _ = only(talk)
    assert (response.status, response.body.announced, response.body.complete) == (404, 0, True)


# Streams that end before their time


@pytest.mark.parametrize(("side", "who"), [(0, "client"), (1, "server")])
def test_a_reset_says_who_and_why(side: int, who: str) -> None:
    talk = Http2Talk()
    stream = talk.request("PUT", "/k", b"half", {"content-length": "10"}, ends=False)
    talk.ends[side].reset_stream(stream, 8)
    talk.flush(side)
    (found,) = pairs_of(talk)
    assert oddities(found) == [f"STREAM_RESET by {who}: CANCEL"]
    assert found.request is not None
    assert found.request.body.reason == f"captured 4 of 10 body bytes: stream reset by {who} (CANCEL)"
    assert found.response is None


def test_an_early_answer_is_paired_with_the_upload_it_cuts_off() -> None:
    talk = Http2Talk()
    stream = talk.request("PUT", "/k", b"half", {"content-length": "10"}, ends=False)
    talk.answer(stream, 403, ERROR)
    talk.ends[1].reset_stream(stream, 0)
    talk.flush(1)
    request, response, found = only(talk)
    assert (response.status, response.body.content) == (403, ERROR)
    assert request.body.reason == ("captured 4 of 10 body bytes, answered early: stream reset by server (NO_ERROR)")
    assert oddities(found) == ["STREAM_RESET by server: NO_ERROR"]


def test_a_goaway_names_the_streams_it_passes_over() -> None:
    talk = Http2Talk()
    talk.request("GET", "/first")
    talk.request("GET", "/second")
    talk.ends[1].close_connection(error_code=11, last_stream_id=1)
    talk.flush(1)
    talk.end()
    assert [oddities(found) for found in pairs_of(talk)] == [
        ["GOAWAY by server: ENHANCE_YOUR_CALM"],
        ["GOAWAY by server: ENHANCE_YOUR_CALM, stream not processed"],
    ]


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (EndCause.RST, "connection reset"),
        (EndCause.FIN, "connection closed"),
        (EndCause.CAPTURE_ENDED, "capture ended"),
    ],
)
def test_the_end_of_the_connection_ends_its_streams(cause: EndCause, words: str) -> None:
    talk = Http2Talk()
    stream = talk.request("PUT", "/k", b"half", {"content-length": "10"}, ends=False)
    talk.answer(stream, 200, b"1234", {"content-length": "8"}, ends=False)
    talk.end(cause)
    request, response, _ = only(talk)
    assert request.body.reason == f"captured 4 of 10 body bytes, answered early: {words}"
    assert response.body.reason == f"captured 4 of 8 body bytes: {words}"


def test_a_body_shorter_than_announced_is_incomplete() -> None:
    talk = Http2Talk()
    stream = talk.request("GET", "/k")
    block = Encoder().encode([(":status", "200"), ("content-length", "9")])
    talk.frames(1, HeadersFrame(stream, block, flags=["END_HEADERS"]), DataFrame(stream, b"1234", flags=["END_STREAM"]))
    _, response, _ = only(talk)
    assert (response.body.complete, response.body.missing) == (False, 5)
    assert response.body.reason == "captured 4 of 9 body bytes: stream ended early"


def test_bytes_beyond_the_announced_length_are_an_oddity_and_no_content() -> None:
    talk = Http2Talk()
    stream = talk.request("PUT", "/k", None, {"content-length": "2"}, ends=False)
    talk.frames(0, DataFrame(stream, b"1234", flags=["END_STREAM"]))
    (found,) = pairs_of(talk)
    assert found.request is not None
    assert (found.request.body.captured, found.request.body.complete) == (2, True)
    assert [anomaly.name for anomaly in found.request.anomalies] == [AnomalyName.EXCESS_STREAM_DATA]


def test_a_push_is_an_exchange_of_its_own() -> None:
    talk = Http2Talk()
    encoder = Encoder()
    promise = encoder.encode([(":method", "GET"), (":path", "/pushed"), (":authority", HOST)])
    talk.frames(1, PushPromiseFrame(1, 2, promise, flags=["END_HEADERS"]))
    answer = encoder.encode([(":status", "200")])
    talk.frames(1, HeadersFrame(2, answer, flags=["END_HEADERS", "END_STREAM"]))
    request, response, _ = only(talk)
    assert (request.target, response.status) == ("/pushed", 200)


def test_an_upgraded_request_is_answered_on_stream_1() -> None:
    before = pair(b"GET /k HTTP/1.1\r\nUpgrade: h2c\r\n\r\n", b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
    talk = Http2Talk()
    talk.frames(1, HeadersFrame(1, Encoder().encode([(":status", "200")]), flags=["END_HEADERS", "END_STREAM"]))
    connection = Http2Connection(upgraded=before)
    (found,) = connection.feed(*talk.events)
    assert found.request is before.request
    assert found.response is not None
    assert (found.response.status, [interim.status for interim in found.interims]) == (200, [101])


# Flow control


def test_a_sender_without_credit_is_said_to_have_waited() -> None:
    talk = Http2Talk()
    stream = talk.request("GET", "/k")
    talk.answer(stream, 200, b"1" * 65_535, ends=False)
    talk.frame += 2_000  # two seconds
    talk.ends[0].increment_flow_control_window(100_000)
    talk.ends[0].increment_flow_control_window(100_000, stream)
    talk.flush(0)
    talk.data(1, stream, b"2" * 10)
    talk.flush(1)
    _, response, _ = only(talk)
    (anomaly,) = response.anomalies
    assert (anomaly.name, anomaly.detail) == (AnomalyName.FLOW_CONTROL_STALL, "2.0 s without credit of the receiver")


def test_a_window_that_the_last_byte_uses_up_delays_nobody() -> None:
    talk = Http2Talk()
    stream = talk.request("GET", "/k")
    talk.answer(stream, 200, b"1" * 65_535)
    talk.frame += 2_000
    talk.ends[0].increment_flow_control_window(100_000)
    talk.flush(0)
    talk.answer(talk.request("GET", "/next"), 200)
    assert all(not found.response.anomalies for found in pairs_of(talk) if found.response)


# What never changes the result, and what never raises


def story() -> Talk:
    talk = Http2Talk()
    upload = talk.request("PUT", "/up", b"u" * 30_000, {"content-length": "30000", "content-md5": "x"}, size=1_400)
    talk.answer(upload, 200, fields={"x-oss-request-id": "1"})
    talk.answer(talk.request("GET", "/down"), 200, b"d" * 20_000, {"content-length": "20000"}, size=1_400)
    reset = talk.request("PUT", "/cut", b"c" * 100, {"content-length": "200"}, ends=False)
    talk.answer(reset, 403, ERROR)
    talk.ends[1].reset_stream(reset, 0)
    talk.flush(1)
    talk.end()
    return talk


@pytest.mark.parametrize("count", [2, 3, 7, 40])
def test_slicing_the_capture_changes_nothing(count: int) -> None:
    talk = story()
    whole = pairs_of(talk)
    connection = Http2Connection()
    found: list[MessagePair] = []
    for frames in range(0, talk.frame + count, count):
        part = [[event for event in events if frames <= event.frame < frames + count] for events in talk.events]
        found += connection.feed(*part)
    assert found + connection.finish() == whole
    assert len(whole) == 3


@pytest.mark.parametrize("change", [lambda events: cut(events, 1), lambda events: cut(events, 7)])
def test_cutting_packets_changes_nothing(change: Callable[[list[Event]], list[Event]]) -> None:
    talk = story()
    changed = Http2Connection()
    client, server = talk.events
    assert changed.feed(change(client), change(server)) + changed.finish() == pairs_of(talk)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_any_bytes_never_raise(data: st.DataObject) -> None:
    talk = story()
    sides: list[list[Event]] = []
    for events in talk.events:
        raw = bytearray(b"".join(bytes(event.data) for event in events if isinstance(event, Chunk)))
        for _ in range(data.draw(st.integers(0, 6))):
            raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
        other = Talk()
        other.client(bytes(raw), size=data.draw(st.sampled_from([50, 1_000, 20_000])))
        sides.append(other.sides[0])
    connection = Http2Connection(is_mid_stream=data.draw(st.booleans()))
    for client, server in zip(slices(sides[0], 3), slices(sides[1], 3), strict=True):
        connection.feed(client, server)
    connection.finish()


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.binary(max_size=400))
def test_noise_never_raises(client: bytes, server: bytes) -> None:
    talk = Http2Talk()
    talk.client(client)
    talk.server(server)
    pairs_of(talk)


def test_streams_without_end_are_bounded() -> None:
    connection = Http2Connection()
    encoder = Encoder()
    talk = Http2Talk()
    for number in range(1_100):
        block = encoder.encode([(":method", "GET"), (":path", f"/{number}"), (":authority", HOST)])
        talk.frames(0, HeadersFrame(2 * number + 1, block, flags=["END_HEADERS", "END_STREAM"]))
    given_up = connection.feed(*talk.events)
    assert len(given_up) == 100
    assert oddities(given_up[0]) == ["TOO_MANY_PENDING_REQUESTS"]
    assert len(connection.finish()) == 1_000


def test_settings_and_resets_of_unknown_streams_change_nothing() -> None:
    talk = Http2Talk()
    talk.frames(1, SettingsFrame(0, {SettingsFrame.INITIAL_WINDOW_SIZE: 10}), RstStreamFrame(9, 8))
    talk.answer(talk.request("GET", "/k"), 200)
    only(talk)
