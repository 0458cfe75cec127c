import base64
import random

import pytest

from osspcap.report.lastcheck import LastCheck
from osspcap.report.secretforms import byte_forms

SIGNATURE = "7zcPdmaxyoES2e+sEzVGUR6lgLI="
OTHER = "dGhpc0lzQVNpZ25hdHVyZTEyMzQ="
TEXT = b'{"target":"/photos/1.jpg?Signature=***9d69","status":403}' * 20


@pytest.mark.parametrize("form", list(byte_forms(SIGNATURE)), ids=bytes.decode)
def test_every_form_is_found_at_every_place(form: bytes) -> None:
    for start in range(17):
        assert LastCheck([OTHER, SIGNATURE]).find(TEXT[:start] + form + TEXT) == SIGNATURE


def test_a_secret_across_two_pieces_is_found() -> None:
    form = SIGNATURE.encode()
    for cut in range(1, len(form)):
        check = LastCheck([SIGNATURE])
        assert check.find(TEXT + form[:cut]) is None
        assert check.find(form[cut:] + TEXT) == SIGNATURE


def test_masked_text_passes() -> None:
    assert LastCheck([SIGNATURE, OTHER]).find(TEXT) is None
    assert LastCheck([SIGNATURE]).find(b"") is None


def test_what_begins_like_a_secret_is_none() -> None:
    assert LastCheck([SIGNATURE]).find(TEXT + SIGNATURE[:27].encode() + b" " + SIGNATURE[1:].encode()) is None


def test_a_short_secret_is_found_and_a_very_short_one_is_not_looked_for() -> None:
    assert LastCheck(["hunter2!"]).find(b"xhunter2!y") == "hunter2!"
    assert not LastCheck(["abc"])


def test_without_secrets_there_is_nothing_to_do() -> None:
    assert not LastCheck()
    assert LastCheck().find(SIGNATURE.encode()) is None


def test_secrets_that_become_known_later_are_found_later() -> None:
    check = LastCheck([OTHER])
    assert check.find(SIGNATURE.encode()) is None
    check.add([SIGNATURE])
    assert check.find(TEXT + SIGNATURE.encode()) == SIGNATURE


def test_one_of_a_thousand_secrets_is_found_among_look_alikes() -> None:
    chance = random.Random(4)
    secrets = [base64.b64encode(chance.randbytes(20)).decode() for _ in range(1_000)]
    innocent = base64.b64encode(chance.randbytes(60_000))
    assert LastCheck(secrets).find(innocent) is None
    assert LastCheck(secrets).find(innocent + secrets[617].encode() + innocent) == secrets[617]
