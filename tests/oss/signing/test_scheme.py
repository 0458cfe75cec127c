import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osspcap.model.operation import Scheme
from osspcap.oss.signing.authentication import ProblemName
from osspcap.oss.signing.compare import compare
from osspcap.oss.signing.scheme import candidates, hypotheses, recognise, sign, verify
from osspcap.oss.signing.server_string import server_string
from tests.build.signed import (
    DATE,
    KEY_ID,
    STAMP,
    Vector,
    error,
    field,
    hexed,
    raw_request,
    request,
    signed,
    vectors,
    wire,
)

HOST = "test-bucket.oss-cn-beijing.aliyuncs.com"
V1 = f"OSS {KEY_ID}:26NBxoKdsyly4EDv6inkoDft/yA="
V1_QUERY = f"OSSAccessKeyId={KEY_ID}&Expires=1702747257&Signature=26NBxoKdsyly4EDv6inkoDft%2FyA%3D"
VECTORS = vectors("v1-header", "v1-query", "v2-header", "v2-query", "v4-header", "v4-query")


def reproduces(raw: bytes, secret: str, bucket: str) -> bool:
    """Tell whether a reading as captured gives the client's signature."""
    split = signed(raw)
    auth = recognise(split)
    if auth is None or auth.signature is None:
        return False
    return any(sign(each, auth, secret) == auth.signature.value for each in candidates(split, auth, [bucket]))


def altered(vector: Vector) -> Iterator[tuple[str, bytes]]:
    """Every signed part of a vector's request with one byte changed."""
    raw = wire(vector)
    path = vector["url"].partition("://")[2].partition("/")[2].partition("?")[0]
    if path:
        target = b" /" + path.encode()
        yield "path", raw.replace(target, target[:-1] + bytes([target[-1] ^ 1]), 1)
    for line in re.finditer(rb"(?im)^(x-oss-[a-z0-9-]+|content-type|content-md5): *([^\r\n]+)", raw):
        start = line.start(2)
        yield line[1].decode(), raw[:start] + bytes([raw[start] ^ 1]) + raw[start + 1 :]
    if vector["date"] is not None:
        where = raw.lower().find(b"\r\nx-oss-date: ") if b"\r\nx-oss-date: " in raw.lower() else -1
        where = raw.lower().find(b"\r\ndate: ") if where < 0 else where
        if where >= 0:
            end = raw.index(b"\r\n", where + 2) - 3
            yield "date", raw[:end] + bytes([raw[end] ^ 1]) + raw[end + 1 :]
    if expires := re.search(rb"(?:Expires|x-oss-expires)=(\d+)", raw):
        end = expires.end(1) - 1
        yield "expires", raw[:end] + bytes([raw[end] ^ 1]) + raw[end + 1 :]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_every_vector_fails_once_one_signed_byte_is_changed(vector: Vector) -> None:
    raw, bucket = wire(vector), vector["bucket"]
    assert reproduces(raw, vector["secret"], bucket)
    assert not reproduces(raw, vector["secret"][:-1] + "~", bucket)
    parts = dict(altered(vector))
    assert parts
    for part, changed in parts.items():
        assert changed != raw
        assert not reproduces(changed, vector["secret"], bucket), part


def test_an_anonymous_request_has_no_authentication() -> None:
    assert recognise(request(raw_request("GET", "/k?acl", {"Host": HOST}))) is None


@pytest.mark.parametrize(
    ("target", "authorization", "first", "others"),
    [
        (f"/k?{V1_QUERY}", V1, Scheme.V1_HEADER, [Scheme.V1_URL]),
        (f"/k?{V1_QUERY}", "Basic dXNlcjpwYXNz", Scheme.V1_URL, [Scheme.UNKNOWN]),
        (f"/k?{V1_QUERY}", "Bearer eyJhbGciOi", Scheme.V1_URL, [Scheme.UNKNOWN]),
        ("/k", "Bearer eyJhbGciOi", Scheme.UNKNOWN, []),
    ],
)
def test_two_authentications_at_once_are_both_reported(
    target: str, authorization: str, first: Scheme, others: list[Scheme]
) -> None:
    headers = {"Host": HOST, "Date": DATE, "Authorization": authorization}
    auth = recognise(request(raw_request("GET", target, headers)))
    assert auth is not None
    assert auth.scheme is first
    assert [other.scheme for other in auth.others] == others


