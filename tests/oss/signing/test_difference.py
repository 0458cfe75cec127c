import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.oss.signing.candidate import Line
from osspcap.oss.signing.difference import DifferenceKind as Kind
from osspcap.oss.signing.difference import line_differences, query_differences, resource_differences


def resources(ours: bytes, theirs: bytes, *, encoded: bool = False, raw_path: bytes = b"") -> list[tuple[Kind, str]]:
    own, other = Line("resource", ours), Line("resource", theirs)
    return [(each.kind, each.part) for each in resource_differences(own, other, encoded=encoded, raw_path=raw_path)]


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (b"/b/k", b"/c/k", [(Kind.RESOURCE_CHANGED, "bucket")]),
        (b"/b/k", b"/b/K", [(Kind.RESOURCE_CHANGED, "key")]),
        (b"/b/k", b"/c/l?acl", [(Kind.RESOURCE_CHANGED, "bucket"), (Kind.RESOURCE_CHANGED, "key"),
                                (Kind.RESOURCE_CHANGED, "query acl")]),
        (b"/b/a%2Fb", b"/b/a/b", [(Kind.PATH_DECODED, "key")]),
        (b"/b/a/b", b"/b/a%2Fb", [(Kind.PATH_ENCODED, "key")]),
        (b"/b/a//b", b"/b/a/b", [(Kind.PATH_DECODED, "key")]),
        (b"/b/a/../c", b"/b/c", [(Kind.PATH_DECODED, "key")]),
        (b"/b/k?a=1", b"/b/k?a=2", [(Kind.RESOURCE_CHANGED, "query a")]),
        (b"/b/k?a&c", b"/b/k?c&a", [(Kind.RESOURCE_CHANGED, "query")]),
    ],
)  # fmt: skip
def test_bucket_key_and_query_are_told_apart(ours: bytes, theirs: bytes, expected: list[tuple[Kind, str]]) -> None:
    assert resources(ours, theirs) == expected


def test_encoded_resources_are_compared_by_meaning_first() -> None:
    assert resources(b"%2Fb%2Fa%20b", b"%2Fc%2Fa%20b", encoded=True) == [(Kind.RESOURCE_CHANGED, "bucket")]
    assert resources(b"/b/a%21", b"/b/a!", encoded=True) == [(Kind.PATH_ENCODED, "key")]


def test_a_path_left_as_on_the_wire_is_recognised() -> None:
    (found,) = resource_differences(
        Line("resource", b"/b/a b"), Line("resource", b"/b/a%20b"), encoded=False, raw_path=b"/a%20b"
    )
    assert found.kind is Kind.PATH_ENCODED
    assert "on the wire" in found.detail


def test_query_parameters_say_whether_they_came_or_went() -> None:
    details = {each.part: each.detail for each in query_differences(b"a=1&b=%2F&d", b"b=%2f&c=3&d", None)}
    assert details == {
        "query a": "removed on the way",
        "query b": "the same value, percent-encoded in another way",
        "query c": "added on the way",
    }


def test_lines_in_another_order_are_not_called_equal() -> None:
    ours = (Line("header x-oss-a", b"x-oss-a:1"), Line("header x-oss-b", b"x-oss-b:2"))
    (found,) = line_differences(ours, ours[::-1], encoded=False, raw_path=b"/")
    assert (found.kind, found.role) == (Kind.OTHER, "order")


@given(ours=st.binary(max_size=30), theirs=st.binary(max_size=30), encoded=st.booleans())
def test_any_two_resources_differ_if_and_only_if_their_bytes_do(ours: bytes, theirs: bytes, *, encoded: bool) -> None:
    own, other = Line("resource", ours), Line("resource", theirs)
    found = line_differences((own,), (other,), encoded=encoded, raw_path=ours)
    assert bool(found) == (ours != theirs)
