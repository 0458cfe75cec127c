import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.http1.usual import LEARNT_AFTER
from osspcap.model.exchange import Exchange
from osspcap.model.message import parse_fields
from osspcap.model.operation import Endpoint, Network
from osspcap.report.exchangejson import ExchangeJson
from osspcap.report.masking import Masking
from osspcap.units import Nanoseconds, format_time
from tests.build.http import message as raw_message
from tests.build.http import request, response
from tests.build.pairs import plain_pair, without_shapes
from tests.build.reports import ENDPOINT, at, error_document, exchange, message, operation


def written(*exchanges: Exchange, show_secrets: bool = False) -> Any:
    writer = ExchangeJson(Masking(show_secrets=show_secrets))
    return [json.loads(writer.write(item)) for item in exchanges][-1]


def test_a_healthy_exchange_in_full() -> None:
    put = message(request("PUT", "/a.txt", body=b"abc"), ms=3, end_ms=4.25)
    one = written(exchange(7, put, message(response(), frame=6, ms=5, end_ms=5.5), operation(), stream=2))
    assert one == {
        "id": 7,
        "stream": 2,
        "request": {
            "frame": 4,
            "time": "2018-12-29T07:32:34.003000Z",
            "method": "PUT",
            "target": "/a.txt",
            "version": "HTTP/1.1",
            "headers": [["Host", "rokid.oss-cn-hangzhou.aliyuncs.com"], ["Content-Length", "3"]],
            "body": {"announced": 3, "captured": 3, "missing": 0, "complete": True},
        },
        "response": {
            "frame": 6,
            "time": "2018-12-29T07:32:34.005000Z",
            "status": 200,
            "reason": "OK",
            "version": "HTTP/1.1",
            "headers": [
                ["Server", "AliyunOSS"],
                ["Date", "Sat, 29 Dec 2018 07:32:34 GMT"],
                ["x-oss-request-id", "5C2723573183A12D1A2B3C4D"],
                ["Content-Length", "0"],
            ],
            "body": {"announced": 0, "captured": 0, "missing": 0, "complete": True},
        },
        "timing": {"request_ms": 1.25, "first_byte_ms": 0.75, "total_ms": 2.5, "server_ms": 23},
        "oss": {
            "role": "oss",
            "bucket": "rokid",
            "object": "a.txt",
            "operation": "PutObject",
            "endpoint": {
                "host": "rokid.oss-cn-hangzhou.aliyuncs.com",
                "region": "cn-hangzhou",
                "network": "public",
            },
            "request_id": "5C2723573183A12D1A2B3C4D",
            "signature": {"scheme": "v1-header", "access_key_id": "LTAI5tLa***001a"},
            "error": None,
        },
    }


def test_what_is_missing_is_null() -> None:
    lone_request = written(exchange(0, message(request()), None, None))
    assert lone_request["response"] is None
    assert lone_request["oss"] is None
    assert lone_request["timing"] == {"request_ms": 0, "first_byte_ms": None, "total_ms": None, "server_ms": None}
    bare = operation(bucket=None, object=None, endpoint=None, request_id=None, signature=None, server_time_ms=None)
    lone_response = written(exchange(0, None, message(response()), bare))
    assert lone_response["request"] is None
    assert [lone_response["oss"][key] for key in ("bucket", "object", "endpoint", "request_id", "signature")] == [
        None
    ] * 5
    assert set(lone_response["timing"].values()) == {None}


def test_an_error_lists_its_elements_by_name() -> None:
    document = error_document("AccessDenied", "No.", BucketName="rokid", **{"AccessDeniedDetail.AuthAction": "oss:Put"})
    error = written(exchange(0, None, message(response(403, "Forbidden")), operation(error=document)))["oss"]["error"]
    assert error == {
        "code": "AccessDenied",
        "message": "No.",
        "request_id": "5C2723573183A12D1A2B3C4D",
        "host_id": "rokid.oss-cn-hangzhou.aliyuncs.com",
        "ec": None,
        "fields": {"BucketName": "rokid", "AccessDeniedDetail.AuthAction": "oss:Put"},
    }


def test_a_body_of_unknown_length_announces_null() -> None:
    body = {"announced": None, "captured": 10, "missing": 5, "complete": False}
    get = message(response(), announced=None, captured=10, missing=5, complete=False)
    assert written(exchange(0, None, get, None))["response"]["body"] == body


