"""First bytes of an input -> its container, or an error that names what the input is and how to convert it."""

import json
import re
from enum import StrEnum

from osspcap.errors import CaptureError, EmptyCaptureError, TruncatedCaptureError, UnknownFormatError
from osspcap.model.pattern import pattern

PREFIX_BYTES = 512
"""How much of an input is looked at; the tar signature stands at byte 257."""

SHB_TYPE = b"\x0a\x0d\x0d\x0a"
"""Type of the pcapng Section Header Block, the same in both byte orders."""

_PCAP_MAGICS = frozenset(
    magic[::step] for magic in (b"\xa1\xb2\xc3\xd4", b"\xa1\xb2\x3c\x4d", b"\xa1\xb2\xcd\x34") for step in (1, -1)
)
_PCAPNG_ORDERS = (b"\x1a\x2b\x3c\x4d", b"\x4d\x3c\x2b\x1a")

_EDITCAP = "convert it with `editcap -F pcap IN OUT`"
_CONVERTIBLE: tuple[tuple[bytes, str, str], ...] = (
    (b"snoop\0\0\0", "a Solaris snoop capture", _EDITCAP),
    (b"RTSS", "a Microsoft Network Monitor 1.x capture", _EDITCAP),
    (b"GMBU", "a Microsoft Network Monitor 2.x capture", _EDITCAP),
    (b"iptrace 1.0", "an AIX iptrace capture", _EDITCAP),
    (b"iptrace 2.0", "an AIX iptrace capture", _EDITCAP),
    (b"TRSNIFF data", "a Sniffer (DOS) capture", _EDITCAP),
    (b"XCP\0", "a Sniffer or NetXRay capture", _EDITCAP),
    (b"\x05VNF", "a Visual Networks capture", _EDITCAP),
    (b"\xaa\xaa\xaa\xaa", "an Accellent 5Views capture", _EDITCAP),
    (b"\0\0\x02\0\x12\x05\x10\0", "a Tektronix K12 capture", _EDITCAP),
    (b"\x7fver", "a WildPackets *Peek capture", _EDITCAP),
    (b"\xac\x01\x00\x1c", "an IXIA capture", _EDITCAP),
    (b"\xab\x01\x00\x1c", "an IXIA capture", _EDITCAP),
    (b"\x1c\x00\x01\xac", "an IXIA capture", _EDITCAP),
    (b"\x1c\x00\x01\xab", "an IXIA capture", _EDITCAP),
    (b"PK\x03\x04", "a ZIP archive", "unpack it with `unzip` and give the capture inside"),
    (b"PK\x05\x06", "an empty ZIP archive", "give the capture itself"),
    (b"\xfd7zXZ\0", "xz-compressed", "decompress it with `unxz`"),
    (b"BZh", "bzip2-compressed", "decompress it with `bunzip2`"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it with `7z x` and give the capture inside"),
    (b"Rar!\x1a\x07", "a RAR archive", "unpack it with `unrar x` and give the capture inside"),
    (b"\x04\x22\x4d\x18", "lz4-compressed", "decompress it with `lz4 -d`"),
    (b"LZIP", "lzip-compressed", "decompress it with `lzip -d`"),
    (b"\x1f\x9d", "compressed by `compress`", "decompress it with `uncompress`"),
    (b"\x1f\x8b", "gzip-compressed", "decompress it with `gunzip`"),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed", "decompress it with `unzstd`"),
)
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF document"),
    (b"\x7fELF", "an ELF program"),
    (b"MZ", "a Windows program"),
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"OggS", "an Ogg file"),
    (b"ID3", "an MP3 file"),
    (b"\xca\xfe\xba\xbe", "a Java class or a macOS program"),
    (b"\xcf\xfa\xed\xfe", "a macOS program"),
)
_WANTED = "give a pcap or pcapng file (`tcpdump -s0 -w FILE`), plain or compressed by gzip or zstd"
_TCPDUMP_LINE = pattern(r"\d\d:\d\d:\d\d\.\d{6} (IP|IP6|ARP|ethertype|[0-9a-f]{2}:)")


class Compression(StrEnum):
    """How an input is compressed; values as `CaptureInfo.compression`."""

    GZIP = "gzip"
    ZSTD = "zstd"


class Container(StrEnum):
    """Capture formats that are read; values as `CaptureInfo.format`."""

    PCAP = "pcap"
    PCAPNG = "pcapng"


