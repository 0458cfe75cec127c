import base64
import json
from urllib.parse import quote

import pytest

from osspcap.bundle.filling import Filling, fill_fields, filler, is_error_document

SIGNATURE = "r2KPR0y4E0G5tnU/MYdcvXHPQQ4="
POLICY = base64.b64encode(
    b'{"expiration": "2018-12-29T08:00:00.000Z", "conditions": [{"bucket": "rokid"}, ["content-length-range", 0, 9]]}'
).decode()
CALLBACK = base64.b64encode(
    json.dumps({"callbackUrl": "http://app.example.com/secret-path/token", "callbackBody": "a=${object}"}).encode()
).decode()


@pytest.mark.parametrize("secret", [SIGNATURE, "0a" * 32, POLICY, CALLBACK, "a%2Fb%3D" * 4, "CAIS" + "x" * 600])
def test_a_replacement_has_the_length_and_the_signs_of_the_secret(secret: str) -> None:
    made = filler(secret, "***abcd")
    assert len(made) == len(secret)
    assert made != secret
    if secret not in (POLICY, CALLBACK):
        assert [c for c in made if not c.isalnum()] == [c for c in secret if not c.isalnum()]


def test_hexadecimal_stays_hexadecimal_and_base64_stays_base64() -> None:
    assert filler("0a" * 32, "***") == "0" * 64
    assert len(base64.b64decode(filler(SIGNATURE, "***"), validate=True)) == 20


@pytest.mark.parametrize("key_id", ["LTAI4FixtureKeyIdey01", " LTAI4FixtureKeyIdey01 ", "STS.NUgYrLnoC37mZZCNnAbez"])
def test_a_key_id_keeps_what_its_owner_knows_it_by(key_id: str) -> None:
    made, bare = filler(key_id, "LTAI4Fix***ey01"), key_id.strip()
    assert made.strip()[:8] == bare[:8]
    assert made.strip()[-4:] == bare[-4:]
    assert (len(made), made == key_id) == (len(key_id), False)


def test_a_policy_becomes_one_that_allows_all() -> None:
    document = json.loads(base64.b64decode(filler(POLICY, "***")))
    assert document["conditions"] == [["starts-with", "$key", ""]]


def test_a_callback_becomes_one_that_names_nobody() -> None:
    assert json.loads(base64.b64decode(filler(CALLBACK, "***")))["callbackUrl"] == "http://masked.invalid/"


def test_every_form_of_a_secret_is_replaced_by_that_form_of_its_replacement() -> None:
    filling = Filling.of([(SIGNATURE, "***abcd")])
    made = filler(SIGNATURE, "***abcd")
    for form in (str, lambda text: quote(text, safe=""), lambda text: text.encode().hex(" ").upper()):
        assert filling.apply(b"<" + form(SIGNATURE).encode() + b">") == b"<" + form(made).encode() + b">"


def test_what_is_inside_base64_is_found_at_each_of_its_places() -> None:
    filling = Filling.of([(SIGNATURE, "***abcd")])
    for before in ("", "a", "ab", "abc"):
        inside = base64.b64encode(f"{before}{SIGNATURE}!".encode())
        assert filling.finds(inside)
        after = filling.apply(inside)
        assert len(after) == len(inside)
        assert SIGNATURE.encode() not in base64.b64decode(after)
        assert not filling.finds(after)


def test_an_error_document_in_a_field_keeps_all_but_its_secrets() -> None:
    document = f"<Error><Code>SignatureDoesNotMatch</Code><SignatureProvided>{SIGNATURE}</SignatureProvided></Error>"
    field = base64.b64encode(document.encode())
    head = b"HTTP/1.1 403 Forbidden\r\nx-oss-err: " + field + b"\r\n\r\n"
    filling = Filling.of([(SIGNATURE, "***abcd"), (field.decode(), "***ef01")])
    assert is_error_document(field.decode())
    after = filling.apply_to_head(head)
    inside = base64.b64decode(after.split(b"x-oss-err: ")[1].split(b"\r\n")[0])
    assert inside == document.encode().replace(SIGNATURE.encode(), filler(SIGNATURE, "***abcd").encode())


def test_a_signature_that_begins_like_xml_is_no_document() -> None:
    assert not is_error_document("PMoSr/Dwjddtd2+xCByQe3UAHLU=")  # its first byte is `<`


@pytest.mark.parametrize("value", [b"AAAA====!", b"QUJD"])
def test_a_field_that_is_no_document_is_filled_or_left_without_a_traceback(value: bytes) -> None:
    head = b"HTTP/1.1 403 Forbidden\r\nx-oss-err: " + value + b"\r\n\r\n"
    assert len(Filling.of([]).apply_to_head(head)) == len(head)


def test_short_cookies_and_passwords_are_filled_by_the_name_of_their_field() -> None:
    head = b"GET / HTTP/1.1\r\nCookie: sid=abc\r\nx-oss-security-token: t1\r\nHost: abc\r\n\r\n"
    shown = {b"cookie": b" sid=abc", b"x-oss-security-token": b" t1", b"host": b" abc"}
    assert fill_fields(head, shown) == (
        b"GET / HTTP/1.1\r\nCookie: AAA=AAA\r\nx-oss-security-token: AA\r\nHost: abc\r\n\r\n"
    )
