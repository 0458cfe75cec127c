"""Requests for a range of an object that were answered with all of it.

In: a GET with a Range field. Out: a `RangeAnswer` if OSS answered 200; None if it sent the range, or nothing. OSS
sends the whole object where it cannot make sense of a range, unless the request says `x-oss-range-behavior: standard`.

Source: OSS API reference, GetObject, "Range"; RFC 9110 section 14. Cost: 2 us for a request with a Range field.
"""

from osspcap.model.exchange import Exchange
from osspcap.model.media import RangeAnswer
from osspcap.model.operation import Role
from osspcap.model.pattern import pattern
from osspcap.oss.facts import Context

_BROWSER = "Mozilla/"
_RANGE = pattern(r"bytes=(?:([0-9]{1,18})-([0-9]{0,18})|-([0-9]{1,18}))\Z")


def gather_range_answer(exchange: Exchange, _context: Context) -> RangeAnswer | None:
    """Return what a range was answered with, if it was all of the object."""
    request, response, operation = exchange.request, exchange.response, exchange.operation
    if request is None or response is None or operation is None or request.method != "GET":
        return None
    if response.status != 200 or operation.role is not Role.OSS or operation.object is None:
        return None
    fields = request.fields()
    line = fields.first("Range")
    if line is None or "If-Range" in fields or "x-oss-process" in request.target:
        return None  # with If-Range, 200 says that the object has changed
    answered = response.fields()
    if "Content-Range" in answered:
        return None
    length = response.body.announced
    start, is_satisfiable, fault = _read(line.value.strip(), length)
    is_player = fields.get("User-Agent").startswith(_BROWSER)
    if start == 0 and not fault and _asks_for_all(line.value, length, is_player=is_player):
        return None
    return RangeAnswer(request.seen(line), start, length, is_satisfiable, fault)


def _read(text: str, length: int | None) -> tuple[int | None, bool, str]:
    """Return the first byte asked for, whether the object has it, and what is wrong with the field."""
    found = _RANGE.match(text)
    if found is None:
        reason = "it asks for several ranges at once" if text.count("-") > 1 and "," in text else "it is malformed"
        return None, False, reason
    if found[3] is not None:
        return None, int(found[3]) > 0, ""
    start = int(found[1])
    if found[2] and int(found[2]) < start:
        return start, False, "it ends before it begins"
    if length is not None and start >= length:
        return start, False, f"it begins at byte {start:,}, and the object has {length:,} bytes"
    if found[2] and length is not None and int(found[2]) >= length:
        return start, False, f"it ends at byte {int(found[2]):,}, and the object has {length:,} bytes"
    return start, True, ""


def _asks_for_all(text: str, length: int | None, *, is_player: bool) -> bool:
    """Tell whether the range is the whole object: 200 then loses nothing, but tells players that they cannot seek."""
    end = text.strip().rpartition("-")[2]
    if not end:
        return not is_player
    return length is not None and int(end) == length - 1
