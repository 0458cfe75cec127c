from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.oss.dates import fault_of, parse_date, parse_stated_time

MOMENT = datetime(2026, 11, 20, 21, 29, 8, tzinfo=UTC)
MOMENT_NS = int(MOMENT.timestamp()) * 10**9


@pytest.mark.parametrize("raw", [b"Fri, 20 Nov 2026 21:29:08 GMT", b"20261120T212908Z"])
def test_both_forms_of_a_request_are_read(raw: bytes) -> None:
    assert parse_date(raw) == MOMENT_NS


def test_the_extended_form_is_read_in_error_documents_only() -> None:
    assert parse_date(b"2026-11-20T21:29:08.000Z") is None
    assert parse_stated_time(" 2026-11-20T21:29:08.250Z ") == MOMENT_NS + 250_000_000
    assert parse_stated_time("2026-11-20T21:29:08Z") == MOMENT_NS
    assert parse_stated_time("Fri, 20 Nov 2026 21:29:08 GMT") == MOMENT_NS
    assert parse_stated_time("2026年11月20日") is None
    assert parse_stated_time("2" * 100) is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("周五, 20 11月 2026 21:29:08 GMT", "a language other than English (周五, 月)"),
        ("星期五, 20 十一月 2026 21:29:08 GMT", "a language other than English"),
        ("Fr, 20 Nov 2026 21:29:08 GMT", "a language other than English (Fr)"),
        ("Do, 03 Dez 2026 21:29:08 GMT", "a language other than English (Do, Dez)"),
        ("ven., 20 nov. 2026 21:29:08 GMT", "a language other than English (ven)"),
        ("Fri, 20 Nov 2026 21:29:08", "does not end with GMT"),
        ("Fri, 20 Nov 2026 21:29:08 +0800", "states the zone +0800 instead of GMT"),
        ("Fri Nov 20 21:29:08 CST 2026", "does not end with GMT"),
        ("Fri, 20 Nov 2026 21:29:08 CST", "states the zone CST instead of GMT"),
        ("Fri, 20 Nov 2026 21:29:08 UTC", "states the zone UTC instead of GMT"),
        ("Friday, 20-Nov-26 21:29:08 GMT", "a year of two digits"),
        ("1795210148", "is a number of seconds"),
        ("1795210148123", "is a number of seconds or milliseconds"),
        ("2026-11-20T21:29:08Z", "the extended form of ISO 8601"),
        ("2026-11-20 21:29:08", "the extended form of ISO 8601"),
        ("20261120T212908", "not quite the basic form"),
        ("20261120T212908.000Z", "not quite the basic form"),
        ("Fri, 31 Nov 2026 21:29:08 GMT", "does not exist"),
        ("Fri, 20 Nov 2026 25:29:08 GMT", "does not exist"),
        ("Fri, 6 Nov 2026 21:29:08 GMT", "not in the form of HTTP dates"),
        ("", "is empty"),
        ("x" * 500, "has 500 characters"),
    ],
)
def test_what_is_wrong_with_a_date_is_told(text: str, fault: str) -> None:
    assert parse_date(text.encode()) is None
    assert fault in fault_of(text)


def test_february_has_29_days_in_leap_years_only() -> None:
    assert parse_date(b"20240229T000000Z") is not None
    assert parse_date(b"20000229T000000Z") is not None
    assert parse_date(b"20230229T000000Z") is None
    assert parse_date(b"21000229T000000Z") is None


def test_a_leap_second_is_a_time() -> None:
    assert parse_date(b"20161231T235960Z") == parse_date(b"20170101T000000Z")


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9999, 12, 31)))  # noqa: DTZ001 - bounds
def test_every_moment_is_read_as_it_was_written(moment: datetime) -> None:
    utc = moment.replace(tzinfo=UTC, microsecond=0)
    expected = int((utc - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 10**9
    assert parse_date(format_datetime(utc, usegmt=True).encode()) == expected
    assert parse_date(f"{utc:%Y%m%dT%H%M%SZ}".encode()) == expected


@given(st.binary(max_size=80))
def test_no_bytes_raise(raw: bytes) -> None:
    parse_date(raw)
    text = raw.decode("latin-1")
    parse_stated_time(text)
    assert fault_of(text)
