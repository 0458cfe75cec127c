"""What a learnt pattern reads, the plain lane reads the same way; what is not plain, no pattern takes."""

import random
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osspcap.http1 import usual
from osspcap.http1.head import StatusLine
from osspcap.http1.plain import plain_request, plain_response
from osspcap.http1.usual import LEARNT_AFTER, MAX_FORM_TRIES, MAX_FORMS, MAX_PATTERNS, RequestStart, UsualHeads
from osspcap.model.headshape import MAX_SHAPED_HEAD_BYTES
from osspcap.model.message import Message
from osspcap.model.stream import Chunk
from tests.build.http import request, response

OK = StatusLine("HTTP/1.1", 200, "OK", None)
SIGNATURE = "0123456789abcdefghij="
NOW = "Tue, 14 Nov 2023 22:13:20 GMT"
ASKED = request("PUT", "/k", body=b"hello", Authorization=f"OSS a:{SIGNATURE}", Date=NOW)
ANSWERED = response(body=b"hello", x_oss_hash_crc64ecma="1", ETag='"E0"', X_Odd="a=b")


def chunk_of(data: bytes) -> Chunk:
    return Chunk(0, memoryview(data), 1, 1, 0)


def read(asked: bytes, answered: bytes, *, learnt: int) -> tuple[Message | None, Message | None]:
    """Read two messages after so many like them."""
    with (
        mock.patch("osspcap.http1.plain.REQUESTS", UsualHeads()),
        mock.patch("osspcap.http1.plain.RESPONSES", UsualHeads()),
    ):
        for _ in range(learnt):
            plain_request(chunk_of(ASKED), 0)
            plain_response(chunk_of(ANSWERED), 0, "GET")
        return plain_request(chunk_of(b"x" + asked), 1), plain_response(chunk_of(b"x" + answered), 1, "GET")


def test_a_pattern_is_made_once_enough_heads_were_alike() -> None:
    heads = UsualHeads[StatusLine]()
    with mock.patch.object(usual, "_usual", wraps=usual._usual) as made:
        for number in range(1, 3 * LEARNT_AFTER):
            heads.learn(b"HTTP/1.1 200 OK\r\nX-Serial: %d\r\n\r\n" % number, OK)
            assert made.call_count == (number >= LEARNT_AFTER) + (number >= 2 * LEARNT_AFTER)


def test_a_pattern_of_a_shape_waits_for_a_head_that_no_form_knows() -> None:
    heads = UsualHeads[StatusLine]()
    alike, other = (b"HTTP/1.1 200 OK\r\nX-Tag: %b\r\n\r\n" % tag for tag in (b"a", b"b"))
    for _ in range(LEARNT_AFTER):
        heads.learn(alike, OK)
    assert [usual.form is None for usual in heads.known[b"200"]] == [False]
    heads.learn(other, OK)
    assert [usual.form is None for usual in heads.known[b"200"]] == [False, True]


def test_a_learnt_head_is_read_with_its_shape_and_its_body() -> None:
    asked, answered = read(ASKED, ANSWERED, learnt=LEARNT_AFTER)
    assert asked is not None
    assert asked.shape is not None
    assert asked.shape.names == (b"host", b"authorization", b"date", b"content-length")
    assert (asked.body.window, asked.body.crc64 is not None) == (b"hello", True)
    assert answered is not None
    assert (answered.status, answered.body.crc64 is not None) == (200, True)


def test_a_learnt_form_parts_what_is_new_from_what_stays() -> None:
    asked, answered = read(ASKED.replace(b"0123", b"9876"), ANSWERED.replace(b"E0", b"E1"), learnt=LEARNT_AFTER)
    assert asked is not None
    assert asked.values == (b"9876456789abcdefghij=", NOW.encode(), b"5")
    assert asked.form is not None
    authorization = asked.form.line(b"authorization")
    assert authorization is not None
    assert (authorization.start, authorization.raw_value(asked.values)) == (b" OSS a:", b"OSS a:9876456789abcdefghij=")
    assert answered is not None
    assert answered.form is not None
    etag, odd = answered.form.line(b"etag"), answered.form.line(b"x-odd")
    assert etag is not None
    assert odd is not None
    assert (etag.start, answered.values[etag.variable], etag.end) == (b' "', b"E1", b'"')
    assert (odd.variable, odd.raw_value(answered.values)) == (-1, b"a=b")


