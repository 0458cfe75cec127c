"""pcapng: several sections and interfaces, enhanced, simple and obsolete packet blocks, TLS key logs.

Every packet block is a frame, and so is a systemd journal entry, which Wireshark numbers too; all other blocks are
passed over. Interfaces are numbered through the whole file; a section's own numbers start at its base.

Source: draft-ietf-opsawg-pcapng, section numbers below.
"""

import struct
from collections.abc import Callable
from dataclasses import fields

import numpy as np
import numpy.typing as npt

from osspcap.capture.detect import SHB_TYPE
from osspcap.capture.interfaces import MAX_INTERFACES, InterfaceTable
from osspcap.capture.records import MAX_BATCH_RECORDS, MAX_PACKET_BYTES, Damage, RecordBatch, gather
from osspcap.model.packets import Int64Column
from osspcap.model.record import growing_record

MAX_BLOCK_BYTES = 16 * 1024 * 1024
"""Longest block of any type, Wireshark's limit; a length beyond it is damage."""

MAX_SECRETS_BYTES = 16 * 1024 * 1024
"""Bytes of TLS key logs kept of one file; a session takes about 1 kB of them."""

JOURNAL_LINK = -1
"""Link type of systemd journal entries: frames to Wireshark, but no packets."""

_IDB, _PACKET, _SIMPLE, _ENHANCED, _JOURNAL, _SECRETS = 1, 2, 3, 6, 9, 10
_SHB = int.from_bytes(SHB_TYPE)
_TLS_KEY_LOG = 0x544C534B  # section 4.7
_USER_APPLICATION, _MAX_APPLICATION_BYTES = 4, 200
_SMALLEST = 12  # type and two lengths
_PACKET_OVERHEAD = 32  # enhanced and obsolete packet block without data
_SIMPLE_OVERHEAD = 16
_SMALLEST_OF_TYPE = {_SHB: 28, _IDB: 20, _PACKET: _PACKET_OVERHEAD, _SIMPLE: 16, _ENHANCED: _PACKET_OVERHEAD}
_FRAMES = frozenset((_PACKET, _SIMPLE, _ENHANCED, _JOURNAL))


class _Found:
    """Packet blocks of one walk, and the state of the section at each; the columns are made of it."""

    def __init__(self) -> None:
        self.positions: list[int] = []
        self.marks: list[tuple[int, int, int, bool]] = []
        """Row from which on it holds, first interface of the section, interfaces so far, is big-endian."""


