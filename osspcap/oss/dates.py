"""Dates as OSS's clients and servers write them: read strictly, and where that fails, told what is wrong with them.

Two forms are right in a request: the date of HTTP (`Fri, 20 Nov 2026 21:29:08 GMT`, RFC 9110 section 5.6.7) and the
basic form of ISO 8601 that V4 signs (`20261120T212908Z`). Error documents of OSS state times in the extended form
(`2026-11-20T21:29:08.000Z`). The text of a date repeats within a second, so that results are remembered by bytes.
"""

import re
from calendar import timegm
from functools import lru_cache

from osspcap.model.pattern import pattern
from osspcap.units import NS_PER_S

MAX_DATE_BYTES = 64
"""A date is half as long; longer values are malformed and never remembered."""
REMEMBERED_DATES = 4_096
"""An hour of traffic with a date a second."""

_MONTHS = {
    name: number
    for number, name in enumerate(
        (b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"), start=1
    )
}
_HTTP = pattern(
    rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), ([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT"
)
_BASIC = pattern(rb"([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})Z")
_EXTENDED = pattern(rb"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?Z")
_DAYS_IN_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

_EPOCH = pattern(r"-?[0-9]{9,19}(?:\.[0-9]+)?")
_ISO = pattern(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ].*)?")
_NEARLY_BASIC = pattern(r"[0-9]{8}(?:[Tt ]?[0-9]{4,6}(?:\.[0-9]+)?(?:Z|z|[+-][0-9]{2}:?[0-9]{2})?)?")
_OTHER_ZONE = pattern(r"(?<=[0-9 ])(?:[+-][0-9]{2}:?[0-9]{2}|UTC|UT|Z|[A-Z]{3,4}|GMT ?[+-][0-9:]+)$")
_SHORT_YEAR = pattern(r"[0-9]{1,2}[- ][A-Za-z]{3}[- ][0-9]{2}(?: |$)")
_SHAPE = pattern(r"[A-Za-z]{3}, [0-9]{2} [A-Za-z]{3} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT")
_WORD = pattern(r"[^\W\d_]+")
_ENGLISH = pattern(
    r"mon(?:day)?|tue(?:sday)?|wed(?:nesday)?|thu(?:rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
    r"|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:tember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|gmt|utc?|[tz]|[ap]m",
    re.IGNORECASE,
)


def parse_date(raw: bytes) -> int | None:
    """Return the time that a date of a request or response states, in ns since 1970; None if it is malformed.

    Costs 0.1 us for a text that was seen before, 2 us for a new one.
    """
    return _parse(raw) if len(raw) <= MAX_DATE_BYTES else None


def parse_stated_time(text: str) -> int | None:
    """Return the time that an error document states (`RequestTime`, `ServerTime`), in ns; None if it states none."""
    try:
        raw = text.strip().encode("ascii")
    except UnicodeEncodeError:
        return None
    if len(raw) > MAX_DATE_BYTES:
        return None
    found = _EXTENDED.fullmatch(raw)
    if found is None:
        return _parse(raw)
    year, month, day, hour, minute, second, fraction = found.groups()
    whole = _moment(int(year), int(month), int(day), int(hour), int(minute), int(second))
    return None if whole is None else whole + int((fraction or b"0").ljust(9, b"0"))


@lru_cache(REMEMBERED_DATES)
def _parse(raw: bytes) -> int | None:
    found = _HTTP.fullmatch(raw)
    if found is not None:
        day, name, year, hour, minute, second = found.groups()
        month = _MONTHS.get(name)
        return None if month is None else _moment(int(year), month, int(day), int(hour), int(minute), int(second))
    found = _BASIC.fullmatch(raw)
    return None if found is None else _moment(*map(int, found.groups()))


def _moment(year: int, month: int, day: int, hour: int, minute: int, second: int) -> int | None:
    """Return ns since 1970; None for what no calendar holds. A leap second (60) is taken for the one behind it."""
    if year < 1 or not 1 <= month <= 12 or not 1 <= day <= _DAYS_IN_MONTH[month - 1]:
        return None
    if month == 2 and day == 29 and (year % 4 or (year % 100 == 0 and year % 400)):
        return None
    if hour > 23 or minute > 59 or second > 60:
        return None
    return timegm((year, month, day, hour, minute, second)) * NS_PER_S


def fault_of(text: str) -> str:
    """Say what is wrong with a date that `parse_date` does not take, in words that follow "the date"."""
    text = text.strip()
    if not text:
        return "is empty"
    if len(text) > MAX_DATE_BYTES:
        return f"has {len(text)} characters"
    if _EPOCH.fullmatch(text):
        return "is a number of seconds or milliseconds since 1970"
    if _ISO.fullmatch(text):
        return "is written in the extended form of ISO 8601, with hyphens and colons"
    if _NEARLY_BASIC.fullmatch(text):
        return "is not quite the basic form of ISO 8601 (yyyymmddThhmmssZ)"
    foreign = [word for word in _WORD.findall(text) if not _ENGLISH.fullmatch(word)]
    if not text.isascii() or any(not word.isupper() for word in foreign):
        return f"has names in a language other than English ({', '.join(foreign) or 'not ASCII'})"
    return _fault_of_http_date(text)


def _fault_of_http_date(text: str) -> str:
    """Say what is wrong with a date that looks like one of HTTP."""
    if _SHORT_YEAR.search(text):
        return "has a year of two digits"
    if _SHAPE.fullmatch(text):
        return "names a day or time that does not exist, or a name in the wrong case"
    if not text.endswith("GMT"):
        zone = _OTHER_ZONE.search(text)
        return f"states the zone {zone[0]} instead of GMT" if zone is not None else "does not end with GMT"
    return "is not in the form of HTTP dates"
