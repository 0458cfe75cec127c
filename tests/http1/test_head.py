import pytest

from osspcap.http1.head import (
    RequestLine,
    StatusLine,
    find_oddities,
    is_odd,
    may_grow_into_start_line,
    parse_cut_start_line,
    parse_request_line,
    parse_status_line,
)
from osspcap.model.anomaly import AnomalyName


@pytest.mark.parametrize(
    ("line", "method", "target", "version"),
    [
        (b"GET /key HTTP/1.1", "GET", "/key", "HTTP/1.1"),
        (b"POST / HTTP/1.0", "POST", "/", "HTTP/1.0"),
        (b"GET http://h/k?a=b HTTP/1.1", "GET", "http://h/k?a=b", "HTTP/1.1"),
        (b"CONNECT h:443 HTTP/1.1", "CONNECT", "h:443", "HTTP/1.1"),
        (b"OPTIONS * HTTP/1.1", "OPTIONS", "*", "HTTP/1.1"),
        (b"MKCOL /x HTTP/1.1", "MKCOL", "/x", "HTTP/1.1"),
        (b"PUT /\xe4\xb8\xad HTTP/1.1", "PUT", "/\xe4\xb8\xad", "HTTP/1.1"),
    ],
)
def test_request_lines_of_every_form_parse(line: bytes, method: str, target: str, version: str) -> None:
    assert parse_request_line(line) == RequestLine(method, target, version, None)


@pytest.mark.parametrize(
    ("line", "method", "target", "version", "oddity"),
    [
        (b"GET  /key  HTTP/1.1 ", "GET", "/key", "HTTP/1.1", AnomalyName.BAD_REQUEST_LINE),
        (b"PUT /my file.txt HTTP/1.1", "PUT", "/my file.txt", "HTTP/1.1", AnomalyName.BAD_REQUEST_LINE),
        (b"get /key HTTP/1.1", "get", "/key", "HTTP/1.1", AnomalyName.BAD_REQUEST_LINE),
        (b"GET /key", "GET", "/key", "", AnomalyName.BAD_REQUEST_LINE),
        (b"GET /key HTTP/2.0", "GET", "/key", "HTTP/2.0", AnomalyName.UNSUPPORTED_VERSION),
        (b"GET\t/key\tHTTP/1.1", "GET", "/key", "HTTP/1.1", AnomalyName.BAD_REQUEST_LINE),
    ],
)
def test_odd_request_lines_parse_with_an_anomaly(
    line: bytes, method: str, target: str, version: str, oddity: AnomalyName
) -> None:
    assert parse_request_line(line) == RequestLine(method, target, version, oddity)


@pytest.mark.parametrize(
    "line",
    [b"", b"GET", b"GET HTTP/1.1", b"hello world", b"G\xffT / HTTP/1.1", b"X" * 65 + b" / HTTP/1.1", b" / HTTP/1.1"],
)
def test_other_lines_are_no_request_line(line: bytes) -> None:
    assert parse_request_line(line) is None


def test_status_lines_parse() -> None:
    assert parse_status_line(b"HTTP/1.1 404 Not Found") == StatusLine("HTTP/1.1", 404, "Not Found", None)
    assert parse_status_line(b"HTTP/1.0 200 ") == StatusLine("HTTP/1.0", 200, "", None)
    assert parse_status_line(b"HTTP/1.1 403 " + b"x" * 500) == StatusLine("HTTP/1.1", 403, "x" * 500, None)


@pytest.mark.parametrize(
    ("line", "status", "oddity"),
    [
        (b"HTTP/1.1 200", 200, AnomalyName.BAD_STATUS_LINE),
        (b"HTTP/1.1   200 OK", 200, AnomalyName.BAD_STATUS_LINE),
        (b"HTTP/1.1 999 Odd", 999, AnomalyName.BAD_STATUS_LINE),
        (b"HTTP/3.0 200 OK", 200, AnomalyName.UNSUPPORTED_VERSION),
    ],
)
def test_odd_status_lines_parse_with_an_anomaly(line: bytes, status: int, oddity: AnomalyName) -> None:
    parsed = parse_status_line(line)
    assert parsed is not None
    assert (parsed.status, parsed.oddity) == (status, oddity)


@pytest.mark.parametrize("line", [b"", b"HTTP/1.1", b"HTTP/1.1 OK", b"HTTP/1.1 2000 OK", b"HTTP/1.1 20", b"SSH-2.0"])
def test_other_lines_are_no_status_line(line: bytes) -> None:
    assert parse_status_line(line) is None


def test_a_start_line_that_breaks_off_says_what_it_can() -> None:
    assert parse_cut_start_line(b"PUT /long/na", is_request=True) == RequestLine("PUT", "/long/na", "", None)
    assert parse_cut_start_line(b"GET / HTTP/1.1\r", is_request=True) == RequestLine("GET", "/", "HTTP/1.1", None)
    assert parse_cut_start_line(b"PU", is_request=True) is None
    assert parse_cut_start_line(b"PUT ", is_request=True) is None
    cut = parse_cut_start_line(b"HTTP/1.1 403", is_request=False)
    assert isinstance(cut, StatusLine)
    assert cut.status == 403
    assert parse_cut_start_line(b"HTTP/1.1 40", is_request=False) is None


def test_every_prefix_of_a_start_line_may_grow_and_binary_may_not() -> None:
    for length in range(1, len(b"DELETE /x HTTP/1.1")):
        assert may_grow_into_start_line(b"DELETE /x HTTP/1.1"[:length], is_request=True)
    for length in range(1, len(b"HTTP/1.1 200 OK")):
        assert may_grow_into_start_line(b"HTTP/1.1 200 OK"[:length], is_request=False)
    assert not may_grow_into_start_line(b"\x16\x03", is_request=True)
    assert not may_grow_into_start_line(b"<html>", is_request=False)
    assert not may_grow_into_start_line(b"HTTX", is_request=False)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (b"Host: h\n", AnomalyName.BARE_LF),
        (b"Host: a\rb\r\n", AnomalyName.BARE_CR),
        (b"Host: a\0b\r\n", AnomalyName.NUL_IN_HEADER),
        (b" folded\r\n", AnomalyName.OBSOLETE_FOLD),
        (b"Host : h\r\n", AnomalyName.SPACE_BEFORE_COLON),
        (b"Ho st: h\r\n", AnomalyName.BAD_HEADER_NAME),
        (b": h\r\n", AnomalyName.BAD_HEADER_NAME),
        (b"Host\r\n", AnomalyName.MISSING_COLON),
    ],
)
def test_each_oddity_of_a_field_line_is_named_with_its_frame(line: bytes, name: AnomalyName) -> None:
    start = b"GET / HTTP/1.1\r\nA: b\r\n"
    head = start + line + b"\r\n"
    assert is_odd(head)
    found = find_oddities(head, ((0, 7), (len(start), 8)))
    assert [(anomaly.name, anomaly.frame) for anomaly in found] == [(name, 8)]


def test_a_plain_head_is_not_odd() -> None:
    head = b"GET / HTTP/1.1\r\nHost: h\r\nEmpty:\r\nX-Utf8: \xe4\xb8\xad\r\n\r\n"
    assert not is_odd(head)
    assert find_oddities(head, ((0, 1),)) == []
    assert not is_odd(b"GET / HTTP/1.1\r\n\r\n")


def test_an_oddity_that_repeats_is_named_once() -> None:
    head = b"GET / HTTP/1.1\nA: b\nC: d\n\n"
    assert [anomaly.name for anomaly in find_oddities(head, ((0, 1),))] == [AnomalyName.BARE_LF]
