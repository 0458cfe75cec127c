"""The capture inside a bundle: the streams that findings name, without secrets and without object data.

In: a capture and the report on it. Out: the bytes of a pcapng file and what was done to make it. Each packet has its
original frame number as a comment. Only whole streams are taken, so that what is found in them is found again.

Cost: one more reading of the capture; memory: `MAX_PACKETS` packets or `MAX_BYTES`, whichever comes first.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from osspcap._version import __version__
from osspcap.bundle.filling import Filling
from osspcap.bundle.pcapng import PacketToWrite, write_pcapng
from osspcap.bundle.redaction import RedactedPacket, Redaction
from osspcap.bundle.regions import regions_of
from osspcap.capture.reader import open_capture
from osspcap.model.capture import BUNDLE_APPLICATION
from osspcap.model.finding import Finding
from osspcap.model.report import Report
from osspcap.report.masking import Masking, Secrets
from osspcap.tls.keylog import KeyLog
from osspcap.trace import FollowedPacket, follow, loose_records
from osspcap.units import FrameNumber, StreamId

if TYPE_CHECKING:
    from osspcap.model.exchange import Exchange

_COMMENT = "Streams with findings only; secrets are replaced by values of the same length, object data is cut."
MAX_STREAMS = 200
"""Streams taken, those of the worst findings first."""
MAX_PACKETS = 200_000
"""Packets taken of all streams together."""
MAX_BYTES = 64 * 1024 * 1024
"""Bytes of them."""
MAX_FAILED_STREAMS = 20
"""Streams of failed exchanges, taken where no finding names any."""
MAX_LOOSE = 1_000
"""Packets outside of TCP that findings name."""
LOOSE_BYTES = 128
"""Bytes kept of such a packet if it is no DNS: an ICMP error quotes the packet it is about."""
_DNS_RULES = ("dns-",)
MAX_FILLINGS = 512
"""Exchanges whose secrets are kept at hand while packets are filled."""


@dataclass(slots=True)
class Evidence:
    """A capture for a ticket, and what it holds."""

    content: bytes
    streams: tuple[StreamId, ...]
    """Of the original capture, in order."""
    packets: int
    masked: int
    """Distinct secrets that were replaced."""
    left_out_bytes: int
    """Payload that was left out: object data, and what is no HTTP."""
    fragments: int
    """Packets left out because they were put together from IP fragments."""
    notes: tuple[str, ...] = ()
    """What a reader should know: limits that were reached."""
    has_keys: bool = False


@dataclass
class _Chosen:
    streams: list[StreamId] = field(default_factory=list)
    loose: dict[FrameNumber, bool] = field(default_factory=dict)
    """Packets outside the streams; True if the whole packet is kept."""
    notes: list[str] = field(default_factory=list)


def make_evidence(
    path: str | os.PathLike[str],
    report: Report,
    *,
    include_bodies: bool = False,
    key_logs: Sequence[KeyLog] = (),
) -> Evidence | None:
    """Make the capture of a bundle; None if no finding and no failed exchange names a packet.

    Args:
        path: The capture file that was analyzed.
        report: The result.
        include_bodies: Keep object data.
        key_logs: Put the TLS secrets of exactly these streams into the file, from these.

    Raises:
        CaptureError: The file cannot be read again.
    """
    chosen = _choose(report)
    if not chosen.streams and not chosen.loose:
        return None
    secrets = _SecretsOf(report)
    redaction = _redaction(report, chosen, secrets, include_bodies=include_bodies)
    hellos = _read(path, report, chosen, redaction)
    packets = redaction.finish()
    logged = _lines_of(key_logs, hellos)
    written = sorted([*_followed(packets), *_loose(path, chosen)], key=lambda item: item[0])
    content = b"".join(
        write_pcapng(
            (packet for _, packet in written),
            application=f"{BUNDLE_APPLICATION} {__version__}",
            comment=_COMMENT,
            key_log=logged,
        )
    )
    return Evidence(
        content=content,
        streams=tuple(sorted(chosen.streams)),
        packets=len(written),
        masked=secrets.count,
        left_out_bytes=redaction.blanked,
        fragments=redaction.fragments,
        notes=tuple(chosen.notes),
        has_keys=bool(logged),
    )


def _redaction(report: Report, chosen: _Chosen, secrets: "_SecretsOf", *, include_bodies: bool) -> Redaction:
    by_stream: dict[int, list[Exchange]] = {stream: [] for stream in chosen.streams}
    for exchange in report.exchanges:
        if exchange.stream in by_stream:
            by_stream[exchange.stream].append(exchange)
    return Redaction(
        connections=report.connections,
        sides={
            stream: regions_of(report.connections[stream], found, include_bodies=include_bodies)
            for stream, found in by_stream.items()
        },
        filling_of=secrets.filling,
        has_coded_secret=secrets.is_coded,
    )


def _choose(report: Report) -> _Chosen:
    chosen = _Chosen()
    named = [stream for finding in report.findings for stream in _streams_of(finding)]
    if not named:
        oss = (exchange for exchange in report.exchanges if exchange.is_oss)
        failed = (exchange.stream for exchange in oss if exchange.status is None or exchange.status >= 400)
        named = list(dict.fromkeys(failed))[:MAX_FAILED_STREAMS]
    streams = [stream for stream in dict.fromkeys(named) if 0 <= stream < len(report.connections)]
    chosen.streams = streams[:MAX_STREAMS]
    if len(streams) > MAX_STREAMS:
        left_out = len(streams) - MAX_STREAMS
        chosen.notes.append(f"{left_out:,} more streams have findings; the first {MAX_STREAMS} are here")
    for finding in report.findings:
        for item in finding.evidence:
            if item.stream is None and not _is_about_capture(finding) and len(chosen.loose) < MAX_LOOSE:
                chosen.loose[item.frame] = chosen.loose.get(item.frame, False) or finding.name.startswith(_DNS_RULES)
    return chosen


def _streams_of(finding: Finding) -> Iterator[StreamId]:
    yield from (item.stream for item in finding.evidence if item.stream is not None)
    yield from finding.streams


def _is_about_capture(finding: Finding) -> bool:
    """Tell findings about the file itself: the packet they name is any, and may hold anything."""
    return finding.rule.startswith("CAP")


def _read(path: str | os.PathLike[str], report: Report, chosen: _Chosen, redaction: Redaction) -> list[bytes]:
    """Read the streams' packets; returns the starts of what clients sent over TLS."""
    hellos: list[bytes] = []
    if not chosen.streams:
        return hellos
    with open_capture(path) as reader:
        for number, followed in enumerate(follow(reader, report.connections, chosen.streams)):
            if number >= MAX_PACKETS or redaction.held > MAX_BYTES:
                chosen.notes.append(f"only the first {number:,} packets of these streams are here")
                break
            redaction.take(followed)
            hello = _hello(followed)
            if hello:
                hellos.append(hello)
    return hellos


