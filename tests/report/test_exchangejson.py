import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from osspcap.model.exchange import Exchange
from osspcap.model.operation import Endpoint, Network
from osspcap.report.exchangejson import ExchangeJson
from osspcap.report.masking import Masking
from osspcap.units import Nanoseconds, format_time
from tests.build.http import request, response
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


@given(st.integers(min_value=-(10**18), max_value=10**19))
def test_times_are_those_of_the_units_module(ts_ns: int) -> None:
    writer = ExchangeJson(Masking())
    for moment in (at(0), ts_ns, ts_ns):
        assert writer.time(Nanoseconds(moment)) == format_time(moment)


def test_objects_that_take_the_place_of_others_in_memory_are_not_mistaken_for_them() -> None:
    writer = ExchangeJson(Masking())
    for number in range(50):
        host = f"b{number}.oss-cn-hangzhou.aliyuncs.com"
        one = exchange(0, message(request()), None, operation(endpoint=replace(ENDPOINT, host=host)))
        assert json.loads(writer.write(one))["oss"]["endpoint"]["host"] == host
