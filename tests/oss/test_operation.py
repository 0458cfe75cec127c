import base64
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.model.operation import Addressing, Network, Operation, Role, Scheme
from osspcap.oss.address import MAX_HOST_CHARS
from osspcap.oss.operation import MAX_HINT_HOSTS, Hints, classify
from tests.build.http import BUCKET_HOST, REQUEST_ID, message, oss_error, request, response
from tests.build.pairs import pair

CNAME = "img.example.com"
SIGNED = {"Authorization": "OSS LTAIknFr:r2KPR0y4E0G5tnU/MYdcvXHPQQ4="}
FOREIGN = response(200, server="nginx", request_id=None, body=b"hello")


def asked(
    method: str = "GET",
    target: str = "/key",
    *,
    host: str = BUCKET_HOST,
    headers: dict[str, str] | None = None,
    body: bytes = b"",
) -> bytes:
    return message(f"{method} {target} HTTP/1.1", {"Host": host} | (headers or {}), body)


def read(sent: bytes | None, answer: bytes | None = None, hints: Hints | None = None) -> Operation:
    found = classify(pair(sent, answer), Hints() if hints is None else hints)
    assert found is not None
    return found


def test_a_healthy_upload_is_described_in_full() -> None:
    sent = asked(
        "PUT",
        "/%E7%9B%AE%2Fa%2Bb+c.txt",
        headers=SIGNED | {"User-Agent": "aliyun-sdk-python/2.19.1(Linux/5/x86_64;3.11)"},
        body=b"hello",
    )
    found = read(sent, response(200, x_oss_server_time="15"))
    assert (found.role, found.name) == (Role.OSS, "PutObject")
    assert (found.bucket, found.object, found.bucket_source) == ("rokid", "目/a+b+c.txt", "Host")
    assert found.addressing is Addressing.VIRTUAL_HOST
    assert found.endpoint is not None
    assert (found.endpoint.region, found.endpoint.network) == ("cn-hangzhou", Network.PUBLIC)
    assert found.request_id is not None
    assert (found.request_id.value, found.request_id.frame) == (REQUEST_ID, 2)
    assert found.request_id.field == "response header x-oss-request-id"
    assert found.signature is not None
    assert (found.signature.scheme, found.signature.access_key_id) == (Scheme.V1_HEADER, "LTAIknFr")
    assert found.server_time_ms == 15
    assert found.answered_by_oss
    assert found.sdk == "aliyun-sdk-python/2.19.1"
    assert found.error is None
    assert found.frame == 1


def test_an_error_answer_brings_its_document_and_ec() -> None:
    found = read(asked(), response(403, "Forbidden", body=oss_error("AccessDenied", "m", ec="0003-00000001")))
    assert found.error is not None
    assert found.error.code.value == "AccessDenied"
    assert found.ec == "0003-00000001"


def test_an_object_that_is_an_error_document_is_no_error() -> None:
    assert read(asked(), response(200, body=oss_error("AccessDenied", "m"))).error is None


def test_head_errors_and_heads_without_code() -> None:
    encoded = base64.b64encode(oss_error("NoSuchKey", "m")).decode()
    told = read(asked("HEAD"), response(404, "Not Found", x_oss_err=encoded))
    assert told.error is not None
    assert told.error.code.value == "NoSuchKey"
    silent = read(asked("HEAD"), response(404, "Not Found", x_oss_ec="0026-00000001"))
    assert silent.error is None
    assert silent.ec == "0026-00000001"


def test_a_failed_callback_is_an_error_although_its_status_is_203() -> None:
    found = read(asked("PUT"), response(203, "X", body=oss_error("CallbackFailed", "Error status : 502.")))
    assert found.error is not None
    assert found.error.code.value == "CallbackFailed"


def test_a_redirect_that_carries_an_error_document_is_an_error() -> None:
    found = read(asked(), response(307, "X", body=oss_error("PermanentRedirect", "m")))
    assert found.error is not None
    assert read(asked(), response(302, "X", body=b"<html/>")).error is None


