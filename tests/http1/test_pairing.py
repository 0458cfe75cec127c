"""Which response answers which request, also where bytes are missing."""

import pytest

from osspcap.http1 import pairing as pairing_module
from osspcap.http1.connection import Http1Connection
from osspcap.model.anomaly import AnomalyName
from tests.build.events import Talk
from tests.build.http import request, response
from tests.http1.conversations import feed_whole, names, read, summary


def ask(talk: Talk, target: str, *, is_lost: bool = False) -> None:
    data = request("GET", target)
    if is_lost:
        talk.lose(0, len(data))
    else:
        talk.client(data)


def reply(talk: Talk, status: int, *, is_lost: bool = False) -> None:
    data = response(status, body=b"b" * 20)
    if is_lost:
        talk.lose(1, len(data))
    else:
        talk.server(data)


@pytest.mark.parametrize("lost", range(4))
def test_a_lost_response_leaves_its_request_unanswered_and_the_others_paired(lost: int) -> None:
    talk = Talk()
    for number in range(4):
        ask(talk, f"/{number}")
        reply(talk, 200 + number, is_lost=number == lost)
    talk.end()
    expected = [(f"/{number}", 0 if number == lost else 200 + number) for number in range(4)]
    assert summary(read(talk, is_cut=False)) == expected


@pytest.mark.parametrize("lost", range(4))
def test_a_lost_request_leaves_its_response_alone_and_the_others_paired(lost: int) -> None:
    talk = Talk()
    for number in range(4):
        ask(talk, f"/{number}", is_lost=number == lost)
        reply(talk, 200 + number)
    talk.end()
    pairs = read(talk, is_cut=False)
    assert summary(pairs) == [("-" if number == lost else f"/{number}", 200 + number) for number in range(4)]
    assert names(pairs[lost].anomalies) == [AnomalyName.RESPONSE_WITHOUT_REQUEST]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_several_lost_exchanges_in_a_row_disturb_nothing_else(count: int) -> None:
    talk = Talk()
    for number in range(6):
        is_lost = 1 <= number <= count
        ask(talk, f"/{number}", is_lost=is_lost)
        reply(talk, 200 + number, is_lost=is_lost)
    talk.end()
    expected = [(f"/{number}", 200 + number) for number in (0, *range(count + 1, 6))]
    assert summary(read(talk, is_cut=False)) == expected


def test_a_response_lost_together_with_the_next_request_shifts_nothing() -> None:
    talk = Talk()
    ask(talk, "/a")
    reply(talk, 200)
    ask(talk, "/b")
    reply(talk, 201, is_lost=True)
    ask(talk, "/c", is_lost=True)
    reply(talk, 202)
    ask(talk, "/d")
    reply(talk, 203)
    talk.end()
    assert summary(read(talk, is_cut=False)) == [("/a", 200), ("/b", 0), ("-", 202), ("/d", 203)]


def test_a_hole_over_the_end_of_one_response_and_the_start_of_the_next() -> None:
    talk = Talk()
    ask(talk, "/a")
    talk.server(response(200, Content_Length="100") + b"x" * 50)
    talk.lose(1, 50)
    ask(talk, "/b")
    talk.lose(1, 60)
    talk.server(b"tail of the second answer")
    ask(talk, "/c")
    reply(talk, 202)
    talk.end()
    pairs = read(talk, is_cut=False)
    assert summary(pairs) == [("/a", 200), ("/b", 0), ("/c", 202)]
    assert pairs[2].response is not None
    assert names(pairs[2].response.anomalies) == [AnomalyName.RESYNCHRONISED]


def test_a_response_that_acknowledges_nothing_of_a_request_cannot_answer_it() -> None:
    talk = Talk()
    talk.server(response(408, "Request Timeout"))
    ask(talk, "/a")
    reply(talk, 200)
    talk.end()
    assert summary(read(talk)) == [("-", 408), ("/a", 200)]


def test_without_acknowledgements_order_decides() -> None:
    talk = Talk(knows_acks=False)
    for number in range(3):
        ask(talk, f"/{number}")
        reply(talk, 200 + number)
    talk.end()
    assert summary(read(talk)) == [(f"/{number}", 200 + number) for number in range(3)]


def test_pipelined_requests_behind_a_lost_response_keep_their_order() -> None:
    talk = Talk()
    talk.client(request("GET", "/a") + request("GET", "/b") + request("GET", "/c"))
    reply(talk, 200, is_lost=True)
    reply(talk, 201)
    reply(talk, 202)
    talk.end()
    assert summary(read(talk, is_cut=False)) == [("/a", 0), ("/b", 201), ("/c", 202)]