class PcapngWalker:
    """Walks the blocks of a pcapng file."""

    def __init__(self) -> None:
        self.interfaces = InterfaceTable()
        self.secrets: list[bytes] = []
        self.application = ""
        self._secrets_bytes = 0
        self._order = "<"
        self._base = 0
        self._last_ts_ns = 0

    def walk(self, buffer: bytearray, start: int, end: int) -> RecordBatch:
        """Return the packet blocks that lie wholly in `buffer[start:end]`; see `Walker.walk`."""
        found = _Found()
        self._mark(found)
        append = found.positions.append
        position, last = start, end - _SMALLEST
        needed, damage = _SMALLEST, None
        read = struct.Struct(self._order + "II").unpack_from
        for _ in range(MAX_BATCH_RECORDS):
            if position > last:
                break
            block, length = read(buffer, position)
            if block == _ENHANCED and _PACKET_OVERHEAD <= length <= MAX_BLOCK_BYTES and not length & 3:
                if position + length > end:
                    needed = length
                    break
                append(position)
                position += length
                continue
            outcome = self._other_block(buffer, position, end, found)
            if isinstance(outcome, Damage):
                damage = outcome
                break
            if position + outcome > end:
                needed = outcome
                break
            position += outcome
            read = struct.Struct(self._order + "II").unpack_from
        return self._columns(buffer, found, position, needed, damage)

    def _mark(self, found: _Found) -> None:
        """Note that the section's state holds from the next packet on."""
        known = len(self.interfaces.links) - self._base
        found.marks.append((len(found.positions), self._base, known, self._order == ">"))

    def _other_block(self, buffer: bytearray, position: int, end: int, found: _Found) -> int | Damage:
        """Take in one block that is no plain enhanced packet block, if it lies before `end`; return its length."""
        order = self._order
        if buffer[position : position + 4] == SHB_TYPE:
            # Section 4.1: the magic tells the byte order of the section, its own length included.
            magic = bytes(buffer[position + 8 : position + 12])
            if magic not in {b"\x1a\x2b\x3c\x4d", b"\x4d\x3c\x2b\x1a"}:
                return Damage(position, f"starts a section with the unknown byte-order magic {magic.hex()}")
            order = ">" if magic[0] == 0x1A else "<"
        block: int
        length: int
        block, length = struct.unpack_from(order + "II", buffer, position)
        smallest = _SMALLEST_OF_TYPE.get(block, _SMALLEST)
        if not smallest <= length <= MAX_BLOCK_BYTES:
            return Damage(position, f"is a block of type {block} that claims {length} bytes")
        length += -length % 4  # some writers leave out the padding in the length; Wireshark rounds up as well
        if position + length > end:
            return length
        self._order = order
        if block in _FRAMES:
            found.positions.append(position)
            return length
        (trailer,) = struct.unpack_from(order + "I", buffer, position + length - 4)
        if trailer + -trailer % 4 != length:
            return Damage(position, f"is a block of {length} bytes whose closing length says {trailer}")
        if block == _SHB:
            self.application = self.application or _application(
                bytes(buffer[position + 24 : position + length - 4]), order
            )
            self._base = len(self.interfaces.links)
            self._mark(found)
        elif block == _IDB:
            if len(self.interfaces.links) >= MAX_INTERFACES:
                return Damage(position, f"describes more than {MAX_INTERFACES} interfaces")
            self.interfaces.add(bytes(buffer[position + 8 : position + length - 4]), order)
            self._mark(found)
        elif block == _SECRETS:
            self._keep_secrets(bytes(buffer[position + 8 : position + length - 4]))
        return length

    def _keep_secrets(self, body: bytes) -> None:
        """Keep the TLS key log of a Decryption Secrets Block (section 4.7)."""
        if len(body) < 8:
            return
        kind, size = struct.unpack_from(self._order + "II", body)
        log = body[8 : 8 + size]
        if kind == _TLS_KEY_LOG and log and self._secrets_bytes + len(log) <= MAX_SECRETS_BYTES:
            self._secrets_bytes += len(log)
            self.secrets.append(log)

    def _columns(
        self, buffer: bytearray, found: _Found, consumed: int, needed: int, damage: Damage | None
    ) -> RecordBatch:
        """Read the packet blocks found as columns; the first that contradicts itself ends them."""
        blocks = _read_blocks(buffer, found)
        if blocks.special.any():
            _read_special(buffer, blocks, np.array([*self.interfaces.snaplens, 0], np.int64))
        fault = _first_fault(blocks)
        if fault is not None:
            row, text = fault
            consumed = found.positions[row]
            damage = Damage(consumed, text)
            blocks = blocks.up_to(row)
        is_journal = blocks.kind == _JOURNAL
        number = np.where(is_journal, 0, blocks.interface + blocks.base)
        links = np.array([*self.interfaces.links, JOURNAL_LINK], np.int32)
        return RecordBatch(
            start=blocks.start,
            captured=blocks.captured,
            original=np.maximum(blocks.original, blocks.captured),
            ts_ns=self._times(number, blocks),
            link=np.where(is_journal, np.int32(JOURNAL_LINK), links[np.minimum(number, len(links) - 1)]),
            consumed=consumed,
            needed=needed,
            damage=damage,
        )

    def _times(self, number: Int64Column, blocks: "_Blocks") -> Int64Column:
        """Convert stamps; a block without one (section 4.4) has the time of the packet in front of it."""
        if blocks.special.any():
            times = np.zeros(len(number), np.int64)
            stamped = ~blocks.special
            times[stamped] = self.interfaces.times(number[stamped], blocks.ticks[stamped])
            # Index of the last stamped row at or before each row; -1 where there is none yet.
            source = np.maximum.accumulate(np.where(stamped, np.arange(len(number)), -1))
            times = np.where(source < 0, self._last_ts_ns, times[source])
        else:
            times = self.interfaces.times(number, blocks.ticks)
        if len(times):
            self._last_ts_ns = int(times[-1])
        return times


@growing_record
class _Blocks:
    """Packet blocks as columns, one row for each."""

    kind: Int64Column
    length: Int64Column
    trailer: Int64Column
    """The length at the block's end."""
    start: Int64Column
    captured: Int64Column
    original: Int64Column
    ticks: npt.NDArray[np.uint64]
    interface: Int64Column
    """As the section numbers it."""
    base: Int64Column
    """First interface of the section, numbered through the file."""
    count: Int64Column
    """Interfaces that the section has described so far."""
    special: npt.NDArray[np.bool_]
    """Blocks without a time stamp: simple packets, journal entries."""
    position: Int64Column
    is_big: npt.NDArray[np.bool_]

    def up_to(self, row: int) -> "_Blocks":
        """Return the rows in front of one."""
        return _Blocks(*(getattr(self, column.name)[:row] for column in fields(self)))


