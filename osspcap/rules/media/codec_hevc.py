"""MED001 codec-hevc: a video is coded in HEVC (H.265), which many browsers do not play."""

from collections.abc import Iterator

from osspcap.model.finding import Verdict
from osspcap.model.media import IMAGES, Layout, MediaObject
from osspcap.model.report import Dissection
from osspcap.rules.media._media import PLAYBACK_SOURCES, TRANSCODE, MediaRule, named, severity_of, videos


class CodecHevc(MediaRule):
    """A video is coded in HEVC (H.265), which many browsers do not play.

    ## What it finds
    Videos in the capture whose container names HEVC: hvc1, hev1, Dolby Vision's dvh1, in MP4, QuickTime, Matroska,
    Flash Video, AVI or MPEG transport streams.

    ## Why it matters
    Safari plays HEVC. Chrome and Edge play it only where the device decodes it (since version 107), Firefox since 2025
    and on some systems only. Elsewhere the picture stays black while the sound plays, or nothing plays, and no answer
    of OSS says so. Phones and cameras write HEVC by default.

    ## How it decides
    The description of the video track is read from the captured bytes of the object: of its beginning, or of the
    range that holds an index at the end. Nothing is decoded.

    ## False alarms
    Videos that are played by apps or by Safari alone. What only an SDK fetched is told as a note. If the track's
    description was not captured, that is said.
    """

    code = "MED001"
    name = "codec-hevc"
    fix = (
        TRANSCODE,
        "Or offer both: an H.264 file for all, and HEVC in a `<source type='video/mp4; codecs=hvc1'>` in front of it.",
        "On iPhones choose Settings > Camera > Formats > Most Compatible for new recordings.",
        "For Safari, write HEVC in MP4 as hvc1 and not as hev1 (`-tag:v hvc1`).",
    )
    sources = PLAYBACK_SOURCES

    def judge(self, dissection: Dissection, item: MediaObject) -> Iterator[Verdict]:
        """Yield a finding for an HEVC track, an undecided where no track was captured."""
        media = item.media
        track = next((one for one in videos(item) if one.codec == "hevc"), None)
        if track is not None:
            explanation = ""
            if track.code == "hev1":
                explanation = (
                    f"{self._why()} This one is written as hev1, which even Safari refuses; as hvc1 it plays there."
                )
            yield self.told(
                dissection,
                item,
                f"the video is coded in HEVC (H.265): {named(track)}, which many browsers do not play",
                (
                    *self.track_evidence(dissection, item, track, "avc1 (H.264), which all browsers play"),
                    *self.container_evidence(dissection, item),
                ),
                explanation=explanation,
                severity=severity_of(dissection, item),
                cause="hevc",
            )
        elif media.open_question and media.layout is not Layout.FRAGMENTED and media.container not in IMAGES:
            exchange = dissection.exchanges[item.exchanges[0]]
            yield self.undecided(
                f"the codec of the {media.container} file is not known: {media.open_question}", exchange
            )

    def _why(self) -> str:
        return " ".join(self.sections.get("Why it matters", "").split())
