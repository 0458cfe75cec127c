from typing import Any

import pytest

from osspcap.http1.usual import LEARNT_AFTER
from osspcap.model.exchange import Exchange
from osspcap.oss.clock_times import (
    age_ns,
    distance_ns,
    is_date_stated,
    is_signing_date_stated,
    is_skew_stated,
    passed_date_check,
    raw_signed_time,
    response_time_ns,
    seen_signed_time,
)
from osspcap.oss.operation import Hints, classify
from osspcap.units import StreamId
from tests.build.clocks import NOW, error, too_skewed, v1_request
from tests.build.http import DATE, request, response
from tests.build.pairs import pair, parse, plain_pair, without_shapes


def exchange(answer: bytes) -> Exchange:
    both = pair(v1_request(), answer)
    return Exchange(0, StreamId(0), both.request, both.response, (), (), classify(both, Hints()))


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Date": "a", "x-oss-date": "b"}, b"b"),
        ({"date": "a"}, b"a"),
        ({"DATE": "a  "}, b"a"),
        ({"X-Amz-Date": "c"}, b"c"),
        ({"X-Date": "a"}, None),
    ],
)
def test_the_special_date_goes_before_the_general_one(headers: dict[str, Any], expected: bytes | None) -> None:
    message = parse(request(**headers), is_request=True, frame=1)
    assert raw_signed_time(message) == expected
    seen = seen_signed_time(message)
    assert (None if seen is None else seen.raw) == expected


@pytest.mark.parametrize(
    "headers",
    [
        {"Date": DATE},
        {"x_oss_date": "20181229T073234Z"},
        {"Date": DATE, "x_oss_date": "20181229T073234Z"},
        {"x_oss_date": DATE, "x_amz_date": "20181229T073234Z"},
        {},
    ],
)
def test_times_of_heads_in_a_form_are_read_as_ever(headers: dict[str, Any]) -> None:
    for _ in range(LEARNT_AFTER):
        plain_pair(request("GET", "/k", **headers), response())
    known = plain_pair(request("GET", "/k", **headers), response(Date="Sat, 29 Dec 2018 07:32:35 GMT"))
    plain = without_shapes(known)
    assert known.request is not None
    assert known.request.form is not None
    assert known.response is not None
    assert plain.request is not None
    assert plain.response is not None
    assert raw_signed_time(known.request) == raw_signed_time(plain.request)
    assert response_time_ns(known.response) == response_time_ns(plain.response)


def test_the_servers_time_is_the_date_of_its_answer() -> None:
    message = parse(response(), is_request=False, frame=2)
    assert response_time_ns(message) == int(NOW.timestamp()) * 10**9
    assert response_time_ns(parse(response(Date="soon"), is_request=False, frame=2)) is None


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, 0),
        ({"Age": "0"}, 0),
        ({"Age": "300"}, 300 * 10**9),
        ({"X-Cache": "MISS TCP_MISS dirn:-2:-2"}, 0),
        ({"X-Cache": "HIT TCP_MEM_HIT dirn:8:1"}, None),
        ({"X-Cache": "HIT", "Age": "12"}, 12 * 10**9),
    ],
)
def test_a_cached_answer_is_as_old_as_its_age(headers: dict[str, Any], expected: int | None) -> None:
    assert age_ns(parse(response(**headers), is_request=False, frame=2)) == expected


def test_distance_to_an_interval() -> None:
    assert [distance_ns(moment, 10, 20) for moment in (5, 10, 15, 20, 26)] == [-5, 0, 0, 0, 6]


@pytest.mark.parametrize(
    ("answer", "stated", "passed"),
    [
        (response(), "", True),
        (too_skewed(-1200), "skew", False),
        (error(400, "InvalidArgument", "Invalid signing date in Authorization header."), "signing date", False),
        (error(400, "InvalidArgument", "no", EC="0002-00000223"), "signing date", False),
        (error(403, "AccessDenied", "OSS authentication requires a valid Date."), "date", False),
        (error(400, "InvalidArgument", "no", EC="0002-00000502"), "date", False),
        (error(404, "NoSuchKey", "The specified key does not exist."), "", True),
        (error(403, "SignatureDoesNotMatch", "no"), "", False),
        (error(400, "InvalidArgument", "Invalid signing region in Authorization header."), "", True),
        (response(403, "Forbidden", request_id=None, server="nginx", Date=DATE), "", False),
    ],
)
def test_what_the_answer_says_about_the_time(answer: bytes, stated: str, *, passed: bool) -> None:
    judged = exchange(answer)
    assert judged.operation is not None
    said = {
        "skew": is_skew_stated(judged.operation),
        "signing date": is_signing_date_stated(judged.operation),
        "date": is_date_stated(judged.operation),
    }
    assert [name for name, is_said in said.items() if is_said] == ([stated] if stated else [])
    assert passed_date_check(judged, judged.operation) is passed
