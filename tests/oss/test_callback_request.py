import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.oss.callback_request import is_callback, read_subject
from osspcap.oss.head import Head
from tests.build.http import request
from tests.build.pairs import parse


def head_of(body: bytes = b"", **headers: str) -> Head:
    raw = request("POST", "/cb", host="app.example.com", body=body, **headers)
    return Head(parse(raw, is_request=True, frame=1))


def test_both_generations_are_recognised() -> None:
    assert is_callback(head_of(authorization="abc=", x_oss_pub_key_url="aHR0cDov", User_Agent="http-client/0.0.1"))
    assert is_callback(head_of(User_Agent="aliyun-oss-callback"))
    assert is_callback(head_of(x_oss_tag="CALLBACK"))


def test_ordinary_posts_are_no_callbacks() -> None:
    assert not is_callback(head_of(b"bucket=b&object=o", authorization="Basic x"))
    assert not is_callback(head_of(Referer="http://aliyun-oss-callback.example.com/"))
    assert not is_callback(head_of(x_oss_pub_key_url="aHR0cDov"))


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"bucket=b&object=dir%2Fa+b.png&size=1", "application/x-www-form-urlencoded"),
        (b"bucket=b&filename=dir%2Fa+b.png", ""),
        (json.dumps({"bucket": "b", "object": "dir/a b.png", "size": 1}).encode(), "application/json"),
        (b'{"bucket": "b", "object": "dir/a b.png"}', "application/x-www-form-urlencoded"),
    ],
)
def test_bucket_and_key_are_read_from_the_body(body: bytes, content_type: str) -> None:
    subject = read_subject(head_of(body, Content_Type=content_type))
    assert (subject.bucket, subject.object, subject.bucket_source) == ("b", "dir/a b.png", "request body")


def test_the_bucket_header_wins() -> None:
    subject = read_subject(head_of(b"bucket=other&object=o", x_oss_bucket="mine"))
    assert (subject.bucket, subject.bucket_source) == ("mine", "request header x-oss-bucket")


def test_a_body_that_names_neither_tells_nothing() -> None:
    assert read_subject(head_of(b"hello")) == (None, None, "")
    assert read_subject(head_of(b'{"bucket": 5}')) == (None, None, "")


@given(st.binary(max_size=300))
def test_no_body_raises(body: bytes) -> None:
    read_subject(head_of(body))
    read_subject(head_of(b'{"bucket": ' + body, Content_Type="application/json"))
