import base64
import hashlib
import hmac

import pytest

from osspcap.model.form import SignatureCheck
from osspcap.oss.operation import Hints, classify
from osspcap.oss.post_form import read_form
from osspcap.oss.post_signature import check_signature
from osspcap.oss.signing.request import from_message
from osspcap.oss.signing.scheme import recognise
from tests.build.forms import KEY_ID, SECRET, Form, encoded, policy, signed, v1_signature, v4_signature, with_value
from tests.build.pairs import pair

POLICY = encoded(policy())


def check(fields: list[tuple[str, str]], secret: str | None = SECRET) -> SignatureCheck:
    form = Form(fields)
    found = pair(form.request())
    assert found.request is not None
    read = read_form(found.request, form.head(0)["Content-Type"])
    operation = classify(found, Hints())
    auth = recognise(from_message(found.request), read.values)
    assert operation is not None
    assert auth is not None
    return check_signature(read, auth, operation, secret)


@pytest.mark.parametrize("scheme", ["v1", "v4"])
def test_a_right_signature(scheme: str) -> None:
    found = check(signed(policy(), scheme=scheme))
    assert (found.is_right, found.faults, found.signed_instead) == (True, (), "")
    assert not check(signed(policy(), scheme=scheme), None).has_secret


@pytest.mark.parametrize("scheme", ["v1", "v4"])
def test_another_secret_fits_nothing(scheme: str) -> None:
    found = check(signed(policy(), scheme=scheme), "another")
    assert (found.has_secret, found.is_right, found.signed_instead) == (True, False, "")


def digest(text: str, name: str) -> hmac.HMAC:
    return hmac.new(SECRET.encode(), text.encode(), name)


@pytest.mark.parametrize(
    ("signature", "words"),
    [
        (v1_signature(policy()), "the policy's JSON"),
        (v1_signature(POLICY, SECRET + "\r\n"), "carriage return"),
        (digest(POLICY, "sha1").hexdigest(), "in hexadecimal"),
        (base64.b64encode(digest(POLICY, "sha1").hexdigest().encode()).decode(), "of the hexadecimal text"),
        (base64.b64encode(digest(POLICY, "sha256").digest()).decode(), "HMAC-SHA256"),
        (base64.b64encode(hashlib.sha1((SECRET + POLICY).encode()).digest()).decode(), "not HMAC"),
    ],
)
def test_ways_in_which_v1_goes_wrong(signature: str, words: str) -> None:
    assert words in check(with_value(signed(policy()), "Signature", signature)).signed_instead


@pytest.mark.parametrize(
    ("signature", "words"),
    [
        (v4_signature(policy()), "the policy's JSON"),
        (digest(POLICY, "sha256").hexdigest(), "the secret itself"),
        (base64.b64encode(bytes.fromhex(v4_signature(POLICY))).decode(), "as base64"),
        (v1_signature(POLICY), "HMAC-SHA1"),
        (v4_signature(POLICY, day="20181228"), ""),
    ],
)
def test_ways_in_which_v4_goes_wrong(signature: str, words: str) -> None:
    found = check(with_value(signed(policy(), scheme="v4"), "x-oss-signature", signature)).signed_instead
    assert words in found
    assert bool(words) == bool(found)


def test_a_credential_of_another_region_or_day() -> None:
    other = f"{KEY_ID}/20181228/cn-beijing/oss/aliyun_v4_request"
    words = [words for words, _ in check(with_value(signed(policy(), scheme="v4"), "x-oss-credential", other)).faults]
    assert any("'cn-beijing'" in text for text in words)
    assert any("20181228" in text for text in words)


def test_a_policy_whose_plus_became_a_blank() -> None:
    text = encoded(b'{"a":"\xfb\xef\xbe"}' + policy().encode())
    assert "+" in text
    sent = [
        (name, value.replace("+", " ") if name == "policy" else value) for name, value in signed(text, is_encoded=True)
    ]
    found = check(sent)
    assert any("blanks" in words for words, _ in found.faults)
    assert "+ where the form has blanks" in found.signed_instead