def test_a_foreign_scheme_is_named_without_its_credentials() -> None:
    auth = recognise(request(raw_request("GET", "/k", {"Host": HOST, "Authorization": "Basic dXNlcjpwYXNz"})))
    assert auth is not None
    assert (auth.name, auth.has(ProblemName.SCHEME_FOREIGN)) == ("Basic", True)
    assert "dXNlcjpwYXNz" not in repr(auth)


def test_a_bare_token_is_not_repeated() -> None:
    auth = recognise(request(raw_request("GET", "/k", {"Host": HOST, "Authorization": "sup3rsecret"})))
    assert auth is not None
    assert auth.has(ProblemName.SCHEME_UNKNOWN)
    assert "sup3rsecret" not in repr(auth)


def test_a_form_goes_before_header_and_query() -> None:
    form = {
        "OSSAccessKeyId": field(KEY_ID),
        "policy": field("e30="),
        "Signature": field("kSHKmLxlyEAKtZPkJhG9bZb5k7M="),
    }
    auth = recognise(request(raw_request("POST", f"/?{V1_QUERY}", {"Host": HOST, "Authorization": V1})), form)
    assert auth is not None
    assert auth.scheme is Scheme.POST_V1
    assert [other.scheme for other in auth.others] == [Scheme.V1_HEADER, Scheme.V1_URL]


def test_two_authorization_headers_are_both_read() -> None:
    headers = [("Host", HOST), ("Date", DATE), ("Authorization", V1), ("authorization", V1)]
    auth = recognise(request(raw_request("GET", "/k", headers)))
    assert auth is not None
    assert auth.has(ProblemName.HEADER_REPEATED)
    assert [other.scheme for other in auth.others] == [Scheme.V1_HEADER]


@pytest.mark.parametrize(
    ("target", "headers", "problem"),
    [
        ("/k", {"Authorization": "OSS STS.NU:26NBxoKdsyly4EDv6inkoDft/yA="}, ProblemName.TOKEN_MISSING),
        ("/k", {"Authorization": "OSS STS.NU:26NBxoKdsyly4EDv6inkoDft/yA=", "x-oss-security-token": "t"}, None),
        ("/k", {"Authorization": "OSS STS.NU:26NBxoKdsyly4EDv6inkoDft/yA=", "security-token": "t"},
         ProblemName.TOKEN_MISPLACED),
        (f"/k?{V1_QUERY}", {"x-oss-security-token": "t"}, ProblemName.TOKEN_MISPLACED),
        (f"/k?{V1_QUERY}&security-token=t", {}, None),
        (f"/k?{V1_QUERY}&security-token=t", {"x-oss-security-token": "t"}, ProblemName.TOKEN_TWICE),
    ],
)  # fmt: skip
def test_the_security_token_stands_where_oss_reads_it(
    target: str, headers: dict[str, str], problem: ProblemName | None
) -> None:
    auth = recognise(request(raw_request("GET", target, {"Host": HOST, "Date": DATE} | headers)))
    assert auth is not None
    assert [each.name for each in auth.problems] == ([problem] if problem else [])


def test_candidates_come_in_the_stated_order() -> None:
    headers = [("Host", HOST), ("Date", DATE), ("x-oss-date", STAMP), ("x-oss-meta-a", "1"), ("x-oss-meta-a", "2")]
    split = signed(raw_request("GET", "/k?acl&x-oss-new=1", [*headers, ("Authorization", V1)]))
    auth = recognise(split)
    assert auth is not None
    variants = [each.variant for each in candidates(split, auth)]
    assert variants[0] == ()
    singles = [variant[0] for variant in variants if len(variant) == 1]
    assert singles.index("repeated-header-last") < singles.index("subresources-of-union") < singles.index("date-header")
    assert [len(variant) for variant in variants] == sorted(len(variant) for variant in variants)
    assert not any(each.is_hypothesis for each in candidates(split, auth))
    assert all(each.is_hypothesis for each in hypotheses(split, auth))


