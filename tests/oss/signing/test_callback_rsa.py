import base64

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import given
from hypothesis import strategies as st

from osspcap.model.operation import Scheme
from osspcap.oss.signing.authentication import ProblemName
from osspcap.oss.signing.callback_rsa import (
    PUBLISHED_KEY,
    CallbackKey,
    check_callback,
    key_url,
    load_callback_key,
    string_to_sign,
    verify_md5,
)
from osspcap.oss.signing.scheme import candidates, recognise
from tests.build.signed import raw_request, signed, vector

VECTOR = vector("callback-official-doc")
BODY = str(VECTOR["body"]).encode()
HEADERS = {"Host": "app.example.com"} | dict(VECTOR["headers"])


def callback(target: str = str(VECTOR["url"]), **changed: str) -> bytes:
    headers = HEADERS | {name.replace("_", "-"): value for name, value in changed.items()}
    return raw_request("POST", target, {name: value for name, value in headers.items() if value}, BODY)


def test_the_documented_callback_verifies_from_its_bytes() -> None:
    request = signed(callback())
    auth = recognise(request)
    assert auth is not None
    assert (auth.scheme, auth.problems) == (Scheme.CALLBACK_RSA, ())
    assert list(candidates(request, auth)) == []
    assert string_to_sign(request, BODY).decode() == VECTOR["expected_string_to_sign"]
    found = check_callback(request, BODY)
    assert (found.valid, found.key_url_official, found.reason) == (True, True, "")


@pytest.mark.parametrize(
    ("raw", "body", "made_with_key"),
    [
        (callback(), BODY + b" ", True),
        (callback(), b"", True),
        (callback("/index.php?id=1&index=3"), BODY, True),
        (callback("/index.html?id=1&index=2"), BODY, True),
        (callback(authorization="AAAA" + str(VECTOR["headers"]["authorization"])[4:]), BODY, False),
        (callback(authorization="AAAA"), BODY, False),
        (callback(authorization="no base64!"), BODY, None),
    ],
)
def test_a_changed_request_is_told_from_another_key(raw: bytes, body: bytes, *, made_with_key: bool | None) -> None:
    found = check_callback(signed(raw), body)
    assert found.valid is False
    assert found.reason
    assert found.made_with_key is made_with_key


def test_the_path_is_signed_decoded_and_the_query_as_sent() -> None:
    request = signed(callback("/call%20back?a=%2F"))
    assert string_to_sign(request, b"x") == b"/call back?a=%2F\nx"


@pytest.mark.parametrize(
    "url",
    [
        "http://evil.example.com/callback_pub_key_v1.pem",
        "http://gosspublic.alicdn.com.evil.example.com/key.pem",
        "ftp://gosspublic.alicdn.com/callback_pub_key_v1.pem",
    ],
)
def test_a_key_from_elsewhere_is_a_forgery(url: str) -> None:
    request = signed(callback(x_oss_pub_key_url=base64.b64encode(url.encode()).decode()))
    found = check_callback(request, BODY)
    assert (found.valid, found.key_url_official, found.key_url) == (False, False, url)
    seen = key_url(request)
    assert seen is not None
    assert (seen.value, seen.field) == (url, "request header x-oss-pub-key-url")
    # The user's own key overrules the URL.
    assert check_callback(request, BODY, trust_any_url=True).valid is True


def test_without_the_whole_body_or_the_signature_nothing_is_claimed() -> None:
    assert check_callback(signed(callback()), None).valid is None
    without = signed(callback(authorization=""))
    assert check_callback(without, BODY).valid is None
    auth = recognise(without)
    assert auth is not None
    assert auth.has(ProblemName.PART_MISSING)


def test_the_published_key_is_the_documented_pem() -> None:
    assert load_callback_key(str(VECTOR["public_key_pem"]).encode()) == PUBLISHED_KEY
    assert PUBLISHED_KEY.size_bytes == 64


@pytest.mark.parametrize("pem", [b"", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", b"\xff\x00"])
def test_what_is_no_rsa_key_is_not_loaded(pem: bytes) -> None:
    assert load_callback_key(pem) is None


def test_a_key_of_the_users_own_agrees_with_the_library() -> None:
    private = rsa.generate_private_key(65537, 1024)  # noqa: S505 - as short as the real ones
    pem = private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    key = load_callback_key(pem)
    assert key is not None
    signature = private.sign(b"data", padding.PKCS1v15(), hashes.MD5())  # noqa: S303 - what OSS signs with
    assert verify_md5(b"data", signature, key)
    assert not verify_md5(b"Data", signature, key)
    assert not verify_md5(b"data", private.sign(b"data", padding.PKCS1v15(), hashes.SHA256()), key)


@given(st.binary(max_size=70), st.integers(0, 2**520))
def test_any_signature_and_any_modulus_are_refused_quietly(signature: bytes, modulus: int) -> None:
    assert not verify_md5(b"", signature, PUBLISHED_KEY)
    assert not verify_md5(b"", signature, CallbackKey(modulus, 3))
