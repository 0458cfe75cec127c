"""Why a text is not JSON, and at which byte: for callback parameters and for what applications reply to callbacks.

In: bytes. Out: a `CallbackFault`, or None if they are JSON by RFC 8259. The grammar's own complaint ("Expecting ','
delimiter") is translated into what people did: a quote that nobody escaped, a BOM, a PHP notice in front.
O(length); callers bound it to 1 MiB.
"""

import json
import re
from typing import Any, NoReturn

from osspcap.model.callback import CallbackFault, FaultKind
from osspcap.model.pattern import pattern
from osspcap.model.record import record

UTF8_BOM = b"\xef\xbb\xbf"
NEAR_BYTES = 28
"""Bytes shown on either side of a fault: enough to recognise the place, too little to copy a secret."""
RAW_BYTES = 16
MAX_LOOKBACK = 512
"""Characters in front of a fault in which the member's name is looked for."""

_MEMBER = pattern(r"\"([^\"\\]{1,64})\"\s{0,8}:")
_STRING_OR_CONSTANT = pattern(r"\"(?:[^\"\\]|\\.)*\"|(NaN|-?Infinity)", re.DOTALL)
_WORD = pattern(r"[A-Za-z_][\w.]{0,31}")
_PHP = pattern(r"(?:<b>)?(notice|warning|fatal error|parse error|deprecated)(?:</b>)?:", re.IGNORECASE)
_TRACE = pattern(r"traceback \(most recent|exception|stack ?trace|error:", re.IGNORECASE)
_HTML = pattern(r"<!doctype html|<html|<head|<body|<title", re.IGNORECASE)
_QUERY = pattern(r"(?<=\?)[^\s\"']+|(?<=://)[^\s\"'/@]+(?=@)")
_FOREIGN_LITERALS = frozenset({"True", "False", "None", "undefined", "nil", "NULL", "TRUE", "FALSE"})


@record
class JsonNumber:
    """A number as its digits: nothing is computed from it, and a huge one costs nothing."""

    text: str


class _ConstantError(Exception):
    """NaN or Infinity, which Python's parser knows and JSON does not."""


def find_json_fault(raw: bytes) -> CallbackFault | None:
    """Return what keeps bytes from being JSON; None if they are. Nesting too deep to follow counts as JSON."""
    fault = _byte_fault(raw)
    if fault is not None:
        return fault
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        reason = f"byte {raw[error.start]:02x} is not valid in UTF-8"
        return fault_at(raw, error.start, FaultKind.NOT_UTF8, reason)
    fault = _start_fault(raw, text)
    if fault is not None:
        return fault
    try:
        parse_json(text)
    except json.JSONDecodeError as error:
        kind, position, reason = _explain(text, error)
        return fault_at(raw, len(text[:position].encode()), kind, reason)
    except _ConstantError as error:
        return fault_at(raw, _constant_offset(text), FaultKind.CONSTANT, f"{error} is no JSON value")
    except RecursionError:
        return None
    return None


def parse_json(text: str) -> Any:
    """Parse strictly: no NaN, no Infinity; numbers become `JsonNumber`.

    Raises:
        json.JSONDecodeError, RecursionError: It is no JSON, or nested too deep to follow.
    """
    return _DECODER.decode(text)


def fault_at(raw: bytes, offset: int, kind: FaultKind, reason: str) -> CallbackFault:
    """Make a fault with the text around its byte."""
    return CallbackFault(kind, reason, offset, near(raw, offset), raw[offset : offset + RAW_BYTES])


def near(raw: bytes, offset: int) -> str:
    """Return the text around a byte, that byte marked as `>>>x<<<`; queries and users of URLs are starred."""
    start, end = max(0, offset - NEAR_BYTES), offset + NEAR_BYTES
    starred = _star_queries(raw[max(0, start - MAX_LOOKBACK) : end + NEAR_BYTES])
    shift = max(0, start - MAX_LOOKBACK)
    # A character of several bytes stays whole: its continuation bytes (10xxxxxx) go with it.
    behind = offset - shift + 1
    while behind < len(starred) and starred[behind] & 0xC0 == 0x80:
        behind += 1
    before = starred[start - shift : offset - shift].decode("utf-8", "replace").lstrip("\ufffd")
    at = starred[offset - shift : behind].decode("utf-8", "replace")
    after = starred[behind : end - shift].decode("utf-8", "replace").rstrip("\ufffd")
    return f"{'...' if start else ''}{before}>>>{at}<<<{after}{'...' if end < len(raw) else ''}"


def _star_queries(raw: bytes) -> bytes:
    """Overwrite queries and user names of URLs; the length stays."""
    return _QUERY.sub(lambda found: "*" * len(found[0]), raw.decode("latin-1")).encode("latin-1")


def _byte_fault(raw: bytes) -> CallbackFault | None:
    """Find what shows before the bytes are text."""
    if not raw.strip():
        return CallbackFault(
            FaultKind.EMPTY, "it is empty" if not raw else "it holds nothing but blanks", 0, "", raw[:8]
        )
    if raw.startswith(UTF8_BOM):
        rest = raw[len(UTF8_BOM) :]
        reason = "it begins with a UTF-8 byte order mark (BOM, bytes ef bb bf)"
        if find_json_fault(rest) is None:
            reason += "; what follows is valid JSON"
        shown = _star_queries(rest[: 2 * NEAR_BYTES]).decode("utf-8", "replace")[:NEAR_BYTES]
        return CallbackFault(FaultKind.BOM, reason, 0, f">>>BOM<<<{shown}", raw[:RAW_BYTES])
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        reason = f"it is UTF-16 with a byte order mark (BOM, bytes {raw[:2].hex(' ')})"
        return CallbackFault(FaultKind.UTF16, reason, 0, "", raw[:RAW_BYTES])
    if [byte == 0 for byte in raw[:4]] in ([True, False] * 2, [False, True] * 2):
        reason = "every other byte is zero: it is UTF-16 without a byte order mark"
        return CallbackFault(FaultKind.UTF16, reason, raw.index(0), "", raw[:RAW_BYTES])
    return None


