from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.oss.signing.server_string import (
    Flaw,
    ServerString,
    Usability,
    matches_loosely,
    server_string,
    visible_bytes,
)
from tests.build.signed import error, hexed, parsed_error, vector

STRING = "PUT\n\ntext/html\nSat, 16 Dec 2023 16:20:57 GMT\n/b/k?acl"
V4 = vector("v4-header-put-token")


def stated(**elements: str) -> ServerString:
    found = server_string(error(**elements))
    assert found is not None
    return found


def test_documents_of_other_errors_have_no_string() -> None:
    assert server_string(error()) is None


def test_bytes_and_text_that_agree() -> None:
    found = stated(StringToSign=STRING, StringToSignBytes=hexed(STRING.encode()), OSSAccessKeyId="LTAI")
    assert (found.raw, found.usability, found.agrees) == (STRING.encode(), Usability.WHOLE, True)
    assert found.text_flaws == ()
    assert found.origin.field == "response body <StringToSignBytes>"
    assert found.access_key_id is not None
    assert found.access_key_id.value == "LTAI"


def test_a_text_that_lost_its_newlines_or_was_masked_still_agrees() -> None:
    for text in (STRING.replace("\n\n", "\n"), STRING.replace("\n", "   "), STRING.replace("k?acl", "****")):
        found = stated(StringToSign=text, StringToSignBytes=hexed(STRING.encode()))
        assert (found.agrees, found.disagreements, found.usability) == (True, (), Usability.WHOLE)
        assert found.text_flaws


def test_a_text_with_another_line_is_an_edited_document() -> None:
    found = stated(StringToSign=STRING.replace("/b/", "/c/"), StringToSignBytes=hexed(STRING.encode()))
    assert found.agrees is False
    (disagreement,) = found.disagreements
    assert (disagreement.text, disagreement.authoritative) == (b"/c/k?acl", b"/b/k?acl")
    assert found.raw == STRING.encode()


def test_text_in_another_charset_is_the_same_string() -> None:
    raw = STRING.encode() + "中文".encode("gbk")
    for text in (raw.decode("latin-1"), raw.decode("gbk"), raw.decode("utf-8", "replace")):
        assert stated(StringToSign=text, StringToSignBytes=hexed(raw)).agrees is True


@pytest.mark.parametrize(
    ("text", "usability", "flaws"),
    [
        (STRING, Usability.WHOLE, ()),
        (STRING.replace("\n\n", "\n"), Usability.PARTIAL, (Flaw.COLLAPSED,)),
        (STRING.replace("\n", " "), Usability.PARTIAL, (Flaw.COLLAPSED,)),
        # Five lines are left, but the type stands in the place of the MD5.
        ("PUT\ntext/html\nSat, 16 Dec 2023 16:20:57 GMT\nx-oss-meta-a:1\n/b/k", Usability.PARTIAL, (Flaw.FORM,)),
        ("<br>" + STRING, Usability.PARTIAL, (Flaw.FORM,)),
        (STRING.replace("/b", "/***"), Usability.PARTIAL, (Flaw.MASKED,)),
        ("", Usability.UNUSABLE, (Flaw.COLLAPSED,)),
        (str(V4["expected_string_to_sign"]), Usability.WHOLE, ()),
        (str(V4["expected_string_to_sign"])[:-4], Usability.PARTIAL, (Flaw.FORM,)),
        (str(V4["expected_string_to_sign"]).replace("\n", " "), Usability.PARTIAL, (Flaw.COLLAPSED,)),
        (str(vector("gen-v2-oss2-range")["expected_string_to_sign"]), Usability.WHOLE, ()),
        (str(vector("v2-header-put")["expected_string_to_sign"]), Usability.WHOLE, ()),
        (str(vector("post-v1-java-in-notin")["expected_string_to_sign"]), Usability.WHOLE, ()),
    ],
)
def test_text_alone_is_trusted_only_in_its_form(text: str, usability: Usability, flaws: tuple[Flaw, ...]) -> None:
    found = stated(StringToSign=text.replace("&", "&amp;").replace("<", "&lt;"))
    assert (found.usability, found.flaws, found.agrees) == (usability, flaws, None)


