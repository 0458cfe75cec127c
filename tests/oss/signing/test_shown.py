import pytest

from osspcap.model.operation import Scheme
from osspcap.oss.signing.candidate import Candidate, Line
from osspcap.oss.signing.difference import DifferenceKind, LineDifference
from osspcap.oss.signing.server_string import server_string
from osspcap.oss.signing.shown import (
    alterations,
    is_only_hash,
    is_reading,
    line_name,
    our_string,
    scheme_name,
    shown_canonical,
    shown_string,
    value_of,
)
from tests.build.signed import error, hexed

STRING = "GET\n\n\nx\n/b/中"


def candidate(*variant: str, is_hypothesis: bool = True, bucket: bytes | None = None) -> Candidate:
    return Candidate(
        Scheme.V1_HEADER, (Line("method", b"GET"),), variant=variant, is_hypothesis=is_hypothesis, bucket=bucket
    )


def difference(role: str, part: str = "", kind: DifferenceKind = DifferenceKind.OTHER) -> LineDifference:
    return LineDifference(kind, role, b"a", b"b", None, part)


def test_bytes_are_shown_as_text_under_the_name_of_their_element() -> None:
    both = server_string(error(StringToSign=STRING, StringToSignBytes=hexed(STRING.encode())))
    assert both is not None
    seen = shown_string(both)
    assert (seen.value, seen.field) == (STRING, "response body <StringToSignBytes>, read as text")
    alone = server_string(error(StringToSign=STRING))
    assert alone is not None
    assert shown_string(alone).field == "response body <StringToSign>"
    assert shown_canonical(alone) is None


@pytest.mark.parametrize(
    ("variant", "words"),
    [
        ("content-type-not-signed", "Content-Type was not signed"),
        ("x-oss-meta-a-not-signed", "x-oss-meta-a was not signed"),
        ("query-x-oss-process-not-signed", "query parameter x-oss-process was not signed"),
        ("query-not-signed", "no query parameter was signed"),
        ("method-GET", "the method signed was GET"),
        ("subresources-of-aliyun-sdk-c", "the query was signed as aliyun-sdk-c does, with fewer parameters"),
        ("path-as-sent", "the path was signed as it stands in the request target, its percent-encoding included"),
        ("some-new-variant", "some new variant"),
    ],
)
def test_alterations_in_words(variant: str, words: str) -> None:
    assert alterations(candidate(variant, "date-header", "bucket-given")) == [words]
    assert not is_reading(variant)


def test_readings_are_no_alterations() -> None:
    readings = ("date-header", "repeated-header-last", "bucket-unknown", "query-plus-as-blank", "path-style")
    assert all(is_reading(name) for name in readings)
    assert alterations(candidate(*readings, is_hypothesis=False)) == []
    assert alterations(candidate("bucket-given", bucket=b"other")) == ["the bucket signed was other"]


def test_names_of_lines_values_and_schemes() -> None:
    assert line_name(difference("content-type")) == "Content-Type"
    assert line_name(difference("header x-oss-a")) == "header x-oss-a"
    assert line_name(difference("resource", "key")) == "the object key"
    assert line_name(difference("resource", "bucket")) == "the bucket"
    assert line_name(difference("resource", "query acl")) == "query parameter acl"
    assert line_name(difference("resource", "query")) == "the resource"
    assert [value_of(side) for side in (None, b"", b"\xff")] == ["(absent)", "(empty)", "\xff"]
    assert scheme_name(Scheme.V4_URL) == "V4 signature in the URL"
    assert scheme_name(Scheme.S3_HEADER) == "S3 signature in the header"
    assert scheme_name(Scheme.POST_V1) == "V1 signature in the form"
    assert scheme_name(Scheme.UNKNOWN) == "signature"
    assert our_string(candidate()) == "GET"


def test_a_mere_hash_tells_no_line() -> None:
    changed = difference("hash", kind=DifferenceKind.CANONICAL_REQUEST_CHANGED)
    assert is_only_hash((changed,))
    assert not is_only_hash((changed, difference("date")))
    assert not is_only_hash(())