def shown(path: str) -> str:
    """Return a path fit for a one-line message: control and undecodable characters escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode("ascii") for c in path)


def detect_compression(prefix: bytes) -> Compression | None:
    """Tell gzip (RFC 1952: deflate method) and zstd (RFC 8878, skippable frames included) by their first bytes."""
    if prefix[:3] == b"\x1f\x8b\x08":
        return Compression.GZIP
    is_skippable = prefix[1:4] == b"\x2a\x4d\x18" and prefix[0] >> 4 == 5
    return Compression.ZSTD if prefix[:4] == b"\x28\xb5\x2f\xfd" or is_skippable else None


def detect_container(prefix: bytes, name: str, inside: Compression | None) -> Container:
    """Tell the capture format of an input by its first `PREFIX_BYTES` bytes (after decompression).

    Args:
        prefix: First bytes of the input, all of them if it is shorter than `PREFIX_BYTES`.
        name: The input as messages call it.
        inside: Compression that the bytes came out of, None if none.

    Raises:
        EmptyCaptureError: There is not one byte.
        TruncatedCaptureError: The input ends inside the header of a capture.
        UnknownFormatError: Anything else that is no capture; says what it is and what to do.
    """
    if not prefix:
        what = f"holds no bytes behind its {inside} header" if inside else "is empty (0 bytes)"
        raise EmptyCaptureError(f"{name}: {what}; record again and check that the capture filter matches")
    if prefix[:4] in _PCAP_MAGICS:
        return Container.PCAP
    if prefix[:4] == SHB_TYPE and (prefix[8:12] in _PCAPNG_ORDERS):
        return Container.PCAPNG
    raise _refusal(prefix, name, inside)


def _refusal(prefix: bytes, name: str, inside: Compression | None) -> CaptureError:
    """Build the error for bytes that are no capture."""
    where = f"{name}: the content of the {inside} file" if inside else f"{name}: the file"
    magics = [*_PCAP_MAGICS, SHB_TYPE, b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd"]
    if len(prefix) < 12 and any(magic.startswith(prefix[: len(magic)]) for magic in magics):
        return TruncatedCaptureError(
            f"{where} ends after {len(prefix)} of the first header's bytes; copy or record it again"
        )
    if prefix[:4] == SHB_TYPE:
        return UnknownFormatError(
            f"{where} looks like pcapng, but the byte-order magic at byte 8 is {prefix[8:12].hex()} "
            "(a transfer in text mode does this); copy it again in binary mode"
        )
    for magic, what, advice in _CONVERTIBLE:
        if prefix.startswith(magic):
            return UnknownFormatError(f"{where} is {what}; {advice}")
    if prefix[257:262] == b"ustar":
        return UnknownFormatError(f"{where} is a tar archive; unpack it with `tar xf` and give the capture inside")
    for magic, what in _FOREIGN:
        if prefix.startswith(magic):
            return UnknownFormatError(f"{where} is {what}, not a capture; {_WANTED}")
    text = _text(prefix)
    if text is not None:
        return UnknownFormatError(f"{where} is {_text_kind(text)}, not a capture; {_WANTED}")
    return UnknownFormatError(
        f"{where} starts with {prefix[:8].hex(' ')} at byte 0, which no known capture format does; {_WANTED}"
    )


def _text(prefix: bytes) -> str | None:
    """Return the prefix as text if it is text in UTF-8 or UTF-16, else None."""
    encoding = "utf-16" if prefix[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    text = prefix.decode(encoding, "ignore")  # a character may be cut at the end of the prefix
    kept = len(text.encode(encoding)) >= len(prefix) - 4
    is_text = kept and all(c.isprintable() or c in "\t\r\n\f\x1b" for c in text)
    return text if is_text and text else None


def _text_kind(text: str) -> str:
    """Say what kind of text it is, by its first characters."""
    start = text.lstrip()
    match start[:1]:
        case "{" | "[" if re.search(r'"log"\s*:', start):
            return "a HAR file (JSON)"
        case "{" | "[":
            return "JSON" if _is_json(start) else "text that looks like JSON"
        case "<":
            return "HTML or XML"
    if _TCPDUMP_LINE.match(start):
        return "the text that tcpdump prints (record with `-w FILE` instead)"
    return "text"


def _is_json(start: str) -> bool:
    """Tell whether the text is JSON as far as it goes (the prefix may cut it)."""
    try:
        json.JSONDecoder().raw_decode(start)
    except json.JSONDecodeError as error:
        return error.pos > 1
    except RecursionError:
        return True
    return True
