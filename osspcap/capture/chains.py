"""Finds the records of a piece of a pcap file along many chains at once.

A record's place hangs on the length of the one before it, so a walk goes record by record, 0.3 us each. Here places are
guessed, one in each of many stretches of the piece, where a record header seems to stand; from all of them the walk
goes on at once, as columns. What a chain found counts only if the walk from the known start arrives exactly where the
chain begins: a wrong guess costs time and no record. Cost: about 0.1 us a record.
"""

import struct
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from osspcap.capture.records import MAX_PACKET_BYTES
from osspcap.model.packets import Int64Column

HEADER_BYTES = 16
MAX_CHAINS = 512
RECORDS_A_CHAIN = 96
"""Fewer are not worth a chain."""
_SEARCHED_BYTES = 4096
"""Looked at in each stretch: more than a record of an Ethernet frame."""
_MAX_GUESSES = 8
"""Places looked at in each stretch."""
_MAX_STEPS = 4
"""Steps of a chain as a multiple of the records in a stretch; behind that there were too few guesses."""


class Chain(NamedTuple):
    """Records that follow one another."""

    start: int
    """Offset of the first."""
    positions: Int64Column
    """Offsets of all."""
    arrival: int
    """Offset behind the last; of the next record, if there is one."""


def find_chains(buffer: bytearray, start: int, end: int, order: str, record_bytes: int) -> list[Chain]:
    """Return chains of complete and undamaged records, by place; the first begins at `start`, others are guesses.

    Args:
        buffer: Holds `SLACK_BYTES` behind `end`.
        start: Offset of a record, of which the header is complete.
        end: Offset behind the last byte read.
        order: Byte order of record headers: `<` or `>`. They have `HEADER_BYTES`, with the captured length at byte 8.
        record_bytes: Mean size of a record, header included.

    Returns:
        Nothing if there are too few records to be worth it.
    """
    count = min((end - start) // record_bytes // RECORDS_A_CHAIN, MAX_CHAINS)
    if count < 2:
        return []
    stretch = (end - start) // count
    guess = _Guess(buffer, start, end, order)
    starts = [start]
    for begin in range(start + stretch, end - stretch + 1, stretch):
        place = guess.within(begin, begin + min(stretch, _SEARCHED_BYTES))
        if place >= 0:
            starts.append(place)
    return _follow(buffer, np.array(starts, np.int64), end, order, _MAX_STEPS * (stretch // record_bytes))


class _Guess:
    """Guesses where records are, by the upper half of the seconds, which stands for 18 hours."""

    def __init__(self, buffer: bytearray, start: int, end: int, order: str) -> None:
        self._buffer = buffer
        self._last = end - HEADER_BYTES
        self._shift = 2 if order == "<" else 0
        self._seconds = bytes(buffer[start + self._shift : start + self._shift + 2])
        self._captured_at = struct.Struct(order + "8xI").unpack_from

    def within(self, begin: int, stop: int) -> int:
        """Return the first place from `begin` on where a record seems to be that another follows; -1 for none."""
        buffer, shift, at = self._buffer, self._shift, begin
        for _ in range(_MAX_GUESSES):
            place = buffer.find(self._seconds, at + shift, stop) - shift
            if place < begin:
                return -1
            (captured,) = self._captured_at(buffer, place)
            following = place + HEADER_BYTES + captured
            if captured <= MAX_PACKET_BYTES and following <= self._last:
                at = following + shift
                if buffer[at : at + 2] == self._seconds:
                    return place
            at = place + 1
        return -1


def _follow(buffer: bytearray, starts: Int64Column, end: int, order: str, max_steps: int) -> list[Chain]:
    """Walk from all the places at once, each up to where the next one began or to where no whole record is."""
    limit = np.append(starts[1:], end - HEADER_BYTES + 1)
    captured: npt.NDArray[np.void] = np.ndarray(
        (len(buffer) - HEADER_BYTES,), np.dtype((np.void, 4)), buffer, 8, strides=(1,)
    )
    length = np.dtype(order + "u4")
    # A chain that leaves its stretch walks on, for that is cheaper than to hold it; `beyond` holds it at the end.
    beyond = end + 1
    steps = [starts]
    at = starts
    for step in range(max_steps):
        at = np.minimum(at + captured[at].view(length) + HEADER_BYTES, beyond)
        steps.append(at)
        if step % 8 == 7 and (at >= limit).all():
            break
    places = np.ascontiguousarray(np.array(steps).T)
    before, behind = places[:, :-1], places[:, 1:]
    stops = (before >= limit[:, None]) | (behind - before > HEADER_BYTES + MAX_PACKET_BYTES) | (behind > end)
    counts = np.where(stops.any(axis=1), stops.argmax(axis=1), len(steps) - 1)
    flat = before[np.arange(len(steps) - 1) < counts[:, None]]
    arrivals = places[np.arange(len(starts)), counts]
    # What arrives where the next one begins is one chain with it.
    breaks = np.flatnonzero(arrivals[:-1] != starts[1:]) + 1
    firsts = np.append(0, breaks)
    bounds = np.append(0, np.cumsum(counts))[np.append(firsts, len(starts))].tolist()
    lasts = arrivals[np.append(breaks, len(starts)) - 1].tolist()
    return [
        Chain(start, flat[low:high], arrival)
        for start, (low, high), arrival in zip(starts[firsts].tolist(), pairwise(bounds), lasts, strict=True)
    ]