def test_heads_in_which_all_is_new_have_a_shape_and_no_form() -> None:
    heads = UsualHeads[StatusLine]()
    for number in range(2 * MAX_FORM_TRIES):
        heads.learn(b"HTTP/1.1 200 OK\r\nX-Serial: %d\r\n\r\n" % number, OK)
    assert [usual.form for usual in heads.known[b"200"]] == [None] * MAX_PATTERNS
    assert max(heads._form_tries.values()) == MAX_FORM_TRIES


def test_a_learnt_head_is_not_looked_at_as_if_for_the_first_time() -> None:
    with (
        mock.patch("osspcap.http1.plain._match_request", return_value=None),
        mock.patch("osspcap.http1.plain.REQUESTS", UsualHeads[RequestStart]()) as heads,
    ):
        assert plain_request(chunk_of(ASKED), 0) is None
        for _ in range(LEARNT_AFTER):
            heads.learn(ASKED.partition(b"hello")[0], RequestStart("PUT", "HTTP/1.1"))
        assert plain_request(chunk_of(ASKED), 0) is not None


def test_only_the_newest_patterns_of_a_kind_are_kept() -> None:
    heads = UsualHeads[StatusLine]()
    for number in range(MAX_PATTERNS + 3):
        for _ in range(LEARNT_AFTER + 1):
            heads.learn(b"HTTP/1.1 200 OK\r\nX-%d: 1\r\n\r\n" % number, OK)
    by_form = [usual.form is not None for usual in heads.known[b"200"]]
    assert by_form == [True] * min(MAX_FORMS, MAX_PATTERNS + 3) + [False] * MAX_PATTERNS
    assert {usual.shape.names[0] for usual in heads.known[b"200"][-MAX_PATTERNS:]} == {
        b"x-%d" % number for number in range(3, MAX_PATTERNS + 3)
    }
    assert heads.known[b"200"][0].shape.names == (b"x-%d" % (MAX_PATTERNS + 2),)


def test_hostile_heads_do_not_fill_the_memory() -> None:
    heads = UsualHeads[StatusLine]()
    for number in range(3 * usual.MAX_COUNTED):
        heads.learn(b"HTTP/1.1 200 OK\r\nX-%d: 1\r\n\r\n" % number, OK)
    assert len(heads._counts) <= usual.MAX_COUNTED
    long_head = b"HTTP/1.1 200 OK\r\nX: " + b"x" * MAX_SHAPED_HEAD_BYTES + b"\r\n\r\n"
    assert heads.learn(long_head, OK) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Content-Length: 5", b"Content-Length: x"),
        (b"Content-Length: 5", b"Content-Length: 6"),
        (b"Content-Length: 5", b"Content-Length:\t5 "),
        (b"Content-Length: 5", b"Content-Length: 5\r\nContent-Length: 5"),
        (b"Content-Length: 5", b"Content-Length : 5"),
        (b"Date: Tue", b"Date: now"),
        (b"OSS a:", b"OSS b:"),
        (b"OSS a:01", b"OSS a:\xe9"),
        (b'"E0"', b'"E\\0"'),
        (b"X-Odd: a=b", b"X-Odd: a=c"),
        (b"Date: ", b"Date: a\r\n "),
        (b"Date: ", b"Date: a\nB: "),
        (b"Date: ", b"Date: \0"),
        (b"Date: ", b"Upgrade: "),
        (b"Date: ", b"date: "),
        (b"HTTP/1.1", b"HTTP/1.0"),
    ],
)
def test_odd_heads_after_usual_ones_are_read_as_ever(old: bytes, new: bytes) -> None:
    asked, answered = ASKED.replace(old, new), ANSWERED.replace(old, new)
    assert (asked, answered) != (ASKED, ANSWERED)
    assert read(asked, answered, learnt=LEARNT_AFTER) == read(asked, answered, learnt=0)


@settings(deadline=None, max_examples=150)
@given(st.integers(0, 2**32))
def test_a_learnt_pattern_and_a_first_look_agree(seed: int) -> None:
    chance = random.Random(seed)
    asked, answered = mutate(ASKED, chance), mutate(ANSWERED, chance)
    first, later = read(asked, answered, learnt=0), read(asked, answered, learnt=LEARNT_AFTER)
    assert first == later
    assert [m and m.shape and m.shape.raw_names for m in first] == [m and m.shape and m.shape.raw_names for m in later]


def mutate(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice([0, 1, 1, 2])):
        changed[chance.randrange(len(changed))] = chance.choice(b"\r\n\0 :;\t059aHG/\x7f\xff(")
    return bytes(changed)
