"""A capture file, or a pipe -> tables of TCP packets, in one pass and in bounded memory.

Errors of the file itself are raised while it is opened, or with the first table if not one packet can be read; damage
behind the first packet ends the reading and is noted in `CaptureInfo.truncation`.
"""

import os
from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self

import numpy as np

from osspcap.capture.addresses import AddressNumbers
from osspcap.capture.columns import ColumnDecoder
from osspcap.capture.decompress import Decompressor
from osspcap.capture.detect import PREFIX_BYTES, Container, detect_compression, detect_container
from osspcap.capture.names import link_type_name
from osspcap.capture.pcap import PcapWalker
from osspcap.capture.records import RecordBatch
from osspcap.capture.source import RawInput, open_raw
from osspcap.capture.tally import merge
from osspcap.capture.window import Window
from osspcap.errors import CaptureError, CorruptCaptureError, TruncatedCaptureError
from osspcap.model.capture import CaptureInfo
from osspcap.model.packets import AddressBook, PacketTable
from osspcap.units import NS_PER_S, Nanoseconds

if TYPE_CHECKING:
    from osspcap.capture.pcapng import PcapngWalker

CHUNK_BYTES = 12 * 1024 * 1024
"""Bytes of the file held at once. Measured from 2 to 32 MiB: what is done once a chunk makes smaller ones slower, and
larger ones leave the caches."""

MAX_REVERSAL_NS = NS_PER_S
"""Step back in time that several interfaces or processors of one host explain; a longer one is counted."""

EARLIEST_PLAUSIBLE_NS = 946_684_800 * NS_PER_S
"""2000-01-01T00:00:00Z: earlier stamps come from a clock that was not set."""


def open_capture(
    path: str | os.PathLike[str], *, stdin: BinaryIO | None = None, chunk_bytes: int = CHUNK_BYTES
) -> "CaptureReader":
    """Open a capture and read its header.

    Args:
        path: File to read; `-` for standard input.
        stdin: Read for `-` instead of the process's standard input.
        chunk_bytes: Bytes of the file to hold at once, at least 1; the packets are the same for any value.

    Raises:
        UnreadableCaptureError: The file is missing, a directory, not permitted, or its device failed.
        EmptyCaptureError: It has no bytes.
        UnknownFormatError: It is no capture; says what it is and how to convert it.
        TruncatedCaptureError: It ends inside its header.
        CorruptCaptureError: Its header states what no writer produces.
    """
    raw = open_raw(path, stdin)
    try:
        return CaptureReader(os.fspath(path), raw, max(1, chunk_bytes))
    except BaseException:
        raw.close()
        raise


