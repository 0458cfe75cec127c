import pytest

from osspcap.report.sensitive import Kind, classify, looks_made, mask, mask_raw, shorten_key_id


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Authorization", Kind.AUTHORIZATION),
        ("Proxy-Authorization", Kind.AUTHORIZATION),
        ("X-Original-Authorization", Kind.AUTHORIZATION),
        ("Signature", Kind.SECRET),
        ("x-oss-signature", Kind.SECRET),
        ("SignatureProvided", Kind.SECRET),
        ("security-token", Kind.SECRET),
        ("X-Oss-Security-Token", Kind.SECRET),
        ("$x-oss-security-token", Kind.SECRET),
        ("AccessKeySecret", Kind.SECRET),
        ("x-oss-callback", Kind.SECRET),
        ("callback-var", Kind.SECRET),
        ("policy", Kind.SECRET),
        ("x-oss-err", Kind.SECRET),
        ("OSSAccessKeyId", Kind.KEY_ID),
        ("x-oss-credential", Kind.KEY_ID),
        ("Set-Cookie", Kind.COOKIE),
        ("StringToSignBytes", Kind.HEX_TEXT),
        ("x-oss-signature-version", Kind.PLAIN),
        ("continuation-token", Kind.PLAIN),
        ("Content-Security-Policy", Kind.PLAIN),
        ("Access-Control-Allow-Credentials", Kind.PLAIN),
        ("x-oss-request-id", Kind.PLAIN),
        ("Content-MD5", Kind.PLAIN),
        ("ETag", Kind.PLAIN),
    ],
)
def test_names_tell_what_is_secret(name: str, kind: Kind) -> None:
    assert classify(name) is kind


def test_long_secrets_carry_a_tag_that_is_the_same_for_their_encoded_form() -> None:
    assert mask("dGhpc0lzQVNpZ25hdHVyZTEyMzQ=") == mask("dGhpc0lzQVNpZ25hdHVyZTEyMzQ%3D") == "***9d69"
    assert mask("dGhpc0lzQVNpZ25hdHVyZTEyMzU=") != "***9d69"


def test_short_secrets_carry_no_tag_because_it_would_help_to_guess_them() -> None:
    assert mask("hunter2") == "***"


def test_a_mask_is_not_masked_again_but_a_secret_cannot_pose_as_one() -> None:
    assert mask("***9d69") == "***9d69"
    assert mask("***") == "***"
    assert mask("***and-a-secret") == "***"
    assert mask("") == ""


@pytest.mark.parametrize(
    ("key_id", "short"),
    [
        ("LTAI5tLabUserMain00001a", "LTAI5tLa***001a"),
        ("STS.NULabTempUser0003c", "STS.NULa***003c"),
        ("abcdefghijkl", "abcd***"),
        ("LTAI5tLa***001a", "LTAI5tLa***001a"),
        ("", ""),
    ],
)
def test_access_key_ids_keep_enough_to_be_recognised(key_id: str, short: str) -> None:
    assert shorten_key_id(key_id) == short


def test_words_of_prose_do_not_look_made_by_a_machine() -> None:
    assert not any(looks_made(text) for text in ("", "absent", "not sent", "missing"))
    assert all(looks_made(text) for text in ("abc123", "a/b", "abcdefghijklmnopqrst"))


def test_blanks_around_a_key_id_do_not_count() -> None:
    assert shorten_key_id(" LTAIknFrFaqInvented01 ") == " LTAIknFr***ed01 "
    assert shorten_key_id("  ") == "  "


@pytest.mark.parametrize(
    "value", ["", "short", "5hF2QRTBdNo0scBoHxAKryXYxBc=", "a" * 19, "a" * 20, "***1a2b", "%41" * 9]
)
def test_the_mask_of_bytes_is_that_of_the_text(value: str) -> None:
    assert mask_raw(value.encode()) == mask(value).encode()
