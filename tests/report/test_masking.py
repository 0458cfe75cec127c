import base64
from typing import Any
from urllib.parse import quote, unquote

import pytest

from osspcap.http1.usual import LEARNT_AFTER
from osspcap.model.stream import Address
from osspcap.report.identities import Identities
from osspcap.report.masking import Masking, Secrets, join_secrets
from tests.build.http import message as raw_message
from tests.build.http import request, response
from tests.build.pairs import plain_pair, without_shapes
from tests.build.reports import (
    KEY_ID,
    SECRETS,
    SIGNATURE,
    connection,
    error_document,
    exchange,
    message,
    operation,
    secretive_report,
)

HEXED = "a3" * 32


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (f"OSS {KEY_ID}:{SIGNATURE}", "OSS LTAI5tLa***001a:***9d69"),
        (f"OSS STS.NULabTempUser0003c:{SIGNATURE}", "OSS STS.NULa***003c:***9d69"),
        (f"AWS {KEY_ID}:{SIGNATURE}", "AWS LTAI5tLa***001a:***9d69"),
        (
            f"OSS2 AccessKeyId:{KEY_ID},AdditionalHeaders:host;range,Signature:{SIGNATURE}",
            "OSS2 AccessKeyId:LTAI5tLa***001a,AdditionalHeaders:host;range,Signature:***9d69",
        ),
        (
            f"OSS4-HMAC-SHA256 Credential={KEY_ID}/20181229/cn-hangzhou/oss/aliyun_v4_request, Signature={SIGNATURE}",
            "OSS4-HMAC-SHA256 Credential=LTAI5tLa***001a/20181229/cn-hangzhou/oss/aliyun_v4_request, Signature=***9d69",
        ),
        (
            f"OSS4-HMAC-SHA256 Signature={SIGNATURE},AdditionalHeaders=host,Credential={KEY_ID}/20181229/x/oss/y",
            "OSS4-HMAC-SHA256 Signature=***9d69,AdditionalHeaders=host,Credential=LTAI5tLa***001a/20181229/x/oss/y",
        ),
        ("Basic dXNlcjpodW50ZXIyLWlzLWxvbmctZW5vdWdo", "Basic ***"),
        (f"Bearer {SIGNATURE}", "Bearer ***9d69"),
        (SIGNATURE, "***9d69"),
        (f"OSS LTAI5tLab UserMain00001a:{SIGNATURE}", "OSS LTAI5tLa***001a:***9d69"),
        (f"OSS  {KEY_ID} : {SIGNATURE}", "OSS  LTAI5tLa***001a : ***9d69"),
        (f"OSS {SIGNATURE}", "OSS ***9d69"),
        (f"OSS :{SIGNATURE}", None),
        ("", ""),
    ],
)
def test_authorization_keeps_scheme_and_key_id_only(value: str, shown: str | None) -> None:
    masked = Masking().named("authorization", value)
    assert masked == shown if shown is not None else SIGNATURE not in masked


def test_cookies_keep_names_and_attributes() -> None:
    masking = Masking()
    assert masking.named("Cookie", "sid=abcdef0123456789; bare; x=1") == "sid=***; ***; x=***"
    assert (
        masking.named("Set-Cookie", "sid=abc; Path=/; Max-Age=1800; HttpOnly")
        == "sid=***; Path=/; Max-Age=1800; HttpOnly"
    )
    assert masking.named("Set-Cookie", "path=secret-value") == "path=***"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Date", "Sat, 29 Dec 2018 07:32:34 GMT"),
        ("Content-MD5", "XUFAKrxLKna5cZ2REBfFkg=="),
        ("Access-Control-Request-Headers", "authorization,x-oss-date"),
        ("x-oss-content-sha256", HEXED),
        ("Referer", "https://www.example.com/?a=b"),
        ("StringToSignBytes", "50 55 54 0A "),
    ],
)
def test_harmless_headers_stay_as_they_are(name: str, value: str) -> None:
    assert Masking().named(name, value) == value


def test_urls_in_headers_lose_their_signatures() -> None:
    masked = Masking().named("Location", f"http://b.example.com/k?Expires=1&Signature={SIGNATURE}&x=1")
    assert masked == "http://b.example.com/k?Expires=1&Signature=***9d69&x=1"


def test_hexadecimal_that_cannot_be_read_is_masked_as_a_whole() -> None:
    assert Masking().named("StringToSignBytes", "50 55 5").startswith("***")


def test_show_secrets_changes_nothing_anywhere() -> None:
    masking = Masking(show_secrets=True)
    value = f"OSS {KEY_ID}:{SIGNATURE}"
    assert masking.named("Authorization", value) == value
    assert masking.plain(f"/?Signature={SIGNATURE}") == f"/?Signature={SIGNATURE}"
    assert masking.text(value) == masking.fact("request header Authorization", value) == value
    assert masking.key_id(KEY_ID) == masking.element("OSSAccessKeyId", KEY_ID) == KEY_ID


