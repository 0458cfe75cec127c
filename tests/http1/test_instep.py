"""What passes as usual is paired as the express lane pairs it; what is odd in any way does not pass."""

from collections.abc import Iterator
from unittest import mock

import pytest

from osspcap.http1.express import Taken, take_express
from osspcap.http1.usual import LEARNT_AFTER, UsualHeads
from osspcap.model.usual import UsualPair
from tests.build.events import Talk
from tests.build.http import request, response

NOW = "Tue, 14 Nov 2023 22:13:20 GMT"
ASKED = {method: request(method, "/k", Date=NOW) for method in ("GET", "HEAD", "DELETE")}
ASKED |= {
    "PUT": request("PUT", "/k", body=b"hello", Date=NOW),
    "CRC": request("PUT", "/k", body=b"hello", x_oss_hash_crc64ecma="1"),
}
ASKED |= {"MD5": request("PUT", "/k", body=b"hello", Content_MD5="XUFAKrxLKna5cZ2REBfFkg==", host="a.example")}
ANSWERED = {
    "GET": response(body=b"hello", x_oss_hash_crc64ecma="1"),
    "HEAD": response(Content_Length="5"),
    "DELETE": response(204, "No Content", length=False),
    "PUT": response(),
    "CRC": response(x_oss_hash_crc64ecma="1"),
    "MD5": response(Content_MD5="XUFAKrxLKna5cZ2REBfFkg=="),
}


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    with (
        mock.patch("osspcap.http1.plain.REQUESTS", UsualHeads()),
        mock.patch("osspcap.http1.plain.RESPONSES", UsualHeads()),
    ):
        yield


def talk_of(*exchanges: tuple[bytes, bytes], packet: int = 100_000) -> Talk:
    talk = Talk()
    for asked, answered in exchanges:
        for at in range(0, len(asked), packet):
            talk.client(asked[at : at + packet])
        for at in range(0, len(answered), packet):
            talk.server(answered[at : at + packet])
    talk.end()
    return talk


def learn(kind: str) -> None:
    take_express(*talk_of(*[(ASKED[kind], ANSWERED[kind])] * (2 * LEARNT_AFTER)).events)


def both(kind: str, *exchanges: tuple[bytes, bytes], packet: int = 100_000) -> tuple[Taken, Taken]:
    """Take exchanges before and after others like them."""
    plain = take_express(*talk_of(*exchanges, packet=packet).events)
    learn(kind)
    return plain, take_express(*talk_of(*exchanges, packet=packet).events)


@pytest.mark.parametrize("packet", [100_000, 90])
@pytest.mark.parametrize("kind", sorted(ASKED))
def test_usual_exchanges_pass_as_plain_ones_do(kind: str, packet: int) -> None:
    plain, usual = both(kind, (ASKED[kind], ANSWERED[kind]), (ASKED[kind], ANSWERED[kind]), packet=packet)
    assert usual == plain
    assert len(usual.pairs) == (2 if packet > 1_000 else 0)
    assert all(type(pair) is UsualPair for pair in usual.pairs)
    assert not any(type(pair) is UsualPair for pair in plain.pairs)


@pytest.mark.parametrize("kind", ["PUT", "GET"])
def test_bodies_behind_the_packet_of_their_head_are_taken(kind: str) -> None:
    learn(kind)
    talk = Talk()
    for message, send in ((ASKED[kind], talk.client), (ANSWERED[kind], talk.server)):
        head, _, body = message.partition(b"\r\n\r\n")
        send(head + b"\r\n\r\n")
        for byte in body:
            send(bytes([byte]))
    talk.end()
    (pair,) = take_express(*talk.events).pairs
    assert type(pair) is UsualPair
    taken = pair.asked_body if kind == "PUT" else pair.answered_body
    assert (taken.window, taken.complete) == (b"hello", True)
    assert pair.asked_end_frame == (6 if kind == "PUT" else 1)


@pytest.mark.parametrize(
    ("kind", "asked", "answered"),
    [
        ("GET", ASKED["GET"] * 2, ANSWERED["GET"]),  # pipelined
        ("GET", ASKED["GET"] + b"x", ANSWERED["GET"]),
        ("GET", ASKED["GET"], ANSWERED["GET"] + b"x"),
        ("GET", ASKED["GET"], ANSWERED["GET"][:-1]),
        ("GET", ASKED["GET"], ANSWERED["GET"].replace(b"Length: 5", b"Length: five")),
        ("GET", ASKED["GET"], ANSWERED["GET"].replace(b"Length: 5", b"Length: " + b"9" * 30)),
        ("PUT", ASKED["PUT"].replace(b"Length: 5", b"Length: -5"), ANSWERED["PUT"]),
        ("PUT", ASKED["PUT"][:-1], ANSWERED["PUT"]),
        ("HEAD", ASKED["HEAD"], ANSWERED["HEAD"].replace(b"Length: 5", b"Length: x")),
        ("GET", ASKED["GET"].replace(NOW.encode(), b"now"), ANSWERED["GET"]),
        ("GET", ASKED["GET"].replace(b"/k", b"/ k"), ANSWERED["GET"]),
        ("GET", ASKED["GET"], ANSWERED["GET"].replace(b"200", b"404")),
        ("GET", ASKED["GET"], ANSWERED["GET"].replace(b"200", b"203")),
        ("GET", ASKED["GET"], ANSWERED["DELETE"]),
    ],
)
def test_what_is_odd_does_not_pass(kind: str, asked: bytes, answered: bytes) -> None:
    plain, usual = both(kind, (asked, answered))
    assert usual == plain
    assert not any(type(pair) is UsualPair for pair in usual.pairs)


def test_an_answer_made_before_its_request_arrived_does_not_pass() -> None:
    learn("GET")
    talk = Talk()
    talk.server(ANSWERED["GET"])
    talk.client(ASKED["GET"])
    talk.end()
    assert take_express(*talk.events).pairs == []


def test_other_forms_are_tried_where_the_last_one_does_not_fit() -> None:
    for kind in ("PUT", "CRC", "PUT"):
        learn(kind)
    exchanges = [(ASKED[kind], ANSWERED[kind]) for kind in ("CRC", "PUT", "CRC", "CRC")]
    assert [type(pair) is UsualPair for pair in take_express(*talk_of(*exchanges).events).pairs] == [True] * 4


def test_failures_in_a_known_form_are_left_to_the_messages() -> None:
    refused = response(404, "Not Found", body=b"hello")
    take_express(*talk_of(*[(ASKED["GET"], refused)] * (2 * LEARNT_AFTER)).events)
    (pair,) = take_express(*talk_of((ASKED["GET"], refused)).events).pairs
    assert type(pair) is not UsualPair
    assert pair.response is not None
    assert (pair.response.status, pair.response.form is not None) == (404, True)
