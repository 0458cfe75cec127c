import gzip
import io
import tarfile

import pytest

from osspcap.capture.detect import Compression, Container, detect_compression, detect_container, shown
from osspcap.errors import EmptyCaptureError, TruncatedCaptureError, UnknownFormatError


def refusal(prefix: bytes, inside: Compression | None = None) -> str:
    with pytest.raises(UnknownFormatError) as caught:
        detect_container(prefix, "x.cap", inside)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith("x.cap: ")
    return message


@pytest.mark.parametrize("magic", ["a1b2c3d4", "d4c3b2a1", "a1b23c4d", "4d3cb2a1", "a1b2cd34", "34cdb2a1"])
def test_every_pcap_magic_is_known(magic: str) -> None:
    assert detect_container(bytes.fromhex(magic) + bytes(20), "x", None) is Container.PCAP


@pytest.mark.parametrize("magic", ["1a2b3c4d", "4d3c2b1a"])
def test_pcapng_is_known_by_both_byte_orders(magic: str) -> None:
    assert detect_container(bytes.fromhex("0a0d0d0a 0000001c" + magic), "x", None) is Container.PCAPNG


def test_compression_is_told_by_its_magic() -> None:
    assert detect_compression(gzip.compress(b"", mtime=0)) is Compression.GZIP
    assert detect_compression(bytes.fromhex("28b52ffd")) is Compression.ZSTD
    assert detect_compression(bytes.fromhex("5a2a4d18")) is Compression.ZSTD
    assert detect_compression(bytes.fromhex("d4c3b2a1")) is None
    assert detect_compression(b"") is None


@pytest.mark.parametrize(
    ("prefix", "name", "advice"),
    [
        (b"snoop\0\0\0\0\0\0\2", "Solaris snoop", "editcap"),
        (b"GMBU\1\2", "Microsoft Network Monitor", "editcap"),
        (b"RTSS\1\2", "Microsoft Network Monitor", "editcap"),
        (b"iptrace 2.0\0", "AIX iptrace", "editcap"),
        (b"PK\3\4abc", "ZIP archive", "unzip"),
        (b"\xfd7zXZ\0\0", "xz-compressed", "unxz"),
        (b"BZh91AY&SY", "bzip2-compressed", "bunzip2"),
        (b"7z\xbc\xaf\x27\x1c\0", "7-Zip", "7z x"),
        (b"Rar!\x1a\x07\0", "RAR", "unrar"),
        (b"%PDF-1.4", "PDF document", "pcap"),
        (b"\x7fELF\2\1\1", "ELF program", "pcap"),
        (b'{"log": {"version": "1.2"', "HAR file", "pcap"),
        (b'[{"_index": "packets"}]', "JSON", "pcap"),
        (b"<!DOCTYPE html><html>", "HTML", "pcap"),
        (b"07:32:34.123456 IP 192.0.2.1.50000 > ", "text that tcpdump prints", "-w FILE"),
        ("抓包失败\n".encode(), "is text", "pcap"),
        (b"\xff\xfeh\0i\0", "is text", "pcap"),
        (bytes(range(128, 150)), "80 81 82 83", "byte 0"),
        (bytes(64), "00 00 00", "pcap"),
    ],
)
def test_other_formats_are_refused_by_name_with_what_to_do(prefix: bytes, name: str, advice: str) -> None:
    message = refusal(prefix)
    assert name in message
    assert advice in message


def test_tar_archive_is_named() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("x.pcap"), io.BytesIO())
    assert "tar archive" in refusal(out.getvalue()[:512])


def test_pcapng_damaged_by_text_mode_is_named_with_its_offset() -> None:
    message = refusal(bytes.fromhex("0a0d0d0a 1c000000 4d3c2b0a"))
    assert "pcapng" in message
    assert "byte 8" in message


def test_gzip_inside_gzip_is_refused_with_the_way_out() -> None:
    message = refusal(gzip.compress(b"x", mtime=0), Compression.GZIP)
    assert "content of the gzip file" in message
    assert "gunzip" in message


def test_empty_input_is_an_error_of_its_own() -> None:
    with pytest.raises(EmptyCaptureError, match="0 bytes"):
        detect_container(b"", "x", None)
    with pytest.raises(EmptyCaptureError, match="gzip"):
        detect_container(b"", "x", Compression.GZIP)


@pytest.mark.parametrize("prefix", ["d4", "d4c3b2", "0a0d0d", "0a0d0d0a1c0000", "1f8b"])
def test_start_of_a_magic_counts_as_cut_short(prefix: str) -> None:
    with pytest.raises(TruncatedCaptureError):
        detect_container(bytes.fromhex(prefix), "x", None)


def test_paths_are_shown_on_one_line_without_escapes() -> None:
    assert shown("a\nb\x1b[31m\udcff抓包.pcap") == "a\\nb\\x1b[31m\\udcff抓包.pcap"
