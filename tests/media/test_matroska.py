import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.media.matroska import read_matroska
from osspcap.model.media import Container
from tests.build.media import matroska


@pytest.mark.parametrize(
    ("codec", "expected"),
    [
        ("V_VP9", "vp9"),
        ("V_MPEGH/ISO/HEVC", "hevc"),
        ("V_MPEG4/ISO/ASP", "mpeg4-part2"),
        ("A_AAC/MPEG4/LC", "aac"),
        ("V_UNKNOWN", "v_unknown"),
    ],
)
def test_codecs_are_those_of_the_tracks(codec: str, expected: str) -> None:
    media = read_matroska(matroska((1, codec)))
    assert [track.codec for track in media.tracks] == [expected]
    assert media.tracks[0].detail == "640x360"


def test_the_document_type_tells_webm() -> None:
    assert read_matroska(matroska((1, "V_VP8"))).container is Container.WEBM
    assert read_matroska(matroska((1, "V_VP8"), doc_type="matroska")).container is Container.MATROSKA


def test_a_fourcc_stands_in_the_private_data() -> None:
    media = read_matroska(matroska((1, "V_MS/VFW/FOURCC"), private=bytes(16) + b"XVID" + bytes(20)))
    assert media.tracks[0].codec == "mpeg4-part2"


def test_a_file_cut_in_front_of_its_tracks_leaves_the_question_open() -> None:
    data = matroska((1, "V_VP9"))
    assert read_matroska(data[:60]).open_question
    assert not read_matroska(data).open_question
    for cut in range(4, len(data)):
        read_matroska(data[:cut])


@given(st.binary(max_size=200))
def test_no_bytes_raise(noise: bytes) -> None:
    read_matroska(noise)
    read_matroska(matroska((1, "V_VP9"))[:40] + noise)
