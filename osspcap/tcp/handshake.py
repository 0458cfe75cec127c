"""The three-way handshake: its packets, its round trip, and what the options of a SYN say.

`Handshake.syn_frame` is the SYN that the SYN-ACK answers: the last one before it, as for tshark's initial round trip,
so that a lost SYN does not look like a long way. Where no SYN-ACK came, it is the first.
"""

import re

import numpy as np

from osspcap.model.packets import Int64Column, UInt8Column, stretches
from osspcap.model.stream import Direction, Handshake
from osspcap.units import FrameNumber, Nanoseconds

_END, _NOP = 0, 1
"""Option kinds without length (RFC 9293 section 3.2)."""
MAX_WINDOW_SHIFT = 14
"""Larger shifts count as 14 (RFC 7323 section 2.3)."""


SynOptions = tuple[int | None, int | None, bool]
"""MSS, window scale, and whether SACK is permitted; None where not offered."""

_match_usual = re.compile(
    rb"(?:\x01|\x02\x04(..)|\x03\x03(.)|(\x04\x02)|\x08\x0a.{8})*(?:\x00.*)?", re.DOTALL
).fullmatch
"""Takes options that common systems send, MSS, window scale, SACK and timestamp, in any order; a third of the cost.

Not possessive: CPython 3.11 loses its place where a group stands inside a possessive repeat.
"""
_match_without_timestamp = re.compile(rb"(?:\x01|\x02\x04..|\x03\x03.|\x04\x02)*", re.DOTALL).fullmatch

_TIMESTAMP = b"\x08\x0a"
_TIMESTAMP_BYTES = 10
_MAX_BYTES = 40
"""Longest options of a segment (RFC 9293 section 3.1)."""
_MAX_KINDS = 8
"""Kinds of options that are looked for among those of many SYNs; the others are read one by one."""


def read_options(options: bytes) -> SynOptions:
    """Read the options of a SYN; what is malformed ends the reading."""
    usual = _match_usual(options)
    if usual is None:
        return _read_each(options)
    mss, scale, sack = usual.groups()
    return (
        None if mss is None else int.from_bytes(mss),
        None if scale is None else min(scale[0], MAX_WINDOW_SHIFT),
        sack is not None,
    )


def read_all_options(buffer: memoryview, start: Int64Column, length: UInt8Column) -> list[SynOptions]:
    """Read the options of many SYNs; those that differ in nothing but the timestamp are read once.

    Args:
        buffer: Holds them.
        start: Where the options of each begin.
        length: How many bytes each has.
    """
    stop = start + length
    if not len(start) or int(start.max()) + _MAX_BYTES > len(buffer):
        return [read_options(bytes(buffer[low:high])) for low, high in zip(start.tolist(), stop.tolist(), strict=True)]
    rows = stretches(buffer, _MAX_BYTES)[start].view(np.uint8).reshape(-1, _MAX_BYTES)
    rows[np.arange(_MAX_BYTES) >= length[:, None]] = 0
    reading = np.full(len(rows), -1)
    readings: list[SynOptions] = []
    for _ in range(_MAX_KINDS):
        first = int(reading.argmin())
        if reading[first] >= 0:
            break
        options = bytes(buffer[start[first] : stop[first]])
        at = options.find(_TIMESTAMP)
        stamp = slice(at + len(_TIMESTAMP), at + _TIMESTAMP_BYTES if _has_timestamp(options, at) else 0)
        is_same = rows == rows[first]
        is_same[:, stamp] = True
        same = is_same.all(axis=1) & (length == length[first])
        reading[same] = len(readings)
        readings.append(read_options(options))
    for other in np.flatnonzero(reading < 0).tolist():
        reading[other] = len(readings)
        readings.append(read_options(bytes(buffer[start[other] : stop[other]])))
    return [readings[number] for number in reading.tolist()]


def _has_timestamp(options: bytes, at: int) -> bool:
    """Tell whether a whole timestamp stands where it seems to: the options before it end there."""
    return 0 <= at <= len(options) - _TIMESTAMP_BYTES and _match_without_timestamp(options[:at]) is not None