@pytest.mark.parametrize(
    ("host", "target", "buckets", "places"),
    [
        ("b.oss-cn-beijing.aliyuncs.com", "/k", ["other"], [("b", ())]),
        ("oss-cn-beijing.aliyuncs.com", "/b/k", ["other"], [(None, ("path-style",))]),
        ("oss-cn-beijing.aliyuncs.com", "/", [], [(None, ())]),
        ("203.0.113.9:8080", "/b/k", ["b"], [(None, ("path-style",)), ("b", ("bucket-given",))]),
        ("static.example.com", "/k", ["b"], [("b", ("bucket-given",))]),
        ("static.example.com", "/k", [], [("{bucket}", ("bucket-unknown",)), (None, ("path-style",))]),
    ],
)
def test_the_bucket_comes_from_host_then_caller_then_stays_open(
    host: str, target: str, buckets: list[str], places: list[tuple[str | None, tuple[str, ...]]]
) -> None:
    split = signed(raw_request("GET", target, {"Host": host, "Date": DATE, "Authorization": V1}))
    auth = recognise(split)
    assert auth is not None
    found = [(each.bucket and each.bucket.decode(), each.variant) for each in candidates(split, auth, buckets)]
    assert found == places


def test_verification_with_another_configured_bucket_is_a_hypothesis() -> None:
    vector = vectors("v1-header")[0]
    raw = wire(vector).replace(b"examplebucket.oss", b"otherbucket.oss")
    split = signed(raw)
    auth = recognise(split)
    assert auth is not None
    found = verify(split, auth, vector["secret"], ["examplebucket"])
    assert found is not None
    assert not found.as_captured
    assert found.candidate.bucket == b"examplebucket"


_NAMES = st.sampled_from(
    [b"Authorization", b"x-oss-date", b"Date", b"Content-Type", b"Content-MD5", b"x-oss-meta-\xe4", b"Host", b"Range",
     b"x-oss-pub-key-url", b"x-oss-security-token", b"", b"x-oss-content-sha256"]
)  # fmt: skip
_STARTS = st.sampled_from(
    [b"OSS ", b"OSS2 AccessKeyId:", b"OSS4-HMAC-SHA256 Credential=", b"AWS ", b"Basic ", b"AWS4-HMAC-SHA256 ", b""]
)
_VALUES = st.builds(lambda start, rest: start + rest.replace(b"\n", b""), _STARTS, st.binary(max_size=40))
_QUERIES = st.lists(
    st.tuples(
        st.sampled_from(
            [b"OSSAccessKeyId", b"Signature", b"Expires", b"x-oss-signature-version", b"x-oss-credential", b"acl",
             b"x-oss-additional-headers", b"x-oss-date", b"amp;Signature", b"X-Amz-Credential", b"%ff"]
        ),
        st.one_of(st.sampled_from([b"OSS2", b"OSS4-HMAC-SHA256", b"a/b/c/d/e"]), st.binary(max_size=12)),
    ),
    max_size=8,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=20), _QUERIES, st.lists(st.tuples(_NAMES, _VALUES), max_size=6), st.binary(max_size=60))
def test_any_bytes_are_read_without_an_exception(
    path: bytes, query: list[tuple[bytes, bytes]], headers: list[tuple[bytes, bytes]], server: bytes
) -> None:
    joined = b"&".join(name + b"=" + value for name, value in query)
    target = (b"/" + path + b"?" + joined).replace(b" ", b"").replace(b"\n", b"").replace(b"\r", b"")
    lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
    split = signed(b"PUT " + target + b" HTTP/1.1\r\n" + lines + b"\r\n")
    auth = recognise(split)
    if auth is None:
        return
    repr(auth)
    for reading in (candidates(split, auth, ["b"]), hypotheses(split, auth, ["b"])):
        for candidate in list(reading)[:20]:
            sign(candidate, auth, "secret")
    stated = server_string(error(StringToSignBytes=hexed(server)))
    assert stated is not None
    compare(split, candidates(split, auth), stated)


def test_a_hostile_query_stays_within_the_limits() -> None:
    query = "&".join(f"x-oss-{number}=%41+" for number in range(3000))
    split = signed(raw_request("GET", f"/k?{query}", {"Host": HOST, "Date": DATE, "Authorization": V1}))
    auth = recognise(split)
    assert auth is not None
    assert len(list(candidates(split, auth))) <= 96
    assert len(list(hypotheses(split, auth))) <= 320
