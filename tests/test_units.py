import pytest

from osspcap.units import format_bytes, format_duration, format_time


@pytest.mark.parametrize(
    ("ts_ns", "text"),
    [
        (1_546_068_754_000_000_000, "2018-12-29T07:32:34.000000Z"),
        (1_546_068_754_123_456_789, "2018-12-29T07:32:34.123456Z"),
        (0, "1970-01-01T00:00:00.000000Z"),
        (2**63 - 1, "2262-04-11T23:47:16.854775Z"),
        (10**30, "@1000000000000000000000"),
    ],
)
def test_time_is_iso_8601_in_utc(ts_ns: int, text: str) -> None:
    assert format_time(ts_ns) == text


@pytest.mark.parametrize(
    ("duration_ns", "text"),
    [
        (120_000, "0.12 ms"),
        (12_340_000, "12.3 ms"),
        (850_000_000, "850 ms"),
        (12_300_000_000, "12.3 s"),
        (245_000_000_000, "4 min 5 s"),
        (28_800_000_000_000, "8 h 0 min"),
        (-69_000_000_000, "-69 s"),
    ],
)
def test_duration_has_the_unit_a_reader_would_choose(duration_ns: int, text: str) -> None:
    assert format_duration(duration_ns) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(1, "1 byte"), (812, "812 bytes"), (65536, "64.0 KiB"), (1 << 30, "1.0 GiB"), (1 << 45, "32.0 TiB")],
)
def test_size_has_binary_units(count: int, text: str) -> None:
    assert format_bytes(count) == text
