import base64

import pytest

from osspcap.model.operation import Scheme, SignatureSummary
from osspcap.oss.signing.authentication import (
    Authentication,
    ProblemName,
    check_access_key_id,
    check_base64,
    check_expires,
    check_hex,
    split_credential,
)
from tests.build.signed import field


@pytest.mark.parametrize(
    ("text", "size", "problem"),
    [
        (base64.b64encode(bytes(20)).decode(), 20, None),
        (base64.b64encode(bytes(32)).decode(), 32, None),
        (base64.b64encode(bytes(20)).decode(), 32, ProblemName.SIGNATURE_LENGTH),
        (base64.b64encode(bytes(19)).decode(), 20, ProblemName.SIGNATURE_LENGTH),
        (base64.b64encode(bytes(20)).decode()[:-1], 20, ProblemName.SIGNATURE_LENGTH),
        ("a b/+==", 20, ProblemName.SIGNATURE_NOT_BASE64),
        ("====", 20, ProblemName.SIGNATURE_NOT_BASE64),
        ("ab" * 32, 20, ProblemName.SIGNATURE_LENGTH),
    ],
)
def test_a_base64_signature_has_the_size_of_its_digest(text: str, size: int, problem: ProblemName | None) -> None:
    assert [each.name for each in check_base64(field(text), size)] == ([problem] if problem else [])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("0a" * 32, None),
        ("0A" * 32, ProblemName.SIGNATURE_NOT_HEX),
        ("0a" * 31, ProblemName.SIGNATURE_LENGTH),
        ("", ProblemName.SIGNATURE_LENGTH),
        ("zz" * 32, ProblemName.SIGNATURE_NOT_HEX),
    ],
)
def test_a_v4_signature_is_64_lower_case_digits(text: str, problem: ProblemName | None) -> None:
    assert [each.name for each in check_hex(field(text))] == ([problem] if problem else [])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("LTAI5tLabUser", None),
        ("STS.NULab_x=", None),
        (" LTAI", ProblemName.ACCESS_KEY_ID_BLANK),
        ("LTAI\t", ProblemName.ACCESS_KEY_ID_BLANK),
        ("<your-key>", ProblemName.ACCESS_KEY_ID_CHARACTERS),
        ("密钥", ProblemName.ACCESS_KEY_ID_CHARACTERS),
    ],
)
def test_access_key_ids_have_plain_characters(text: str, problem: ProblemName | None) -> None:
    assert [each.name for each in check_access_key_id(field(text))] == ([problem] if problem else [])


@pytest.mark.parametrize(
    ("text", "relative", "problem"),
    [
        ("1702747257", False, None),
        ("1702747257", True, ProblemName.EXPIRES_OUT_OF_RANGE),
        ("604800", True, None),
        ("-1", False, ProblemName.EXPIRES_NOT_NUMBER),
        ("1e9", False, ProblemName.EXPIRES_NOT_NUMBER),
        ("٣", False, ProblemName.EXPIRES_NOT_NUMBER),
        ("9" * 5000, False, ProblemName.EXPIRES_NOT_NUMBER),
    ],
)
def test_lifetimes_are_checked(text: str, *, relative: bool, problem: ProblemName | None) -> None:
    found = check_expires(field(text), relative=relative)
    assert [each.name for each in found] == ([problem] if problem else [])


def test_a_credential_is_split_into_id_and_scope() -> None:
    key, scope, problems = split_credential(field("ak/20231216/cb-123/oss-cloudbox/aliyun_v4_request", "credential"))
    assert key is not None
    assert (key.value, key.field) == ("ak", "form field credential, AccessKeyId")
    assert scope is not None
    assert scope.text == "20231216/cb-123/oss-cloudbox/aliyun_v4_request"
    assert problems == ()


def test_a_credential_without_an_id_lacks_it() -> None:
    key, scope, problems = split_credential(field("/20231216/cn-x/oss/aliyun_v4_request"))
    assert key is None
    assert scope is not None
    assert [problem.name for problem in problems] == [ProblemName.PART_MISSING]


def test_names_of_additional_headers_are_lower_case_sorted_and_single() -> None:
    auth = Authentication(Scheme.V4_HEADER, additional_headers=field("ZAbc;abc;;ABC; x"))
    assert auth.additional_names == (b"abc", b"x", b"zabc")


def test_a_summary_lists_scheme_and_key() -> None:
    auth = Authentication(Scheme.V1_HEADER, access_key_id=field("LTAI"))
    assert auth.summary == SignatureSummary(Scheme.V1_HEADER, "LTAI")
    assert Authentication(Scheme.UNKNOWN).summary == SignatureSummary(Scheme.UNKNOWN, None)
