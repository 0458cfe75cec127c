import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.media.boxes import boxes, read_index, read_iso
from osspcap.model.media import Container, Layout, Media
from tests.build.media import (
    H264,
    HEVC,
    MPEG4,
    audio,
    box,
    esds,
    full,
    hvcc,
    mp4,
    sound,
    track,
    video,
    visual,
)


def codecs(media: Media) -> list[str]:
    return [one.codec for one in media.tracks]


@pytest.mark.parametrize(
    ("tracks", "expected"),
    [
        (H264, ["h264", "aac"]),
        (HEVC, ["hevc", "aac"]),
        (MPEG4, ["mpeg4-part2", "aac"]),
        ((video("hev1"), audio("ac-3")), ["hevc", "ac3"]),
        ((video("mp4v", esds(0x61)), audio("mp4a", esds(0x6B))), ["mpeg2", "mp3"]),
        ((video("av01"),), ["av1"]),
        ((video("s263"), audio("samr")), ["h263", "amr"]),
        ((video("mp4v"), audio("mp4a")), ["mpeg4-part2", "aac"]),
        ((video("zzzz"),), ["zzzz"]),
    ],
)
def test_codecs_are_those_of_the_sample_descriptions(tracks: tuple[bytes, ...], expected: list[str]) -> None:
    assert codecs(read_iso(mp4(*tracks))) == expected


def test_size_and_profile_are_told() -> None:
    (found,) = read_iso(mp4(video("hvc1", hvcc(2)))).tracks
    assert (found.code, found.detail) == ("hvc1", "320x240, Main 10")


def test_an_encrypted_track_says_what_it_holds() -> None:
    protected = track("vide", visual("encv", box("sinf", box("frma", b"hvc1"))))
    assert codecs(read_iso(mp4(protected))) == ["hevc"]


def test_sound_descriptions_of_quicktime_are_longer() -> None:
    fields = bytes(6) + b"\0\1" + b"\0\1" + bytes(18) + bytes(16)
    entry = box("mp4a", fields, box("wave", esds(0x40)))
    assert codecs(read_iso(mp4(track("soun", entry), brand="qt  "))) == ["aac"]


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        ("front", Layout.FRONT),
        ("end", Layout.END),
        ("missing", Layout.MISSING),
        ("fragmented", Layout.FRAGMENTED),
    ],
)
def test_the_order_of_the_boxes(layout: str, expected: Layout) -> None:
    data = mp4(*H264, layout=layout)  # type: ignore[arg-type]
    assert read_iso(data, total=len(data)).layout is expected


def test_an_index_behind_the_captured_part_is_known_by_its_place() -> None:
    data = mp4(*HEVC, layout="end", data=100_000)
    media = read_iso(data[:65_536], total=len(data))
    assert (media.layout, media.tracks) == (Layout.END, ())
    assert media.index_offset == data.index(b"moov") - 4
    assert f"{media.index_offset:,}" in media.open_question


def test_media_data_with_a_length_of_eight_bytes_or_none() -> None:
    long = mp4()[:24] + b"\0\0\0\1mdat" + (5_000_000_000).to_bytes(8) + b"x" * 100
    assert read_iso(long, total=5_000_100_000).index_offset == 5_000_000_024
    endless = mp4()[:24] + b"\0\0\0\0mdat" + b"x" * 100
    assert read_iso(endless).layout is Layout.MISSING


def test_an_index_is_found_in_the_middle_of_a_range() -> None:
    data = mp4(*HEVC, layout="end")
    found = read_index(data[1500:])
    assert found is not None
    tracks, at = found
    assert ([one.codec for one in tracks], at + 1500) == (["hevc", "aac"], data.index(b"moov") - 4)
    assert read_index(b"a moov that is none, moov") is None


def test_pictures_in_boxes_are_pictures() -> None:
    assert read_iso(mp4(brand="heic")).container is Container.HEIF
    assert read_iso(mp4(brand="avif")).container is Container.AVIF
    assert read_iso(mp4(brand="qt  ")).container is Container.QUICKTIME


@pytest.mark.parametrize("tracks", [H264, HEVC, MPEG4])
def test_a_file_cut_anywhere_is_read_as_far_as_it_goes(tracks: tuple[bytes, ...]) -> None:
    data = mp4(*tracks)
    whole = codecs(read_iso(data))
    for cut in range(16, len(data), 7):
        assert whole[: len(read_iso(data[:cut]).tracks)] == codecs(read_iso(data[:cut]))


def test_boxes_that_lie_about_their_length_end_the_walk() -> None:
    assert list(boxes(box("free", size=3) + box("moov"), 0, 16)) == []
    assert len(list(boxes(box("free") * 10_000, 0, 80_000))) == 2_000
    assert read_iso(mp4(full("trak")) + b"\0").tracks == ()
    assert sound("mp4a")[4:8] == b"mp4a"


@given(st.binary(max_size=300), st.integers(0, 2000))
def test_no_bytes_raise(noise: bytes, at: int) -> None:
    data = bytearray(mp4(*HEVC))
    data[at : at + len(noise)] = noise
    read_iso(bytes(data))
    read_iso(noise)
    read_index(bytes(data))
