from hypothesis import given
from hypothesis import strategies as st

from osspcap.oss.signing.request import ANY_BUCKET
from osspcap.oss.signing.rtmp import parse_rtmp_url
from tests.build.signed import vector

VECTOR = vector("rtmp-cpp")
URL = (
    f"{VECTOR['url']}?playlistName=test.m3u8&OSSAccessKeyId=ak&Expires={VECTOR['expires']}"
    f"&Signature={str(VECTOR['expected_signature']).replace('+', '%2B').replace('=', '%3D')}"
)


def test_the_known_answer_verifies_from_the_url() -> None:
    url = parse_rtmp_url(URL.encode())
    assert url is not None
    assert url.string_to_sign().decode() == VECTOR["expected_string_to_sign"]
    assert url.verifies("sk")
    assert not url.verifies("sK")


def test_a_changed_parameter_or_expiry_no_longer_verifies() -> None:
    for old, new in (("test.m3u8", "text.m3u8"), ("1706289617", "1706289618"), ("/live/channel", "/live/chanel")):
        url = parse_rtmp_url(URL.replace(old, new).encode())
        assert url is not None
        assert not url.verifies("sk")


def test_the_lower_case_token_is_signed_and_the_other_is_not() -> None:
    url = parse_rtmp_url((URL + "&security-token=a&SecurityToken=b").encode())
    assert url is not None
    assert dict(url.parameters) == {b"playlistName": b"test.m3u8", b"security-token": b"a"}


def test_behind_a_custom_domain_the_bucket_has_to_be_given() -> None:
    url = parse_rtmp_url(
        URL.replace("cpp-sdk-live-channel-bucket.oss-cn-hangzhou.aliyuncs.com", "l.example.com").encode()
    )
    assert url is not None
    assert url.bucket is None
    assert ANY_BUCKET in url.string_to_sign()
    assert url.verifies("sk", b"cpp-sdk-live-channel-bucket")


def test_unsigned_and_other_urls_are_left_alone() -> None:
    assert parse_rtmp_url(b"rtmp://b.oss-cn-hangzhou.aliyuncs.com/live/c") is None
    assert parse_rtmp_url(b"http://b.oss-cn-hangzhou.aliyuncs.com/live/c?Signature=a&OSSAccessKeyId=b") is None
    assert parse_rtmp_url(b"") is None


def test_the_signature_does_not_show_in_a_repr() -> None:
    url = parse_rtmp_url(URL.encode())
    assert str(VECTOR["expected_signature"]) not in repr(url)


@given(st.binary(max_size=80))
def test_any_bytes_are_read_without_an_exception(rest: bytes) -> None:
    url = parse_rtmp_url(b"rtmp://h/live/c?Signature=a&OSSAccessKeyId=b&" + rest)
    assert url is not None
    url.string_to_sign()
    parse_rtmp_url(rest)
