"""MP4 and QuickTime: boxes, the order of the top-level ones, and the sample descriptions of the tracks.

A file that is cut anywhere is read as far as it goes: the description of a track stands in front of its long tables.
Source: ISO/IEC 14496-12 (boxes, `stsd`), 14496-14 and 14496-1 (`esds`), 14496-15 (`avcC`, `hvcC`); QuickTime File
Format. Cost: O(number of boxes), which `MAX_BOXES` bounds.
"""

from collections.abc import Iterator
from typing import NamedTuple

from osspcap.media.codecs import OBJECT_TYPES, SAMPLE_ENTRIES
from osspcap.model.media import Container, Layout, Media, Track, TrackKind

MAX_BOXES = 2_000
"""Boxes looked at; an index of two tracks has some forty."""
MAX_TRACKS = 16

TOP_LEVEL = frozenset(
    {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp", b"sidx", b"moof", b"uuid"}
)
"""Boxes that a file may begin with."""
_HANDLERS = {b"vide": TrackKind.VIDEO, b"soun": TrackKind.AUDIO}
_IMAGE_BRANDS = {b"avif": Container.AVIF, b"avis": Container.AVIF}
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"mif1", b"msf1", b"heim", b"heis"})
_HEVC_PROFILES = {1: "Main", 2: "Main 10", 3: "Main Still Picture", 4: "Range Extensions"}
_AVC_PROFILES = {
    66: "Baseline",
    77: "Main",
    88: "Extended",
    100: "High",
    110: "High 10",
    122: "High 4:2:2",
    244: "High 4:4:4",
}


class Box(NamedTuple):
    """One box: its type, where its content is, and where it ends (perhaps behind the window)."""

    kind: bytes
    start: int
    content: int
    end: int | None
    """None: to the end of the file."""


def boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    """Yield the boxes of a range of bytes, the last of which may go on behind it."""
    at = start
    for _ in range(MAX_BOXES):
        if at + 8 > end:
            return
        size, kind, content = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8], at + 8
        if size == 1:
            if at + 16 > end:
                return
            size, content = int.from_bytes(data[at + 8 : at + 16]), at + 16
        if size == 0:
            yield Box(kind, at, content, None)
            return
        if size < content - at:
            return
        yield Box(kind, at, content, at + size)
        at += size


def read_iso(data: bytes, *, total: int | None = None) -> Media:
    """Read a file from its first bytes. `total`: bytes of the whole file, if known."""
    container, brand = _brand(data)
    if container in (Container.HEIF, Container.AVIF):
        return Media(container, brand)
    moov = mdat = None
    has_fragments = False
    for box in boxes(data, 0, len(data)):
        if box.kind == b"moov" and moov is None:
            moov = box
        elif box.kind == b"mdat" and mdat is None:
            mdat = box
        elif box.kind in (b"moof", b"styp", b"sidx"):
            has_fragments = True
    tracks = () if moov is None else tuple(_tracks(data, moov))
    if moov is not None:
        has_fragments = has_fragments or b"mvex" in {box.kind for box in _inside(data, moov)}
    layout, index = _layout(moov, mdat, total, has_fragments=has_fragments)
    question = "" if tracks else _question(layout, index)
    return Media(container, brand, tracks, layout, index, question)


def read_index(data: bytes) -> tuple[tuple[Track, ...], int] | None:
    """Find an index somewhere in a range of a file: its tracks, and where it stands; None if there is none."""
    at = data.find(b"moov")
    while at >= 4:
        if data[at + 8 : at + 12] in (b"mvhd", b"cmov"):
            size = int.from_bytes(data[at - 4 : at])
            moov = Box(b"moov", at - 4, at + 4, at - 4 + size if size > 8 else None)
            return tuple(_tracks(data, moov)), at - 4
        at = data.find(b"moov", at + 4)
    return None


def _brand(data: bytes) -> tuple[Container, str]:
    if data[4:8] != b"ftyp":
        is_segment = data[4:8] in (b"styp", b"sidx", b"moof")
        return (Container.MP4 if is_segment else Container.QUICKTIME), ""
    major = data[8:12]
    brand = major.decode("latin-1").strip()
    if major in _IMAGE_BRANDS:
        return _IMAGE_BRANDS[major], brand
    if major in _HEIF_BRANDS:
        return Container.HEIF, brand
    return (Container.QUICKTIME if major == b"qt  " else Container.MP4), brand


def _layout(moov: Box | None, mdat: Box | None, total: int | None, *, has_fragments: bool) -> tuple[Layout, int | None]:
    """Tell where the index is, and at which byte it must begin if it is not in front."""
    if has_fragments:
        return Layout.FRAGMENTED, None
    if moov is not None and (mdat is None or moov.start < mdat.start):
        return Layout.FRONT, None
    if moov is not None:
        return Layout.END, moov.start
    if mdat is None:
        return Layout.UNKNOWN, None
    if mdat.end is None or (total is not None and mdat.end >= total):
        return Layout.MISSING, None
    return Layout.END, mdat.end


