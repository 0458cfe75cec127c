"""`callback` and `callback-var`: base64 of a JSON object, taken apart as far as it goes.

OSS takes the standard alphabet with padding and UTF-8 JSON inside. What clients send instead has a few classes, and
each is told by name: JSON without base64, the URL-safe alphabet, percent-encoding that nobody undoes, base64 of
base64, base64 of UTF-16 (.NET's Encoding.Unicode, PowerShell).

Source: OSS API reference, Callback; EC 0007-00000002 and 0007-00000003. O(length), bounded by `MAX_VALUE_CHARS`.
"""

import base64
import binascii
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from osspcap.model.callback import CallbackFault, CallbackParameter, Carrier, FaultKind
from osspcap.model.pattern import pattern
from osspcap.model.seen import Seen
from osspcap.oss.json_fault import fault_at, find_json_fault, parse_json

MAX_VALUE_CHARS = 262_144
"""Characters of a value that are looked at; OSS takes 5 KB."""

_FOREIGN = pattern(r"[^A-Za-z0-9+/=]")
_NEVER_BASE64 = pattern(r"[^A-Za-z0-9+/=\s_-]")
_PADDING_INSIDE = pattern(r"=(?![=]?\Z)")
_WHOLE_BASE64 = pattern(rb"\s*[A-Za-z0-9+/]{8,}={0,2}\s*\Z")


def read_parameter(carrier: Carrier, origin: Seen[str]) -> CallbackParameter:
    """Decode one parameter; what is wrong with it becomes its fault, never an exception."""
    fault, members = _read(origin.value[:MAX_VALUE_CHARS].strip())
    return CallbackParameter(carrier, origin, fault, members)


@lru_cache(maxsize=64)
def _read(value: str) -> tuple[CallbackFault | None, dict[str, Any]]:
    """Return what is wrong, and the members; clients send the same parameter with every upload."""
    fault, raw = decode_base64(value)
    if raw is None:
        return fault, {}
    members, inner_fault = _members(raw)
    return fault or inner_fault, members


def decode_base64(value: str) -> tuple[CallbackFault | None, bytes | None]:
    """Undo base64; the bytes are there as well where a fault does not hide them."""
    if not value:
        return CallbackFault(FaultKind.EMPTY, "the value is empty"), None
    if value[0] in "{[":
        return CallbackFault(FaultKind.PLAIN_JSON, "it is JSON itself and not its base64"), value.encode(
            "utf-8", "replace"
        )
    if "%" in value:
        kind, reason = FaultKind.PERCENT_ENCODED, "it is percent-encoded once more than OSS decodes"
        if unquote(value)[:1] == "{":
            kind, reason = FaultKind.PLAIN_JSON, "it is percent-encoded JSON and not base64"
        return _located(value, value.index("%"), kind, reason), None
    foreign = _FOREIGN.search(value)
    fault = None
    if foreign is not None:
        fault = _foreign_fault(value, foreign.start())
        if _NEVER_BASE64.search(value) is not None:
            return fault, None
        value = "".join(value.split()).replace("-", "+").replace("_", "/")
    inside = _PADDING_INSIDE.search(value)
    if inside is not None:
        return fault or _located(value, inside.start(), FaultKind.NOT_BASE64, "padding (=) stands inside of it"), None
    digits = value.rstrip("=")
    if len(digits) % 4 == 1:
        reason = f"{len(digits)} base64 digits cannot be: at least one is missing"
        return fault or CallbackFault(FaultKind.NOT_BASE64, reason), None
    if len(value) % 4 and fault is None:
        fault = CallbackFault(FaultKind.UNPADDED, "the padding (=) at the end of the base64 is missing or cut")
    try:
        return fault, base64.b64decode(digits + "=" * (-len(digits) % 4))
    except (binascii.Error, ValueError):
        return fault or CallbackFault(FaultKind.NOT_BASE64, "it is not base64"), None


def _foreign_fault(value: str, at: int) -> CallbackFault:
    """Tell what a character outside of base64's alphabet means."""
    other = _NEVER_BASE64.search(value)
    if other is not None:
        return _located(value, other.start(), FaultKind.NOT_BASE64, f"the character {other[0]!r} is none of base64")
    found = value[at]
    if found in "-_":
        reason = f"it is URL-safe base64: {found!r} stands where + or / does"
        return _located(value, at, FaultKind.URL_SAFE_BASE64, reason)
    reason = "a blank or line break stands inside of the base64 (a + that became a blank, or base64 in lines)"
    return _located(value, at, FaultKind.NOT_BASE64, reason)


def _located(value: str, at: int, kind: FaultKind, reason: str) -> CallbackFault:
    """Make a fault of the encoding: its place is given, its text is not, for that is the whole secret encoded."""
    return CallbackFault(kind, reason, len(value[:at].encode("utf-8", "replace")))


def _members(raw: bytes) -> tuple[dict[str, Any], CallbackFault | None]:
    """Return the members of the JSON object, and what is wrong with it."""
    if _WHOLE_BASE64.match(raw):
        inner = _decode_leniently(raw)
        if inner.lstrip()[:1] == b"{":
            return {}, CallbackFault(FaultKind.DOUBLE_BASE64, "it is base64 of base64: encoded twice")
    fault = find_json_fault(raw)
    if fault is not None:
        if fault.kind is FaultKind.NOT_UTF8 and not _looks_like_text(raw):
            reason = "it decodes to bytes that are no text, so it is no base64 of JSON"
            fault = CallbackFault(FaultKind.NOT_BASE64, reason, None, "", fault.raw)
        return {}, fault
    try:
        document = parse_json(raw.decode())
    except (ValueError, RecursionError):
        return {}, None
    if not isinstance(document, dict):
        return {}, fault_at(raw, 0, FaultKind.MEMBER, f"it is a JSON {type_name(document)} and no object")
    return {_plain(name): _plain(value) for name, value in document.items()}, None


def _plain(value: Any) -> Any:
    """Replace what JSON's escapes can spell and no output can hold: half a surrogate pair."""
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return value


def type_name(value: object) -> str:
    """Name the JSON type of a parsed value."""
    match value:
        case dict():
            return "object"
        case list():
            return "array"
        case bool():
            return "boolean"
        case None:
            return "null"
        case str():
            return "string"
        case _:
            return "number"


def _decode_leniently(raw: bytes) -> bytes:
    try:
        return base64.b64decode(raw)
    except (binascii.Error, ValueError):
        return b""


def _looks_like_text(raw: bytes) -> bool:
    """Tell text in a legacy encoding (GBK) from bytes that mean nothing: JSON begins with a brace in all of them."""
    return raw.lstrip()[:1] in {b"{", b"["}
