import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.oss.signing.canonical import (
    content_md5_choices,
    content_type_choices,
    date_choices,
    encode,
    encode_path,
    fold_slashes,
    full_query_choices,
    header_choices,
    key_choices,
)
from tests.build.signed import raw_request, signed


@pytest.mark.parametrize(
    ("raw", "encoded"),
    [
        (b"aZ09-_.~", b"aZ09-_.~"),
        (b"!*'()", b"%21%2A%27%28%29"),
        (b"a b+c/d", b"a%20b%2Bc%2Fd"),
        ("中".encode(), b"%E4%B8%AD"),
        (b"\xff%", b"%FF%25"),
    ],
)
def test_all_but_unreserved_characters_are_encoded(raw: bytes, encoded: bytes) -> None:
    assert encode(raw) == encoded
    assert encode_path(raw) == encoded.replace(b"%2F", b"/")


@given(st.binary())
def test_folding_leaves_no_double_slash(raw: bytes) -> None:
    assert b"//" not in fold_slashes(raw)
    assert fold_slashes(raw).replace(b"/", b"") == raw.replace(b"/", b"")


def headers(*pairs: tuple[str, str]) -> dict[str, list[bytes]]:
    """Readings of the canonical headers by name of the variant."""
    request = signed(raw_request("PUT", "/k", list(pairs)))
    return {choice.name: [line.raw for line in choice.value] for choice in header_choices(request, (b"range",))}


def test_headers_are_lower_case_sorted_and_only_those_that_are_signed() -> None:
    found = headers(("X-OSS-Meta-B", "2"), ("Host", "h"), ("x-oss-meta-A", " 1  "), ("Range", "bytes=0-1"))
    assert found[""] == [b"range:bytes=0-1", b"x-oss-meta-a:1", b"x-oss-meta-b:2"]


def test_blanks_around_values_may_belong_to_them() -> None:
    found = headers(("x-oss-meta-a", " 1 "))
    assert found[""] == [b"x-oss-meta-a:1"]
    assert found["header-values-untrimmed"] == [b"x-oss-meta-a: 1 "]
    assert "header-values-untrimmed" not in headers(("x-oss-meta-a", "1"))


def test_repeated_headers_are_joined_or_one_of_them_counts() -> None:
    found = headers(("x-oss-meta-a", "1"), ("X-Oss-Meta-A", "2"))
    assert found[""] == [b"x-oss-meta-a:1,2"]
    assert found["repeated-header-last"] == [b"x-oss-meta-a:2"]
    assert found["repeated-header-first"] == [b"x-oss-meta-a:1"]
    assert found["repeated-headers-apart"] == [b"x-oss-meta-a:1", b"x-oss-meta-a:2"]


def test_folded_headers_do_not_break_the_untrimmed_reading() -> None:
    raw = b"PUT /k HTTP/1.1\r\nx-oss-meta-a: one\r\n two\r\n\r\n"
    choices = header_choices(signed(raw))
    assert [line.raw for line in choices[0].value] == [b"x-oss-meta-a:one two"]
    assert "header-values-untrimmed" not in {choice.name for choice in choices}


def test_each_header_may_have_been_added_on_the_way_but_the_date() -> None:
    found = headers(("x-oss-meta-a", "1"), ("x-oss-date", "d"), ("x-oss-range-behavior", "standard"))
    assert found["x-oss-range-behavior-not-signed"] == [b"x-oss-date:d", b"x-oss-meta-a:1"]
    assert found["oss-headers-not-signed"] == [b"x-oss-date:d"]
    assert "x-oss-date-not-signed" not in found


def test_the_key_is_what_one_decoding_gives_and_all_else_is_hypothesis() -> None:
    choices = key_choices(signed(raw_request("GET", "/a%2Fb%252Fc//d+e", {})))
    assert choices[0].value == b"a/b%2Fc//d+e"
    assert {choice.name: choice.value for choice in choices[1:]} == {
        "path-as-sent": b"a%2Fb%252Fc//d+e",
        "path-decoded-twice": b"a/b/c//d+e",
        "slashes-folded": b"a/b%2Fc/d+e",
        "plus-as-blank": b"a/b%2Fc//d e",
        "path-encoded": b"a/b%252Fc//d%2Be",
        "path-encoded-with-slashes": b"a%2Fb%252Fc%2F%2Fd%2Be",
    }
    assert all(choice.is_hypothesis for choice in choices[1:])


def test_single_lines_are_empty_where_the_header_is_absent() -> None:
    request = signed(raw_request("GET", "/", {}))
    for choices in (content_type_choices(request), content_md5_choices(request), date_choices(request)):
        assert (choices[0].value.raw, choices[0].value.seen) == (b"", None)
    assert content_type_choices(request)[1].value.raw == b"application/octet-stream"


def test_the_last_of_two_content_types_may_count() -> None:
    choices = content_type_choices(signed(raw_request("GET", "/", [("Content-Type", "a"), ("content-type", "b")])))
    assert [(choice.value.raw, choice.name) for choice in choices] == [
        (b"a", ""),
        (b"b", "last-content-type"),
        (b"", "content-type-not-signed"),
    ]


def test_the_whole_query_is_encoded_anew_and_sorted() -> None:
    request = signed(raw_request("GET", "/k?b=&%61=1%2f2&a+b=c+d&x-oss-signature=s", {}))
    choices = {choice.name: choice.value for choice in full_query_choices(request, frozenset({b"x-oss-signature"}))}
    assert choices[""] == b"a=1%2F2&a%2Bb=c%2Bd&b"
    assert choices["empty-value-with-equals-sign"] == b"a=1%2F2&a%2Bb=c%2Bd&b="
    assert choices["query-plus-as-blank"] == b"a=1%2F2&a%20b=c%20d&b"
    assert choices["query-b-not-signed"] == b"a=1%2F2&a%2Bb=c%2Bd"
