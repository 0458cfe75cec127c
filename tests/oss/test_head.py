from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from osspcap.oss.head import Head
from tests.build.http import message, request, response
from tests.build.pairs import parse, plain_pair, without_shapes


def head_of(raw: bytes) -> Head:
    return Head(parse(raw, is_request=True, frame=7))


def test_values_are_found_in_any_case_and_the_first_wins() -> None:
    head = head_of(message("GET / HTTP/1.1", [("HOST", " one "), ("host", "two"), ("X-Host", "three")]))
    assert head.value(b"\nhost:") == "one"
    assert head.value(b"\nmissing:") == ""
    assert head.has(b"\nx-ho")


def test_a_fact_names_the_field_as_it_was_spelt() -> None:
    seen = head_of(b"GET / HTTP/1.1\r\nX-Oss-Request-Id:  ABC \r\n\r\n").seen(b"\nx-oss-request-id:")
    assert seen is not None
    assert (seen.value, seen.raw, seen.frame) == ("ABC", b"ABC", 7)
    assert seen.field == "request header X-Oss-Request-Id"


def test_folded_fields_and_blanks_before_the_colon_are_read() -> None:
    folded = head_of(b"GET / HTTP/1.1\r\nAuthorization: OSS\r\n ak:sig\r\nHost: h\r\n\r\n")
    assert folded.value(b"\nauthorization:") == "OSS ak:sig"
    assert folded.value(b"\nhost:") == "h"
    blank = head_of(b"GET / HTTP/1.1\r\nHost : h\r\n\r\n")
    assert blank.value(b"\nhost:") == "h"
    seen = blank.seen(b"\nhost:")
    assert seen is not None
    assert seen.value == "h"
    assert head_of(b"GET / HTTP/1.1\r\nHost name: h\r\n\r\n").value(b"\nhost:") == ""


def test_bare_line_feeds_and_a_head_cut_in_a_value_are_read() -> None:
    assert head_of(b"GET / HTTP/1.1\nHost: h\nA: b").value(b"\nhost:") == "h"
    assert head_of(b"GET / HTTP/1.1\r\nHost: cut").value(b"\nhost:") == "cut"


def test_the_frame_of_a_later_packet_is_named() -> None:
    raw = b"GET / HTTP/1.1\r\nHost: h\r\nX-A: b\r\n\r\n"
    message_in_two = replace(parse(raw, is_request=True, frame=7), head_frames=((0, 7), (raw.index(b"X-A"), 9)))
    seen = Head(message_in_two).seen(b"\nx-a:")
    assert seen is not None
    assert seen.frame == 9


@given(st.binary(max_size=200), st.sampled_from([b"\nhost:", b"\nx-oss-request-id:"]))
def test_no_head_raises_and_both_ways_of_reading_agree(junk: bytes, needle: bytes) -> None:
    head = head_of(b"GET / HTTP/1.1\r\n" + junk + b"\r\nHost: x\r\n\r\n")
    head.value(needle)
    head.seen(needle)


NAMES = ["Host", "host", "x-oss-request-id", "X-Oss-Meta-A", "X-Host"]
NEEDLES = [b"\nhost:", b"\nx-oss-request-id:", b"\nx-oss-", b"\nx-ho", b"aliyunoss", b"\nget:"]


@given(
    st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(["", " a ", "AliyunOSS", "host: b", "\xff", "\t1\t"]))),
    st.sampled_from(NEEDLES),
)
def test_a_head_of_known_shape_is_read_like_any_other(fields: list[tuple[str, str]], needle: bytes) -> None:
    shaped = plain_pair(message("GET /k HTTP/1.1", fields), response())
    with_shape, without = Head(shaped.request), Head(without_shapes(shaped).request)  # type: ignore[arg-type]
    assert with_shape.has(needle) == without.has(needle)
    if needle.endswith(b":"):
        assert with_shape.raw_value(needle).strip() == without.raw_value(needle).strip()
        assert with_shape.value(needle) == without.value(needle)
        assert with_shape.seen(needle) == without.seen(needle)


def test_of_a_head_of_known_shape_the_fields_are_those_of_the_message() -> None:
    asked = plain_pair(request(Date="x"), response()).request
    assert asked is not None
    assert [line.name for line in Head(asked).fields()] == ["Host", "Date"]
