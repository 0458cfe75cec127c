"""The template of a kind against the way any exchange is written."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from osspcap.http1.usual import LEARNT_AFTER
from osspcap.model.exchange import Exchange, MessagePair
from osspcap.model.facts import NO_FACTS
from osspcap.model.message import NO_BODY, Body, Framing, Message
from osspcap.model.operation import Operation, Role, Scheme, SignatureSummary
from osspcap.model.record import replaced
from osspcap.model.usual import UsualExchange, UsualKind, UsualMeaning, made_usual_exchange, usual_pair
from osspcap.oss.target import percent_decode
from osspcap.oss.usual_operation import usual_operation
from osspcap.report import usualjson
from osspcap.report.exchangejson import ExchangeJson
from osspcap.report.masking import Masking
from osspcap.report.usualjson import UsualJson, body_json, second_text
from osspcap.units import FrameNumber, Nanoseconds, StreamId, format_time
from tests.build.http import DATE, REQUEST_ID, request, response
from tests.build.pairs import plain_pair, without_shapes
from tests.build.reports import ENDPOINT, KEY_ID, SIGNATURE, at, error_document, operation, seen

SIGNED = {"Authorization": f"OSS {KEY_ID}:{SIGNATURE}", "Date": DATE}
PUT = request("PUT", "/k%25", body=b"abc", Content_MD5="XrY7u+Ae7tCTyyK7j1rNww==", X_Note="10%s \x7f\xe4", **SIGNED)
STORED = response(ETag='"5EB63BBBE01EEED093CB22BB8F5ACDC3"', Content_MD5="XrY7u+Ae7tCTyyK7j1rNww==", X_Odd="\u00e4%d")
ABSURD = (-(10**18), -1, 0, 999, 1_546_068_754_003_000_500, 253_402_300_799_999_999_999, 10**21)


def learnt(asked: bytes = PUT, answered: bytes = STORED) -> tuple[Message, Message]:
    """A request and an answer whose heads both have a form."""
    pair = [plain_pair(asked, answered) for _ in range(LEARNT_AFTER + 1)][-1]
    assert pair.request is not None
    assert pair.response is not None
    assert pair.request.form is not None
    assert pair.response.form is not None
    return pair.request, pair.response


def both_ways(asked: Message, answered: Message, meaning: Operation | None, masking: Masking) -> set[bytes]:
    """The JSON of an exchange, written by the template of its kind and without."""
    plain = without_shapes(MessagePair(asked, answered))
    writer = ExchangeJson(masking)
    written = set()
    for one, other in ((asked, answered), (plain.request, plain.response), (asked, answered)):
        written.add(writer.write(Exchange(7, StreamId(3), one, other, (), (), meaning)))
    return written


@pytest.fixture
def templates(monkeypatch: pytest.MonkeyPatch) -> list[bytes | None]:
    """What templates have given since the test began."""
    given_out: list[bytes | None] = []
    write = UsualJson.write

    def noted(self: UsualJson, *args: Any) -> bytes | None:
        given_out.append(write(self, *args))
        return given_out[-1]

    monkeypatch.setattr(UsualJson, "write", noted)
    return given_out


@pytest.mark.parametrize("is_shown", [False, True], ids=["masked", "shown"])
def test_a_healthy_exchange_is_written_by_a_template(is_shown: bool, templates: list[bytes | None]) -> None:  # noqa: FBT001
    asked, answered = learnt()
    meaning = usual_operation(MessagePair(asked, answered))
    assert meaning is not None
    written = both_ways(asked, answered, meaning, Masking(show_secrets=is_shown))
    assert written == {templates[0]} == {templates[1]}
    assert (SIGNATURE.encode() in written.pop()) is is_shown


@pytest.mark.parametrize("masking", [Masking(lent=["10 percent"]), Masking(hidden=[SIGNATURE])], ids=["lent", "hidden"])
def test_with_secrets_to_take_out_by_value_there_is_none(masking: Masking, templates: list[bytes | None]) -> None:
    assert len(both_ways(*learnt(), operation(), masking)) == 1
    assert not templates


def test_errors_and_halves_are_not_usual(templates: list[bytes | None]) -> None:
    asked, answered = learnt()
    writer = ExchangeJson(Masking())
    refused = Exchange(1, StreamId(0), asked, answered, (), (), operation(error=error_document()))
    assert json.loads(writer.write(refused))["oss"]["error"]["code"] == "AccessDenied"
    assert json.loads(writer.write(replace(refused, response=None)))["response"] is None
    assert json.loads(writer.write(replace(refused, request=None)))["request"] is None
    assert json.loads(writer.write(replace(refused, operation=None)))["oss"] is None
    assert not templates


@given(st.text(st.characters(max_codepoint=0xFF) | st.sampled_from('"\\%=:@3/?&\x7f\u202e\ud800'), max_size=30))
@example("/k?Signature=5hF2QRTBdNo0scBoHxAKryXYxBc%3D&OSSAccessKeyId=LTAI5tLabUserMain00001a")
@example("/k?Signature=5hF2QRTBdNo0scBoHxAKryXYxBc")
@example("/u%3Fsignature%3D5hF2QRTBdNo0scBoHxAKryXYxBc")
@example("/u:pass@host/\xe4\xb8\x8a")
def test_any_target_and_object(target: str) -> None:
    asked, answered = learnt()
    meaning = operation(key=percent_decode(target))
    (written,) = both_ways(replace(asked, target=target), answered, meaning, Masking())
    if "\ud800" not in target:
        assert json.loads(written)["request"]["target"] == Masking().plain(target)
    assert len(both_ways(asked, answered, operation(key=target), Masking())) == 1


@given(st.lists(st.integers(-(10**18), 10**19) | st.sampled_from(ABSURD), min_size=4, max_size=4))
@example([at(0), at(0), at(0.0004995), at(0.0005005)])
@example([ABSURD[4], ABSURD[4], ABSURD[4] + 500, ABSURD[4] + 1_500])
@example([at(0), at(0), at(3_600_000), at(3_600_001)])
@example([-1, -1, 0, 10**9])
def test_any_times(times: list[int]) -> None:
    asked, answered = learnt()
    first, second, third, fourth = map(Nanoseconds, times)
    asked = replace(asked, ts_ns=first, end_ns=second)
    answered = replace(answered, ts_ns=third, end_ns=fourth)
    (written,) = both_ways(asked, answered, operation(), Masking())
    assert json.loads(written)["request"]["time"] == format_time(first)


BODIES = [
    NO_BODY,
    Body(),
    Body(Framing.CONTENT_LENGTH, 3, 3),
    Body(Framing.CONTENT_LENGTH, 3, 2, 1, complete=False),
    Body(Framing.CONTENT_LENGTH, 3, 3, complete=False),
    Body(Framing.CONTENT_LENGTH, 3, 3, 7),
    Body(Framing.CHUNKED, None, 10),
    Body(Framing.UNTIL_CLOSE, None, 10, 5, complete=False),
    Body(Framing.CHUNKED, 0, 0, complete=False),
]


@pytest.mark.parametrize("body", BODIES)
def test_any_body(body: Body) -> None:
    asked, answered = learnt()
    (written,) = both_ways(replace(asked, body=body), replace(answered, body=body), operation(), Masking())
    for side in ("request", "response"):
        assert json.loads(written)[side]["body"] == {
            "announced": body.announced,
            "captured": body.captured,
            "missing": body.missing,
            "complete": body.complete,
        }
    assert json.loads(body_json(body)) == json.loads(written)["request"]["body"]


@pytest.mark.parametrize(
    "changes",
    [
        {"request_id": None, "server_time_ms": None},
        {"request_id": seen(REQUEST_ID[:-1] + "E")},
        {"request_id": seen("x?Signature=5hF2QRTBdNo0scBoHxAKryXYxBc=\u202e")},
        {"object": None, "bucket": None, "endpoint": None, "signature": None, "name": "GetService", "role": Role.STS},
        {"bucket": "100%d\u202e", "endpoint": replace(ENDPOINT, host="100%b", region=None)},
    ],
)
def test_any_operation(changes: dict[str, Any]) -> None:
    (written,) = both_ways(*learnt(), operation(**changes), Masking())
    assert written.isascii() or "\u202e" not in written.decode()


def kept(target: bytes, times: Sequence[int], took: bytes, body: Body, key: str = KEY_ID) -> UsualExchange:
    """An exchange of which no messages were made."""
    answer = STORED.replace(b"\r\n\r\n", b"\r\nx-oss-server-time: 17\r\n\r\n")
    asked, answered = learnt(PUT.replace(KEY_ID.encode(), key.encode()), answer)
    assert asked.form is not None
    assert answered.form is not None
    identified, timed = answered.form.line(b"x-oss-request-id"), answered.form.line(b"x-oss-server-time")
    assert identified is not None
    assert timed is not None
    values = list(answered.values)
    values[timed.variable] = took
    start, end, answer_start, answer_end = times
    kind = UsualKind(asked.form, answered.form, (asked.method, asked.version), b"HTTP/1.1 200 O%K")
    pair = usual_pair(
        *(None, None, (), (), kind),
        *(target, asked.values, 4, start, 5, end, 0, 0, body),
        *(tuple(values), 6, answer_start, 7, answer_end, 0, 0, body),
    )
    meaning = operation(signature=SignatureSummary(Scheme.V1_HEADER, key))
    assert meaning.endpoint is not None
    common = UsualMeaning(
        *("PutObject", "rokid", meaning.endpoint, meaning.addressing, meaning.signature, -1, False, None, "x"),
        *(identified.variable, timed.variable, percent_decode),
    )
    return made_usual_exchange(7, StreamId(3), None, None, (), (), None, NO_FACTS, pair, common)


def in_full(one: UsualExchange) -> Exchange:
    """The same exchange with messages that have neither a shape nor a form."""
    plain = without_shapes(MessagePair(one.request, one.response))
    return Exchange(one.id, one.stream, plain.request, plain.response, (), (), one.operation)


TARGETS = [b"/k", b"/a%2Fb", b"/a%2fb", b"/%E4%B8%8A", b"/%2%2FF", b"/%", b"/", b"*", b"/k?a=b", b"/u:p@h", b"/%253F"]
NEVER = bytes((*range(0x21), 0x7F))
"""What no target of a plain head holds."""
TARGETS += [
    b"/u%3Fsignature%3D5hF2QRTBdNo0scBoHxAKryXYxBc",
    b"/%3Fa",
    b'/"q"\\',
    b"/\xe4\xb8\x8a",
    b"/\xff",
    b"/%E2%80%AE",
    b"/k?Signature=5hF2QRTBdNo0scBoHxAKryXYxBc",
    b"/%253F",
]


@given(st.sampled_from(TARGETS) | st.binary(max_size=20).map(lambda noise: b"/" + noise.translate(None, NEVER)))
@example(b"/u%3Fsignature%3D5hF2QRTBdNo0scBoHxAKryXYxBc")
def test_any_target_of_an_exchange_that_is_kept_as_what_is_new_in_it(target: bytes) -> None:
    for masking in (Masking(), Masking(show_secrets=True), Masking(lent=["10 percent"])):
        one = kept(target, [at(0), at(1), at(2), at(3)], b"17", BODIES[2])
        assert ExchangeJson(masking).write(one) == ExchangeJson(masking).write(in_full(one))


@given(
    st.lists(st.integers(-(10**18), 10**19) | st.sampled_from(ABSURD), min_size=4, max_size=4),
    st.sampled_from([b"0", b"7", b"007", b"00", b"x", b"1_0", b"9" * 15, b"9" * 16, b"-1"]),
    st.sampled_from(BODIES),
)
def test_any_numbers_of_such_an_exchange(times: list[int], took: bytes, body: Body) -> None:
    one = kept(b"/k", times, took, body)
    assert ExchangeJson(Masking()).write(one) == ExchangeJson(Masking()).write(in_full(one))


def test_no_messages_are_made_of_such_exchanges(monkeypatch: pytest.MonkeyPatch) -> None:
    writer, times = ExchangeJson(Masking()), [at(0), at(1), at(2), at(3)]
    first = kept(b"/k", times, b"17", NO_BODY)
    second = replaced(first, id=8, usual=replaced(first.usual, target=b"/l"))
    writer.write(first)
    monkeypatch.setattr(UsualExchange, "request", None)
    monkeypatch.setattr(UsualExchange, "operation", None)
    assert json.loads(writer.write(second))["request"]["target"] == "/l"


def test_one_kind_with_two_meanings_is_written_with_each() -> None:
    writer, times = ExchangeJson(Masking()), [at(0), at(1), at(2), at(3)]
    one = kept(b"/k", times, b"17", NO_BODY)
    for meaning in (one.meaning, replaced(one.meaning, bucket="other"), one.meaning):
        other = replaced(one, meaning=meaning)
        assert json.loads(writer.write(other))["oss"]["bucket"] == meaning.bucket


def test_what_differs_is_not_taken_from_the_exchange_before() -> None:
    asked, answered = learnt()
    meaning = operation()
    writer = ExchangeJson(Masking())
    for sent, replied, told in (
        (asked, answered, meaning),
        (replace(asked, method="POST"), answered, meaning),
        (replace(asked, version="HTTP/1.0"), answered, meaning),
        (asked, replace(answered, status=203), meaning),
        (asked, replace(answered, reason="Fine"), meaning),
        (asked, replace(answered, version="HTTP/1.0"), meaning),
        (asked, answered, replace(meaning, bucket="other")),
        (asked, answered, replace(meaning, name="GetObject")),
        (asked, answered, replace(meaning, role=Role.OTHER)),
        (asked, answered, replace(meaning, signature=None)),
        (asked, answered, replace(meaning, endpoint=replace(ENDPOINT, host="elsewhere"))),
        (*learnt(PUT.replace(b"X-Note: 1", b"X-Note: 2")), meaning),
        (*learnt(answered=response(X_Other="1")), meaning),
    ):
        one = Exchange(0, StreamId(0), sent, replied, (), (), told)
        plain = without_shapes(MessagePair(sent, replied))
        other = replace(one, request=plain.request, response=plain.response)
        assert writer.write(one) == ExchangeJson(Masking()).write(other)


def test_numbers_are_of_the_exchange() -> None:
    asked, answered = learnt()
    one = Exchange(12, StreamId(5), replace(asked, frame=FrameNumber(77)), answered, (), (), operation())
    written = json.loads(ExchangeJson(Masking()).write(one))
    assert (written["id"], written["stream"], written["request"]["frame"], written["response"]["frame"]) == (
        12,
        5,
        77,
        2,
    )


def test_the_text_of_a_second_is_that_of_the_units_module() -> None:
    assert second_text(0) == b"1970-01-01T00:00:00."
    assert second_text(-1) == b"1969-12-31T23:59:59."
    assert second_text(10**12) is None
    assert second_text.cache_info().maxsize == usualjson.MAX_SECONDS