@pytest.mark.parametrize(
    ("octets", "usability", "flaw"),
    [
        ("50 55 5", Usability.UNUSABLE, Flaw.NOT_HEX),
        ("50 55 **** 54", Usability.UNUSABLE, Flaw.MASKED),
        ("PUT", Usability.UNUSABLE, Flaw.NOT_HEX),
    ],
)
def test_bytes_that_are_none_give_way_to_the_text(octets: str, usability: Usability, flaw: Flaw) -> None:
    assert (stated(StringToSignBytes=octets).usability, stated(StringToSignBytes=octets).flaws) == (usability, (flaw,))
    assert stated(StringToSign=STRING, StringToSignBytes=octets).raw == STRING.encode()


def test_bytes_without_blanks_or_in_lower_case_are_read() -> None:
    assert stated(StringToSignBytes=STRING.encode().hex()).raw == STRING.encode()


def test_a_document_that_ends_inside_the_bytes_is_cut() -> None:
    document = f"<Error><Code>SignatureDoesNotMatch</Code><StringToSignBytes>{hexed(STRING.encode())[:-10]}".encode()
    found = server_string(parsed_error(document))
    assert found is not None
    assert found.flaws == (Flaw.CUT,)
    assert found.usability is Usability.PARTIAL
    assert STRING.encode().startswith(found.raw)


def test_the_canonical_request_is_proved_by_its_hash() -> None:
    string, canonical = str(V4["expected_string_to_sign"]), str(V4["expected_canonical_request"])
    escaped = canonical.replace("&", "&amp;")
    whole = stated(StringToSign=string, CanonicalRequest=escaped)
    assert (whole.canonical_request, whole.canonical_usability) == (canonical.encode(), Usability.WHOLE)
    assert whole.is_v4
    shown = stated(StringToSign=string, CanonicalRequest=escaped.replace("\n", " "))
    assert shown.canonical_usability is Usability.PARTIAL
    both = stated(StringToSign=string, CanonicalRequest="edited", CanonicalRequestBytes=hexed(canonical.encode()))
    assert both.canonical_usability is Usability.WHOLE
    assert stated(StringToSign=string).canonical_request is None


def test_s3_documents_name_their_key_otherwise() -> None:
    found = stated(StringToSign=STRING, AWSAccessKeyId="AKIA", SignatureProvided="s3cret")
    assert found.access_key_id is not None
    assert found.access_key_id.value == "AKIA"
    assert found.signature_provided is not None


@pytest.mark.parametrize(
    ("ours", "theirs", "matches"),
    [
        (b"a\n\nb", b"a b", True),
        (b"abc", b"a***c", True),
        (b"abc", b"***", True),
        (b"abcabc", b"a***b***c", True),
        (b"abc", b"ab***bc", False),
        (b"abc", b"b***", False),
        (b"abc", b"abd", False),
    ],
)
def test_masks_stand_for_anything_and_blanks_for_nothing(ours: bytes, theirs: bytes, *, matches: bool) -> None:
    assert matches_loosely(ours, theirs) is matches


def test_masks_and_blanks_are_not_visible() -> None:
    assert visible_bytes(b"a b\n****c") == 3


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_texts_are_read_without_an_exception(text: str, octets: str) -> None:
    document = error(StringToSign="T", StringToSignBytes="B")
    fields = dict(document.fields)
    fields["StringToSign"] = replace(fields["StringToSign"], value=text)
    fields["StringToSignBytes"] = replace(fields["StringToSignBytes"], value=octets)
    for complete in (True, False):
        assert server_string(replace(document, fields=fields, complete=complete)) is not None