def test_the_request_id_of_the_document_serves_where_the_header_is_missing() -> None:
    found = read(asked(), response(403, "X", request_id=None, body=oss_error("AccessDenied", "m")))
    assert found.request_id is not None
    assert found.request_id.field == "response body <RequestId>"


def test_an_answer_that_a_proxy_made_keeps_the_request_oss_and_says_so() -> None:
    page = response(403, "Forbidden", server="squid", request_id=None, body=b"<html>blocked</html>")
    found = read(asked(headers=SIGNED), page)
    assert found.role is Role.OSS
    assert not found.answered_by_oss
    assert found.error is None
    assert not read(asked()).answered_by_oss


def test_a_gateways_server_name_does_not_hide_an_oss_answer() -> None:
    assert read(asked(), response(200, server="nginx")).answered_by_oss
    assert read(asked(), response(200, server="AliyunOSS", request_id=None)).answered_by_oss


@pytest.mark.parametrize(
    "host",
    [
        "cn-hangzhou.log.aliyuncs.com",
        "mirrors.aliyuncs.com",
        "www.example.com",
        "203.0.113.10:8088",
        "",
        "oss-demo.aliyuncs.com",
    ],
)
def test_other_services_are_not_oss(host: str) -> None:
    assert classify(pair(asked(host=host), FOREIGN), Hints()) is None
    document = response(403, "X", server="nginx", request_id=None, body=oss_error("AccessDenied", "m"))
    assert classify(pair(asked(host=host), document), Hints()) is None
    assert classify(pair(asked(host=host)), Hints()) is None


@pytest.mark.parametrize(
    ("sent", "scheme"),
    [
        (asked(host=CNAME, headers=SIGNED), Scheme.V1_HEADER),
        (asked(target="/k?OSSAccessKeyId=a&Expires=1&Signature=s", host=CNAME), Scheme.V1_URL),
        (asked(headers={"Authorization": "OSS broken"}, host=CNAME), Scheme.UNKNOWN),
        (
            asked(
                "POST",
                "/",
                host=CNAME,
                headers={"Content-Type": "multipart/form-data; boundary=x"},
                body=b"".join(
                    b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\nv\r\n' % name
                    for name in (b"OSSAccessKeyId", b"policy", b"Signature", b"key")
                )
                + b"--x--\r\n",
            ),
            Scheme.POST_V1,
        ),
    ],
)
def test_a_signed_request_is_oss_on_any_host_even_unanswered(sent: bytes, scheme: Scheme) -> None:
    for answer in (None, FOREIGN):
        found = read(sent, answer)
        assert found.signature is not None
        assert found.signature.scheme is scheme
        assert not found.answered_by_oss
        assert found.addressing is Addressing.CNAME


def test_a_foreign_signature_ties_nothing_to_oss() -> None:
    for value in ("Basic eDp5", "AWS4-HMAC-SHA256 Credential=A/b, Signature=c", "LOG a:b"):
        assert classify(pair(asked(host=CNAME, headers={"Authorization": value}), FOREIGN), Hints()) is None


def test_a_cname_is_told_by_its_answer_and_its_bucket_by_what_the_answer_names() -> None:
    hints = Hints()
    first = read(asked(host=CNAME, target="/dir/k"), response(200), hints)
    assert (first.bucket, first.object, first.addressing) == (None, "dir/k", Addressing.CNAME)
    refused = oss_error("NoSuchKey", "m", HostId=CNAME, BucketName="rokid")
    told = read(asked(host=CNAME), response(404, "X", body=refused), hints)
    assert (told.bucket, told.bucket_source) == ("rokid", "error BucketName")
    later = read(asked(host=CNAME.upper() + ":80"), response(200), hints)
    assert (later.bucket, later.bucket_source) == ("rokid", "earlier exchange with this host")


def test_a_proven_host_stays_oss_while_it_is_silent_or_its_gateway_fails() -> None:
    hints = Hints()
    read(asked(host=CNAME), response(200), hints)
    assert read(asked(host=CNAME), None, hints).role is Role.OSS
    assert not read(asked(host=CNAME), response(502, "X", server="nginx", request_id=None), hints).answered_by_oss


