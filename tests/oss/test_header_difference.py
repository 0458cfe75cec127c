from typing import Any

import pytest

from osspcap.model.comparison import Difference, Place
from osspcap.oss.difference_table import FRAMING
from tests.build.http import request, response
from tests.build.sightings import differences, put


def request_change(sent: bytes, arrived: bytes) -> Difference:
    found = [item for item in differences((sent, response()), (arrived, response()))[0] if item.name]
    assert len(found) == 1, found
    return found[0]


def summary(difference: Difference) -> tuple[str, list[str], list[str], str]:
    values = [[seen.value for seen in side] for side in (difference.client, difference.server)]
    return difference.name, values[0], values[1], difference.note


def test_a_changed_field_is_told_with_both_values_and_their_packets() -> None:
    change = request_change(put(Content_Type="text/html"), put(Content_Type="application/octet-stream"))
    assert summary(change) == ("Content-Type", ["text/html"], ["application/octet-stream"], "")
    assert (change.place, change.is_covered, change.expected) == (Place.REQUEST_HEADER, True, "")
    assert [seen.frame for seen in (*change.client, *change.server)] == [4, 4]


def test_added_and_removed_fields_are_told_apart() -> None:
    added = request_change(put(), put(x_oss_range_behavior="standard"))
    assert (summary(added), added.is_covered) == (("x-oss-range-behavior", [], ["standard"], "added"), True)
    removed = request_change(put(Range="bytes=0-1"), put())
    assert (summary(removed), removed.is_covered) == (("Range", ["bytes=0-1"], [], "removed"), False)


def test_order_and_case_of_names_do_not_matter() -> None:
    sent = request("GET", "/key", A="1", B="2", User_Agent="x")
    arrived = request("GET", "/key", b="2", USER_AGENT="x", a="1")
    assert differences((sent, response()), (arrived, response())) == ((), ())


@pytest.mark.parametrize(
    "name",
    [
        *("Connection", "Keep-Alive", "Proxy-Connection", "TE", "Via", "Forwarded", "X-Forwarded-For", "X-Real-IP"),
        *("Expect", "Ali-Cdn-Real-Ip", "Proxy-Authorization", "Trailer", "Upgrade", "X-Forwarded-Proto"),
        "Max-Forwards",
    ],
)
def test_fields_of_one_connection_and_marks_of_devices_are_expected(name: str) -> None:
    field: dict[str, Any] = {name.replace("-", "_"): "x"}
    sent = put(**field)
    assert request_change(sent, put()).expected
    assert request_change(put(), sent).expected


def test_what_connection_names_belongs_to_that_connection() -> None:
    found, _ = differences((put(Connection="X-Mine", X_Mine="1"), response()), (put(), response()))
    assert all(item.expected for item in found)
    assert [item.name for item in found] == ["Connection", "X-Mine"]


def test_a_body_may_be_framed_anew() -> None:
    chunked = request("PUT", "/key", Transfer_Encoding="chunked") + b"5\r\nhello\r\n0\r\n\r\n"
    found, _ = differences((request("PUT", "/key", body=b"hello"), response()), (chunked, response()))
    assert {item.name: item.expected for item in found} == {"Content-Length": FRAMING, "Transfer-Encoding": FRAMING}


def test_another_length_with_the_same_framing_is_a_difference() -> None:
    found, _ = differences((put(body=b"hello"), response()), (put(body=b"hello!"), response()))
    assert [(item.place, item.expected) for item in found] == [(Place.REQUEST_HEADER, ""), (Place.REQUEST_BODY, "")]


def test_host_may_be_another_name_of_the_same_bucket_only() -> None:
    def host_change(host: str) -> str:
        arrived = put().replace(b"Host: rokid.oss-cn-hangzhou.aliyuncs.com", b"Host: " + host.encode())
        return request_change(put(), arrived).expected

    assert host_change("rokid.oss-cn-hangzhou-internal.aliyuncs.com")
    assert host_change("rokid.oss-cn-hangzhou.aliyuncs.com:80")
    assert not host_change("other.oss-cn-hangzhou.aliyuncs.com")
    assert not host_change("backend")


def test_lines_of_one_name_may_be_joined() -> None:
    two = put(Accept="a/b").replace(b"Accept: a/b\r\n", b"Accept: a/b\r\nAccept: c/d\r\n")
    assert request_change(two, put(Accept="a/b, c/d")).expected


def test_fields_that_the_signature_names_are_covered_by_it() -> None:
    v4 = "OSS4-HMAC-SHA256 Credential=LTAI1/20181229/cn-hangzhou/oss/aliyun_v4_request,AdditionalHeaders=range,"
    v4 += f"Signature={'0' * 64}"
    sent, arrived = put(Authorization=v4, Range="bytes=0-1"), put(Authorization=v4, Range="bytes=0-2")
    assert request_change(sent, arrived).is_covered


def test_answers_may_carry_another_server_and_date_but_not_another_etag() -> None:
    theirs = response(ETag='"1"', body=b"x")
    ours = response(ETag='"1-gzip"', body=b"x", server="nginx", Date="Sat, 29 Dec 2018 07:32:35 GMT", Age="3")
    found, _ = differences((put(), ours), (put(), theirs))
    assert {item.name: bool(item.expected) for item in found} == {
        "Server": True,
        "Date": True,
        "ETag": False,
        "Age": True,
    }
