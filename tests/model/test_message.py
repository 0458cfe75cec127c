from hypothesis import given
from hypothesis import strategies as st

from osspcap.model.message import frame_at, parse_fields
from tests.build.http import message, response
from tests.build.pairs import plain_pair, without_shapes


def lines(head: bytes) -> list[tuple[bytes, bytes]]:
    return [(line.raw_name, line.raw_value) for line in parse_fields(head, ((0, 1),))]


def test_order_case_and_duplicates_are_kept() -> None:
    head = b"GET / HTTP/1.1\r\nHOST: a\r\nx-b: 1\r\nX-B: 2\r\n\r\n"
    assert lines(head) == [(b"HOST", b"a"), (b"x-b", b"1"), (b"X-B", b"2")]
    fields = parse_fields(head, ((0, 1),))
    assert [line.value for line in fields.all("x-b")] == ["1", "2"]
    assert fields.get("host") == "a"
    assert "X-b" in fields
    assert fields.get("date", "none") == "none"


def test_bare_line_feeds_and_folded_lines_are_read() -> None:
    assert lines(b"GET / HTTP/1.1\nA: 1\n two\n\tthree\nB:2\n\n") == [(b"A", b"1 two three"), (b"B", b"2")]


def test_line_without_colon_is_a_name_only() -> None:
    assert lines(b"GET / HTTP/1.1\r\nnonsense\r\nB: 2\r\n\r\n") == [(b"nonsense", b""), (b"B", b"2")]


def test_head_cut_in_the_middle_of_a_line_keeps_what_is_there() -> None:
    assert lines(b"GET / HTTP/1.1\r\nHost: rokid.oss-cn") == [(b"Host", b"rokid.oss-cn")]


def test_bytes_behind_the_empty_line_are_no_fields() -> None:
    assert lines(b"GET / HTTP/1.1\r\nA: 1\r\n\r\nB: 2\r\n") == [(b"A", b"1")]


def test_value_is_utf8_where_it_can_be_and_never_loses_bytes() -> None:
    fields = parse_fields(b"GET / HTTP/1.1\r\nA: \xe4\xb8\xad\r\nB: \xd6\xd0\r\n\r\n", ((0, 1),))
    assert fields.get("a") == "中"
    assert fields.get("b").encode("latin-1") == b"\xd6\xd0"


def test_prefix_lookup_ignores_case() -> None:
    fields = parse_fields(b"GET / HTTP/1.1\r\nX-Oss-Meta-A: 1\r\nx-oss-date: 2\r\nHost: a\r\n\r\n", ((0, 1),))
    assert [line.name for line in fields.starting("x-oss-")] == ["X-Oss-Meta-A", "x-oss-date"]


def test_each_line_names_the_packet_it_starts_in() -> None:
    head = b"GET / HTTP/1.1\r\nA: 1\r\nB: 2\r\n\r\n"
    frames = ((0, 7), (head.index(b"B"), 9))
    assert [(line.name, line.frame) for line in parse_fields(head, frames)] == [("A", 7), ("B", 9)]
    assert frame_at(frames, 0) == 7


@given(st.binary(max_size=200))
def test_no_bytes_make_the_split_raise(head: bytes) -> None:
    fields = parse_fields(head, ((0, 1),))
    assert len(fields) == len(list(fields))


@given(
    st.lists(st.tuples(st.sampled_from(["A", "a", "X-B"]), st.sampled_from(["", " ", "\t1 ", "a: b", "\xff", "\x7f"])))
)
def test_a_head_of_known_shape_has_the_fields_of_any_other(fields: list[tuple[str, str]]) -> None:
    shaped = plain_pair(message("GET / HTTP/1.1", fields), response())
    plain = without_shapes(shaped)
    for known, unknown in ((shaped.request, plain.request), (shaped.response, plain.response)):
        assert known is not None
        assert unknown is not None
        assert known == unknown
        assert known.fields().lines == unknown.fields().lines
        assert known.fields().all("a") == unknown.fields().all("a")