def test_a_host_that_serves_others_too_is_oss_only_where_proved() -> None:
    hints = Hints()
    read(asked(host=CNAME), response(200), hints)
    assert classify(pair(asked(host=CNAME), FOREIGN), hints) is None
    assert classify(pair(asked(host=CNAME), response(404, "X", server="nginx", request_id=None)), hints) is None
    assert read(asked(host=CNAME), response(200), hints).answered_by_oss


def test_the_memory_of_hosts_is_bounded() -> None:
    hints = Hints()
    for number in range(MAX_HINT_HOSTS + 50):
        read(asked(host=f"h{number}.example.com"), response(200), hints)
    assert len(hints.hosts) == MAX_HINT_HOSTS
    assert "h0.example.com" not in hints.hosts
    read(asked(host="a" * 50_000 + ".example.com"), response(200), hints)
    assert max(map(len, hints.hosts)) <= MAX_HOST_CHARS


def test_path_style_names_the_bucket_in_the_target() -> None:
    by_ip = read(asked("GET", "/bkt/dir/k", host="192.0.2.9:8080", headers=SIGNED), response(200))
    assert (by_ip.bucket, by_ip.object, by_ip.addressing) == ("bkt", "dir/k", Addressing.PATH)
    assert (by_ip.bucket_source, by_ip.name) == ("request target", "GetObject")
    listing = read(asked("GET", "/bkt", host="192.0.2.9", headers=SIGNED), response(200))
    assert (listing.bucket, listing.object, listing.name) == ("bkt", None, "ListObjects")
    refused = read(asked("GET", "/bkt/k", host="oss-cn-hangzhou.aliyuncs.com"), response(403, "X"))
    assert (refused.bucket, refused.object, refused.addressing) == ("bkt", "k", Addressing.PATH)
    service = read(asked("GET", "/", host="oss-cn-hangzhou.aliyuncs.com"), response(200))
    assert (service.bucket, service.name, service.addressing) == (None, "GetService", Addressing.SERVICE)


def test_a_named_deployment_addressed_by_path_is_told_by_the_signed_resource() -> None:
    content = oss_error("SignatureDoesNotMatch", "m", HostId=CNAME, StringToSign="GET\n\n\nD\n/bkt/dir/k")
    found = read(asked("GET", "/bkt/dir/k", host=CNAME, headers=SIGNED), response(403, "X", body=content))
    assert (found.bucket, found.object, found.addressing) == ("bkt", "dir/k", Addressing.PATH)
    behind = read(asked("GET", "/dir/k", host=CNAME, headers=SIGNED), response(403, "X", body=content))
    assert (behind.bucket, behind.object, behind.addressing) == ("bkt", "dir/k", Addressing.CNAME)
    assert behind.bucket_source == "StringToSign"
    content = oss_error("SignatureDoesNotMatch", "m", HostId=CNAME, StringToSign="GET\n\n\nD\n/bkt/bkt/k")
    alike = read(asked("GET", "/bkt/k", host=CNAME, headers=SIGNED), response(403, "X", body=content))
    assert (alike.bucket, alike.object, alike.addressing) == ("bkt", "bkt/k", Addressing.CNAME)


def test_a_reverse_proxy_by_ip_is_seen_through_by_the_host_id() -> None:
    found = read(asked(host="192.0.2.9", target="/dir/k"), response(404, "X", body=oss_error("NoSuchKey", "m")))
    assert (found.bucket, found.object, found.bucket_source) == ("rokid", "dir/k", "error HostId")