def _hello(followed: FollowedPacket) -> bytes:
    record = followed.record
    if record.payload_offset is None or not followed.packet.from_client:
        return b""
    start = bytes(record.data[record.payload_offset : record.payload_offset + 43])
    return start if start[:1] == b"\x16" and start[5:6] == b"\x01" and len(start) == 43 else b""


def _lines_of(key_logs: Sequence[KeyLog], hellos: Iterable[bytes]) -> bytes:
    """Return the key log lines of the sessions that begin with these ClientHellos."""
    lines: list[str] = []
    for hello in dict.fromkeys(hellos):
        random = hello[11:43]
        found = next((secrets for log in key_logs if (secrets := log.secrets(random)) is not None), {})
        for label, secret in found.items():
            lines.append(f"{label} {random.hex()} {secret.hex()}\n")
    return "".join(lines).encode()


def _followed(packets: Iterable[RedactedPacket]) -> Iterator[tuple[int, PacketToWrite]]:
    for packet in packets:
        comment = f"frame {packet.frame} of the original capture"
        if packet.is_cut:
            comment += "; payload left out"
        elif packet.is_changed:
            comment += "; secrets replaced"
        record = PacketToWrite(packet.link_type, packet.ts_ns, packet.original_length, bytes(packet.data), comment)
        yield packet.frame, record


def _loose(path: str | os.PathLike[str], chosen: _Chosen) -> Iterator[tuple[int, PacketToWrite]]:
    if not chosen.loose:
        return
    with open_capture(path) as reader:
        for frame, record in loose_records(reader, chosen.loose):
            data = bytes(record.data if chosen.loose[frame] else record.data[:LOOSE_BYTES])
            comment = f"frame {frame} of the original capture"
            yield frame, PacketToWrite(record.link_type, record.ts_ns, record.original_length, data, comment)


class _SecretsOf:
    """The secrets of exchanges, as they are to be replaced."""

    def __init__(self, report: Report) -> None:
        self._exchanges = report.exchanges
        self._masking = Masking()
        self._seen: set[str] = set()
        self.filling = lru_cache(MAX_FILLINGS)(self._filling)

    @property
    def count(self) -> int:
        """Distinct secrets so far."""
        return len(self._seen)

    def _secrets(self, number: int) -> Secrets:
        return self._masking.secrets_of(self._exchanges[number])

    def _filling(self, number: int) -> Filling:
        pairs = list(self._secrets(number).pairs())
        self._seen.update(masked for _, masked in pairs)  # a secret and its escaped form have one mask
        return Filling.of(pairs)

    def is_coded(self, number: int) -> bool:
        """Tell whether a body is compressed and holds a secret."""
        exchange = self._exchanges[number]
        bodies = [message.body for message in (exchange.request, exchange.response) if message is not None]
        coded = [body for body in bodies if body.content != body.window]
        return any(self.filling(number).finds(body.content) for body in coded)
