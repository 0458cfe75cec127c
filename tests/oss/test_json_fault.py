import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.model.callback import FaultKind
from osspcap.oss.json_fault import JsonNumber, fault_at, find_json_fault, near, parse_json

BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    ("raw", "kind", "offset", "words"),
    [
        (b"", FaultKind.EMPTY, 0, "empty"),
        (b" \r\n", FaultKind.EMPTY, 0, "blanks"),
        (BOM + b'{"a":1}', FaultKind.BOM, 0, "BOM, bytes ef bb bf); what follows is valid JSON"),
        (BOM + b"OK", FaultKind.BOM, 0, "BOM"),
        ('{"a":1}'.encode("utf-16"), FaultKind.UTF16, 0, "UTF-16"),
        ('{"a":1}'.encode("utf-16-le"), FaultKind.UTF16, 1, "UTF-16 without"),
        (b'{"a":"\xd6\xd0"}', FaultKind.NOT_UTF8, 6, "d6"),
        (b'<br />\n<b>Notice</b>:  Undefined\n{"a":1}', FaultKind.MARKUP, 0, "PHP message (notice)"),
        (b"<!DOCTYPE html><html></html>", FaultKind.MARKUP, 0, "HTML page"),
        (b"<?xml version='1.0'?><a/>", FaultKind.MARKUP, 0, "application/xml"),
        (b'\nWarning: Cannot modify\n{"a":1}', FaultKind.TEXT, 1, "PHP message (warning) stands in front"),
        (b"Traceback (most recent call last):", FaultKind.TEXT, 0, "stack trace"),
        (b"OK", FaultKind.TEXT, 0, "'OK'"),
        (b'callback({"a":1})', FaultKind.TEXT, 0, "JSONP"),
        (b'{"a":1}\n<hr>', FaultKind.TRAILING, 8, "4 bytes follow"),
        (b'{"a":1}{"b":2}', FaultKind.TRAILING, 7, "7 bytes follow"),
        (b"200 OK", FaultKind.TRAILING, 4, "2 bytes"),
        (b"{'a':1}", FaultKind.SINGLE_QUOTES, 1, "single quotes"),
        (b"{\"a\":'b'}", FaultKind.SINGLE_QUOTES, 5, "single quotes"),
        (b'{"a":NaN}', FaultKind.CONSTANT, 5, "NaN"),
        (b'{"NaN":-Infinity}', FaultKind.CONSTANT, 7, "-Infinity"),
        (b'{"a":True}', FaultKind.CONSTANT, 5, "True"),
        (b'{"callbackBody":"{"bucket":1}"}', FaultKind.UNESCAPED_QUOTE, 18, "string of callbackBody"),
        (b'{"callbackBody":{"bucket":${bucket}}}', FaultKind.PLACEHOLDER, 26, "callbackBody must be one string"),
        (b'{"a":"b\nc"}', FaultKind.CONTROL, 7, "line break"),
        (b'{"a":1', FaultKind.CUT, 5, "ends before"),
        (b'{"a":"b', FaultKind.CUT, 5, "never closed"),
        (b'{"a":1,}', FaultKind.GRAMMAR, 7, "comma"),
        (b'{a:"1"}', FaultKind.GRAMMAR, 1, "'a' stands without quotes"),
        (b'{"a":1 // x\n}', FaultKind.GRAMMAR, 7, "comment"),
        (b'{"a":1 "b":2}', FaultKind.GRAMMAR, 7, "missing"),
        (b'{"a":"\\x"}', FaultKind.GRAMMAR, 6, "backslash"),
    ],
)
def test_the_fault_is_named_at_its_byte(raw: bytes, kind: FaultKind, offset: int, words: str) -> None:
    fault = find_json_fault(raw)
    assert fault is not None
    assert (fault.kind, fault.offset) == (kind, offset) or (kind is FaultKind.GRAMMAR and fault.kind is kind)
    assert words in fault.reason


def test_offsets_count_bytes_and_not_characters() -> None:
    fault = find_json_fault('{"名":"值",x}'.encode())
    assert fault is not None
    assert fault.offset == 13
    assert ">>>x<<<" in fault.near


def test_the_place_is_shown_with_its_byte_marked() -> None:
    fault = find_json_fault(b'{"callbackUrl":"8.8.8.8:9090","callbackBody":"{"bucket":${bucket}}"}')
    assert fault is not None
    assert '"callbackBody":"{>>>"<<<bucket":${bucket}' in fault.near


def test_queries_and_users_of_urls_are_starred() -> None:
    raw = b'{"callbackUrl":"http://me:pw@h.example.com/cb?user=alice","callbackBody":"{"a":1}"}'
    for offset in range(len(raw)):
        shown = near(raw, offset)
        for secret in ("alice", "me:pw", "pw@"):
            assert secret not in shown


@pytest.mark.parametrize("raw", [b'{"a":1}', b" [1, 2.5e3, null, true] \n", b'"OK"', b"9" * 10_000, b"[" * 50_000])
def test_json_has_no_fault(raw: bytes) -> None:
    assert find_json_fault(raw) is None


def test_numbers_are_kept_as_digits() -> None:
    assert parse_json('{"a": 1e999}') == {"a": JsonNumber("1e999")}


def test_a_fault_holds_its_first_bytes() -> None:
    assert fault_at(b"abc", 1, FaultKind.TEXT, "x").raw == b"bc"


@given(st.binary(max_size=200) | st.text(alphabet="{}[]\":,\\$x1 \n'", max_size=60).map(str.encode))
def test_a_fault_is_found_in_exactly_what_is_no_json(raw: bytes) -> None:
    fault = find_json_fault(raw)
    try:
        json.loads(raw.decode("utf-8"), parse_constant=int)
        is_json = True
    except ValueError:
        is_json = False
    assert (fault is None) == is_json
    if fault is not None and fault.offset is not None:
        assert 0 <= fault.offset <= len(raw)
        near(raw, fault.offset)
