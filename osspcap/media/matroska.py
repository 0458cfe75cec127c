"""WebM and Matroska: the document type and the tracks, from the first bytes of a file.

Source: RFC 8794 (EBML), RFC 9559 (Matroska). Cost: O(number of elements), which `MAX_ELEMENTS` bounds.
"""

from collections.abc import Iterator
from typing import NamedTuple

from osspcap.media.codecs import FOUR_CODES, MATROSKA
from osspcap.model.media import Container, Media, Track, TrackKind

MAX_ELEMENTS = 2_000
"""Elements looked at; those in front of the first cluster are some fifty."""
MAX_TRACKS = 16

_DOC_TYPE, _SEGMENT, _TRACKS, _ENTRY = 0x4282, 0x18538067, 0x1654AE6B, 0xAE
_TYPE, _CODEC, _PRIVATE, _VIDEO, _WIDTH, _HEIGHT, _CLUSTER = 0x83, 0x86, 0x63A2, 0xE0, 0xB0, 0xBA, 0x1F43B675
_KINDS = {1: TrackKind.VIDEO, 2: TrackKind.AUDIO}
_VFW = "V_MS/VFW/FOURCC"


class Element(NamedTuple):
    """One element: its ID, where its content is, and where it ends at most."""

    number: int
    start: int
    content: int
    end: int


def read_matroska(data: bytes) -> Media:
    """Read a file from its first bytes."""
    header = next(_elements(data, 0, len(data)), None)
    if header is None:
        return Media(Container.MATROSKA, open_question="the captured part ends in the file's first element")
    kind = next((one for one in _elements(data, header.content, header.end) if one.number == _DOC_TYPE), None)
    doc_type = b"" if kind is None else data[kind.content : kind.end].strip(b"\0")
    container = Container.WEBM if doc_type == b"webm" else Container.MATROSKA
    segment = next((one for one in _elements(data, header.end, len(data)) if one.number == _SEGMENT), None)
    tracks: tuple[Track, ...] = ()
    if segment is not None:
        for element in _elements(data, segment.content, segment.end):
            if element.number == _TRACKS:
                tracks = tuple(_tracks(data, element))
            if element.number in (_TRACKS, _CLUSTER):
                break
    question = "" if tracks else "the captured part ends before the description of the tracks"
    return Media(container, doc_type.decode("latin-1"), tracks, open_question=question)


def _elements(data: bytes, start: int, end: int) -> Iterator[Element]:
    at = start
    for _ in range(MAX_ELEMENTS):
        if at >= end:
            return
        length = 9 - data[at].bit_length()
        if length > 4 or at + length >= end:
            return
        number, size_at = int.from_bytes(data[at : at + length]), at + length
        size_length = 9 - data[size_at].bit_length()
        if size_length > 8 or size_at + size_length > end:
            return
        size = int.from_bytes(data[size_at : size_at + size_length]) & ((1 << 7 * size_length) - 1)
        content = size_at + size_length
        is_unknown = size == (1 << 7 * size_length) - 1
        stop = end if is_unknown else min(content + size, end)
        yield Element(number, at, content, stop)
        at = stop


def _tracks(data: bytes, tracks: Element) -> Iterator[Track]:
    count = 0
    for entry in _elements(data, tracks.content, tracks.end):
        if entry.number != _ENTRY or count >= MAX_TRACKS:
            continue
        parts = {one.number: one for one in _elements(data, entry.content, entry.end)}
        kind = _KINDS.get(_number(data, parts.get(_TYPE)))
        codec = parts.get(_CODEC)
        if kind is None or codec is None:
            continue
        count += 1
        code = data[codec.content : codec.end].strip(b"\0").decode("latin-1")
        yield Track(kind, *_codec(data, code, parts.get(_PRIVATE)), _size(data, parts.get(_VIDEO)), entry.start)


def _number(data: bytes, element: Element | None) -> int:
    return 0 if element is None else int.from_bytes(data[element.content : min(element.end, element.content + 8)])


def _codec(data: bytes, code: str, private: Element | None) -> tuple[str, str]:
    if code == _VFW and private is not None:
        four = data[private.content + 16 : private.content + 20].decode("latin-1")
        return FOUR_CODES.get(four.upper(), four.strip().lower()), f"{code} {four}"
    name = code
    while name not in MATROSKA and "/" in name:
        name = name.rpartition("/")[0]
    return MATROSKA.get(name, code.lower()), code


def _size(data: bytes, video: Element | None) -> str:
    if video is None:
        return ""
    parts = {one.number: one for one in _elements(data, video.content, video.end)}
    width, height = _number(data, parts.get(_WIDTH)), _number(data, parts.get(_HEIGHT))
    return f"{width}x{height}" if width and height else ""
