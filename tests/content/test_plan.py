import pytest

from osspcap.content.plan import (
    SHOWN_WINDOW_BYTES,
    WIDE_WINDOW_BYTES,
    WINDOW_BYTES,
    BodyPlan,
    find_framing_fields,
    request_plan,
    response_plan,
)
from osspcap.model.message import Framing


def plan_of(raw_head: bytes, method: str = "PUT", target: str = "/key", *, keep_bodies: bool = False) -> BodyPlan:
    low = raw_head.lower()
    fields = find_framing_fields(low)
    return request_plan(low, fields, method, target, Framing.CONTENT_LENGTH, 5, keep_bodies=keep_bodies)


def test_framing_fields_are_found_whatever_their_shape() -> None:
    head = b"PUT / HTTP/1.1\r\nContent-Length : 5\r\nX-Content-Length: 9\r\nTransfer-Encoding:\r\n chunked\r\n\r\n"
    found = [(name, value.strip()) for name, value in find_framing_fields(head.lower())]
    assert found == [(b"content-length", b"5"), (b"transfer-encoding", b"chunked")]


@pytest.mark.parametrize(
    ("field", "method", "target", "is_summed"),
    [
        (b"Authorization: OSS LTAI:x=", "PUT", "/key", True),
        (b"Authorization: OSS4-HMAC-SHA256 x", "POST", "/key", True),
        (b"Authorization: OSS LTAI:x=", "GET", "/key", False),
        (b"X-Oss-Meta-A: b", "PUT", "/key", True),
        (b"Accept: */*", "PUT", "/key?OSSAccessKeyId=a&Expires=1&Signature=b", True),
        (b"Accept: */*", "PUT", "/key?x-oss-signature=b", True),
        (b"Accept: */*", "PUT", "/key", False),
    ],
)
def test_uploads_that_look_like_oss_are_summed(field: bytes, method: str, target: str, *, is_summed: bool) -> None:
    raw_head = method.encode() + b" / HTTP/1.1\r\n" + field + b"\r\nContent-Length: 5\r\n\r\n"
    assert plan_of(raw_head, method, target).needs_crc64 is is_summed


def test_a_stated_checksum_is_computed() -> None:
    assert plan_of(b"PUT / HTTP/1.1\r\nContent-MD5: abc\r\n\r\n").needs_md5
    fields = find_framing_fields(b"http/1.1 200 ok\r\nx-oss-hash-crc64ecma: 1\r\n\r\n")
    assert response_plan(fields, Framing.CHUNKED, None, 200, keep_bodies=False).needs_crc64


def test_the_window_is_wide_where_words_matter() -> None:
    assert plan_of(b"PUT / HTTP/1.1\r\nContent-Type: video/mp4\r\n\r\n").window_limit == WINDOW_BYTES
    assert plan_of(b"PUT / HTTP/1.1\r\nContent-Type: image/png\r\n\r\n").window_limit == WIDE_WINDOW_BYTES
    assert plan_of(b"PUT / HTTP/1.1\r\nContent-Type: application/XML\r\n\r\n").window_limit == WIDE_WINDOW_BYTES
    assert plan_of(b"PUT / HTTP/1.1\r\nA: b\r\n\r\n", keep_bodies=True).window_limit == SHOWN_WINDOW_BYTES
    assert response_plan([], Framing.CHUNKED, None, 403, keep_bodies=False).window_limit == WIDE_WINDOW_BYTES


def test_the_window_of_a_part_list_is_wide_without_a_type() -> None:
    def limit(method: str, target: str) -> int:
        return request_plan(b"", [], method, target, Framing.CONTENT_LENGTH, 9, keep_bodies=False).window_limit

    assert limit("POST", "/key?uploadId=A") == WIDE_WINDOW_BYTES
    assert limit("PUT", "/key?uploadId=A&partNumber=1") == WINDOW_BYTES
    assert limit("POST", "/key?uploads") == WINDOW_BYTES


def test_codings_of_several_lines_are_joined() -> None:
    head = b"PUT / HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Encoding: br\r\n\r\n"
    assert [name.strip() for name in plan_of(head).content_encoding.split(b",")] == [b"gzip", b"br"]