def _read_blocks(buffer: bytearray, found: _Found) -> _Blocks:
    """Read the headers of packet blocks as if all were enhanced (section 4.3) or obsolete ones (appendix A)."""
    at = np.array(found.positions, np.int64)
    marks = np.array(found.marks, np.int64)
    repeats = np.diff(np.append(marks[:, 0], len(at)))
    base, count, big = (np.repeat(marks[:, column], repeats) for column in (1, 2, 3))
    is_big = big.astype(np.bool_)
    field = _reader(buffer, at, is_big)
    kind, length = field("u4", 0), field("u4", 4)
    length += -length % 4
    interface = field("u4", 8)
    if (kind == _PACKET).any():
        interface = np.where(kind == _PACKET, field("u2", 8), interface)
    return _Blocks(
        kind=kind,
        length=length,
        trailer=_reader(buffer, at + length - 4, is_big)("u4", 0),
        start=at + 28,
        captured=field("u4", 20),
        original=field("u4", 24),
        ticks=(field("u4", 12) << 32 | field("u4", 16)).view(np.uint64),
        interface=interface,
        base=base,
        count=count,
        special=(kind == _SIMPLE) | (kind == _JOURNAL),
        position=at,
        is_big=is_big,
    )


def _read_special(buffer: bytearray, blocks: _Blocks, snaplens: Int64Column) -> None:
    """Correct the columns of simple packet blocks (section 4.4: all of interface 0) and of journal entries."""
    rows = np.flatnonzero(blocks.special)
    is_simple = blocks.kind[rows] == _SIMPLE
    original = np.where(is_simple, _reader(buffer, blocks.position[rows], blocks.is_big[rows])("u4", 8), 0)
    snaplen = snaplens[np.minimum(blocks.base[rows], len(snaplens) - 1)]
    snaplen = np.where(snaplen == 0, MAX_PACKET_BYTES, snaplen)
    present = np.minimum(np.minimum(original, snaplen), blocks.length[rows] - _SIMPLE_OVERHEAD)
    blocks.original[rows] = original
    blocks.captured[rows] = np.where(is_simple, present, 0)
    blocks.start[rows] = blocks.position[rows] + 12
    blocks.interface[rows] = 0


def _first_fault(blocks: _Blocks) -> tuple[int, str] | None:
    """Return the first row that contradicts itself, and how; None if none does."""
    is_journal = blocks.kind == _JOURNAL
    too_long = ~blocks.special & (blocks.captured > blocks.length - _PACKET_OVERHEAD)
    too_long |= blocks.captured > MAX_PACKET_BYTES
    unknown = ~is_journal & (blocks.interface >= blocks.count)
    unclosed = blocks.trailer + -blocks.trailer % 4 != blocks.length
    wrong = too_long | unknown | unclosed
    if not wrong.any():
        return None
    row = int(np.argmax(wrong))
    length = int(blocks.length[row])
    if unclosed[row]:
        return row, f"is a block of {length} bytes whose closing length says {int(blocks.trailer[row])}"
    if too_long[row]:
        return row, f"claims {int(blocks.captured[row])} captured bytes in a block of {length} bytes"
    return row, f"is of interface {int(blocks.interface[row])}, and the section describes {int(blocks.count[row])}"


def _reader(buffer: bytearray, at: Int64Column, is_big: npt.NDArray[np.bool_]) -> Callable[[str, int], Int64Column]:
    """Return a function that reads an unsigned field at an offset of every block, in the block's byte order."""
    size = 28
    headers = gather(buffer, np.dtype([("bytes", f"V{size}")]), at)
    has_big, is_mixed = bool(is_big.any()), bool(is_big.any() and not is_big.all())

    def column(form: str, offset: int) -> Int64Column:
        layout = np.dtype({"names": ["field"], "formats": [form], "offsets": [offset], "itemsize": size})
        return np.asarray(headers.view(layout)["field"].astype(np.int64))

    def field(form: str, offset: int) -> Int64Column:
        if is_mixed:
            return np.where(is_big, column(">" + form, offset), column("<" + form, offset))
        return column((">" if has_big else "<") + form, offset)

    return field


def _application(options: bytes, order: str) -> str:
    """Return the option shb_userappl (section 4.1) of a section header; empty without one."""
    at = 0
    while at + 4 <= len(options):
        code, length = struct.unpack_from(order + "HH", options, at)
        if code == _USER_APPLICATION:
            return options[at + 4 : at + 4 + length][:_MAX_APPLICATION_BYTES].decode("utf-8", "replace")
        at += 4 + length + -length % 4
    return ""
