"""Containers made of packets: MPEG transport streams, Flash Video, AVI and WAV. From the first bytes of a file.

Source: ISO/IEC 13818-1 (PAT, PMT), Adobe Flash Video file format 10.1 and its enhancement by Veovera, Microsoft AVI
RIFF reference. Cost: O(number of packets or chunks), bounded by the limits below.
"""

from collections.abc import Iterator

from osspcap.media.codecs import (
    AUDIO_STREAM_TYPES,
    FLV_AUDIO,
    FLV_FOUR_CODES,
    FLV_VIDEO,
    FOUR_CODES,
    STREAM_TYPES,
    WAVE_FORMATS,
)
from osspcap.model.media import Container, Media, Track, TrackKind

TS_BYTES = 188
MAX_PACKETS = 400
"""Packets of a transport stream looked at; the tables are repeated ten times a second and stand in front."""
MAX_TAGS = 40
"""Tags of Flash Video looked at."""
MAX_CHUNKS = 200
"""Chunks of AVI and WAV looked at."""
_CUT = "the captured part ends before the description of the tracks"


def is_transport_stream(data: bytes) -> bool:
    """Tell a transport stream by its sync bytes: one every 188 bytes, three of them at least."""
    return len(data) >= 2 * TS_BYTES + 1 and data[0] == data[TS_BYTES] == data[2 * TS_BYTES] == 0x47


def read_transport_stream(data: bytes) -> Media:
    """Read the programme's tables."""
    tables: set[int] = set()
    for number in range(min(MAX_PACKETS, len(data) // TS_BYTES)):
        at = number * TS_BYTES
        if data[at] != 0x47:
            break
        pid = int.from_bytes(data[at + 1 : at + 3]) & 0x1FFF
        section = _section(data, at)
        if section is None:
            continue
        if pid == 0:
            tables |= set(_program_tables(data, *section))
        elif pid in tables:
            tracks = tuple(_program(data, *section))
            if tracks:
                return Media(Container.MPEG_TS, tracks=tracks)
    return Media(Container.MPEG_TS, open_question=_CUT)


def _section(data: bytes, at: int) -> tuple[int, int] | None:
    """Return where a packet's section begins and ends, if one begins in it."""
    if not data[at + 1] & 0x40 or not data[at + 3] & 0x10:
        return None
    start = at + 4 + (1 + data[at + 4] if data[at + 3] & 0x20 else 0)
    if start >= at + TS_BYTES:
        return None
    start += 1 + data[start]
    if start + 3 > at + TS_BYTES:
        return None
    length = int.from_bytes(data[start + 1 : start + 3]) & 0x0FFF
    return start, min(start + 3 + length - 4, at + TS_BYTES)


def _program_tables(data: bytes, start: int, end: int) -> Iterator[int]:
    for at in range(start + 8, end - 3, 4):
        if data[at : at + 2] != b"\0\0":
            yield int.from_bytes(data[at + 2 : at + 4]) & 0x1FFF


def _program(data: bytes, start: int, end: int) -> Iterator[Track]:
    if end - start < 12 or data[start] != 2:
        return
    at = start + 12 + (int.from_bytes(data[start + 10 : start + 12]) & 0x0FFF)
    while at + 5 <= end:
        number = data[at]
        codec = STREAM_TYPES.get(number)
        if codec is not None:
            kind = TrackKind.AUDIO if number in AUDIO_STREAM_TYPES else TrackKind.VIDEO
            yield Track(kind, codec, f"stream type 0x{number:02x}", offset=at)
        at += 5 + (int.from_bytes(data[at + 3 : at + 5]) & 0x0FFF)


def read_flash(data: bytes) -> Media:
    """Read the first tags of Flash Video."""
    tracks: dict[TrackKind, Track] = {}
    at = int.from_bytes(data[5:9]) + 4 if len(data) >= 9 else len(data)
    for _ in range(MAX_TAGS):
        if at + 16 > len(data) or len(tracks) == 2:
            break
        kind, size = data[at] & 0x1F, int.from_bytes(data[at + 1 : at + 4])
        first = data[at + 11]
        if kind == 9 and first & 0x80:
            code = data[at + 12 : at + 16].decode("latin-1")
            known = Track(TrackKind.VIDEO, FLV_FOUR_CODES.get(code, code.lower()), code, offset=at)
            tracks.setdefault(TrackKind.VIDEO, known)
        elif kind == 9:
            number = first & 0x0F
            codec = FLV_VIDEO.get(number, f"codec {number}")
            tracks.setdefault(TrackKind.VIDEO, Track(TrackKind.VIDEO, codec, f"codec ID {number}", offset=at))
        elif kind == 8:
            number = first >> 4
            codec = FLV_AUDIO.get(number, f"format {number}")
            tracks.setdefault(TrackKind.AUDIO, Track(TrackKind.AUDIO, codec, f"sound format {number}", offset=at))
        at += 11 + size + 4
    return Media(Container.FLV, tracks=tuple(tracks.values()), open_question="" if tracks else _CUT)


def read_riff(data: bytes) -> Media:
    """Read the headers of AVI or WAV."""
    is_wave = data[8:12] == b"WAVE"
    tracks: list[Track] = []
    kind: bytes = b"auds" if is_wave else b""
    for number, (name, start, end) in enumerate(_chunks(data, 12, len(data))):
        if number >= MAX_CHUNKS or name == b"movi":
            break
        if name == b"strh":
            kind = data[start : start + 4]
        elif name in (b"strf", b"fmt ") and end <= len(data):
            track = _riff_track(data, kind, start)
            tracks += [] if track is None else [track]
    return Media(
        Container.WAV if is_wave else Container.AVI, tracks=tuple(tracks), open_question="" if tracks else _CUT
    )


def _chunks(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the chunks in order; a list is entered, and named by its type."""
    at = start
    while at + 8 <= end:
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if name == b"LIST":
            yield data[at + 8 : at + 12], at + 12, at + 12
            at += 12
            continue
        yield name, at + 8, at + 8 + size
        at += 8 + size + (size & 1)


def _riff_track(data: bytes, kind: bytes, start: int) -> Track | None:
    if kind == b"vids":
        code = data[start + 16 : start + 20].decode("latin-1")
        width, height = (int.from_bytes(data[start + at : start + at + 4], "little") for at in (4, 8))
        codec = FOUR_CODES.get(code.upper(), code.strip("\0 ").lower())
        return Track(TrackKind.VIDEO, codec, code.strip("\0"), f"{width}x{height}", start)
    if kind == b"auds":
        number = int.from_bytes(data[start : start + 2], "little")
        codec = WAVE_FORMATS.get(number, f"format 0x{number:04x}")
        return Track(TrackKind.AUDIO, codec, f"wave format 0x{number:04x}", offset=start)
    return None