def test_evidence_is_masked_by_the_place_it_names_and_words_stay_words() -> None:
    masking = Masking()
    assert masking.fact("request header x-oss-security-token", "absent") == "absent"
    assert masking.fact("request header x-oss-security-token", SIGNATURE) == "***9d69"
    assert masking.fact("response body <SignatureProvided>", SIGNATURE) == "***9d69"
    assert masking.fact("form field OSSAccessKeyId", KEY_ID) == "LTAI5tLa***001a"
    assert masking.fact("request header Authorization", "not sent") == "not sent"
    assert masking.fact("request header x-oss-callback", '{"callbackUrl":"http://a/"}') == '{"callbackUrl":"http://a/"}'


def test_secrets_known_from_headers_are_taken_out_of_prose_in_every_form() -> None:
    masking = Masking()
    head = [("Cookie", "sid=plain-words-only"), ("Authorization", f"OSS {KEY_ID}:{SIGNATURE}")]
    one = exchange(0, message(raw_message("GET /k HTTP/1.1", head)), None, operation())
    secrets = masking.secrets_of(one)
    assert masking.text(f"the value {SIGNATURE} was wrong", secrets) == "the value ***9d69 was wrong"
    assert masking.text("the cookie plain-words-only", secrets) == "the cookie ***"
    hexed = SIGNATURE.encode().hex(" ").upper()
    assert masking.text(f"bytes {hexed}", secrets) == "bytes ***9d69"
    assert masking.text("nothing of it") == "nothing of it"


def test_secrets_of_an_error_document_are_gathered_too() -> None:
    one = exchange(
        0, None, message(b"HTTP/1.1 403 F\r\n\r\n"), operation(error=error_document(SecurityToken="tok-en-123"))
    )
    masking = Masking()
    assert masking.text("it was tok-en-123", masking.secrets_of(one)) == "it was ***"


def test_overwriting_keeps_every_offset() -> None:
    secrets = Secrets()
    secrets.add(SIGNATURE, "***9d69")
    data = b"a " + SIGNATURE.encode() + b" b"
    assert secrets.overwrite_in(data) == b"a " + b"*" * len(SIGNATURE) + b" b"


def test_joined_secrets_hold_those_of_all_parts_and_within_narrows_them() -> None:
    first, second = Secrets(), Secrets()
    first.add("first-secret", "***1")
    second.add("second-secret", "***2")
    joined = join_secrets([first, second])
    assert joined.replace_in("first-secret second-secret") == "***1 ***2"
    assert joined.within("only first-secret").replace_in("first-secret second-secret") == "***1 second-secret"


def test_values_too_short_to_search_for_are_not_blotted_out() -> None:
    secrets = Secrets()
    secrets.add("1", "***")
    assert secrets.replace_in("1 of 10") == "1 of 10"


def test_gathering_leaves_no_trace_in_later_masking() -> None:
    masking = Masking()
    report = secretive_report()
    gathered = masking.secrets_of(report.exchanges[0])
    masking.named("Authorization", "OSS abcdefghijklmn:fresh-signature-value")
    assert gathered.replace_in("fresh-signature-value") == "fresh-signature-value"
    assert gathered.replace_in(SECRETS["token"]) != SECRETS["token"]


@pytest.mark.parametrize(
    "secret", ["ab+/cd+/==", "5hF2QRTBdNo0scBoHxAKryXYxBc=", "p@ss w\u00f6rd~.-_", "a%2Fb%3Dc%20d", "x/y=z+&"]
)
def test_a_secret_is_taken_out_in_every_form_that_percent_encoding_gives_it(secret: str) -> None:
    secrets = Secrets()
    secrets.add(secret, "***")
    for plain in (secret, unquote(secret)):
        for form in (plain, quote(plain, safe=""), quote(plain, safe="/"), plain.encode().hex()):
            assert secrets.replace_in(f"<{form}>") == "<***>"


def test_a_text_that_is_remembered_still_gives_its_secrets_up_to_the_gatherer() -> None:
    masking = Masking()
    text = "see https://h/k?Signature=5hF2QRTBdNo0scBoHxAKryXYxBc%3D"
    first = masking.text(text)
    assert "5hF2" not in first
    assert masking.text(text) == first
    with_body = exchange(0, message(request()), message(response(body=text.encode())), None)
    assert "5hF2" not in masking.secrets_of(with_body).replace_in("5hF2QRTBdNo0scBoHxAKryXYxBc%3D")