def _start_fault(raw: bytes, text: str) -> CallbackFault | None:
    """Find markup or words where the JSON should begin."""
    body = text.lstrip(" \t\r\n")
    at = len(text) - len(body)
    offset = len(text[:at].encode())
    head = body[:300]
    php = _PHP.search(head)
    if body[:1] == "<":
        if php is not None:
            reason = f"a PHP message ({php[1].lower()}) stands in front of the JSON"
        elif body[:5].lower() == "<?xml" or (_HTML.search(head) is None and body[:2] != "<b"):
            reason = "it is XML, which OSS takes only with Content-Type: application/xml"
        else:
            reason = "an HTML page stands where JSON should"
        return fault_at(raw, offset, FaultKind.MARKUP, reason)
    word = _WORD.match(body)
    if word is None or word[0] in {"true", "false", "null", "NaN", "Infinity"} or word[0] in _FOREIGN_LITERALS:
        return None
    has_json = "{" in body or "[" in body
    if php is not None:
        reason = (
            f"a PHP message ({php[1].lower()}) stands {'in front of the JSON' if has_json else 'where JSON should'}"
        )
    elif _TRACE.search(head) is not None:
        reason = "an error message or stack trace stands where JSON should"
    elif body[word.end() :].lstrip()[:1] == "(":
        reason = f"it is JSONP: the JSON is wrapped in {word[0]}(...)"
    else:
        reason = f"it begins with the text {word[0]!r}{' in front of the JSON' if has_json else ', which is no JSON'}"
    return fault_at(raw, offset, FaultKind.TEXT, reason)


def _explain(text: str, error: json.JSONDecodeError) -> tuple[FaultKind, int, str]:
    """Return kind, character position and reason for the parser's complaint."""
    position, message = error.pos, error.msg
    here = text[position : position + 1]
    if message == "Extra data":
        rest = len(text[position:].encode())
        return FaultKind.TRAILING, position, f"{rest} byte{'' if rest == 1 else 's'} follow the end of the JSON"
    if message.startswith("Unterminated string"):
        return FaultKind.CUT, position, "the string that begins here is never closed"
    if message.startswith("Invalid control character"):
        name = {"\n": "a line break", "\r": "a line break", "\t": "a tab"}.get(here, "a control character")
        return FaultKind.CONTROL, position, f"{name} stands unescaped inside a string"
    if message.startswith("Illegal trailing comma"):
        return FaultKind.GRAMMAR, position, "this comma separates nothing"
    if "escape" in message:
        return FaultKind.GRAMMAR, position, "a backslash is followed by what it cannot escape"
    if not text[position:].strip():
        return FaultKind.CUT, max(0, len(text.rstrip()) - 1), "it ends before the JSON is complete"
    if here == "'":
        return FaultKind.SINGLE_QUOTES, position, "single quotes stand where JSON has double quotes"
    before = text[:position].rstrip()
    if "delimiter" in message and before.endswith('"') and here not in {'"', ""} and "':'" not in message:
        member = _member_before(text, len(before) - 1)
        where = f"the string of {member} ends here" if member else "the string ends here"
        return FaultKind.UNESCAPED_QUOTE, len(before) - 1, f'{where}: a quote inside it is not escaped as \\"'
    if here == "$":
        member = _member_before(text, position)
        reason = f"a placeholder stands outside of a string{f', {member} must be one string' if member else ''}"
        return FaultKind.PLACEHOLDER, position, reason
    return _explain_rest(text, position, before, here)


def _explain_rest(text: str, position: int, before: str, here: str) -> tuple[FaultKind, int, str]:
    if here in {"}", "]", ","} and before.endswith(","):
        return FaultKind.GRAMMAR, position, "the comma in front of it separates nothing"
    if text.startswith(("//", "/*", "#"), position):
        return FaultKind.GRAMMAR, position, "a comment stands here, and JSON has none"
    word = _WORD.match(text, position)
    if word is not None:
        if word[0] in _FOREIGN_LITERALS:
            return FaultKind.CONSTANT, position, f"{word[0]} is no JSON value"
        return FaultKind.GRAMMAR, position, f"the word {word[0]!r} stands without quotes"
    if here == '"':
        return FaultKind.GRAMMAR, position, "a comma or colon is missing in front of it"
    return FaultKind.GRAMMAR, position, f"{here!r} cannot stand here"


def _member_before(text: str, position: int) -> str:
    """Return the name of the member whose value holds a position; empty if none is near."""
    names: list[str] = _MEMBER.findall(text[max(0, position - MAX_LOOKBACK) : position])
    # Inside callbackBody stand names of the application's own: OSS's one is the one to repair.
    return next((name for name in reversed(names) if name.startswith("callback")), names[-1] if names else "")


def _constant_offset(text: str) -> int:
    """Return the byte of the first NaN or Infinity outside of strings."""
    for found in _STRING_OR_CONSTANT.finditer(text):
        if found[1]:
            return len(text[: found.start()].encode())
    return 0


def _refuse_constant(name: str) -> NoReturn:
    raise _ConstantError(name)


_DECODER = json.JSONDecoder(parse_int=JsonNumber, parse_float=JsonNumber, parse_constant=_refuse_constant)
