import pytest

from osspcap.h2.heads import request_head, response_head, trailer_section
from osspcap.model.anomaly import AnomalyName

ASKED = [(b":method", b"GET"), (b":scheme", b"https"), (b":authority", b"h"), (b":path", b"/k")]


def test_the_authority_becomes_the_host() -> None:
    head = request_head([*ASKED, (b"accept", b"*/*")])
    assert head is not None
    assert head.raw_head == b"GET /k HTTP/2\r\nhost: h\r\naccept: */*\r\n\r\n"
    assert (head.method, head.target, head.oddities) == ("GET", "/k", ())


def test_a_host_field_stands_as_it_is() -> None:
    head = request_head([*ASKED, (b"host", b"other")])
    assert head is not None
    assert head.raw_head == b"GET /k HTTP/2\r\nhost: other\r\n\r\n"


def test_connect_has_its_authority_for_a_target() -> None:
    head = request_head([(b":method", b"CONNECT"), (b":authority", b"h:443")])
    assert head is not None
    assert head.target == "h:443"


@pytest.mark.parametrize("missing", [0, 3])
def test_a_request_without_method_or_path_is_none(missing: int) -> None:
    assert request_head([pair for number, pair in enumerate(ASKED) if number != missing]) is None


@pytest.mark.parametrize("status", [b"", b"20", b"2000", b"abc", None])
def test_a_response_without_a_status_is_none(status: bytes | None) -> None:
    assert response_head([] if status is None else [(b":status", status)]) is None


def test_bytes_that_would_break_a_line_are_replaced_and_said() -> None:
    head = response_head([(b":status", b"200"), (b"x-a", b"1\r\nset-cookie: 2\0"), (b"x\nb", b"3")])
    assert head is not None
    assert head.raw_head == b"HTTP/2 200\r\nx-a: 1  set-cookie: 2 \r\nx b: 3\r\n\r\n"
    assert [name for name, _ in head.oddities] == [AnomalyName.BAD_HEADER_NAME]


def test_blanks_in_method_or_path_cannot_forge_a_request_line() -> None:
    head = request_head([(b":method", b"GET /x"), (b":path", b"/k HTTP/1.1"), (b":authority", b"h")])
    assert head is not None
    assert head.raw_head.startswith(b"GET?/x /k%20HTTP/1.1 HTTP/2\r\n")
    assert head.oddities == ((AnomalyName.BAD_REQUEST_LINE, ""),)


def test_trailers_are_lines_without_pseudo_headers() -> None:
    assert trailer_section([(b":status", b"200"), (b"a", b"1"), (b"b", b"2")]) == b"a: 1\r\nb: 2\r\n"
