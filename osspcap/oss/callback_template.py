"""callbackBody: the placeholders that OSS fills in, and whether the result will be what the body's type says.

OSS replaces `${bucket}`, its other system variables and `${x:...}` of the request's own variables. It knows no other
names, in exactly this spelling, and leaves percent-encoded placeholders (`%24%7Bbucket%7D`) alone.

Source: OSS API reference, Callback (callbackBody, callbackBodyType, system variables). O(length), at most 5 KB in
anything that OSS accepts and bounded by the caller.
"""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import islice

from osspcap.model.callback import CallbackFault, FaultKind
from osspcap.model.pattern import pattern
from osspcap.oss.json_fault import find_json_fault

SYSTEM_VARIABLES = frozenset(
    (
        *("bucket", "object", "etag", "size", "mimeType", "crc64", "contentMd5"),
        *("imageInfo.height", "imageInfo.width", "imageInfo.format"),
        *("vpcId", "clientIp", "reqId", "operation"),
    )
)
"""Case matters."""
JSON_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded"
MAX_FAULTS = 20

_PLACEHOLDER = pattern(r"\$\{([^{}\"]{0,128})\}")
_ENCODED = pattern(r"%24(?:%7B|\{)|\$%7B", re.IGNORECASE)
_OTHER_SYNTAX = pattern(
    r"(?:\$\(|(?<![$\"\w])\{\{?|%\()(bucket|object|etag|size|mimeType|filename)(?:\)s?|\}\}?)", re.IGNORECASE
)


@lru_cache(maxsize=64)
def template_faults(body: str, body_type: str, variables: frozenset[str] | None) -> tuple[CallbackFault, ...]:
    """Return what OSS will not fill in, and where the body is not what its type says.

    Args:
        body: callbackBody as decoded.
        body_type: callbackBodyType; empty for OSS's default, a form.
        variables: Names of the variables that the request brings, with `x:`; None if they are not all known.
    """
    faults = [*islice(_placeholder_faults(body, variables), MAX_FAULTS)]
    fault = _type_fault(body, body_type.partition(";")[0].strip().lower() or FORM_TYPE)
    return (*faults, fault) if fault is not None else tuple(faults)


def _placeholder_faults(body: str, variables: Collection[str] | None) -> Iterator[CallbackFault]:
    told: set[str] = set()
    for found in _PLACEHOLDER.finditer(body):
        name = found[1]
        if name in told:
            continue
        told.add(name)
        reason = _unknown(name, variables)
        if reason:
            yield _fault(body, found.start(), f"${{{name}}} {reason}")
    encoded = _ENCODED.search(body)
    if encoded is not None:
        yield _fault(
            body, encoded.start(), f"a placeholder is percent-encoded ({encoded[0]}), and OSS fills in ${{...}} only"
        )
    other = _OTHER_SYNTAX.search(body)
    if other is not None:
        yield _fault(body, other.start(), f"{other[0]} is no placeholder of OSS, which knows ${{{other[1]}}}")


def _unknown(name: str, variables: Collection[str] | None) -> str:
    """Return why OSS does not know a variable, as the end of a sentence; empty if it does."""
    if name in SYSTEM_VARIABLES:
        return ""
    if name.startswith("x:"):
        if variables is None or name in variables:
            return ""
        others = [other for other in variables if other.lower() == name.lower()]
        hint = f" ({others[0]} is)" if others else ""
        return f"is not among the variables that the request brings{hint}"
    right = next((known for known in SYSTEM_VARIABLES if known.lower() == name.strip().lower()), "")
    if right:
        return f"is not spelled as OSS knows it: ${{{right}}}"
    if variables is not None and f"x:{name}" in variables:
        return f"lacks the prefix of the request's own variables: ${{x:{name}}}"
    return "is no variable of OSS, and names of the request's own begin with x:"


def _type_fault(body: str, body_type: str) -> CallbackFault | None:
    """Hold the body, filled in with sample values, against its type."""
    if body_type == JSON_TYPE:
        # OSS's own examples write ${object} bare and count on the quotes that OSS adds; with quotes it is read too.
        sample = _PLACEHOLDER.sub("0", body)
        fault = find_json_fault(sample.encode("utf-8", "replace"))
        if fault is None:
            return None
        reason = f"callbackBodyType is {JSON_TYPE}, but the body is not JSON: {fault.reason}"
        return CallbackFault(FaultKind.MEMBER, reason, fault.offset, fault.near)
    if body_type == FORM_TYPE and body.lstrip()[:1] == "{" and body.rstrip()[-1:] == "}":
        reason = f"the body is JSON, but callbackBodyType is {FORM_TYPE} (the default), and values come percent-encoded"
        return CallbackFault(FaultKind.MEMBER, reason)
    return None


def _fault(body: str, at: int, reason: str) -> CallbackFault:
    """Make a fault; the placeholder that it names is all of the body that is shown."""
    return CallbackFault(FaultKind.PLACEHOLDER, reason, len(body[:at].encode("utf-8", "replace")))
