from dataclasses import dataclass

import pytest

from osspcap.model.exchange import Exchange
from osspcap.oss.facts import (
    CALLBACK,
    DATED,
    ERROR,
    ORIGIN,
    PROXY,
    SIGNED,
    UNANSWERED,
    URL_SIGNED,
    Context,
    Stage,
    triggers_of,
    with_facts,
)
from osspcap.units import StreamId
from tests.build.http import request, response
from tests.build.pairs import pair, plain_pair


def exchange_of(raw_request: bytes, raw_response: bytes | None = None) -> Exchange:
    joined = pair(raw_request, raw_response)
    return Exchange(0, StreamId(0), joined.request, joined.response, (), (), None)


@pytest.mark.parametrize(
    ("raw_request", "raw_response", "expected"),
    [
        (request(), response(), 0),
        (request(), None, UNANSWERED),
        (request(), response(404, "Not Found"), ERROR),
        (request(), response(203, "Non-Authoritative Information"), ERROR),
        (request(Authorization="OSS a:b", Date="x"), response(), SIGNED | DATED),
        (request(x_oss_date="20181229T073234Z"), response(), DATED),
        (request(Origin="http://www.example.com"), response(), ORIGIN),
        (request("PUT", "/k", x_oss_callback="e30="), response(), CALLBACK),
        (request("PUT", "/k?callback=e30="), response(), CALLBACK),
        (request("GET", "/k?OSSAccessKeyId=a&Expires=1&Signature=b"), response(), URL_SIGNED),
        (request("GET", "/k?x-oss-credential=a&x-oss-signature=b"), response(), URL_SIGNED),
        (request(VIA="1.1 corp"), response(), PROXY),
        (request(X_Forwarded_For="10.0.0.1"), response(), PROXY),
        (request("GET", "http://rokid.oss-cn-hangzhou.aliyuncs.com/k"), response(), PROXY),
        (request(), response(X_Cache="HIT"), PROXY),
        (request(), response(Age="5"), PROXY),
    ],
)
def test_traffic_is_told_by_the_names_of_its_fields(
    raw_request: bytes, raw_response: bytes | None, expected: int
) -> None:
    assert triggers_of(exchange_of(raw_request, raw_response)) == expected


def test_words_in_values_and_other_names_are_no_trigger() -> None:
    raw = request(
        "GET", "/via:/origin", X_Note="via: origin: authorization:", Dates="x", Referer="http://a/?Signature=b"
    )
    assert triggers_of(exchange_of(raw, response(Ages="1"))) == 0


def test_a_head_larger_than_usual_is_told_as_well() -> None:
    assert triggers_of(exchange_of(request(X_Padding="x" * 10_000, Origin="http://a"), response())) == ORIGIN


@dataclass(frozen=True)
class Status:
    code: int


def gather_status(exchange: Exchange, _context: Context) -> Status | None:
    return None if exchange.status is None else Status(exchange.status)


def test_a_stage_runs_only_where_its_traffic_is() -> None:
    stages = (Stage(ERROR, f"{__name__}:gather_status", needs=ORIGIN),)
    failed = exchange_of(request(Origin="http://a"), response(403, "Forbidden"))
    assert with_facts(failed, Context(), stages).facts.get(Status) == Status(403)
    for other in (exchange_of(request(Origin="http://a"), response()), exchange_of(request(), response(403, "no"))):
        assert with_facts(other, Context(), stages) is other


@pytest.mark.parametrize(
    ("asked", "answered", "expected"),
    [
        (request(), response(), 0),
        (request(AUTHORIZATION="OSS a:b", x_oss_date="x"), response(), SIGNED | DATED),
        (request(Origin="http://a"), response(Via="1.1 corp"), ORIGIN | PROXY),
        (request(X_Note="via: origin:"), response(403, "Forbidden", X_Vias="x"), ERROR),
    ],
)
def test_heads_of_known_shape_have_the_same_triggers(asked: bytes, answered: bytes, expected: int) -> None:
    joined = plain_pair(asked, answered)
    both = Exchange(0, StreamId(0), joined.request, joined.response, (), (), None)
    assert triggers_of(both) == triggers_of(exchange_of(asked, answered)) == expected
