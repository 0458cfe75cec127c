import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.report.freetext import mask_patterns, may_hold_secret
from osspcap.report.masking import Masking

SIGNATURE = "dGhpc0lzQVNpZ25hdHVyZTEyMzQ="
TOKEN = "CAISzwJ1q6Ft5B2yfSjIr5bWOtiFmopx2pOUbWH6rGl2RL4dqHtYcmlzIA=="
KEY_ID = "LTAI5tLabUserMain00001a"


def masked(text: str) -> str:
    return Masking().text(text)


@pytest.mark.parametrize(
    "text",
    [
        f"GET /k?OSSAccessKeyId=x&Expires=1&Signature={SIGNATURE}",
        f"/k?x-oss-signature={SIGNATURE}&x=1",
        f"Referer /page?next=%2Fk%3FSignature%3D{SIGNATURE}%26Expires%3D1",
        f"the header Authorization: OSS {KEY_ID}:{SIGNATURE} was sent",
        f"it sent OSS {KEY_ID}:{SIGNATURE}",
        f"OSS4-HMAC-SHA256 Credential={KEY_ID}/20181229/cn-hangzhou/oss/aliyun_v4_request,Signature={SIGNATURE}",
        f'{{"Credentials": {{"SecurityToken": "{SIGNATURE}"}}}}',
        f'{{\\"token\\":\\"{SIGNATURE}\\"}}',
        f"<SecurityToken>{SIGNATURE}</SecurityToken>",
        f'["eq", "$x-oss-security-token", "{SIGNATURE}"]',
        f"x-oss-security-token:{SIGNATURE}\n/rokid/key",
        f"Cookie: a={SIGNATURE}; b=1",
        f"set-cookie: sid={SIGNATURE}; Path=/",
        f"Bearer {SIGNATURE[:-1]}1",
        f"http://user:{SIGNATURE}@host/",
        f'name="Signature"\r\n\r\n{SIGNATURE}\r\n--x',
        f'name="x-oss-security-token"\r\nContent-Type: text/plain\r\n\r\n{SIGNATURE}\r\n--x',
        f"bucket=b&my_password={SIGNATURE}&x",
    ],
)
def test_named_secrets_are_masked_in_any_notation(text: str) -> None:
    assert SIGNATURE[:-1] not in masked(text)
    assert "***" in masked(text)


@pytest.mark.parametrize(
    "text",
    [
        "The policy: the bucket owner decides; see the callback documentation.",
        "Query-string authentication requires the Signature, Expires and OSSAccessKeyId parameters",
        "The security token you provided has expired.",
        "Authorization: header missing",
        "use Basic authentication or Bearer authorization",
        "<Code>InvalidSecurityToken</Code><Message>The security token you provided is invalid.</Message>",
        "Signature: mismatch",
        "callbackBody=${object}&token=${x:token}",
        "list-type=2&continuation-token=abcdef0123456789abcd",
        "x-oss-signature-version=OSS4-HMAC-SHA256",
        "Access-Control-Request-Headers: authorization,x-oss-date,x-oss-security-token",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "STS.AssumeRole is not allowed",
    ],
)
def test_prose_and_harmless_values_stay_as_they_are(text: str) -> None:
    assert masked(text) == text


def test_access_key_ids_are_shortened_wherever_they_stand() -> None:
    assert masked(f"the key {KEY_ID}, not STS.NULabTempUser0003c") == "the key LTAI5tLa***001a, not STS.NULa***003c"


def test_hexadecimal_text_is_opened_masked_and_encoded_again() -> None:
    text = f"PUT\n\n\nx-oss-security-token:{TOKEN}\n/rokid/key"
    spaced = text.encode().hex(" ").upper() + " "
    result = masked(spaced)
    assert TOKEN.encode().hex(" ").upper() not in result
    assert bytes.fromhex(result).decode() == f"PUT\n\n\nx-oss-security-token:{masked('token=' + TOKEN)[6:]}\n/rokid/key"
    assert TOKEN.encode().hex() not in masked(text.encode().hex())


def test_hexadecimal_text_without_a_secret_keeps_every_byte() -> None:
    spaced = b"PUT\n\nimage/jpg\nSat, 29 Dec 2018 07:32:34 GMT\n/rokid/key".hex(" ").upper() + " "
    assert masked(spaced) == spaced


def test_base64_that_holds_a_secret_is_masked_as_a_whole() -> None:
    document = base64.b64encode(f"<Error><SecurityToken>{TOKEN}</SecurityToken></Error>".encode()).decode()
    harmless = base64.b64encode(b"http://gosspublic.alicdn.com/callback_pub_key_v1.pem").decode()
    assert masked(f"x {document} y").startswith("x ***")
    assert document[:40] not in masked(f"x {document} y")
    assert masked(harmless) == harmless


@given(st.text(max_size=300))
def test_any_text_is_masked_without_an_error_and_masking_twice_changes_nothing(text: str) -> None:
    once = masked(text)
    assert masked(once) == once


@pytest.mark.parametrize(
    "hostile",
    [
        "A" * 200_000,
        "Signature=" * 20_000,
        "sig" * 60_000,
        'name="x"\r\n' * 20_000,
        "41 " * 60_000 + "z",
        "://" * 60_000,
    ],
)
def test_hostile_text_does_not_hang(hostile: str) -> None:
    assert len(masked(hostile)) <= 2 * len(hostile)  # a quadratic pattern would take minutes


def test_plain_short_text_is_passed_through_unsearched() -> None:
    assert not may_hold_secret("image/jpeg")
    assert mask_patterns("image/jpeg", lambda _name, _value: "X") == "image/jpeg"


@pytest.mark.parametrize("name", ["%53ignature", "S%69gnature", "security%2Dtoken", "x-oss-%73ignature"])
def test_a_percent_encoded_name_hides_no_secret(name: str) -> None:
    for text in (f"/k?x=1&{name}=c2VjcmV0c2VjcmV0c2VjcmV0&y=2", f"see http://h/k?{name}=c2VjcmV0c2VjcmV0c2VjcmV0"):
        assert "c2Vj" not in masked(text)
        assert "c2Vj" not in Masking().plain(text)
    assert Masking().plain("/k?na%6De=c2VjcmV0&prefix=a%2Fb") == "/k?na%6De=c2VjcmV0&prefix=a%2Fb"
