import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.http1.usual import LEARNT_AFTER
from osspcap.model.message import Message, parse_fields
from osspcap.report.headerjson import HeaderJson
from osspcap.report.masking import Masking
from osspcap.report.sensitive import mask
from tests.build.http import message as raw_message
from tests.build.http import request, response
from tests.build.pairs import plain_pair, without_shapes
from tests.build.reports import message


def headers(writer: HeaderJson, of: Message) -> Any:
    return json.loads(f"[{writer.of(of)}]")


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
    assert headers(HeaderJson(Masking(show_secrets=True)), raw) == [
        [line.name, line.value] for line in parse_fields(head, ((0, 4),))
    ]


@given(st.binary(max_size=120))
def test_any_head_gives_the_fields_of_the_model(noise: bytes) -> None:
    head = b"GET /k HTTP/1.1\r\n" + noise + b"\r\n\r\n"
    get = message(b"GET /k HTTP/1.1\r\n\r\n")
    raw = replace(get, raw_head=head)
    assert headers(HeaderJson(Masking(show_secrets=True)), raw) == [[line.name, line.value] for line in raw.fields()]


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
    writer = HeaderJson(masking)
    for fields in heads:
        shaped = plain_pair(raw_message("GET /k HTTP/1.1", fields), response())
        other = without_shapes(shaped)
        assert shaped.request is not None
        assert other.request is not None
        expected = [[line.name, masking.named(line.name, line.value)] for line in shaped.request.fields()]
        assert headers(writer, shaped.request) == expected
        assert headers(writer, other.request) == expected


def test_a_line_that_was_the_first_of_an_odd_head_is_no_field_of_another() -> None:
    get = message(b"GET /k HTTP/1.1\r\n\r\n")
    writer = HeaderJson(Masking())
    for noise in (b" a: 1\r\nb\nc", b":x\nb", b"A: 1\r\n a: 2", b"A: 1\r\n\r\n:x"):
        raw = replace(get, raw_head=b"GET /k HTTP/1.1\r\n" + noise + b"\r\n\r\n")
        assert headers(writer, raw) == [[line.name, line.value] for line in raw.fields()]


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
    writer = HeaderJson(masking)
    for old, new in (
        (b"", b""),
        (b"5hF2", b"6gE1"),
        (b"0a0a", b"b1b1"),
        (b"07:32:34", b"07:32:35"),
        (b"XrY7", b"XrY8"),
        (b"XrY7u+Ae7tCTyyK7j1rNww==", b"sig7u+Ae7tCTTokenj1rNw=="),
    ):
        both = plain_pair(asked.replace(old, new) if old else asked, answered.replace(b"time: 17", b"time: 18"))
        plain = without_shapes(both)
        for known, other in ((both.request, plain.request), (both.response, plain.response)):
            assert known is not None
            assert other is not None
            assert writer.of(known) == HeaderJson(masking).of(other)
        assert both.response is not None
        assert both.response.form is not None


def test_a_signature_is_masked_in_a_form_and_its_checksum_is_not() -> None:
    asked = request("PUT", "/k", Content_MD5="XrY7u+Ae7tCTyyK7j1rNww==", Authorization=f"OSS {KEY_ID}:{SIGNATURE}")
    put = [plain_pair(asked, response()).request for _ in range(LEARNT_AFTER + 1)][-1]
    assert put is not None
    assert put.form is not None
    known = HeaderJson(Masking()).form(put.form)
    assert known is not None
    assert known.shown(put.values) == (b"XrY7u+Ae7tCTyyK7j1rNww==", mask(SIGNATURE).encode())
    assert HeaderJson(Masking(lent=["10 percent"])).form(put.form) is None
