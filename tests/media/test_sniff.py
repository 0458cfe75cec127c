import random

import pytest

from osspcap.media.signatures import FIRST_BYTES
from osspcap.media.sniff import read_media
from osspcap.model.media import Container
from tests.build.media import HEVC, avi, chunk, flash, matroska, mp4, png, transport_stream

FILES = {
    Container.MP4: mp4(*HEVC),
    Container.WEBM: matroska((1, "V_VP9")),
    Container.MPEG_TS: transport_stream(0x1B),
    Container.FLV: flash((9, b"\x17" * 20)),
    Container.AVI: avi("XVID"),
    Container.WEBP: chunk("RIFF", b"WEBPVP8 ", bytes(20)),
    Container.PNG: png(),
    Container.JPEG: b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(20),
    Container.GIF: b"GIF89a" + bytes(20),
    Container.TIFF: b"II*\0" + bytes(20),
    Container.OGG: b"OggS\0" + bytes(30),
    Container.MP3: b"ID3\4" + bytes(30),
    Container.MPEG_PS: b"\0\0\1\xba" + bytes(30),
    Container.REAL: b".RMF" + bytes(30),
    Container.ASF: b"\x30\x26\xb2\x75\x8e\x66\xcf\x11" + bytes(30),
}


@pytest.mark.parametrize(
    ("container", "data"), FILES.items(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_each_format_is_told_by_its_first_bytes(container: Container, data: bytes) -> None:
    media = read_media(data)
    assert media is not None
    assert media.container is container
    assert data[0] in FIRST_BYTES


def test_what_is_no_media_is_none() -> None:
    noise = random.Random(5)
    for data in (b"", b"x" * 100, b"<html><body>ftyp</body></html>", b'{"a": "moov"}' * 9, b"\x47" + bytes(500)):
        assert read_media(data) is None
    for _ in range(2000):
        assert read_media(noise.randbytes(400)) is None


def test_four_letters_by_chance_are_no_box() -> None:
    assert read_media(b"\xff\xff\xff\xffftyp" + bytes(40)) is None
    assert read_media(b"\0\0\0\3moov" + bytes(40)) is None
