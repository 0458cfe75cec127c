"""The times of one exchange: what the client signed, what the server stated, what the server said about it.

Everything is found by one search over a head and read through `parse_date`, which remembers texts; evidence is built
only where something is wrong. Source: OSS API reference, signatures in headers; error document of RequestTimeTooSkewed.
"""

import re
from functools import lru_cache

from osspcap.model.exchange import Exchange
from osspcap.model.headform import HeadForm
from osspcap.model.headshape import MAX_SHAPES
from osspcap.model.message import Message
from osspcap.model.operation import Operation, Scheme
from osspcap.model.pattern import pattern
from osspcap.model.seen import Seen
from osspcap.model.usual import UsualKind, UsualMeaning
from osspcap.oss.dates import parse_date
from osspcap.units import NS_PER_S

SKEW_CODE = "RequestTimeTooSkewed"
SKEW_EC = "0002-00000504"
_SIGNING_DATE_EC = "0002-00000223"
_DATE_ECS = frozenset({"0002-00000502", "0002-00000503", "0002-00000505"})

HEADER_SCHEMES = frozenset({Scheme.V1_HEADER, Scheme.V2_HEADER, Scheme.V4_HEADER, Scheme.S3_HEADER})
"""Signed when they are sent, unlike signed URLs and forms."""
_PASSED_NO_DATE_CHECK = frozenset(
    {"SignatureDoesNotMatch", "InvalidAccessKeyId", "AccessDenied", "InvalidSecurityToken", "SecurityTokenExpired"}
)
"""Errors of authentication: OSS may have met them before it looked at the date."""

_find_special_date = pattern(rb"\nx-(?:oss|amz)-date[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE).search
_USUAL_DATES = (b"\nDate: ", b"\ndate: ")
_find_date = pattern(rb"\ndate[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE).search
_is_cached = pattern(rb"\n(?:age[ \t]*:[ \t]*0*[1-9]|x-cache(?:-lookup)?[ \t]*:[^\r\n]*hit)", re.IGNORECASE).search
_find_age = pattern(rb"\nage[ \t]*:[ \t]*([0-9]{1,9})[ \t]*\r?\n", re.IGNORECASE).search

TimePlaces = tuple[int, int, int]
"""Where a usual exchange holds its signed date, the server's date, and x-oss-server-time."""


def raw_date(raw_head: bytes) -> bytes | None:
    """Return the value of the first `Date` field; None without one. The usual spellings are found the fastest."""
    for name in _USUAL_DATES:
        start = raw_head.find(name)
        if start >= 0:
            end = raw_head.find(b"\n", start + 1)
            return raw_head[start + len(name) : end if end >= 0 else None].strip()
    found = _find_date(raw_head)
    return None if found is None else found[1].rstrip()


def raw_signed_time(request: Message) -> bytes | None:
    """Return the date that the signature covers: `x-oss-date`, else `Date`; None without either.

    Servers and most SDKs let `x-oss-date` go first; browsers cannot set `Date` at all.
    """
    if request.form is not None and (variable := variable_signed_time(request.form)) is not None:
        return request.values[variable]
    head = request.raw_head
    found = _find_special_date(head)
    return raw_date(head) if found is None else found[1].rstrip()


def signed_time_ns(request: Message) -> int | None:
    """Return the same as a time, ns; None if there is none that can be read."""
    raw = raw_signed_time(request)
    return None if raw is None else parse_date(raw)


def seen_signed_time(request: Message) -> Seen[str] | None:
    """Return the same with its origin."""
    fields = request.fields()
    for name in ("x-oss-date", "x-amz-date", "date"):
        line = fields.first(name)
        if line is not None:
            return request.seen(line)
    return None


def response_time_ns(response: Message) -> int | None:
    """Return the response's `Date`, ns; None if it has none that can be read."""
    if response.form is not None and (variable := variable_date(response.form)) is not None:
        return parse_date(response.values[variable])
    raw = raw_date(response.raw_head)
    return None if raw is None else parse_date(raw)


@lru_cache(MAX_SHAPES)
def variable_signed_time(form: HeadForm) -> int | None:
    """Return which of the values of a form is the signed date; None if that takes its lines."""
    names = form.shape.lines
    if b"x-amz-date" in names:
        return None
    return _variable(form, b"x-oss-date" if b"x-oss-date" in names else b"date")


@lru_cache(MAX_SHAPES)
def variable_date(form: HeadForm) -> int | None:
    """Return which of the values of a form is its first `Date`; likewise."""
    return _variable(form, b"date")


def _variable(form: HeadForm, name: bytes) -> int | None:
    line = form.line(name)
    if line is None or line.variable < 0 or line.start.strip() or line.end:
        return None
    return line.variable


def places_of_times(kind: UsualKind, meaning: UsualMeaning) -> TimePlaces | None:
    """Return the places in exchanges of a kind; None if one is missing, or nothing was signed when it was sent."""
    if meaning.signature is None or meaning.signature.scheme not in HEADER_SCHEMES or meaning.time_variable < 0:
        return None
    signed, stated = variable_signed_time(kind.asked), variable_date(kind.answered)
    return None if signed is None or stated is None else (signed, stated, meaning.time_variable)


def age_ns(response: Message) -> int | None:
    """Return how old the answer was when it was sent, by `Age`; 0 for a fresh one, None for a cached one without."""
    if _is_cached(response.raw_head) is None:
        return 0
    found = _find_age(response.raw_head)
    return None if found is None else int(found[1]) * NS_PER_S


def seen_response_time(response: Message) -> Seen[str] | None:
    """Return the response's `Date` with its origin."""
    line = response.fields().first("date")
    return None if line is None else response.seen(line)


def is_skew_stated(operation: Operation) -> bool:
    """Tell whether the server says that the signed time is too far off its own."""
    return operation.error is not None and operation.error.code.value == SKEW_CODE


def is_signing_date_stated(operation: Operation) -> bool:
    """Tell whether the server says that the day in a V4 credential is not its own: the other shape of a skew."""
    error = operation.error
    if error is None or error.code.value not in {"InvalidArgument", "AccessDenied"}:
        return False
    message = "" if error.message is None else error.message.value.lower()
    return "signing date" in message or (error.ec is not None and error.ec.value == _SIGNING_DATE_EC)


def is_date_stated(operation: Operation) -> bool:
    """Tell whether the server says that it cannot read the date."""
    error = operation.error
    if error is None or error.code.value not in {"InvalidArgument", "AccessDenied"}:
        return False
    message = "" if error.message is None else error.message.value.lower()
    return "valid date" in message or (error.ec is not None and error.ec.value in _DATE_ECS)


def passed_date_check(exchange: Exchange, operation: Operation) -> bool:
    """Tell whether the answer shows that OSS took the date: a success, or an error about something later."""
    status = exchange.status
    if status is None or not operation.answered_by_oss:
        return False
    error = operation.error
    if status < 400 or error is None:
        return status < 400
    is_about_time = is_skew_stated(operation) or is_signing_date_stated(operation) or is_date_stated(operation)
    return not is_about_time and error.code.value not in _PASSED_NO_DATE_CHECK


def distance_ns(moment_ns: int, start_ns: int, end_ns: int) -> int:
    """Return how far a moment lies from an interval: negative in front of it, 0 inside, positive behind."""
    if moment_ns < start_ns:
        return moment_ns - start_ns
    return max(0, moment_ns - end_ns)
