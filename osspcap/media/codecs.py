"""Codecs by the codes that containers write for them, and which browsers play them.

Source of the codes: MP4 Registration Authority (mp4ra.org), ISO/IEC 14496-1 table 5 (object types), Matroska codec
mappings, ISO/IEC 13818-1 table 2-34 (stream types), Adobe Flash Video file format 10.1, RFC 2361 (wave formats).
Source of the playback: MDN "Web video codec guide" and "Web audio codec guide"; caniuse.com; OSS guide 2022 (E) 10,
whose own list is older than the browsers of today.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SAMPLE_ENTRIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "hvc1": "hevc",
        "hev1": "hevc",
        "hvc2": "hevc",
        "hev2": "hevc",
        "dvh1": "hevc",
        "dvhe": "hevc",
        "vvc1": "vvc",
        "vvi1": "vvc",
        "avc1": "h264",
        "avc2": "h264",
        "avc3": "h264",
        "avc4": "h264",
        "dva1": "h264",
        "dvav": "h264",
        "av01": "av1",
        "dav1": "av1",
        "vp08": "vp8",
        "vp09": "vp9",
        "s263": "h263",
        "h263": "h263",
        "H263": "h263",
        "mjpa": "mjpeg",
        "mjpb": "mjpeg",
        "jpeg": "mjpeg",
        "mp1v": "mpeg1",
        "mp2v": "mpeg2",
        "m2v1": "mpeg2",
        "xvid": "mpeg4-part2",
        "XVID": "mpeg4-part2",
        "DIVX": "mpeg4-part2",
        "DX50": "mpeg4-part2",
        "3IV2": "mpeg4-part2",
        "apch": "prores",
        "apcn": "prores",
        "apcs": "prores",
        "apco": "prores",
        "ap4h": "prores",
        "ap4x": "prores",
        "AVdn": "dnxhd",
        "vc-1": "vc1",
        "rle ": "animation",
        "SVQ1": "sorenson",
        "SVQ3": "sorenson",
        "cvid": "cinepak",
        ".mp3": "mp3",
        "mp3 ": "mp3",
        "ac-3": "ac3",
        "ec-3": "eac3",
        "ac-4": "ac4",
        "dtsc": "dts",
        "dtsh": "dts",
        "dtsl": "dts",
        "dtse": "dts",
        "mlpa": "truehd",
        "Opus": "opus",
        "fLaC": "flac",
        "alac": "alac",
        "samr": "amr",
        "sawb": "amr",
        "sowt": "pcm",
        "twos": "pcm",
        "lpcm": "pcm",
        "ipcm": "pcm",
        "ulaw": "g711",
        "alaw": "g711",
    }
)
"""Sample entries of MP4 and QuickTime; `mp4v` and `mp4a` say in `esds` what they hold."""

OBJECT_TYPES: Final[Mapping[int, str]] = MappingProxyType(
    {
        0x20: "mpeg4-part2",
        0x21: "h264",
        0x23: "hevc",
        0x60: "mpeg2",
        0x61: "mpeg2",
        0x62: "mpeg2",
        0x63: "mpeg2",
        0x64: "mpeg2",
        0x65: "mpeg2",
        0x6A: "mpeg1",
        0x6C: "mjpeg",
        0xB1: "vp9",
        0x40: "aac",
        0x66: "aac",
        0x67: "aac",
        0x68: "aac",
        0x69: "mp3",
        0x6B: "mp3",
        0xA5: "ac3",
        0xA6: "eac3",
        0xA9: "dts",
        0xAC: "dts",
        0xAD: "opus",
        0xDD: "vorbis",
    }
)
"""`objectTypeIndication` of an `esds` box."""

MATROSKA: Final[Mapping[str, str]] = MappingProxyType(
    {
        "V_MPEGH/ISO/HEVC": "hevc",
        "V_MPEG4/ISO/AVC": "h264",
        "V_MPEG4/ISO/ASP": "mpeg4-part2",
        "V_MPEG4/ISO/SP": "mpeg4-part2",
        "V_MPEG4/ISO/AP": "mpeg4-part2",
        "V_MPEG4/MS/V3": "mpeg4-part2",
        "V_MPEG1": "mpeg1",
        "V_MPEG2": "mpeg2",
        "V_VP8": "vp8",
        "V_VP9": "vp9",
        "V_AV1": "av1",
        "V_THEORA": "theora",
        "V_PRORES": "prores",
        "V_MJPEG": "mjpeg",
        "A_AAC": "aac",
        "A_OPUS": "opus",
        "A_VORBIS": "vorbis",
        "A_MPEG/L3": "mp3",
        "A_AC3": "ac3",
        "A_EAC3": "eac3",
        "A_DTS": "dts",
        "A_TRUEHD": "truehd",
        "A_FLAC": "flac",
        "A_ALAC": "alac",
        "A_PCM/INT/LIT": "pcm",
        "A_PCM/INT/BIG": "pcm",
    }
)
"""Codec IDs of Matroska and WebM, up to their own suffixes (`A_AAC/MPEG4/LC`)."""

STREAM_TYPES: Final[Mapping[int, str]] = MappingProxyType(
    {
        0x01: "mpeg1",
        0x02: "mpeg2",
        0x10: "mpeg4-part2",
        0x1B: "h264",
        0x24: "hevc",
        0x33: "vvc",
        0x42: "avs",
        0xD2: "avs",
        0xEA: "vc1",
        0x03: "mp3",
        0x04: "mp3",
        0x0F: "aac",
        0x11: "aac",
        0x81: "ac3",
        0x87: "eac3",
        0x82: "dts",
    }
)
"""Stream types of MPEG transport streams."""
AUDIO_STREAM_TYPES: Final = frozenset({0x03, 0x04, 0x0F, 0x11, 0x81, 0x82, 0x87})

FLV_VIDEO: Final[Mapping[int, str]] = MappingProxyType(
    {2: "sorenson", 3: "screen-video", 4: "vp6", 5: "vp6", 6: "screen-video", 7: "h264", 12: "hevc", 13: "av1"}
)
FLV_AUDIO: Final[Mapping[int, str]] = MappingProxyType(
    {0: "pcm", 1: "adpcm", 2: "mp3", 3: "pcm", 4: "nellymoser", 6: "nellymoser", 10: "aac", 11: "speex", 14: "mp3"}
)
FLV_FOUR_CODES: Final[Mapping[str, str]] = MappingProxyType(
    {"hvc1": "hevc", "av01": "av1", "vp09": "vp9", "avc1": "h264"}
)
"""Of the enhanced FLV (Veovera), which writes four letters."""

FOUR_CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "XVID": "mpeg4-part2",
        "DIVX": "mpeg4-part2",
        "DX50": "mpeg4-part2",
        "MP4V": "mpeg4-part2",
        "FMP4": "mpeg4-part2",
        "3IVX": "mpeg4-part2",
        "DIV3": "mpeg4-part2",
        "MP43": "mpeg4-part2",
        "H264": "h264",
        "X264": "h264",
        "AVC1": "h264",
        "HEVC": "hevc",
        "H265": "hevc",
        "HVC1": "hevc",
        "MJPG": "mjpeg",
        "MPG2": "mpeg2",
        "MPG1": "mpeg1",
        "H263": "h263",
        "WMV1": "wmv",
        "WMV2": "wmv",
        "WMV3": "wmv",
        "WVC1": "vc1",
        "VP80": "vp8",
        "VP90": "vp9",
        "VP60": "vp6",
        "VP62": "vp6",
        "CVID": "cinepak",
        "AV01": "av1",
    }
)
"""FourCCs of AVI and of Matroska's `V_MS/VFW/FOURCC`, in upper case."""
WAVE_FORMATS: Final[Mapping[int, str]] = MappingProxyType(
    {0x0001: "pcm", 0x0002: "adpcm", 0x0003: "pcm", 0x0050: "mp2", 0x0055: "mp3", 0x00FF: "aac", 0x0161: "wma",
     0x0162: "wma", 0x2000: "ac3", 0x2001: "dts", 0xF1AC: "flac", 0x566F: "vorbis"}
)  # fmt: skip
"""`wFormatTag` of AVI and WAV."""

NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "hevc": "HEVC (H.265)",
        "h264": "H.264 (AVC)",
        "mpeg4-part2": "MPEG-4 Part 2 (Xvid, DivX)",
        "av1": "AV1",
        "vp8": "VP8",
        "vp9": "VP9",
        "vp6": "VP6",
        "vvc": "VVC (H.266)",
        "h263": "H.263",
        "sorenson": "Sorenson Video",
        "mpeg1": "MPEG-1 video",
        "mpeg2": "MPEG-2 video",
        "mjpeg": "Motion JPEG",
        "wmv": "Windows Media Video",
        "wma": "Windows Media Audio",
        "vc1": "VC-1",
        "avs": "AVS",
        "prores": "Apple ProRes",
        "dnxhd": "DNxHD",
        "theora": "Theora",
        "aac": "AAC",
        "mp3": "MP3",
        "ac3": "Dolby Digital (AC-3)",
        "eac3": "Dolby Digital Plus (E-AC-3)",
        "ac4": "Dolby AC-4",
        "dts": "DTS",
        "truehd": "Dolby TrueHD",
        "opus": "Opus",
        "vorbis": "Vorbis",
        "flac": "FLAC",
        "alac": "Apple Lossless",
        "amr": "AMR",
        "pcm": "PCM",
    }
)
"""What people call a codec."""

UNPLAYED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "vvc": "no browser plays it",
        "h263": "no current browser plays it, although lists of some years ago name it",
        "sorenson": "no browser plays it since Flash is gone",
        "vp6": "no browser plays it since Flash is gone",
        "screen-video": "no browser plays it since Flash is gone",
        "mpeg1": "no current browser plays it in a page",
        "mpeg2": "no current browser plays it in a page",
        "mjpeg": "no current browser plays it as a video",
        "wmv": "no current browser plays it",
        "vc1": "no current browser plays it",
        "avs": "no current browser plays it",
        "prores": "Safari alone may play it",
        "dnxhd": "no browser plays it",
        "cinepak": "no browser plays it",
        "animation": "no browser plays it",
        "theora": "Chrome and Firefox dropped it in 2024, and Safari never played it",
        "ac3": "Chrome and Firefox do not play it, so that there is no sound",
        "eac3": "Chrome and Firefox do not play it, so that there is no sound",
        "ac4": "no browser plays it, so that there is no sound",
        "dts": "no browser plays it, so that there is no sound",
        "truehd": "no browser plays it, so that there is no sound",
        "amr": "no current browser plays it, so that there is no sound",
        "wma": "no current browser plays it, so that there is no sound",
        "nellymoser": "no browser plays it since Flash is gone",
        "alac": "Safari alone plays it",
    }
)
"""Codecs that the usual browsers do not play, with which do; HEVC and MPEG-4 Part 2 have rules of their own."""

UNPLAYED_CONTAINERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "AVI": "no browser opens it in a page",
        "Windows Media": "no current browser opens it",
        "RealMedia": "no browser opens it",
        "MPEG program stream": "no current browser opens it in a page",
    }
)
"""Containers that no browser opens, whatever they hold."""


def name_of(codec: str) -> str:
    """Return what people call a codec."""
    return NAMES.get(codec, codec)
