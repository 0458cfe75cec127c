"""TCP packets as columns: the bounded table that the capture stage hands to the TCP stage, chunk by chunk.

A table holds TCP packets only, in file order. What else the file holds is counted in `CaptureInfo`.
Cost: about 70 bytes a packet in columns, plus the chunk's own buffer.
"""

import ipaddress
from dataclasses import field
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from osspcap.model.record import growing_record, record

Int64Column = npt.NDArray[np.int64]
UInt32Column = npt.NDArray[np.uint32]
UInt16Column = npt.NDArray[np.uint16]
UInt8Column = npt.NDArray[np.uint8]

FIN, SYN, RST, PSH, ACK, URG = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
"""Bits of the `flags` column (RFC 9293 section 3.1)."""


_Values = TypeVar("_Values", bound=np.generic)


def distinct(values: npt.NDArray[_Values]) -> npt.NDArray[_Values]:
    """Return the distinct values of a column, ascending: `numpy.unique`, which loads `numpy.ma` (10 ms) for this."""
    ordered = np.sort(values)
    is_first = np.ones(len(ordered), np.bool_)
    is_first[1:] = ordered[1:] != ordered[:-1]
    return ordered[is_first]


def stretches(buffer: bytearray | memoryview, size: int) -> npt.NDArray[np.void]:
    """Return all stretches of a size in a buffer, by where they begin; indexed by many places it copies each at once.

    Args:
        buffer: Anything; of one shorter than `size` there are none.
        size: Bytes of a stretch, at least 1.
    """
    return np.ndarray((max(len(buffer) - size + 1, 0),), np.dtype((np.void, size)), buffer, strides=(1,))


@growing_record
class AddressBook:
    """Numbers every IP address of a capture once, so that columns hold 4-byte numbers instead of addresses."""

    packed: list[bytes] = field(default_factory=list)
    """Addresses in order of their number: 4 bytes for IPv4, 16 for IPv6."""
    _numbers: dict[bytes, int] = field(default_factory=dict)

    def number(self, packed: bytes) -> int:
        """Return the number of a 4- or 16-byte address, giving it one if it is new."""
        number = self._numbers.get(packed)
        if number is None:
            number = self._numbers[packed] = len(self.packed)
            self.packed.append(packed)
        return number

    def text(self, number: int) -> str:
        """Return the address as people write it: `203.0.113.10`, `2001:db8::1`."""
        return str(ipaddress.ip_address(self.packed[number]))


@record
class PacketTable:
    """TCP packets of one chunk of a capture; all columns have the same length."""

    buffer: memoryview
    """The chunk's bytes; `payload_start` indexes it. Later stages copy what they keep."""
    frame: Int64Column
    """Frame number, 1-based, as Wireshark's `frame.number`; ascending."""
    ts_ns: Int64Column
    """Capture time, ns since 1970 UTC."""
    src: UInt32Column
    """Source address, as numbered by the capture's `AddressBook`."""
    dst: UInt32Column
    """Destination address, likewise."""
    sport: UInt16Column
    """Source port."""
    dport: UInt16Column
    """Destination port."""
    seq: UInt32Column
    """Raw sequence number."""
    ack: UInt32Column
    """Raw acknowledgment number; meaningful where ACK is set."""
    flags: UInt8Column
    """TCP flags, low eight bits."""
    window: UInt16Column
    """Raw receive window, not scaled."""
    ttl: UInt8Column
    """IPv4 time to live or IPv6 hop limit of the innermost header."""
    ip_id: UInt16Column
    """IPv4 identification; 0 for IPv6."""
    payload_start: Int64Column
    """Offset in `buffer` of the first payload byte."""
    payload_captured: Int64Column
    """Payload bytes present in `buffer`."""
    payload_length: Int64Column
    """Payload bytes on the wire; larger than captured where the snap length cut the packet."""
    options_start: Int64Column
    """Offset in `buffer` of the TCP options."""
    options_length: UInt8Column
    """Bytes of TCP options present in `buffer`, 0 to 40."""

    def __len__(self) -> int:
        """Count of packets."""
        return len(self.frame)