class CaptureReader:
    """One capture being read; use it as a context manager."""

    info: CaptureInfo
    """Facts of the file: filled while `tables` is read, complete when that is exhausted."""
    addresses: AddressBook
    """Addresses that the tables' numbers stand for."""

    def __init__(self, path: str, raw: RawInput, chunk_bytes: int) -> None:
        """Read the header; see `open_capture`."""
        self._raw = raw
        prefix = raw.peek(PREFIX_BYTES)
        compression = detect_compression(prefix)
        self._source: RawInput | Decompressor = raw
        if compression is not None:
            self._source = Decompressor(raw, compression)
            prefix = self._source.peek(PREFIX_BYTES)
            if not prefix and self._source.failure:
                error = TruncatedCaptureError if self._source.is_short else CorruptCaptureError
                raise error(f"{raw.name}: {self._source.failure} at byte 0 of its content; copy or record it again")
        container = detect_container(prefix, raw.name, compression)
        self.info = CaptureInfo(path, format=container.value, compression=compression and compression.value)
        self.addresses = AddressBook()
        self._walker: PcapWalker | PcapngWalker
        if container is Container.PCAP:
            self._walker = PcapWalker(prefix, raw.name)
            self._header_bytes = 24
        else:
            self._walker = _pcapng_walker()
            self._header_bytes = 0
        self._window = Window(self._source, chunk_bytes, None if compression else raw.total_bytes)
        self._decoder = ColumnDecoder(self.info, AddressNumbers(self.addresses))
        self._last_ts_ns: int | None = None
        self._interfaces = 0

    @property
    def bytes_read(self) -> int:
        """Bytes of the file, compressed if it is, that have been read so far."""
        return self._raw.bytes_read

    @property
    def total_bytes(self) -> int | None:
        """Size of the file; None for a pipe."""
        return self._raw.total_bytes

    def tables(self) -> Iterator[PacketTable]:
        """Yield the TCP packets in file order, in tables of at least one packet; call it once.

        A table's buffer stays valid as long as the table is kept, but each that is kept holds a chunk of memory.

        Raises:
            TruncatedCaptureError: The file ends before its first packet does.
            CorruptCaptureError: The first record is damaged.
            UnreadableCaptureError: The device failed.
        """
        for _, table in self._read():
            if len(table):
                yield table
            del table  # or the buffer could not be used again
        self.info.sha256 = self._raw.finish()

    def batches(self) -> Iterator[tuple[RecordBatch, PacketTable]]:
        """Yield all packet records with the TCP packets among them, in file order; in place of `tables`.

        Row n of a batch is the frame n + 1 behind those of all batches before it. The batch's offsets are valid in the
        table's buffer, until the next batch is asked for. Leaves the file's hash open. Raises as `tables` does.
        """
        yield from self._read()

    def key_logs(self) -> list[bytes]:
        """Read the whole file for its key logs only (pcapng Decryption Secrets Blocks); in place of `tables`.

        Damage ends the search; raises nothing.
        """
        window, walker = self._window, self._walker
        if isinstance(walker, PcapWalker):
            return []
        window.refill(1)
        while True:
            batch = walker.walk(window.buffer, window.start, window.end)
            window.start = batch.consumed
            if batch.damage is not None or (not len(batch) and not window.refill(batch.needed)):
                return walker.secrets

    def _read(self) -> Iterator[tuple[RecordBatch, PacketTable]]:
        """Walk over the file, up to its end or to where it is damaged."""
        window = self._window
        window.refill(self._header_bytes + 1)
        window.start = min(self._header_bytes, window.end)
        while True:
            batch = self._walker.walk(window.buffer, window.start, window.end)
            window.start, needed, damage = batch.consumed, batch.needed, batch.damage
            self._take_file_facts()
            if len(batch):
                self._take_facts(batch)
                table = self._decoder.decode(window.buffer, batch)
                if len(table):
                    self._take_tcp_facts(table)
                yield batch, table
                del table  # or the buffer could not be used again
            if damage is not None:
                offset = window.offset(damage.offset)
                self._stop(offset, f"the record at byte {offset} {damage.text}", CorruptCaptureError)
                return
            if len(batch):
                continue
            self._raw.settle()
            if not window.refill(needed):
                self._end(needed)
                return

    def _end(self, needed: int) -> None:
        """Note how the file ended."""
        window = self._window
        left, end = window.end - window.start, window.offset(window.end)
        failure = self._source.failure or self._raw.failure
        if failure:
            is_short = isinstance(self._source, RawInput) or self._source.is_short
            error = TruncatedCaptureError if is_short else CorruptCaptureError
            self._stop(end, f"{failure} at byte {end}", error)
        elif left:
            begin = end - left
            text = f"the file ends at byte {end}, inside the record at byte {begin} ({left} of {needed} bytes)"
            self._stop(end, text, TruncatedCaptureError)

    def _stop(self, offset: int, text: str, error: type[CaptureError]) -> None:
        """Note where reading had to stop; raise if there is nothing in front of it."""
        if not self.info.packets:
            raise error(f"{self._raw.name}: {text}, before the first packet; copy or record the file again")
        self.info.truncated_at = offset
        self.info.truncation = text

    def _take_file_facts(self) -> None:
        """Take over what the headers and descriptions read so far say."""
        walker, info = self._walker, self.info
        if isinstance(walker, PcapWalker):
            links, info.snaplen = [walker.link_type], walker.snaplen
        else:
            links = walker.interfaces.links[self._interfaces :]
            snaplens = walker.interfaces.snaplens[self._interfaces :]
            info.snaplen = max((info.snaplen or 0, *snaplens)) or None
            info.interface_names = walker.interfaces.names
            info.decryption_secrets = walker.secrets
            info.application = walker.application
            self._interfaces += len(links)
        for link in dict.fromkeys(links):
            if (name := link_type_name(link)) not in info.link_types:
                info.link_types.append(name)

    def _take_facts(self, batch: RecordBatch) -> None:
        """Count packets and judge their times."""
        info, times = self.info, batch.ts_ns
        first_frame = info.packets + 1
        previous = np.concatenate(([times[0] if self._last_ts_ns is None else self._last_ts_ns], times[:-1]))
        back = np.flatnonzero(times < previous - MAX_REVERSAL_NS)
        early = np.flatnonzero(times < EARLIEST_PLAUSIBLE_NS)
        if len(back):
            info.time_reversals = merge(info.time_reversals, len(back), first_frame + int(back[0]))
        if len(early):
            info.implausible_times = merge(info.implausible_times, len(early), first_frame + int(early[0]))
        if info.first_packet_ns is None:
            info.first_packet_ns = Nanoseconds(int(times[0]))
        latest = int(times.max())
        info.last_packet_ns = Nanoseconds(latest if info.last_packet_ns is None else max(info.last_packet_ns, latest))
        info.packets += len(batch)
        info.captured_bytes += int(batch.captured.sum())
        self._last_ts_ns = int(times[-1])

    def _take_tcp_facts(self, table: PacketTable) -> None:
        """Count TCP packets, and those whose payload the snap length cut."""
        self.info.tcp_packets += len(table)
        cut = np.flatnonzero(table.payload_captured < table.payload_length)
        if len(cut):
            self.info.snaplen_cut = merge(self.info.snaplen_cut, len(cut), int(table.frame[cut[0]]))

    def close(self) -> None:
        """Close the file."""
        self._raw.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _pcapng_walker() -> "PcapngWalker":
    from osspcap.capture.pcapng import PcapngWalker  # noqa: PLC0415 - many captures are of the other kind

    return PcapngWalker()
