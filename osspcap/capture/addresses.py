"""Columns of IP addresses -> their numbers in the `AddressBook`, without a Python step for each packet.

Numbers are given in order of first appearance in the file, source before destination, so that they do not hang on
how the file was cut into chunks. Cost: 5 ns per address; a binary search where a capture has very many.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from osspcap.model.packets import AddressBook, Int64Column, UInt32Column, distinct
from osspcap.model.record import growing_record

_UNKNOWN = 0xFFFFFFFF
_MIX = 0x9E3779B97F4A7C15
"""Spreads keys over the slots: 2**64 divided by the golden ratio."""
_SLOTS_A_KEY = 8
_MIN_SLOT_BITS, _MAX_SLOT_BITS = 8, 16


class _Numbers:
    """A map from integers to numbers that looks up whole columns: a hash table, and two arrays sorted by key.

    Where two keys share a slot of the hash table, one of them is looked for by a binary search.
    """

    def __init__(self, dtype: Any) -> None:
        self.dtype = np.dtype(dtype)
        self._keys = np.empty(0, dtype)
        self._numbers = np.empty(0, np.uint32)
        self._slots = (self._keys, self._numbers)

    def __len__(self) -> int:
        return len(self._keys)

    def find(self, keys: npt.NDArray[Any]) -> UInt32Column:
        """Return the number of each key, `_UNKNOWN` for those that have none."""
        if not len(self._keys):
            return np.full(len(keys), _UNKNOWN, np.uint32)
        slot_keys, slot_numbers = self._slots
        slots = self._slot(keys, len(slot_keys))
        numbers = slot_numbers[slots]
        others = np.flatnonzero(slot_keys[slots] != keys)
        if len(others):
            numbers[others] = self._search(keys[others])
        return numbers

    def _search(self, keys: npt.NDArray[Any]) -> UInt32Column:
        at = np.searchsorted(self._keys, keys)
        at[at == len(self._keys)] = 0
        return np.where(self._keys[at] == keys, self._numbers[at], np.uint32(_UNKNOWN))

    def _slot(self, keys: npt.NDArray[Any], count: int) -> npt.NDArray[np.intp]:
        """Return the slots of keys in a table of `count`, a power of two."""
        bits = self.dtype.itemsize * 8
        mixed = keys * self.dtype.type(_MIX >> (64 - bits))
        slots: npt.NDArray[np.intp] = (mixed >> self.dtype.type(bits - count.bit_length() + 1)).astype(np.intp)
        return slots

    def add(self, keys: npt.NDArray[Any], numbers: npt.NDArray[Any]) -> None:
        """Add keys that are not known yet."""
        merged = np.concatenate((self._keys, keys))
        order = np.argsort(merged)
        self._keys = merged[order]
        self._numbers = np.concatenate((self._numbers, numbers.astype(np.uint32)))[order]
        count = 1 << min(max((_SLOTS_A_KEY * len(merged)).bit_length(), _MIN_SLOT_BITS), _MAX_SLOT_BITS)
        # An empty slot says of key 0 that it is unknown, and of all others that they are not there.
        slot_keys, slot_numbers = np.zeros(count, self.dtype), np.full(count, _UNKNOWN, np.uint32)
        slots = self._slot(self._keys, count)
        slot_keys[slots], slot_numbers[slots] = self._keys, self._numbers
        self._slots = (slot_keys, slot_numbers)

    def intern(self, keys: npt.NDArray[Any]) -> UInt32Column:
        """Return the number of each key, giving the next ones to those that have none."""
        numbers = self.find(keys)
        missing = numbers == _UNKNOWN
        if missing.any():
            new = distinct(keys[missing])
            self.add(new, np.arange(len(self), len(self) + len(new)))
            numbers = self.find(keys)
        return numbers


@growing_record
class AddressColumns:
    """Addresses of some packets of one IP version; the columns have one row for each packet."""

    rows: Int64Column
    """Place of the packet in the file's order; compared with that of other versions only."""
    src: npt.NDArray[Any]
    """(n,): big-endian uint32 for IPv4, 16-byte void for IPv6."""
    dst: npt.NDArray[Any]
    """Likewise."""


class AddressNumbers:
    """Numbers address columns of one capture."""

    def __init__(self, book: AddressBook) -> None:
        """Begin with no address known.

        Args:
            book: Takes in the addresses.
        """
        self._book = book
        self._v4 = _Numbers(np.uint32)
        self._v6 = _Numbers(np.uint64)
        self._halves = (_Numbers(np.uint64), _Numbers(np.uint64))

    def number(self, columns: list[AddressColumns]) -> list[tuple[UInt32Column, UInt32Column]]:
        """Return the numbers of sources and destinations for each of the columns.

        Args:
            columns: Packets of any number of kinds, all of one chunk.

        Returns:
            For each item of `columns` two uint32 (n,) arrays: source and destination numbers.
        """
        keyed = [(self._key(item.src), self._key(item.dst)) for item in columns]
        found = [(self._table(src).find(src), self._table(dst).find(dst)) for src, dst in keyed]
        if not any((numbers == _UNKNOWN).any() for pair in found for numbers in pair):
            return found
        self._learn(columns, keyed, found)
        return [(self._table(src).find(src), self._table(dst).find(dst)) for src, dst in keyed]

    def _table(self, keys: npt.NDArray[Any]) -> _Numbers:
        return self._v4 if keys.dtype == np.uint32 else self._v6

    def _key(self, addresses: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return one integer for each address; equal only for equal addresses."""
        if addresses.dtype.kind != "V":
            return addresses.astype(np.uint32)
        halves = np.ascontiguousarray(addresses).view(np.uint64).reshape(-1, 2)
        high, low = (table.intern(halves[:, side]) for side, table in enumerate(self._halves))
        return (high.astype(np.uint64) << np.uint64(32)) | low

    def _learn(
        self,
        columns: list[AddressColumns],
        keyed: list[tuple[npt.NDArray[Any], npt.NDArray[Any]]],
        found: list[tuple[UInt32Column, UInt32Column]],
    ) -> None:
        """Give numbers to all unknown addresses, in order of first appearance."""
        first: dict[tuple[bool, int], tuple[int, bytes]] = {}
        for item, keys, numbers in zip(columns, keyed, found, strict=True):
            for side, addresses in enumerate((item.src, item.dst)):
                missing = np.flatnonzero(numbers[side] == _UNKNOWN)
                new, at = np.unique(keys[side][missing], return_index=True)
                for key, row in zip(new.tolist(), missing[at].tolist(), strict=True):
                    place = (int(item.rows[row]) * 2 + side, addresses[row : row + 1].tobytes())
                    name = (keys[side].dtype == np.uint32, key)
                    first[name] = min(first.get(name, place), place)
        learned: dict[bool, list[tuple[int, int]]] = {True: [], False: []}
        for (is_v4, key), (_, packed) in sorted(first.items(), key=lambda entry: entry[1]):
            learned[is_v4].append((key, self._book.number(packed)))
        for is_v4, pairs in learned.items():
            if pairs:
                table = self._v4 if is_v4 else self._v6
                table.add(np.array([k for k, _ in pairs], table.dtype), np.array([n for _, n in pairs]))