@pytest.mark.parametrize(
    ("sent", "name", "key"),
    [
        (asked("PUT", "/k", headers={"x-oss-copy-source": "/b/s"}), "CopyObject", "k"),
        (asked("PUT", "/k?partNumber=1&uploadId=A", headers={"X-Oss-Copy-Source": "/b/s"}), "UploadPartCopy", "k"),
        (asked("PUT", "/k?partNumber=1&uploadId=A"), "UploadPart", "k"),
        (asked("POST", "/k?x-oss-process=csv%2Fselect"), "SelectObject", "k"),
        (asked("GET", "//k"), "GetObject", "/k"),
        (asked("GET", "/"), "ListObjects", None),
        (asked("GET", "/?list-type=2"), "ListObjectsV2", None),
        (asked("POST", "/?delete"), "DeleteMultipleObjects", None),
        (asked("GET", f"http://{BUCKET_HOST}/k?acl", host="proxy.example.com"), "GetObjectACL", "k"),
        (asked("GET", "/k#fragment"), "GetObject", "k"),
        (asked("BREW", "/k"), "unknown", "k"),
        (asked("GET", "/%FFk"), "GetObject", "\ufffdk"),
        (asked("GET", "/a%252Fb"), "GetObject", "a%2Fb"),
        (asked("GET", "/?accessPoint", headers={"x-oss-access-point-name": "ap-1"}), "GetAccessPoint", None),
    ],
)
def test_operations_and_keys_are_read_from_any_target(sent: bytes, name: str, key: str | None) -> None:
    found = read(sent, response(200))
    assert (found.bucket, found.name, found.object) == ("rokid", name, key)


def test_a_form_upload_takes_its_key_from_the_form() -> None:
    parts = (("key", "user/a.jpg"), ("OSSAccessKeyId", "LTAI"), ("policy", "p"), ("Signature", "s"), ("file", "x"))
    body = "".join(f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in parts)
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    found = read(asked("POST", "/", headers=headers, body=body.encode() + b"--b--"), response(204, "No Content"))
    assert (found.name, found.object, found.bucket) == ("PostObject", "user/a.jpg", "rokid")
    assert found.signature is not None
    assert found.signature.scheme is Scheme.POST_V1


def test_a_preflight_is_told_from_a_bare_options_request() -> None:
    headers = {"Origin": "http://a.example", "Access-Control-Request-Method": "PUT"}
    assert read(asked("OPTIONS", headers=headers), response(200)).role is Role.PREFLIGHT
    bare = read(asked("OPTIONS"), response(400, "X", body=oss_error("BadRequest", "m")))
    assert (bare.role, bare.name) == (Role.OSS, "OptionObject")
    assert classify(pair(asked("OPTIONS", host=CNAME, headers=headers), FOREIGN), Hints()) is None


def test_a_callback_carries_the_uploads_request_id_and_its_answer_is_no_oss_error() -> None:
    sent = request(
        "POST",
        "/cb",
        host="app.example.com:8080",
        body=b"bucket=rokid&object=a%2Fb.png",
        authorization="c2ln",
        x_oss_pub_key_url="aHR0cDov",
        x_oss_request_id=REQUEST_ID,
        User_Agent="aliyun-oss-callback",
    )
    found = read(sent, response(500, "X", server="nginx", request_id=None, body=oss_error("AccessDenied", "m")))
    assert found.role is Role.CALLBACK
    assert (found.bucket, found.object, found.bucket_source) == ("rokid", "a/b.png", "request body")
    assert found.request_id is not None
    assert (found.request_id.value, found.request_id.frame) == (REQUEST_ID, 1)
    assert found.signature is not None
    assert found.signature.scheme is Scheme.CALLBACK_RSA
    assert found.error is None
    assert found.endpoint is None


def test_calls_of_the_token_service_are_told_with_their_errors() -> None:
    sent = asked("GET", "/?Action=AssumeRole&AccessKeyId=LTAI", host="sts.cn-hangzhou.aliyuncs.com")
    refused = b'{"RequestId": "B8A2-11", "HostId": "sts.aliyuncs.com", "Code": "NoPermission", "Message": "m"}'
    found = read(sent, response(403, "X", server=None, request_id=None, body=refused))
    assert (found.role, found.name) == (Role.STS, "AssumeRole")
    assert found.error is not None
    assert found.error.code.value == "NoPermission"
    assert found.request_id is not None
    assert found.request_id.value == "B8A2-11"
    assert found.endpoint is not None
    assert found.endpoint.region == "cn-hangzhou"
    good = read(sent, response(200, server=None, request_id=None, body=b'{"RequestId":"964E0EC5-575B"}'))
    assert good.request_id is not None
    assert good.answered_by_oss


