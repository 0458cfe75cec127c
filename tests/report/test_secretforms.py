import base64
import json
from urllib.parse import quote

import pytest

from osspcap.report.secretforms import byte_forms, looks_like_credential

SIGNATURE = "7zcPdmaxyoES2e+sEzVGUR6lgL/="


@pytest.mark.parametrize("secret", [SIGNATURE, "Blank And/Slash+é%", "0123456789abcdef" * 4])
@pytest.mark.parametrize("before", [b"", b"x", b"xy", b"xyz"])
def test_whatever_a_secret_is_written_in_one_of_its_forms_is_there(secret: str, before: bytes) -> None:
    raw = secret.encode()
    forms = list(byte_forms(secret))
    written = [
        raw,
        quote(raw, safe="").encode(),
        quote(raw, safe="").lower().encode() if secret == secret.lower() else raw,
        raw.hex().encode(),
        raw.hex(" ").upper().encode(),
        base64.b64encode(before + raw + b"behind"),
        base64.urlsafe_b64encode(before + raw),
        json.dumps(secret).replace("/", "\\/").encode() if secret.isascii() else raw,
    ]
    for text in written:
        assert any(form in before + text for form in forms), text


def test_a_percent_encoded_secret_is_also_looked_for_decoded() -> None:
    assert SIGNATURE.encode() in set(byte_forms(quote(SIGNATURE, safe="")))


def test_every_form_is_given_once() -> None:
    forms = list(byte_forms("abcdefghijklmnopqrstuvwxyz"))
    assert len(forms) == len(set(forms))


@pytest.mark.parametrize(
    "value", [SIGNATURE, "a3" * 8 + "b4c5d6e7" * 2, "CAISzwJ1q6Ft5B2yfSjIr5bWOtiFmopx", "eyJ.a1.Bcdefghijklmnop"]
)
def test_what_a_machine_made_is_a_credential(value: str) -> None:
    assert looks_like_credential(value)


@pytest.mark.parametrize(
    "value",
    [
        "oss-cn-hangzhou-2.aliyuncs.com",
        "photos/2024/summer-holiday",
        "a" * 40,
        "Aa1" * 20,
        "two Words 12345678901",
        "5C2723573183A12D1A2B3C4D",
        "",
    ],
)
def test_names_and_short_ids_are_none(value: str) -> None:
    assert not looks_like_credential(value)
