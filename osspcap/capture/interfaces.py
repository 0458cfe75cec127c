"""pcapng interfaces: their descriptions, and the conversion of their time stamps to nanoseconds.

Source: draft-ietf-opsawg-pcapng sections 4.2 (Interface Description Block) and 4.3 (time stamps).
"""

import struct
from collections.abc import Iterator
from dataclasses import field

import numpy as np
import numpy.typing as npt

from osspcap.model.packets import Int64Column, distinct
from osspcap.model.record import growing_record
from osspcap.units import NS_PER_S

MAX_INTERFACES = 65_536
"""Interface descriptions in one file, over all sections; `any` on the largest hosts has some thousands."""

MAX_NAME_BYTES = 256
"""Bytes kept of an interface name; Linux allows 15, Windows device paths have about 50."""

_OPTION_END, _OPTION_NAME, _OPTION_TSRESOL, _OPTION_TSOFFSET = 0, 2, 9, 14
_DEFAULT_TSRESOL = 6  # microseconds, if the option is absent (section 4.2)
_MAX_SECONDS = 2**32  # keeps nanoseconds, and differences of two of them, inside int64; the year 2106
_FRACTION_BITS = 32  # bits kept of a binary fraction of a second: 0.23 ns


def _options(body: bytes, order: str) -> Iterator[tuple[int, bytes]]:
    """Yield code and value of each option; stops at the end mark or where a length leaves the block."""
    at = 0
    while at + 4 <= len(body):
        code, length = struct.unpack_from(order + "HH", body, at)
        if code == _OPTION_END or at + 4 + length > len(body):
            return
        yield code, body[at + 4 : at + 4 + length]
        at += 4 + length + -length % 4


@growing_record
class InterfaceTable:
    """All interfaces of a file, over all its sections, in order of appearance."""

    links: list[int] = field(default_factory=list)
    """Link types."""
    snaplens: list[int] = field(default_factory=list)
    """Snap lengths; 0 for none."""
    resolutions: list[int] = field(default_factory=list)
    """`if_tsresol` bytes: a negative power of 10, or of 2 with the top bit set."""
    offsets_s: list[int] = field(default_factory=list)
    """`if_tsoffset`: seconds to add to each time stamp."""
    names: list[str] = field(default_factory=list)
    """`if_name` of the interfaces that have one."""

    def add(self, body: bytes, order: str) -> None:
        """Append the interface that an Interface Description Block describes.

        Args:
            body: The block between its two lengths; at least 8 bytes.
            order: Byte order of the section, as `struct` writes it.
        """
        link, _reserved, snaplen = struct.unpack_from(order + "HHI", body)
        resolution, offset_s = _DEFAULT_TSRESOL, 0
        for code, value in _options(body[8:], order):
            if code == _OPTION_TSRESOL and len(value) == 1:
                resolution = value[0]
            elif code == _OPTION_TSOFFSET and len(value) == 8:
                (offset_s,) = struct.unpack(order + "q", value)
            elif code == _OPTION_NAME:
                self.names.append(value[:MAX_NAME_BYTES].rstrip(b"\0").decode("utf-8", "replace"))
        self.links.append(link)
        self.snaplens.append(snaplen)
        self.resolutions.append(resolution)
        self.offsets_s.append(max(-_MAX_SECONDS, min(offset_s, _MAX_SECONDS)))

    def times(self, interface: Int64Column, ticks: npt.NDArray[np.uint64]) -> Int64Column:
        """Convert time stamps to nanoseconds since 1970.

        Args:
            interface: int64 (n,): index of each packet's interface in this table.
            ticks: uint64 (n,): time stamps in units of the interface's resolution.

        Returns:
            int64 (n,): nanoseconds, rounded down; stamps beyond 2106 are drawn in to it.
        """
        result = np.zeros(len(ticks), np.int64)
        if not len(ticks):
            return result
        resolution = np.array(self.resolutions, np.uint8)[interface]
        for value in distinct(resolution).tolist():
            rows = slice(None) if len(self.resolutions) == 1 else resolution == value
            seconds, fraction_ns = _split(ticks[rows], value)
            offset_s = np.array(self.offsets_s, np.int64)[interface[rows]]
            seconds = np.clip(seconds + offset_s, -_MAX_SECONDS, _MAX_SECONDS)
            result[rows] = seconds * NS_PER_S + fraction_ns
        return result


def _split(ticks: npt.NDArray[np.uint64], resolution: int) -> tuple[Int64Column, Int64Column]:
    """Split time stamps into whole seconds (at most `_MAX_SECONDS`) and nanoseconds."""
    power = resolution & 0x7F
    if resolution & 0x80:
        if power >= 64:  # every 64-bit stamp is less than a second
            seconds = np.zeros_like(ticks)
            fraction = ticks >> np.uint64(min(power - _FRACTION_BITS, 63))
        else:
            seconds = ticks >> np.uint64(power)
            fraction = ticks & np.uint64((1 << power) - 1)
            shift = power - _FRACTION_BITS
            fraction = fraction >> np.uint64(shift) if shift > 0 else fraction << np.uint64(-shift)
        nanoseconds = (fraction * np.uint64(NS_PER_S)) >> np.uint64(_FRACTION_BITS)
    elif power <= 9:
        seconds, rest = np.divmod(ticks, np.uint64(10**power))
        nanoseconds = rest * np.uint64(10 ** (9 - power))
    else:
        unit = 10 ** (power - 9)  # ticks per nanosecond
        whole = ticks // np.uint64(unit) if unit < 2**64 else np.zeros_like(ticks)
        seconds, nanoseconds = np.divmod(whole, np.uint64(NS_PER_S))
    return np.minimum(seconds, np.uint64(_MAX_SECONDS)).astype(np.int64), nanoseconds.astype(np.int64)
