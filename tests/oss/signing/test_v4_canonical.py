import hashlib
import hmac

from osspcap.oss.signing.authentication import CredentialScope
from osspcap.oss.signing.request import ANY_BUCKET
from osspcap.oss.signing.scheme import candidates, hypotheses, recognise, verify
from osspcap.oss.signing.v4_canonical import sign_v4
from tests.build.signed import SECRET, STAMP, raw_request, signed

HOST = "test-bucket.oss-cn-beijing.aliyuncs.com"
SCOPE = CredentialScope("20231216", "cn-beijing", "oss", "aliyun_v4_request")


def v4(target: str, canonical: str = "", host: str = HOST, **headers: str) -> bytes:
    """A V4 request whose client signed `canonical`."""
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    signature = sign_v4(f"OSS4-HMAC-SHA256\n{STAMP}\n{SCOPE.text}\n{digest}".encode(), SCOPE, SECRET)
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    value = f"OSS4-HMAC-SHA256 Credential=LTAI/{SCOPE.text},Signature={signature}"
    return raw_request("GET", target, {"Host": host, "x-oss-date": STAMP, "Authorization": value} | names)


def variant(raw: bytes) -> tuple[str, ...] | None:
    request = signed(raw)
    auth = recognise(request)
    assert auth is not None
    found = verify(request, auth, SECRET)
    return None if found is None else found.candidate.variant


def test_the_key_is_derived_step_by_step() -> None:
    key = b"aliyun_v4" + SECRET.encode()
    for part in SCOPE.text.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    assert sign_v4(b"x", SCOPE, SECRET) == hmac.new(key, b"x", hashlib.sha256).hexdigest()
    assert sign_v4(b"x", None, SECRET) == ""


def test_the_canonical_uri_keeps_slashes_and_encodes_all_else() -> None:
    request = signed(v4("/a%2Fb!(%E4%B8%AD)+c"))
    auth = recognise(request)
    assert auth is not None
    line = next(candidates(request, auth)).line("resource")
    assert line is not None
    assert line.raw == b"/test-bucket/a/b%21%28%E4%B8%AD%29%2Bc"


def test_the_payload_hash_is_the_header_or_unsigned() -> None:
    for headers, payload in (({}, b"UNSIGNED-PAYLOAD"), ({"x_oss_content_sha256": "ab12"}, b"ab12")):
        request = signed(v4("/k", **headers))
        auth = recognise(request)
        assert auth is not None
        assert next(candidates(request, auth)).canonical_lines[-1].raw == payload


def test_additional_headers_that_are_signed_anyway_or_absent_are_dropped() -> None:
    raw = v4("/k", Content_Type="text/plain", Range="bytes=0-1")
    raw = raw.replace(b",Signature", b",AdditionalHeaders=x-oss-date;range;content-type;absent,Signature")
    request = signed(raw)
    auth = recognise(request)
    assert auth is not None
    readings = {candidate.variant: candidate for candidate in candidates(request, auth)}
    lines = {line.role: line.raw for line in readings[()].canonical_lines}
    assert lines["additional-headers"] == b"range"
    assert lines["header range"] == b"range:bytes=0-1"
    kept = readings["absent-additional-headers-kept",].line("additional-headers")
    assert kept is not None
    assert kept.raw == b"absent;range"


def test_readings_as_captured() -> None:
    tail = f"x-oss-date:{STAMP}\n\n\nUNSIGNED-PAYLOAD"
    assert variant(v4("/k?acl=", f"GET\n/test-bucket/k\nacl\n{tail}")) == ()
    assert variant(v4("/k?acl=", f"GET\n/test-bucket/k\nacl=\n{tail}")) == ("empty-value-with-equals-sign",)


def test_what_the_client_signed_instead_is_found() -> None:
    tail = f"x-oss-date:{STAMP}\n\n\nUNSIGNED-PAYLOAD"
    assert variant(v4("/a!", f"GET\n/test-bucket/a!\n\n{tail}")) == ("path-as-sent-verbatim",)
    assert variant(v4("/a%20b", f"GET\n/test-bucket/a%2520b\n\n{tail}")) == ("path-as-sent",)
    assert variant(v4("/k?cdn=1", f"GET\n/test-bucket/k\n\n{tail}")) == ("query-cdn-not-signed",)
    added = v4("/k", f"GET\n/test-bucket/k\n\n{tail}", Content_Type="text/plain")
    assert variant(added) == ("content-type-not-signed",)
    assert variant(v4("/k", f"GET\n/other/k\n\n{tail}")) is None


def test_an_unknown_bucket_is_filled_in_with_a_new_hash() -> None:
    tail = f"x-oss-date:{STAMP}\n\n\nUNSIGNED-PAYLOAD"
    request = signed(v4("/k", f"GET\n/b/k\n\n{tail}", host="static.example.com"))
    auth = recognise(request)
    assert auth is not None
    candidate = next(candidates(request, auth))
    assert candidate.bucket == ANY_BUCKET
    filled = candidate.with_bucket(b"b")
    assert filled.canonical_request == f"GET\n/b/k\n\n{tail}".encode()
    assert auth.signature is not None
    assert sign_v4(filled.string_to_sign, SCOPE, SECRET) == auth.signature.value
    assert verify(request, auth, SECRET, ["b"]) is not None


def test_hypotheses_never_touch_the_date() -> None:
    request = signed(v4("/k?acl", x_oss_meta_a="1"))
    auth = recognise(request)
    assert auth is not None
    for candidate in hypotheses(request, auth):
        assert candidate.line("header x-oss-date") is not None
