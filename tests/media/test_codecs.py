from osspcap.media import codecs
from osspcap.media.codecs import NAMES, UNPLAYED, name_of


def test_every_codec_that_is_not_played_can_come_from_some_container() -> None:
    tables = (
        codecs.SAMPLE_ENTRIES,
        codecs.OBJECT_TYPES,
        codecs.MATROSKA,
        codecs.STREAM_TYPES,
        codecs.FLV_VIDEO,
        codecs.FLV_AUDIO,
        codecs.FOUR_CODES,
        codecs.WAVE_FORMATS,
    )
    known = {codec for table in tables for codec in table.values()}
    assert set(UNPLAYED) <= known
    assert {"hevc", "mpeg4-part2", "h264"} <= known
    assert not {"hevc", "h264", "aac", "mp3", "vp9", "av1", "opus"} & set(UNPLAYED)


def test_codecs_have_names() -> None:
    assert name_of("hevc") == NAMES["hevc"] == "HEVC (H.265)"
    assert name_of("zzzz") == "zzzz"
