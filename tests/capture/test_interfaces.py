import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.capture.interfaces import InterfaceTable
from tests.build.containers import interface, option


def table(*blocks: bytes, order: str = "<") -> InterfaceTable:
    result = InterfaceTable()
    for block in blocks:
        result.add(block[8:-4], order)
    return result


def times(interfaces: InterfaceTable, *stamps: tuple[int, int]) -> list[int]:
    columns = [np.array(column) for column in zip(*stamps, strict=True)]
    result: list[int] = interfaces.times(columns[0].astype(np.int64), columns[1].astype(np.uint64)).tolist()
    return result


def test_description_is_read_in_both_byte_orders() -> None:
    for order in "<>":
        found = table(interface(113, snaplen=96, resolution=9, offset_s=-5, name="eth0", order=order), order=order)
        assert (found.links, found.snaplens, found.resolutions) == ([113], [96], [9])
        assert (found.offsets_s, found.names) == ([-5], ["eth0"])


@pytest.mark.parametrize(
    ("resolution", "ticks", "expected_ns"),
    [
        (None, 1_500_000, 1_500_000_000),
        (0, 3, 3_000_000_000),
        (3, 1_501, 1_501_000_000),
        (6, 1_500_001, 1_500_001_000),
        (9, 1_500_000_001, 1_500_000_001),
        (12, 1_500_000_001_999, 1_500_000_001),
        (127, 2**64 - 1, 0),
        (0x80, 7, 7_000_000_000),
        (0x81, 3, 1_500_000_000),
        (0x80 | 20, 3 << 19, 1_500_000_000),
        (0x80 | 32, 5 << 31, 2_500_000_000),
        (0x80 | 40, 5 << 39, 2_500_000_000),
        (0x80 | 63, 1 << 62, 500_000_000),
        (0x80 | 64, 1 << 63, 500_000_000),
        (0xFF, 2**64 - 1, 0),
    ],
)
def test_stamps_become_nanoseconds_in_every_resolution(resolution: int | None, ticks: int, expected_ns: int) -> None:
    assert times(table(interface(resolution=resolution)), (0, ticks)) == [expected_ns]


def test_each_interface_has_its_own_resolution_and_offset() -> None:
    found = table(interface(resolution=9), interface(resolution=0, offset_s=10), interface())
    assert times(found, (0, 5), (1, 2), (2, 1), (1, 3)) == [5, 12_000_000_000, 1000, 13_000_000_000]


@given(st.integers(0, 255), st.integers(0, 2**64 - 1), st.integers(-(2**63), 2**63 - 1))
def test_any_stamp_stays_in_a_range_whose_differences_fit(resolution: int, ticks: int, offset_s: int) -> None:
    (result,) = times(table(interface(resolution=resolution, offset_s=offset_s)), (0, ticks))
    assert abs(result) < 2**62 + 10**9


@given(st.integers(0, 9), st.integers(0, 2**32 * 10**6))
def test_decimal_stamps_are_exact(power: int, ticks: int) -> None:
    expected = min(ticks // 10**power, 2**32) * 10**9 + ticks % 10**power * 10 ** (9 - power)
    assert times(table(interface(resolution=power)), (0, ticks)) == [expected]


def test_options_that_leave_the_block_are_ignored() -> None:
    broken = interface()[:16] + option(2, b"eth0")[:3] + b"\xff\xff\xff\xff" + bytes(4)
    assert table(broken).names == []