def test_bytes_behind_a_request_are_charged_to_it() -> None:
    talk = Talk()
    talk.client(request("PUT", "/k", Content_Length="4") + b"body and more than announced")
    talk.server(response(request_id="1"))
    ask(talk, "/b")
    reply(talk, 200)
    talk.end()
    pairs = read(talk, is_cut=False)
    assert summary(pairs) == [("/k", 200), ("/b", 200)]
    assert pairs[0].request is not None
    assert names(pairs[0].request.anomalies) == [AnomalyName.EXCESS_REQUEST_BYTES]
    assert pairs[0].request.body.window == b"body"


def test_bytes_behind_a_response_are_charged_to_it() -> None:
    talk = Talk()
    talk.client(request("HEAD", "/k"))
    talk.server(response(Content_Length="9") + b"<Error/>\0")
    ask(talk, "/b")
    reply(talk, 200)
    talk.end()
    pairs = read(talk, is_cut=False)
    assert summary(pairs) == [("/k", 200), ("/b", 200)]
    assert pairs[0].response is not None
    assert names(pairs[0].response.anomalies) == [AnomalyName.EXCESS_RESPONSE_BYTES]


def test_the_oldest_request_is_given_up_when_too_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairing_module, "MAX_PENDING_REQUESTS", 3)
    monkeypatch.setattr("osspcap.http1.connection.MAX_WAITING_EVENTS", 3)
    talk = Talk()
    for number in range(9):
        ask(talk, f"/{number}")
    pairs = feed_whole(*talk.events)
    assert summary(pairs) == [(f"/{number}", 0) for number in range(9)]
    assert names(pairs[0].anomalies) == [AnomalyName.TOO_MANY_PENDING_REQUESTS]
    assert not pairs[-1].anomalies


def test_windows_of_waiting_requests_are_bounded() -> None:
    connection = Http1Connection()
    talk = Talk(knows_acks=False)
    for _ in range(200):
        talk.client(request("PUT", "/x", body=b"x" * 65536))
    found = 0
    for event in talk.events[0]:
        found += len(connection.feed([event], []))
    held = sum(slot.window_size for slot in connection._pairing.pending)
    assert held <= pairing_module.MAX_HELD_WINDOW_BYTES + 2 * 65536
    assert found > 100


def test_answers_without_requests_are_bounded_behind_an_endless_upload() -> None:
    talk = Talk()
    talk.client(request("PUT", "/k", Content_Length="1000000000"))
    for _ in range(500):
        talk.server(response(400))
    connection = Http1Connection()
    connection.feed(*talk.events)
    assert len(connection._pairing.answered) <= pairing_module.MAX_HELD_ANSWERS + 1
    pairs = connection.finish()
    assert summary(pairs)[:2] == [("/k", 400), ("-", 400)]
    assert AnomalyName.TOO_MANY_PENDING_REQUESTS in names(pairs[0].anomalies)


def test_interim_responses_are_bounded() -> None:
    talk = Talk()
    ask(talk, "/a")
    for _ in range(20):
        talk.server(b"HTTP/1.1 102 Processing\r\n\r\n")
    reply(talk, 200)
    talk.end()
    (pair,) = read(talk)
    assert len(pair.interims) == 8
    assert names(pair.anomalies) == [AnomalyName.TOO_MANY_INTERIM_RESPONSES]


def test_a_byte_that_turns_out_to_begin_nothing_is_charged_although_more_answers_are_here() -> None:
    talk = Talk()
    talk.client(request("GET", "/a") + b"x")  # it may begin a request
    talk.server(response(request_id="1"))
    for number in range(2, 6):
        talk.server(response(request_id=str(number)), peer_offset=10)
    talk.client(request("GET", "/b"))
    reply(talk, 204)
    talk.end()
    pairs = read(talk, is_cut=False)
    assert pairs[0].request is not None
    assert names(pairs[0].request.anomalies) == [AnomalyName.EXCESS_REQUEST_BYTES]


def test_bytes_behind_an_interim_response_are_not_charged_to_the_answer_before_it() -> None:
    talk = Talk()
    ask(talk, "/a")
    reply(talk, 200)
    ask(talk, "/b")
    talk.server(b"HTTP/1.1 100 Continue\r\n\r\n")
    talk.server(b"HTTP/1,1 200 OK\r\nContent-Length: 0\r\n\r\n", peer_offset=10)
    talk.end()
    first, second = read(talk, is_cut=False)
    assert (names(first.anomalies), first.response and names(first.response.anomalies)) == ([], [])
    assert names(second.anomalies) == [AnomalyName.EXCESS_RESPONSE_BYTES]