def _question(layout: Layout, index: int | None) -> str:
    match layout:
        case Layout.END:
            return (
                f"the index that describes the tracks stands behind the media, at byte {index:,}, and was not captured"
            )
        case Layout.MISSING:
            return "the file has no index that would describe its tracks"
        case Layout.FRAGMENTED:
            return "the captured part is a fragment, and its tracks are described in another one"
        case _:
            return "the captured part ends before the description of the tracks"


def _inside(data: bytes, box: Box) -> Iterator[Box]:
    end = len(data) if box.end is None else min(box.end, len(data))
    return boxes(data, box.content, end)


def _find(data: bytes, box: Box, *path: bytes) -> Box | None:
    """Return the first box at a path below another."""
    for kind in path:
        found = next((inner for inner in _inside(data, box) if inner.kind == kind), None)
        if found is None:
            return None
        box = found
    return box


def _tracks(data: bytes, moov: Box) -> Iterator[Track]:
    """Yield the tracks of an index as far as it was captured."""
    count = 0
    for trak in _inside(data, moov):
        if trak.kind != b"trak" or count >= MAX_TRACKS:
            continue
        media = _find(data, trak, b"mdia")
        handler = None if media is None else _find(data, media, b"hdlr")
        stsd = None if media is None else _find(data, media, b"minf", b"stbl", b"stsd")
        if handler is None or stsd is None:
            continue
        kind = _HANDLERS.get(data[handler.content + 8 : handler.content + 12])
        # Version and flags, then the count of entries, stand in front of the first.
        entry = next(boxes(data, stsd.content + 8, len(data)), None)
        if kind is None or entry is None:
            continue
        count += 1
        yield _track(data, kind, entry)


def _track(data: bytes, kind: TrackKind, entry: Box) -> Track:
    code = entry.kind.decode("latin-1")
    is_video = kind is TrackKind.VIDEO
    # Reserved bytes and data reference, then the fields of a visual (70 bytes) or an audio sample entry (20).
    inner = entry.content + 8 + (70 if is_video else 20)
    if not is_video and data[entry.content + 8 : entry.content + 10] in (b"\0\1", b"\0\2"):
        inner += 16 if data[entry.content + 9] == 1 else 36  # QuickTime's sound description, versions 1 and 2
    end = len(data) if entry.end is None else min(entry.end, len(data))
    children = {box.kind: box for box in boxes(data, inner, end)}
    if code in ("encv", "enca"):
        code = _protected(data, children, code)
    codec, label = SAMPLE_ENTRIES.get(code, code.strip().lower()), code.strip()
    if code in ("mp4v", "mp4a"):
        codec, label = _object_type(data, children, code)
    detail = []
    if is_video and entry.content + 28 <= len(data):
        width, height = (int.from_bytes(data[entry.content + at : entry.content + at + 2]) for at in (24, 26))
        detail.append(f"{width}x{height}")
    profile = _profile(data, children)
    detail += [profile] if profile else []
    return Track(kind, codec, label, ", ".join(detail), entry.start)


def _protected(data: bytes, children: dict[bytes, Box], code: str) -> str:
    """Return what an encrypted entry holds: `frma` below `sinf`."""
    sinf = children.get(b"sinf")
    frma = None if sinf is None else _find(data, sinf, b"frma")
    return code if frma is None else data[frma.content : frma.content + 4].decode("latin-1")


def _object_type(data: bytes, children: dict[bytes, Box], code: str) -> tuple[str, str]:
    """Return codec and label of `mp4v` and `mp4a` by their `esds`; QuickTime has it inside of `wave`."""
    esds = children.get(b"esds")
    wave = children.get(b"wave")
    if esds is None and wave is not None:
        esds = _find(data, wave, b"esds")
    number = None if esds is None else _object_type_number(data, esds)
    if number is None:
        return ("mpeg4-part2" if code == "mp4v" else "aac"), code
    return OBJECT_TYPES.get(number, f"object type 0x{number:02x}"), f"{code}, object type 0x{number:02x}"


def _object_type_number(data: bytes, esds: Box) -> int | None:
    """Follow the descriptors: 3 (elementary stream), then 4 (decoder configuration), whose first byte it is."""
    at = esds.content + 4
    tag, at = _descriptor(data, at)
    if tag != 3 or at + 3 > len(data):
        return None
    flags = data[at + 2]
    at += 3 + (2 if flags & 0x80 else 0)
    if flags & 0x40:
        at += 1 + (data[at] if at < len(data) else 0)
    at += 2 if flags & 0x20 else 0
    tag, at = _descriptor(data, at)
    return data[at] if tag == 4 and at < len(data) else None


def _descriptor(data: bytes, at: int) -> tuple[int, int]:
    """Return a descriptor's tag and where its content begins; its length has up to four bytes."""
    if at >= len(data):
        return 0, at
    tag, at = data[at], at + 1
    for _ in range(4):
        at += 1
        if at > len(data) or not data[at - 1] & 0x80:
            break
    return tag, at


def _profile(data: bytes, children: dict[bytes, Box]) -> str:
    hevc, avc = children.get(b"hvcC"), children.get(b"avcC")
    if hevc is not None and hevc.content + 2 <= len(data):
        return _HEVC_PROFILES.get(data[hevc.content + 1] & 0x1F, "")
    if avc is not None and avc.content + 2 <= len(data):
        return _AVC_PROFILES.get(data[avc.content + 1], "")
    return ""