@pytest.mark.parametrize("value", ["p+ss/wörd=1", "abcdef", "a b/c%2Fd", SIGNATURE])
def test_a_secret_is_found_in_each_form_it_may_take(value: str) -> None:
    secrets = Secrets()
    secrets.add(value, "***")
    raw = value.encode()
    forms = [value, quote(raw, safe=""), quote(raw, safe="/"), base64.b64encode(raw).decode(), unquote(value)]
    forms += [raw.hex(), raw.hex().upper(), raw.hex(" "), raw.hex(" ").upper()]
    for form in forms:
        for text in (form, f"100% of <{form}> and more", "0" * 40 + " " + form):
            assert form not in secrets.replace_in(text)
            assert secrets.within(text).replace_in(text) == secrets.replace_in(text)
        assert form.encode() not in secrets.overwrite_in(b"x" + form.encode() + b"y")
    assert secrets.within("nothing of it, in 100% of 012345678901234567").replace_in(value) == value


def test_a_lent_secret_is_never_shown_even_if_secrets_are() -> None:
    lent = "pJ4TlabSecretabcdefghi0123456"
    for masking in (Masking(lent=[lent]), Masking(lent=[lent], show_secrets=True)):
        for shown in (
            masking.plain(lent),
            masking.text(f"it is {lent}."),
            masking.named("User-Agent", f"x/{lent}"),
            masking.fact("request header User-Agent", lent),
            masking.element("Message", lent),
            masking.text(base64.b64encode(lent.encode()).decode()),
        ):
            assert lent not in shown
            assert base64.b64encode(lent.encode()).decode() not in shown
    assert Masking(lent=[lent], show_secrets=True).named("Authorization", "OSS k:v") == "OSS k:v"


def test_addresses_and_objects_are_hidden_on_demand_beside_the_secrets() -> None:
    one = exchange(0, message(request()), None, operation(key="plan.doc"))
    identities = Identities([connection()], [one], ip=True, objects=True)
    for masking in (Masking(identities=identities), Masking(identities=identities, show_secrets=True)):
        assert masking.is_strict
        assert masking.hides_objects
        assert masking.address(Address("203.0.113.10", 80)) == "ip-2:80"
        assert masking.plain("/plan.doc") == "/object-1"
        assert masking.named("X-Forwarded-For", "192.0.2.10") == "ip-1"
        assert masking.fact("response body <Key>", "plan.doc") == "object-1"
        assert masking.object_name("plan.doc") == "object-1"
    assert not Masking().is_strict
    assert Masking().address(Address("203.0.113.10", 80)) == "203.0.113.10:80"


def test_credentials_are_what_the_last_check_can_look_for() -> None:
    one = exchange(
        0,
        message(request(Authorization=f"OSS {KEY_ID}:{SIGNATURE}", Cookie="theme=dark-and-blue-like-the-sea")),
        None,
        None,
    )
    assert set(Masking().secrets_of(one).credentials()) == {SIGNATURE}


@pytest.mark.parametrize(
    "checksum",
    [
        "XrY7u+Ae7tCTyyK7j1rNww==",
        "dG9rZW49QTJOZlQsIGRXYmNiU0E=",
        "sig7u+Ae7tCTTokenj1rNw==",
        "sigTokenAuth7u+Ae7tCTTokenj1rN",
    ],
)
def test_the_secrets_of_heads_in_a_form_are_those_of_others(checksum: str) -> None:
    token = "CAISzwJ1q6Ft5B2yfSjIr5bWOtiFmopx2pOUbWH6rGl2RL4dqHtYcmlzIA=="
    more: dict[str, Any] = {
        "x_oss_security_token": token,
        "Cookie": "sid=4f1d7c93bd1e; b",
        "Referer": "http://a:hunter2pass@h/?sig=ab/cd",
    }
    first = request(
        "PUT", "/k?sig=abc123def", Authorization=f"OSS {KEY_ID}:{SIGNATURE}", Content_MD5="A" * 22 + "==", **more
    )
    answered = response(ETag='"5EB63BBBE01EEED093CB22BB8F5ACDC3"', x_oss_err=token, Content_MD5="A" * 22 + "==")
    for _ in range(LEARNT_AFTER):
        plain_pair(first, answered)
    masking = Masking()
    for old, new in ((b"", b""), (SIGNATURE[:4].encode(), b"6gE1"), (b"A" * 22 + b"==", checksum.encode())):
        both = plain_pair(first.replace(old, new), answered.replace(old, new))
        assert both.request is not None
        assert both.response is not None
        assert both.request.form is not None or b"=" in checksum.encode()[:20]
        other = without_shapes(both)
        expected = list(Masking().secrets_of(exchange(0, other.request, other.response, None)).pairs())
        assert list(masking.secrets_of(exchange(0, both.request, both.response, None)).pairs()) == expected
        assert len(expected) >= 6
