"""What the captured bytes of a media object tell: container, tracks, layout; and how ranges of it were answered."""

from dataclasses import field
from enum import StrEnum

from osspcap.model.record import record
from osspcap.model.seen import Seen


class Container(StrEnum):
    """Formats that are told by their first bytes."""

    MP4 = "MP4"
    QUICKTIME = "QuickTime"
    WEBM = "WebM"
    MATROSKA = "Matroska"
    MPEG_TS = "MPEG transport stream"
    MPEG_PS = "MPEG program stream"
    FLV = "Flash Video"
    AVI = "AVI"
    ASF = "Windows Media"
    OGG = "Ogg"
    MP3 = "MP3"
    WAV = "WAV"
    REAL = "RealMedia"
    JPEG = "JPEG"
    PNG = "PNG"
    GIF = "GIF"
    WEBP = "WebP"
    BMP = "BMP"
    TIFF = "TIFF"
    HEIF = "HEIF"
    AVIF = "AVIF"


IMAGES = frozenset(
    {
        Container.JPEG,
        Container.PNG,
        Container.GIF,
        Container.WEBP,
        Container.BMP,
        Container.TIFF,
        Container.HEIF,
        Container.AVIF,
    }
)
"""Containers of pictures; all others hold video or sound."""


class TrackKind(StrEnum):
    """What a track holds."""

    VIDEO = "video"
    AUDIO = "audio"


@record
class Track:
    """One track, as its container describes it."""

    kind: TrackKind
    codec: str
    """Family of codecs: `hevc`, `h264`, `mpeg4-part2`, `aac`; the code itself if it is not known."""
    code: str
    """As the container states it: `hvc1`, `V_VP9`, `XVID`, `stream type 0x24`."""
    detail: str = ""
    """Size and profile, as far as they are stated: `320x240, Main 10`."""
    offset: int = 0
    """Byte of the window at which it is described."""


class Layout(StrEnum):
    """Where an MP4 file has its index (`moov`)."""

    FRONT = "index in front"
    END = "index at the end"
    MISSING = "no index"
    """The file ends with its media data."""
    FRAGMENTED = "fragmented"
    UNKNOWN = "unknown"


@record
class Media:
    """What a window of bytes tells."""

    container: Container
    brand: str = ""
    """Of MP4: the major brand."""
    tracks: tuple[Track, ...] = ()
    layout: Layout = Layout.UNKNOWN
    index_offset: int | None = None
    """Of MP4: byte at which the index stands or must stand, if it is not in front."""
    open_question: str = ""
    """Why the tracks are not known, a clause; empty if they are."""


@record
class MediaSample:
    """The bytes of a media object that one exchange carried."""

    media: Media
    is_upload: bool
    start: int
    """Byte of the object at which they start."""
    total: int | None
    """Bytes of the whole object; None if unknown."""
    length: int
    """Bytes that were looked at."""
    is_whole: bool
    """True if they are the whole object."""
    seen: Seen[str]
    """The container, where its first byte stands."""
    codecs: tuple[Seen[str], ...] = ()
    """The tracks, where each is described."""
    content: bytes = field(default=b"", repr=False)
    """The bytes of a picture that was captured whole; empty otherwise."""


@record
class MediaObject:
    """One object and what all its samples tell together."""

    media: Media
    first: MediaSample
    """The sample that begins the object, else the first there is."""
    exchanges: tuple[int, ...]
    """Exchanges that carried it, the first ones."""
    codecs: tuple[tuple[int, Seen[str]], ...] = ()
    """The tracks with the exchange in which each is described."""
    downloads: tuple[int, ...] = ()
    """Of these exchanges, the downloads."""


class ImageState(StrEnum):
    """What an image library makes of a picture."""

    SOUND = "sound"
    DAMAGED = "damaged"
    OPEN = "open"


@record
class ImageCheck:
    """A picture that OSS calls damaged."""

    exchange: int
    """The exchange in which OSS says so."""
    source: int | None = None
    """The exchange that carried the picture; None if none was captured."""
    state: ImageState = ImageState.OPEN
    reason: str = ""
    """What the library says, or why it was not asked; a clause."""


@record
class MediaObjects:
    """What a capture holds of media."""

    objects: tuple[MediaObject, ...] = ()
    images: tuple[ImageCheck, ...] = ()


@record
class RangeAnswer:
    """A request for a range that was answered with the whole object."""

    asked: Seen[str]
    """The Range field."""
    start: int | None
    """First byte asked for; None if the field cannot be read or asks for the last bytes."""
    length: int | None
    """Bytes of the answer."""
    is_satisfiable: bool
    """False if the field is malformed, or asks for bytes that the object does not have."""
    fault: str = ""
    """What is wrong with the field, a clause."""
