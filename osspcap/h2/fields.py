"""Header blocks to field lists: HPACK, with a table that may have been lost.

In: whole header blocks of one direction, in order. Out: field lists, and whether all of each block could be read. The
compression table is built up by every block of a connection, so one that the capture lacks leaves later references
hanging. Those fields are left out and said to be; fields that were written out, and references to what was added since,
are still read. Nothing is guessed.

Source: RFC 7541. Memory: the table (at most 1 MiB a direction) and one field list of `MAX_FIELD_BYTES`.
"""

from typing import NamedTuple

from hpack import Decoder, HPACKError, InvalidTableIndexError
from hpack.table import HeaderTable

MAX_FIELD_BYTES = 256 * 1024
"""Longest decoded field list; a few bytes may stand for a long one. OSS refuses heads over 32 KiB."""
MAX_TABLE_BYTES = 1024 * 1024
"""Largest compression table that is followed; SETTINGS allow any, programs use 4 to 64 KiB."""
_UNKNOWN = b"\0unknown"
"""Stands for a name or value that the capture does not hold; no field can be so named."""


class FieldList(NamedTuple):
    """One decoded header block."""

    fields: list[tuple[bytes, bytes]]
    """Pairs (name, value) in wire order, pseudo-header fields first."""
    unknown: int
    """Count of fields left out because the table they refer to was not captured."""
    is_broken: bool
    """True if the block breaks off or holds what HPACK does not know."""


class _LossyTable(HeaderTable):
    """A table whose older entries are missing."""

    def get_by_index(self, index: int) -> tuple[bytes, bytes]:
        try:
            return super().get_by_index(index)
        except InvalidTableIndexError:
            if index == 0:
                raise
            return _UNKNOWN, _UNKNOWN


class FieldDecoder:
    """Decodes the header blocks of one direction."""

    __slots__ = ("_decoder", "is_lossy")

    def __init__(self) -> None:
        self._decoder = Decoder(max_header_list_size=MAX_FIELD_BYTES)
        self._decoder.max_allowed_table_size = MAX_TABLE_BYTES
        self.is_lossy = False
        """True once a header block was missed or could not be read."""

    def lose(self) -> None:
        """Take note that a header block is missing: what stands in the table by now is unknown."""
        self.is_lossy = True
        self._decoder.header_table = _LossyTable()

    def decode(self, block: bytes) -> FieldList:
        """Decode the next block."""
        try:
            decoded = self._decoder.decode(block, raw=True)
            pairs = [(bytes(name), bytes(value)) for name, value in decoded]
        except (HPACKError, ValueError, IndexError):  # a block that ends within an integer raises IndexError
            self.lose()
            return FieldList([], 0, True)
        known = [pair for pair in pairs if _UNKNOWN not in pair]
        return FieldList(known, len(pairs) - len(known), False)
