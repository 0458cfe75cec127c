"""Media types (Content-Type) that fit a container, and what is wrong with one that does not.

Source: IANA media types registry; WHATWG MIME Sniffing Standard; MDN "Common media types". Browsers look at the bytes
of pictures themselves, so that these are judged leniently; transport streams go through players that do not look.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from osspcap.model.media import IMAGES, Container, Layout, Media, TrackKind

_ISO = frozenset(
    {
        "video/mp4",
        "audio/mp4",
        "application/mp4",
        "video/x-m4v",
        "audio/x-m4a",
        "audio/m4a",
        "audio/aac",
        "video/quicktime",
        "video/3gpp",
        "video/3gpp2",
        "audio/3gpp",
        "video/iso.segment",
        "audio/iso.segment",
        "video/mpeg4",
    }
)
_FITTING: Final[Mapping[Container, frozenset[str]]] = MappingProxyType(
    {
        Container.MP4: _ISO,
        Container.QUICKTIME: _ISO,
        Container.WEBM: frozenset({"video/webm", "audio/webm"}),
        Container.MATROSKA: frozenset(
            {"video/x-matroska", "audio/x-matroska", "video/matroska", "audio/matroska", "video/webm"}
        ),
        Container.FLV: frozenset({"video/x-flv", "video/flv"}),
        Container.AVI: frozenset({"video/x-msvideo", "video/avi", "video/msvideo", "video/vnd.avi"}),
        Container.ASF: frozenset(
            {"video/x-ms-wmv", "video/x-ms-asf", "audio/x-ms-wma", "application/vnd.ms-asf", "video/x-ms-wm"}
        ),
        Container.OGG: frozenset({"video/ogg", "audio/ogg", "application/ogg", "audio/opus"}),
        Container.MP3: frozenset({"audio/mpeg", "audio/mp3", "audio/mpeg3", "audio/x-mpeg", "audio/x-mp3"}),
        Container.WAV: frozenset({"audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"}),
        Container.MPEG_PS: frozenset({"video/mpeg", "video/mp2p", "video/mpg"}),
        Container.REAL: frozenset(
            {"application/vnd.rn-realmedia", "application/vnd.rn-realmedia-vbr", "audio/x-pn-realaudio"}
        ),
    }
)
_RIGHT: Final[Mapping[Container, str]] = MappingProxyType(
    {
        Container.QUICKTIME: "video/quicktime",
        Container.WEBM: "video/webm",
        Container.MATROSKA: "video/x-matroska",
        Container.FLV: "video/x-flv",
        Container.AVI: "video/x-msvideo",
        Container.ASF: "video/x-ms-wmv",
        Container.OGG: "video/ogg",
        Container.MP3: "audio/mpeg",
        Container.WAV: "audio/wav",
        Container.MPEG_PS: "video/mpeg",
        Container.REAL: "application/vnd.rn-realmedia",
        Container.JPEG: "image/jpeg",
        Container.PNG: "image/png",
        Container.GIF: "image/gif",
        Container.WEBP: "image/webp",
        Container.BMP: "image/bmp",
        Container.TIFF: "image/tiff",
        Container.HEIF: "image/heic",
        Container.AVIF: "image/avif",
    }
)
_GENERIC = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/x-download"})
"""Types that say nothing."""


def right_type(media: Media) -> str:
    """Return the type to serve a file under."""
    if media.container is Container.MP4:
        is_sound = bool(media.tracks) and all(track.kind is TrackKind.AUDIO for track in media.tracks)
        return "audio/mp4" if is_sound else "video/mp4"
    return _RIGHT.get(media.container, "")


def type_fault(media: Media, content_type: str) -> str:
    """Say what is wrong with the type that a file is served under, a clause; empty if nothing is."""
    plain = content_type.partition(";")[0].strip().lower()
    is_generic = plain in _GENERIC
    if media.container in IMAGES:
        return "" if is_generic or plain.startswith("image/") else f"it is served as {plain}"
    fitting = _FITTING.get(media.container)
    if fitting is None or plain in fitting or (is_generic and media.layout is Layout.FRAGMENTED):
        return ""
    if not plain:
        return "it is served without a Content-Type"
    return f"it is served as {plain}{', which says nothing' if is_generic else ''}"