def test_what_is_remembered_of_one_exchange_is_not_taken_for_the_next() -> None:
    other = Endpoint("b.oss-cn-beijing.aliyuncs.com", "cn-beijing", Network.INTERNAL, "internal", "x")
    first = exchange(0, message(request(), ms=1), None, operation())
    second = exchange(1, message(request(), ms=1500), None, operation(endpoint=other, signature=None))
    later = written(first, second)
    assert later["request"]["time"] == "2018-12-29T07:32:35.500000Z"
    assert later["oss"]["endpoint"]["network"] == "internal"
    assert later["oss"]["signature"] is None
    assert written(second, first)["oss"]["endpoint"]["host"] == ENDPOINT.host


@pytest.mark.parametrize(
    "head",
    [
        b"GET /k HTTP/1.1\r\nA: 1\r\n folded\r\nB: 2\r\n\r\n",
        b"GET /k HTTP/1.1\nA: 1\nB: 2\n\n",
        b"GET /k HTTP/1.1\r\nA: 1\nB: 2\r\n\r\n",
        b"GET /k HTTP/1.1\r\nno colon\r\nA :  blanks  \r\nEmpty:\r\n:nameless\r\n\r\n",
        b"GET /k HTTP/1.1\r\nA: cut off in the mid",
        b"GET /k HTTP/1.1\r\nA: \xe4\xb8\x8a\r\nB: \xff\xfe\r\n\xff: 1\r\n\r\n",
        b'GET /k HTTP/1.1\r\nA: "quoted" back\\slash \x01\x7f\r\n\r\n',
        b"GET /k HTTP/1.1\r\n\r\n",
    ],
)
def test_odd_heads_are_read_as_the_model_reads_them(head: bytes) -> None:
    get = message(b"GET /k HTTP/1.1\r\n\r\n")
    raw = replace(get, raw_head=head)
    headers = written(exchange(0, raw, None, None), show_secrets=True)["request"]["headers"]
    assert headers == [[line.name, line.value] for line in parse_fields(head, ((0, 4),))]


@given(st.binary(max_size=120))
def test_any_head_gives_the_fields_of_the_model(noise: bytes) -> None:
    head = b"GET /k HTTP/1.1\r\n" + noise + b"\r\n\r\n"
    get = message(b"GET /k HTTP/1.1\r\n\r\n")
    raw = replace(get, raw_head=head)
    headers = written(exchange(0, raw, None, None), show_secrets=True)["request"]["headers"]
    assert headers == [[line.name, line.value] for line in raw.fields()]


@given(st.integers(min_value=-(10**18), max_value=10**19))
def test_times_are_those_of_the_units_module(ts_ns: int) -> None:
    writer = ExchangeJson(Masking())
    for moment in (at(0), ts_ns, ts_ns):
        assert writer.time(Nanoseconds(moment)) == format_time(moment)


SIGNED = [
    "OSS LTAI5tLaunchPad0000000001:5hF2QRTBdNo0scBoHxAKryXYxBc=",
    "OSS LTAI5tLaunchPad0000000001:AAAAAAAAAAAAAAAAAAAA",
    "OSS LTAI5tLaunchPad0000000001:short=",
    "OSS LTAI5tLaunchPad0000000001:***1a2b",
    "OSS LTAI5tLaunchPad0000000001:%41AAAAAAAAAAAAAAAAAAAAAAA",
    "OSS LTAI5tLaunchPad0000000001:aaaaaaaaaaaaaaaaaaaaaaaa,Signature=b",
    "OSS LTAI5tLaunchPad0000000001:",
    "OSS short:5hF2QRTBdNo0scBoHxAKryXYxBc=",
    "OSS Credential0000000:aaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "OSS a:b:5hF2QRTBdNo0scBoHxAKryXYxBc=",
    "Bearer abcdefghijklmnopqrstuvwxyz0123456789",
    "",
]
NAMES = ["Authorization", "authorization", "Date", "x-oss-security-token", "Cookie", "x-oss-request-id", "A"]
VALUES = [
    *SIGNED,
    "a=b; c=d",
    "Sat, 29 Dec 2018 07:32:34 GMT",
    "u:p@h",
    '"quoted"',
    "https://h/k?Signature=abc%3D",
    "\xe4",
]


