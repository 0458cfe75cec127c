import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.model.operation import Scheme
from osspcap.oss.authentication import (
    MAX_KEY_ID_CHARS,
    names_oss,
    summarize_form,
    summarize_header,
    summarize_query,
)
from osspcap.oss.target import split_query

HEX = "a" * 64
SCOPE = "20250411/cn-hangzhou/oss/aliyun_v4_request"


@pytest.mark.parametrize(
    ("value", "scheme", "key"),
    [
        ("OSS LTAIknFr:r2KPR0y4E0G5tnU/MYdcvXHPQQ4=", Scheme.V1_HEADER, "LTAIknFr"),
        ("OSS2 AccessKeyId:LTAI,Signature:abc=", Scheme.V2_HEADER, "LTAI"),
        ("OSS2 AccessKeyId:LTAI,AdditionalHeaders:range;host,Signature:abc=", Scheme.V2_HEADER, "LTAI"),
        (f"OSS4-HMAC-SHA256 Credential=LTAI/{SCOPE},Signature={HEX}", Scheme.V4_HEADER, "LTAI"),
        (
            f"OSS4-HMAC-SHA256 Credential=LTAI/{SCOPE}, Signature={HEX}, AdditionalHeaders=host",
            Scheme.V4_HEADER,
            "LTAI",
        ),
        (f"OSS4-HMAC-SHA256 Signature={HEX}, Credential=STS.abc/{SCOPE}", Scheme.V4_HEADER, "STS.abc"),
        ("AWS AKID:sig=", Scheme.S3_HEADER, "AKID"),
        (f"AWS4-HMAC-SHA256 Credential=AKID/{SCOPE}, SignedHeaders=host, Signature={HEX}", Scheme.S3_HEADER, "AKID"),
        ("OSS LTAI", Scheme.UNKNOWN, "LTAI"),
        ("OSS LTAI:", Scheme.UNKNOWN, "LTAI"),
        ("oss LTAI:sig", Scheme.UNKNOWN, "LTAI"),
        ("OSS:LTAI:sig", Scheme.UNKNOWN, "LTAI"),
        (f"OSS4-HMAC-SHA256 Credential=LTAI/{SCOPE}", Scheme.UNKNOWN, "LTAI"),
        ("OSS4-HMAC-SHA256", Scheme.UNKNOWN, None),
        ("Basic dXNlcjpwdw==", Scheme.UNKNOWN, None),
        ("Bearer x", Scheme.UNKNOWN, None),
    ],
)
def test_every_header_layout_gives_scheme_and_key(value: str, scheme: Scheme, key: str | None) -> None:
    found = summarize_header(value)
    assert found is not None
    assert (found.scheme, found.access_key_id) == (scheme, key)


@pytest.mark.parametrize(
    ("query", "scheme", "key"),
    [
        ("OSSAccessKeyId=LTAI&Expires=1&Signature=a%2Bb", Scheme.V1_URL, "LTAI"),
        ("OSSAccessKeyId=LTAI&Expires=1", Scheme.UNKNOWN, "LTAI"),
        ("x-oss-signature-version=OSS2&x-oss-access-key-id=LTAI&x-oss-signature=s", Scheme.V2_URL, "LTAI"),
        (
            "x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-credential=STS.a%2F20250411%2Fcn&x-oss-signature=s",
            Scheme.V4_URL,
            "STS.a",
        ),
        ("x-oss-signature=s", Scheme.UNKNOWN, None),
        ("AWSAccessKeyId=AK&Signature=s", Scheme.S3_URL, "AK"),
        ("X-Amz-Credential=AK%2F2025&X-Amz-Signature=s", Scheme.S3_URL, "AK"),
    ],
)
def test_signed_urls_give_scheme_and_key(query: str, scheme: Scheme, key: str | None) -> None:
    found = summarize_query(split_query(query))
    assert found is not None
    assert (found.scheme, found.access_key_id) == (scheme, key)


def test_form_signatures_of_all_versions() -> None:
    v1 = summarize_form({"OSSAccessKeyId": "LTAI", "policy": "p", "Signature": "s"})
    v2 = summarize_form({"x-oss-signature-version": "OSS2", "x-oss-access-key-id": "LTAI", "x-oss-signature": "s"})
    v4 = summarize_form({"x-oss-signature-version": "OSS4-HMAC-SHA256", "x-oss-credential": "LTAI/2025/r/oss/v"})
    half = summarize_form({"OSSAccessKeyId": "LTAI"})
    assert [found and (found.scheme, found.access_key_id) for found in (v1, v2, v4, half)] == [
        (Scheme.POST_V1, "LTAI"),
        (Scheme.POST_V2, "LTAI"),
        (Scheme.POST_V4, "LTAI"),
        (Scheme.UNKNOWN, "LTAI"),
    ]


def test_unsigned_requests_have_no_signature() -> None:
    assert summarize_header("") is None
    assert summarize_query({"prefix": "a", "Expires": "1"}) is None
    assert summarize_form({"key": "k"}) is None


def test_only_words_of_oss_tie_a_mangled_signature_to_oss() -> None:
    assert names_oss("OSS LTAI", {})
    assert names_oss("", {"OSSAccessKeyId": ""})
    assert not names_oss("Basic x", {"Signature": "s"})


@given(st.text(), st.dictionaries(st.sampled_from(["OSSAccessKeyId", "x-oss-credential", "Signature"]), st.text()))
def test_nothing_raises_and_key_ids_stay_bounded(value: str, query: dict[str, str]) -> None:
    for found in (summarize_header(value), summarize_header("OSS " + value), summarize_query(query)):
        assert found is None or len(found.access_key_id or "") <= MAX_KEY_ID_CHARS
