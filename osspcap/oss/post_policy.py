"""The policy of a form: base64, then JSON, then an expiration and conditions; each checked as OSS does.

In: the field `policy` as sent. Out: a `Policy` with what is wrong at the first level that fails. Conditions are taken
apart here and held against the form in `osspcap.oss.post_conditions`.

Source: OSS API reference, PostObject, "Policy"; EC 0006-00000201 to 0006-00000227; OSS guide, "PostObject errors".
Cost: 50 us for a usual policy.
"""

import json
from typing import Any

from osspcap.model.callback import FaultKind
from osspcap.model.form import Condition, Policy
from osspcap.model.seen import Seen
from osspcap.oss.callback_encoding import decode_base64, type_name
from osspcap.oss.dates import parse_stated_time
from osspcap.oss.json_fault import JsonNumber, fault_at, find_json_fault, parse_json

MAX_CONDITIONS = 200
"""Conditions looked at; a policy has about five."""
MAX_TEXT_CHARS = 300
"""Characters of a condition shown."""

RANGE = "content-length-range"
EQ, STARTS_WITH, IN, NOT_IN = "eq", "starts-with", "in", "not-in"
_FIELD_MODES = frozenset({EQ, STARTS_WITH})
_LIST_MODES = frozenset({IN, NOT_IN})
_TOLERATED = frozenset({FaultKind.UNPADDED})
"""Oddities of base64 that decoders forgive: told, if OSS complains of the policy."""


def read_policy(origin: Seen[str]) -> Policy:
    """Decode a policy field; never raises on traffic."""
    fault, raw = decode_base64(origin.value.strip())
    if raw is None or (fault is not None and fault.kind not in _TOLERATED):
        return Policy(origin, base64_fault=fault)
    json_fault = find_json_fault(raw)
    if json_fault is not None:
        is_text = json_fault.kind is not FaultKind.NOT_UTF8 or raw.lstrip()[:1] in {b"{", b"["}
        if is_text:
            return Policy(origin, base64_fault=fault, json_fault=json_fault)
        reason = "it decodes to bytes that are no text"
        return Policy(origin, base64_fault=fault_at(origin.value.encode(), 0, FaultKind.NOT_BASE64, reason))
    try:
        document = parse_json(raw.decode())
    except (ValueError, RecursionError):
        return Policy(origin, json_fault=fault_at(raw, 0, FaultKind.GRAMMAR, "it is nested too deep"))
    if not isinstance(document, dict):
        reason = f"it is a JSON {type_name(document)} and no object"
        return Policy(origin, json_fault=fault_at(raw, 0, FaultKind.MEMBER, reason))
    expiration, expires_ns, expiration_fault = _expiration(document)
    conditions, conditions_fault = _conditions(document)
    return Policy(
        origin,
        base64_fault=fault,
        document=document,
        expiration=expiration,
        expires_ns=expires_ns,
        expiration_fault=expiration_fault,
        conditions=conditions,
        conditions_fault=conditions_fault,
    )


def _expiration(document: dict[str, Any]) -> tuple[str, int | None, str]:
    """Return the expiration as stated, as a time, and what is wrong with it."""
    if "expiration" not in document:
        return "", None, f"the policy has no expiration{_near(document, 'expiration')}"
    value = document["expiration"]
    if not isinstance(value, str):
        return "", None, f"the expiration is a JSON {type_name(value)} and must be a string"
    if not value.strip():
        return "", None, "the expiration is empty"
    expires_ns = parse_stated_time(value)
    if expires_ns is None:
        shown = value[:60]
        return value, None, f"the expiration {shown!r} is not in the form 2030-01-31T12:00:00.000Z"
    return value, expires_ns, ""


def _conditions(document: dict[str, Any]) -> tuple[tuple[Condition, ...], str]:
    """Return the conditions taken apart, and why none of them counts."""
    if "conditions" not in document:
        return (), f"the policy has no conditions{_near(document, 'conditions')}"
    value = document["conditions"]
    if not isinstance(value, list):
        return (), f"conditions is a JSON {type_name(value)} and must be an array"
    if not value:
        return (), "the array conditions is empty, and at least one condition must be in it"
    return tuple(_condition(item) for item in value[:MAX_CONDITIONS]), ""