def test_a_refused_tunnel_stands_in_the_place_of_oss_and_an_opened_one_does_not() -> None:
    sent = message(f"CONNECT {BUCKET_HOST}:443 HTTP/1.1", {"Host": f"{BUCKET_HOST}:443"})
    refused = read(sent, response(407, "X", server="squid", request_id=None))
    assert (refused.role, refused.bucket, refused.answered_by_oss) == (Role.OTHER, "rokid", False)
    assert classify(pair(sent, response(200, server=None, request_id=None)), Hints()) is None
    assert classify(pair(message("CONNECT a.example:443 HTTP/1.1", {}), None), Hints()) is None


def test_an_answer_without_its_request_is_told_by_what_oss_put_into_it() -> None:
    found = read(None, response(404, "X", body=oss_error("NoSuchKey", "m")))
    assert (found.role, found.name, found.bucket, found.bucket_source) == (Role.OSS, "unknown", "rokid", "error HostId")
    assert found.endpoint is not None
    assert found.endpoint.region == "cn-hangzhou"
    assert classify(pair(None, FOREIGN), Hints()) is None


def test_http2_heads_name_the_host_as_authority() -> None:
    sent = f"GET /k HTTP/2\n:authority: {BUCKET_HOST}\nuser-agent: x\n\n".encode()
    assert read(sent, b"HTTP/2 200\nx-oss-request-id: ABC\n\n").bucket == "rokid"


def test_server_times_that_are_no_numbers_are_left_out() -> None:
    for value in ("", "-1", "9" * 40, "1e3", "１"):
        answer = message("HTTP/1.1 200 OK", {"x-oss-request-id": "A"}).replace(
            b"\r\n\r\n", b"\r\nx-oss-server-time: " + value.encode() + b"\r\n\r\n"
        )
        assert read(asked(), answer).server_time_ms is None


WIRE_WORDS = st.sampled_from(
    [
        b"\r\n",
        b"\n",
        b": ",
        b"Host: rokid.oss-cn-hangzhou.aliyuncs.com",
        b"Host: a.example",
        b"x-oss-request-id: A",
        b"x-oss-err: PEVycm9yPg==",
        b"Authorization: OSS a:b",
        b"Content-Type: multipart/form-data; boundary=b",
        b"<Error><Code>C</Code><HostId>h</HostId>",
        b'{"Code": "C", "RequestId": "R"}',
        b"--b\r\n",
        b"?acl&%zz=%",
        b"\xff\xfe\x00",
    ]
)


@given(
    st.sampled_from(["GET", "PUT", "POST", "OPTIONS", "HEAD", "CONNECT", "", "\x00"]),
    st.text(string.printable + "\xff", max_size=30).map(lambda text: "".join(text.split())),
    st.lists(st.one_of(WIRE_WORDS, st.binary(max_size=20)), max_size=12).map(b"".join),
    st.sampled_from([b"200", b"203", b"301", b"403", b"500", b"x"]),
    st.lists(st.one_of(WIRE_WORDS, st.binary(max_size=20)), max_size=12).map(b"".join),
)
def test_no_bytes_raise(method: str, target: str, sent: bytes, status: bytes, answer: bytes) -> None:
    start = f"{method} {target} HTTP/1.1\r\n".encode("latin-1")
    hints = Hints()
    for raw_request in (start + sent, start + sent + b"\r\n\r\n" + answer, None):
        raw_response = b"HTTP/1.1 " + status + b" X\r\n" + answer + b"\r\n\r\n" + sent
        found = classify(pair(raw_request, raw_response), hints)
        assert found is None or found.bucket is None or found.bucket.encode("utf-8") is not None
        if raw_request is not None:
            classify(pair(raw_request), hints)