def _read_each(options: bytes) -> SynOptions:
    """Read option by option."""
    mss, scale, sack = None, None, False
    at, end = 0, len(options)
    while at < end:
        kind = options[at]
        if kind == _END:
            break
        if kind == _NOP:
            at += 1
            continue
        size = options[at + 1] if at + 1 < end else 0
        if size < 2 or at + size > end:
            break
        match kind, size:
            case 2, 4:  # maximum segment size, RFC 9293 section 3.7.1
                mss = int.from_bytes(options[at + 2 : at + 4])
            case 3, 3:  # window scale, RFC 7323 section 2.2
                scale = min(options[at + 2], MAX_WINDOW_SHIFT)
            case 4, 2:  # SACK permitted, RFC 2018 section 2
                sack = True
            case _:
                pass
        at += size
    return mss, scale, sack


_Place = tuple[FrameNumber, Nanoseconds]


def read_syn(facts: Direction, seq: int, options: memoryview) -> None:
    """Keep the number and the options of a SYN."""
    facts.initial_sequence = seq
    mss, scale, sack = read_options(bytes(options))
    if mss is not None:
        facts.mss = mss
    if scale is not None:
        facts.window_scale = scale
    if sack:
        facts.sack_permitted = True


class HandshakeWatch:
    """Collects the handshake of one connection; places are (frame, ts_ns)."""

    __slots__ = ("ack", "initiator", "last_syn", "syn", "syn_count", "synack")

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self.initiator = -1  # the side that sent the SYN or received the SYN-ACK; -1 is unknown
        self.syn_count = 0
        self.syn: _Place | None = None
        self.last_syn: _Place | None = None
        self.synack: _Place | None = None
        self.ack: _Place | None = None

    def see_syn(self, side: int, frame: int, ts_ns: int) -> None:
        """Take a SYN without ACK."""
        if self.initiator < 0:
            self.initiator = side
        if side != self.initiator:
            return  # simultaneous open (RFC 9293 section 3.5): the first SYN tells who began
        self.syn_count += 1
        self.last_syn = (FrameNumber(frame), Nanoseconds(ts_ns))
        if self.syn is None:
            self.syn = self.last_syn

    def see_synack(self, side: int, frame: int, ts_ns: int) -> None:
        """Take a SYN-ACK."""
        if self.initiator < 0:
            self.initiator = 1 - side
        if side == self.initiator or self.synack is not None:
            return
        self.synack = (FrameNumber(frame), Nanoseconds(ts_ns))
        self.syn = self.last_syn

    def see_ack(self, side: int, frame: int, ts_ns: int) -> None:
        """Take a packet with ACK and without SYN while `awaits_ack` holds."""
        if side == self.initiator:
            self.ack = (FrameNumber(frame), Nanoseconds(ts_ns))

    def resume(self, seen: Handshake) -> None:
        """Stand where the packets of side 0's opening of an orderly connection leave the watch."""
        self.initiator, self.syn_count = 0, seen.syn_count
        self.syn = self.last_syn = _place(seen.syn_frame, seen.syn_ns)
        self.synack = _place(seen.synack_frame, seen.synack_ns)
        self.ack = _place(seen.ack_frame, seen.ack_ns)

    def awaits_ack(self) -> bool:
        """Tell whether the initiator's next ACK completes the handshake."""
        return self.synack is not None and self.ack is None

    def rtt_ns(self) -> int:
        """Return the time from SYN to ACK, 0 if not all were seen or the clock ran back."""
        if self.syn is None or self.synack is None or self.ack is None:
            return 0
        return max(self.ack[1] - self.syn[1], 0)

    def facts(self) -> Handshake | None:
        """Return what was seen so far; None if neither SYN nor SYN-ACK was."""
        if self.initiator < 0:
            return None
        syn, synack, ack = self.syn or _NOWHERE, self.synack or _NOWHERE, self.ack or _NOWHERE
        return Handshake(syn[0], syn[1], self.syn_count, synack[0], synack[1], ack[0], ack[1])


def _place(frame: FrameNumber | None, ts_ns: Nanoseconds | None) -> _Place | None:
    return None if frame is None or ts_ns is None else (frame, ts_ns)


_NOWHERE: tuple[None, None] = (None, None)
