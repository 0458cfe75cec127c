from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.oss.signing.request import as_raw, as_text, from_message
from tests.build.signed import raw_request, request, signed


@pytest.mark.parametrize(
    ("target", "path", "pairs"),
    [
        ("/", b"/", []),
        ("/a%2Fb?acl", b"/a%2Fb", [(b"acl", b"")]),
        ("/a?b=c=d&e=&&f", b"/a", [(b"b", b"c=d"), (b"e", b""), (b"f", b"")]),
        ("/a?%61%3D=%26+", b"/a", [(b"a=", b"&+")]),
        ("http://h:80/a?b", b"/a", [(b"b", b"")]),
        ("http://h", b"/", []),
        ("http://h?acl", b"/", [(b"acl", b"")]),
        ("*", b"*", []),
        ("/a?b?c", b"/a", [(b"b?c", b"")]),
    ],
)
def test_targets_are_split_but_the_path_stays_as_sent(
    target: str, path: bytes, pairs: list[tuple[bytes, bytes]]
) -> None:
    split = signed(raw_request("GET", target, {"Host": "h"}))
    assert split.raw_path == path
    assert [(pair.name, pair.value) for pair in split.query] == pairs


@pytest.mark.parametrize(
    ("target", "host", "bucket"),
    [
        ("/k", "Rokid.OSS-cn-hangzhou.aliyuncs.com:80", b"rokid"),
        ("http://b.oss-cn-x.aliyuncs.com/k", "proxy.example.com", b"b"),
        ("/k", "b.s3.oss-cn-hangzhou.aliyuncs.com", b"b"),
        ("/k", "b.cn-hangzhou.oss.aliyuncs.com", b"b"),
        ("/k", "b.cb-123.cn-hangzhou.oss-cloudbox.aliyuncs.com", b"b"),
        ("/k", "oss-cn-hangzhou.aliyuncs.com", None),
        ("/k", "static.example.com", None),
        ("/k", "[2001:db8::1]:8080", None),
        ("/k", "", None),
    ],
)
def test_the_bucket_is_told_by_the_host(target: str, host: str, bucket: bytes | None) -> None:
    assert signed(raw_request("GET", target, {"Host": host})).host_bucket == bucket


def test_a_bucket_in_the_path_needs_no_slash_behind_it() -> None:
    for target in ("/b", "/b/"):
        split = signed(raw_request("GET", target, {"Host": "203.0.113.9"}))
        (place,) = split.places(())
        assert place.resource(split.raw_path.removeprefix(b"/")) == b"/b/"


def test_query_parameters_know_the_packet_they_stand_in() -> None:
    raw = raw_request("GET", "/k?first=1&second=2", {"Host": "h"})
    message = replace(request(raw), head_frames=((0, 7), (raw.index(b"second"), 8)))
    split = from_message(message)
    assert [split.seen_query(pair).frame for pair in split.query] == [7, 8]


def test_blanks_around_header_values_are_kept_aside() -> None:
    split = signed(b"GET / HTTP/1.1\r\nX-Oss-Meta-A:  1 \r\nx-oss-meta-a:2\r\n\r\n")
    assert split.untrimmed[b"x-oss-meta-a"] == (b" 1 ", b"2")


@given(st.binary(max_size=60))
def test_text_and_bytes_convert_without_an_exception(raw: bytes) -> None:
    text = as_text(raw)
    if raw.decode("utf-8", "ignore").encode() == raw:
        assert as_raw(text) == raw
    as_raw("\ud800" + text)
