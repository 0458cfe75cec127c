import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.media.streams import is_transport_stream, read_flash, read_riff, read_transport_stream
from osspcap.model.media import Container, Media
from tests.build.media import avi, chunk, flash, transport_stream


def codecs(media: Media) -> list[str]:
    return [track.codec for track in media.tracks]


def test_a_transport_stream_says_what_its_programme_holds() -> None:
    data = transport_stream(0x24, 0x0F)
    assert is_transport_stream(data)
    assert codecs(read_transport_stream(data)) == ["hevc", "aac"]
    assert codecs(read_transport_stream(transport_stream(0x1B, 0x81, 0x06))) == ["h264", "ac3"]
    assert read_transport_stream(data[:188]).open_question


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (((9, b"\x17\x00"), (8, b"\xaf\x00")), ["h264", "aac"]),
        (((9, b"\x22\x00"), (8, b"\x2f\x00")), ["sorenson", "mp3"]),
        (((9, b"\x90hvc1"),), ["hevc"]),
    ],
)
def test_flash_video_by_its_first_tags(tags: tuple[tuple[int, bytes], ...], expected: list[str]) -> None:
    padded = tuple((kind, content.ljust(20, b"\0")) for kind, content in tags)
    assert codecs(read_flash(flash((18, bytes(30)), *padded))) == expected


@pytest.mark.parametrize(
    ("code", "wave", "expected"),
    [
        ("XVID", 0x55, ["mpeg4-part2", "mp3"]),
        ("H264", 0x2000, ["h264", "ac3"]),
        ("abcd", 0x9999, ["abcd", "format 0x9999"]),
    ],
)
def test_avi_by_its_headers(code: str, wave: int, expected: list[str]) -> None:
    media = read_riff(avi(code, wave))
    assert (media.container, codecs(media), media.tracks[0].detail) == (Container.AVI, expected, "320x240")


def test_wav_is_sound() -> None:
    media = read_riff(chunk("RIFF", b"WAVE", chunk("fmt ", b"\1\0" + bytes(14)), chunk("data", bytes(20))))
    assert (media.container, codecs(media)) == (Container.WAV, ["pcm"])


@given(st.binary(max_size=600), st.integers(0, 400))
def test_no_bytes_raise(noise: bytes, at: int) -> None:
    for data in (transport_stream(0x24), flash((9, b"\x17\0" * 10)), avi("XVID")):
        broken = bytearray(data)
        broken[at : at + len(noise)] = noise
        for read in (read_transport_stream, read_flash, read_riff):
            read(bytes(broken))
            read(noise)