@given(
    st.lists(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)), max_size=4), min_size=1, max_size=4),
    st.booleans(),
)
def test_what_is_remembered_changes_nothing(heads: list[list[tuple[str, str]]], show_secrets: bool) -> None:  # noqa: FBT001
    masking = Masking(show_secrets=show_secrets)
    writer = ExchangeJson(masking)
    for fields in heads:
        shaped = plain_pair(raw_message("GET /k HTTP/1.1", fields), response())
        texts = {
            writer.write(exchange(0, pair.request, pair.response, None)) for pair in (shaped, without_shapes(shaped))
        }
        assert len(texts) == 1
        assert shaped.request is not None
        expected = [[line.name, masking.named(line.name, line.value)] for line in shaped.request.fields()]
        assert json.loads(texts.pop())["request"]["headers"] == expected


def test_a_line_that_was_the_first_of_an_odd_head_is_no_field_of_another() -> None:
    get = message(b"GET /k HTTP/1.1\r\n\r\n")
    writer = ExchangeJson(Masking())
    for noise in (b" a: 1\r\nb\nc", b":x\nb", b"A: 1\r\n a: 2", b"A: 1\r\n\r\n:x"):
        raw = replace(get, raw_head=b"GET /k HTTP/1.1\r\n" + noise + b"\r\n\r\n")
        headers = json.loads(writer.write(exchange(0, raw, None, None)))["request"]["headers"]
        assert headers == [[line.name, line.value] for line in raw.fields()]


def test_objects_that_take_the_place_of_others_in_memory_are_not_mistaken_for_them() -> None:
    writer = ExchangeJson(Masking())
    for number in range(50):
        host = f"b{number}.oss-cn-hangzhou.aliyuncs.com"
        one = exchange(0, message(request()), None, operation(endpoint=replace(ENDPOINT, host=host)))
        assert json.loads(writer.write(one))["oss"]["endpoint"]["host"] == host


SIGNATURE = "5hF2QRTBdNo0scBoHxAKryXYxBc="
KEY_ID = "LTAI5tLaunchPad0000000001"
V4 = f"OSS4-HMAC-SHA256 Credential={KEY_ID}/20181229/cn-hangzhou/oss/aliyun_v4_request,Signature={'0a' * 32}"


@pytest.mark.parametrize(
    "authorization", [f"OSS {KEY_ID}:5hF2QRTBdNo0scBoHxAKryXYxBc=", V4, "OSS a:short", "Basic YTpi"]
)
@pytest.mark.parametrize(
    "masking",
    [
        Masking(),
        Masking(show_secrets=True),
        Masking(lent=["5hF2QRTBdNo0scBoHxAKryXYxBc="]),
        Masking(lent=["10 percent"]),
    ],
    ids=["masked", "shown", "lent", "lent-too"],
)
def test_heads_in_a_form_are_written_like_others(authorization: str, masking: Masking) -> None:
    more = {"Content_MD5": "XrY7u+Ae7tCTyyK7j1rNww==", "X_Note": "10 percent: 10%s", "User_Agent": 'a "b"/1 \\ c=d:e'}
    asked = request("PUT", "/k", body=b"x", Authorization=authorization, Date="Sat, 29 Dec 2018 07:32:34 GMT", **more)
    answered = response(ETag='"5EB63BBBE01EEED093CB22BB8F5ACDC3"', X_Odd="\u00e4%", x_oss_server_time="17")
    for _ in range(LEARNT_AFTER):
        plain_pair(asked, answered)
    writer = ExchangeJson(masking)
    for old, new in (
        (b"", b""),
        (b"5hF2", b"6gE1"),
        (b"0a0a", b"b1b1"),
        (b"07:32:34", b"07:32:35"),
        (b"XrY7", b"XrY8"),
    ):
        both = plain_pair(asked.replace(old, new) if old else asked, answered.replace(b"time: 17", b"time: 18"))
        assert both.request is not None
        assert both.response is not None
        assert both.response.form is not None
        plain = without_shapes(both)
        known = exchange(1, both.request, both.response, None)
        assert writer.write(known) == ExchangeJson(masking).write(exchange(1, plain.request, plain.response, None))
