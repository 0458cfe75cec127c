from typing import Any

import pytest

from osspcap.model.operation import Scheme
from osspcap.oss.security_token import TokenUse, find_tokens
from tests.build.http import request
from tests.build.pairs import pair


def tokens(scheme: Scheme, target: str = "/k", form: dict[str, str] | None = None, **headers: Any) -> TokenUse:
    sent = pair(request("GET", target, **headers)).request
    assert sent is not None
    return find_tokens(sent, scheme, form or {})


@pytest.mark.parametrize(
    ("scheme", "parameter"),
    [
        (Scheme.V1_URL, "security-token"),
        (Scheme.V2_URL, "x-oss-security-token"),
        (Scheme.V4_URL, "x-oss-security-token"),
    ],
)
def test_each_url_scheme_has_its_parameter(scheme: Scheme, parameter: str) -> None:
    found = tokens(scheme, f"/k?{parameter}=a%2Bb")
    assert found.read is not None
    assert (found.read.value, found.read.raw) == ("a+b", b"a%2Bb")
    assert found.stray is None
    assert found.place == f"the query parameter {parameter}"


def test_a_header_signature_reads_the_header() -> None:
    found = tokens(Scheme.V4_HEADER, x_oss_security_token="abc")
    assert found.read is not None
    assert found.read.value == "abc"
    assert not found.is_twice


@pytest.mark.parametrize("name", ["security_token", "x_amz_security_token"])
def test_other_headers_are_strays(name: str) -> None:
    found = tokens(Scheme.V1_HEADER, **dict[str, Any]({name: "abc"}))
    assert found.read is None
    assert found.stray is not None


def test_the_header_of_a_signed_url_is_a_stray() -> None:
    found = tokens(Scheme.V1_URL, x_oss_security_token="abc")
    assert found.read is None
    assert found.stray is not None
    assert tokens(Scheme.V1_URL, "/k?security-token=abc", x_oss_security_token="abc").is_twice


def test_a_form_has_a_field() -> None:
    found = tokens(Scheme.POST_V4, form={"x-oss-security-token": "abc"})
    assert found.read is not None
    assert found.read.field == "form field x-oss-security-token"


def test_s3_clients_use_their_own_header() -> None:
    assert tokens(Scheme.S3_HEADER, x_amz_security_token="abc").read is not None


def test_without_a_token_nothing_is_found() -> None:
    found = tokens(Scheme.V1_HEADER, "/k?security-token=")
    assert (found.read, found.stray) == (None, None)