def _near(document: dict[str, Any], name: str) -> str:
    """Point to a member whose name is written otherwise."""
    near = next((other for other in document if other.lower().rstrip("s") == name.rstrip("s")), "")
    return f" (it has {near[:40]!r})" if near else ""


def _condition(item: Any) -> Condition:
    text = condition_text(item)
    if isinstance(item, dict):
        if len(item) != 1:
            fault = f"an object must have exactly one member, and it has {len(item)}"
            return Condition(text, EQ, fault=fault)
        name, value = next(iter(item.items()))
        return _field_condition(text, EQ, f"${name}", value)
    if not isinstance(item, list):
        return Condition(text, "", fault=f"it is a JSON {type_name(item)}, and must be an array or an object")
    mode = item[0] if item and isinstance(item[0], str) else ""
    lowered = mode.lower()
    if lowered == RANGE:
        return _range_condition(text, item)
    if lowered in _FIELD_MODES | _LIST_MODES and len(item) == 3:
        return _field_condition(text, lowered, item[1], item[2])
    if lowered in _FIELD_MODES | _LIST_MODES:
        return Condition(text, lowered, fault=f"{lowered} takes a field and a value, and {len(item) - 1} are given")
    fault = "it begins with none of eq, starts-with, in, not-in and content-length-range"
    return Condition(text, "", fault=fault)


def _field_condition(text: str, mode: str, field: Any, value: Any) -> Condition:
    if not isinstance(field, str):
        return Condition(text, mode, fault=f"the field's name is a JSON {type_name(field)} and must be a string")
    if not field.startswith("$"):
        return Condition(text, mode, field, fault=f"the field's name {field[:60]!r} does not begin with $")
    name = field[1:]
    if mode in _LIST_MODES:
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            return Condition(text, mode, name, fault="the values must be an array of strings")
        shown = ", ".join(repr(one) for one in value)[:MAX_TEXT_CHARS]
        return Condition(text, mode, name, shown, tuple(value))
    if not isinstance(value, str):
        return Condition(text, mode, name, fault=f"the value is a JSON {type_name(value)} and must be a string")
    return Condition(text, mode, name, value)


def _range_condition(text: str, item: list[Any]) -> Condition:
    if len(item) != 3:
        return Condition(text, RANGE, fault=f"it takes a minimum and a maximum, and {len(item) - 1} are given")
    for name, value in (("minimum", item[1]), ("maximum", item[2])):
        if not isinstance(value, JsonNumber):
            return Condition(text, RANGE, fault=f"the {name} is a JSON {type_name(value)} and must be a number")
        if not value.text.isdigit():
            return Condition(text, RANGE, fault=f"the {name} {value.text[:30]} is no whole number of bytes")
    low, high = item[1].text[:20], item[2].text[:20]
    fault = f"the maximum {high} is below the minimum {low}" if int(high) < int(low) else ""
    return Condition(text, RANGE, "", f"{low} to {high}", fault=fault)


def range_of(condition: Condition) -> tuple[int, int] | None:
    """Return the bounds of a content-length-range in bytes; None if it is none or unusable."""
    if condition.mode != RANGE or condition.fault:
        return None
    low, _, high = condition.wanted.partition(" to ")
    return int(low), int(high)


def condition_text(item: Any) -> str:
    """Write a condition as compact JSON, cut where it is very long."""
    text = json.dumps(_plain(item), ensure_ascii=False, separators=(",", ":"))
    return text if len(text) <= MAX_TEXT_CHARS else text[: MAX_TEXT_CHARS - 3] + "..."


def _plain(item: Any, depth: int = 4) -> Any:
    """Turn numbers back into numbers for writing; what is nested deeper is left out."""
    if isinstance(item, JsonNumber):
        digits = item.text[:30]
        return int(digits) if digits.isdigit() else digits
    if isinstance(item, list):
        return [_plain(one, depth - 1) for one in item[:MAX_CONDITIONS]] if depth else "..."
    if isinstance(item, dict):
        return {name: _plain(value, depth - 1) for name, value in item.items()} if depth else "..."
    return item.encode("utf-8", "replace").decode() if isinstance(item, str) else item
