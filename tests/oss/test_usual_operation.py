"""The shortcut must tell what the closer look tells, and must leave alone what it cannot know."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osspcap.http1 import plain
from osspcap.http1.head import StatusLine
from osspcap.http1.usual import LEARNT_AFTER, RequestStart, UsualHeads
from osspcap.model.operation import Scheme
from osspcap.oss import usual_operation as module
from osspcap.oss.operation import Hints, classify, classify_closely
from osspcap.oss.usual_operation import usual_operation
from tests.build.http import BUCKET_HOST, REQUEST_ID, request, response
from tests.build.pairs import pair, plain_pair, without_shapes

KEY = "LTAI5tLaunchPad0000000001"
V4 = f"OSS4-HMAC-SHA256 Credential={KEY}/20181229/cn-hangzhou/oss/aliyun_v4_request,Signature={'0a' * 32}"
SIGNATURES = [
    f"OSS {KEY}:5hF2QRTBdNo0scBoHxAKryXYxBc=",
    f"OSS {KEY}:",
    f"OSS {KEY}:  ",
    f"OSS {KEY}:\xa0",
    f"OSS {KEY}:a:b",
    f"OSS  {KEY}:a",
    f"OSS {KEY}",
    "OSS :a",
    f"oss {KEY}:a",
    f"OSS {KEY}/20181229/cn-hangzhou/oss/aliyun_v4_request,Signature={'0a' * 32}",
    V4,
    V4.replace(",", ", "),
    V4.replace(",Signature", ",AdditionalHeaders=host;range,Signature"),
    V4.replace(",Signature=", ",Signature:"),
    V4.partition(",")[0],
    f"OSS4-HMAC-SHA256 Credential={KEY}:a",
    f"OSS4-HMAC-SHA256 Credential={KEY}:5hF2QRTBdNo0scBoHxAKryXYxBc=",
    f"OSS2 AccessKeyId:{KEY},Signature:a",
    "Basic YTpi",
    "",
]
HOSTS = [
    BUCKET_HOST,
    BUCKET_HOST.upper() + ":80",
    "oss-cn-hangzhou.aliyuncs.com",
    "sts.cn-hangzhou.aliyuncs.com",
    "www.example.com",
    "203.0.113.7",
    "",
]
TARGETS = ["/key", "/%E4%B8%8A%2Fb", "/\xe4", "/", "//a", "*", "/k?acl", "/k#f", "http://www.example.com/k", "x"]
ASKED = ["User-Agent", "Date", "x-oss-copy-source", "x-oss-user-agent", "Origin", "host", "Authorization"]
ANSWERED = ["x-oss-request-id", "X-Oss-Request-Id", "x-oss-server-time", "x-oss-ec", "Server", "ETag"]
AGENT = "aliyun-sdk-python/2.19.1(Linux/5.15.0-91-generic/x86_64;3.11.7)"
VALUES = ["", " ", "x", "17", "9" * 16, REQUEST_ID, "AliyunOSS", AGENT, "\xe4\xb8\x8a", "\xff", *SIGNATURES]
lines = st.lists(st.tuples(st.sampled_from(ASKED), st.sampled_from(VALUES)), max_size=3)
answer_lines = st.lists(st.tuples(st.sampled_from(ANSWERED), st.sampled_from(VALUES)), max_size=4)


def head(start: str, fields: list[tuple[str, str]]) -> bytes:
    return "".join((start, "\r\n", *(f"{name}: {value}\r\n" for name, value in fields), "\r\n")).encode("latin-1")


def test_a_healthy_exchange_takes_the_shortcut() -> None:
    asked = request("PUT", "/a%2Fb", Authorization=SIGNATURES[0], User_Agent=AGENT)
    found = usual_operation(plain_pair(asked, response(x_oss_server_time="17")))
    assert found is not None
    assert (found.name, found.bucket, found.object) == ("PutObject", "rokid", "a/b")
    assert found.request_id is not None
    assert (found.request_id.value, found.request_id.frame) == (REQUEST_ID, 2)
    assert found.request_id.field == "response header x-oss-request-id"
    assert (found.server_time_ms, found.sdk) == (17, "aliyun-sdk-python/2.19.1")
    assert found.signature is not None
    assert (found.signature.scheme, found.signature.access_key_id) == (Scheme.V1_HEADER, KEY)


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        (request("POST", "/k", Content_Length="0"), response()),
        (request("OPTIONS", "/k"), response()),
        (request("GET", "/"), response()),
        (request("GET", "/k?acl"), response()),
        (request("PUT", "/k", x_oss_copy_source="/a/b"), response()),
        (request(host="www.example.com"), response()),
        (request(), response(404, "Not Found")),
        (request(), response(203, "Non-Authoritative Information")),
        (request(), response(request_id=None)),
        (request(), response(x_oss_ec="0026-00000001")),
    ],
)
def test_anything_else_gets_the_closer_look(asked: bytes, answered: bytes) -> None:
    assert usual_operation(plain_pair(asked, answered)) is None


def test_heads_of_unknown_shape_and_lone_messages_get_the_closer_look() -> None:
    assert usual_operation(pair(request(), response())) is None
    assert usual_operation(pair(request(), None)) is None
    assert usual_operation(pair(None, response())) is None


@settings(deadline=None, max_examples=400)
@given(
    st.sampled_from(["GET", "HEAD", "PUT", "DELETE", "POST", "OPTIONS"]),
    st.sampled_from(TARGETS[:3]) | st.sampled_from(TARGETS),
    st.sampled_from(HOSTS[:1]) | st.sampled_from(HOSTS),
    st.sampled_from([None, *SIGNATURES]),
    lines,
    st.sampled_from([200, 200, 200, 204, 203, 301, 404]),
    answer_lines,
)
def test_the_shortcut_and_the_closer_look_agree(
    method: str,
    target: str,
    host: str,
    signature: str | None,
    asked: list[tuple[str, str]],
    status: int,
    answered: list[tuple[str, str]],
) -> None:
    signed = [] if signature is None else [("Authorization", signature)]
    raw_request = head(f"{method} {target} HTTP/1.1", [("Host", host), *signed, *asked])
    raw_response = head(f"HTTP/1.1 {status} Any", [("Content-Length", "0"), *answered])
    both = plain_pair(raw_request, raw_response)
    assert classify(both, Hints()) == classify_closely(without_shapes(both), Hints())
    assert classify_closely(both, Hints()) == classify_closely(without_shapes(both), Hints())


@pytest.mark.parametrize("order", [SIGNATURES, SIGNATURES[::-1]])
def test_what_is_remembered_of_one_signature_is_true_of_no_other_kind(order: list[str]) -> None:
    module._v1_signers.clear()
    module._v4_signers.clear()
    for value in order + order:
        both = plain_pair(request(Authorization=value), response())
        assert classify(both, Hints()) == classify_closely(without_shapes(both), Hints())


def test_hostile_hosts_and_key_ids_do_not_fill_the_memory() -> None:
    for number in range(module.MAX_LINES + 10):
        usual_operation(
            plain_pair(request(host=f"b{number}.{BUCKET_HOST}", Authorization=f"OSS K{number}:a"), response())
        )
    usual_operation(plain_pair(request(host="a" * 2 * module.MAX_LINE_BYTES), response()))
    for known in (module._hosts, module._v1_signers):
        assert len(known) <= module.MAX_LINES
        assert all(len(line) <= module.MAX_LINE_BYTES for line in known)


@pytest.fixture
def nothing_learnt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin as a new process does: tests before this one may have used up the tries at a form."""
    monkeypatch.setattr(plain, "REQUESTS", UsualHeads[RequestStart]())
    monkeypatch.setattr(plain, "RESPONSES", UsualHeads[StatusLine]())


@pytest.mark.usefixtures("nothing_learnt")
@pytest.mark.parametrize("signature", SIGNATURES)
@pytest.mark.parametrize("host", HOSTS)
def test_heads_in_a_form_are_read_as_ever(signature: str, host: str) -> None:
    asked = head("GET /k HTTP/1.1", [("Host", host), ("Authorization", signature), ("User-Agent", AGENT)])
    answered = response(x_oss_server_time="17")
    for _ in range(LEARNT_AFTER):
        plain_pair(asked, answered)
    for other in (
        asked,
        asked.replace(b"0a0a", b"b1b1"),
        asked.replace(b"5hF2", b"6gE1"),
        asked.replace(b"0a0a", b"0A0A"),
    ):
        known = plain_pair(other, answered.replace(b"time: 17", b"time: 18"))
        assert known.response is not None
        assert known.response.form is not None
        assert classify(known, Hints()) == classify_closely(without_shapes(known), Hints())
