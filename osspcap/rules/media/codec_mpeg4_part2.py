"""MED002 codec-mpeg4-part2: a video is coded in MPEG-4 Part 2 (Xvid, DivX), which browsers do not play."""

from collections.abc import Iterator

from osspcap.model.finding import Verdict
from osspcap.model.media import MediaObject
from osspcap.model.report import Dissection
from osspcap.rules.media._media import PLAYBACK_SOURCES, TRANSCODE, MediaRule, named, severity_of, videos


class CodecMpeg4Part2(MediaRule):
    """A video is coded in MPEG-4 Part 2 (Xvid, DivX), which browsers do not play.

    ## What it finds
    Videos in the capture whose container names MPEG-4 Part 2: mp4v in MP4, XVID or DX50 in AVI, V_MPEG4/ISO/ASP in
    Matroska.

    ## Why it matters
    The file is called .mp4 and opens in every desktop player, but no current browser plays its picture: users hear
    the sound and see nothing. Old cameras and converters write it.

    ## How it decides
    The description of the video track is read from the captured bytes; of mp4v, the object type says what it is.

    ## False alarms
    Files that only desktop players and apps open; what only an SDK fetched is told as a note.
    """

    code = "MED002"
    name = "codec-mpeg4-part2"
    fix = (
        TRANSCODE,
        "Check new files before they are published: `ffprobe -show_streams FILE` must say codec_name=h264.",
    )
    sources = PLAYBACK_SOURCES

    def judge(self, dissection: Dissection, item: MediaObject) -> Iterator[Verdict]:
        """Yield a finding for such a track."""
        track = next((one for one in videos(item) if one.codec == "mpeg4-part2"), None)
        if track is None:
            return
        yield self.told(
            dissection,
            item,
            f"the video is coded in MPEG-4 Part 2: {named(track)}, which no current browser plays",
            (
                *self.track_evidence(dissection, item, track, "avc1 (H.264), which all browsers play"),
                *self.container_evidence(dissection, item),
            ),
            severity=severity_of(dissection, item),
            cause="mpeg4-part2",
        )
