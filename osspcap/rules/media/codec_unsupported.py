"""MED003 codec-unsupported: a video or its sound is in a form that the usual browsers do not play."""

from collections.abc import Iterator

from osspcap.media.codecs import UNPLAYED, UNPLAYED_CONTAINERS, name_of
from osspcap.model.finding import Severity, Verdict
from osspcap.model.media import Container, MediaObject, Track
from osspcap.model.report import Dissection
from osspcap.rules.media._media import PLAYBACK_SOURCES, TRANSCODE, MediaRule, named, severity_of

_OWN_RULES = frozenset({"hevc", "mpeg4-part2"})


class CodecUnsupported(MediaRule):
    """A video or its sound is in a form that the usual browsers do not play.

    ## What it finds
    Media in the capture with a codec that no usual browser plays (MPEG-2, H.263, WMV, ProRes; AC-3 or DTS sound), or
    in a container that none opens (AVI, Windows Media, RealMedia). Flash Video is noted: pages need a player such as
    flv.js for it.

    ## Why it matters
    The object is served as it should be, and yet the page shows an error, a black picture, or plays without sound.

    ## How it decides
    Container and tracks are read from the captured bytes of the object, and looked up in a list of what browsers play.

    ## False alarms
    Files for apps, television sets or desktop players. Browsers change: the list is that of 2025.
    """

    code = "MED003"
    name = "codec-unsupported"
    fix = (
        TRANSCODE,
        "If only the sound does not play, convert that alone: `ffmpeg -i IN -c:v copy -c:a aac OUT.mp4`.",
    )
    sources = PLAYBACK_SOURCES

    def judge(self, dissection: Dissection, item: MediaObject) -> Iterator[Verdict]:
        """Yield a finding for the first track that is not played, else for the container."""
        media = item.media
        shown = self.container_evidence(dissection, item)
        tracks = [track for track in media.tracks if track.codec in UNPLAYED]
        if tracks and not any(track.codec in _OWN_RULES for track in media.tracks if track.kind == tracks[0].kind):
            track = tracks[0]
            yield self.told(
                dissection,
                item,
                f"the {_what(track)} {name_of(track.codec)} ({named(track)}), and {UNPLAYED[track.codec]}",
                (*self.track_evidence(dissection, item, track, _right(track)), *shown),
                severity=severity_of(dissection, item),
                cause=track.codec,
            )
        elif media.container in UNPLAYED_CONTAINERS and not any(track.codec in _OWN_RULES for track in media.tracks):
            yield self.told(
                dissection,
                item,
                f"the file is {media.container}, and {UNPLAYED_CONTAINERS[media.container]}",
                shown,
                severity=severity_of(dissection, item),
                cause=media.container,
            )
        elif media.container is Container.FLV:
            yield self.told(
                dissection,
                item,
                "the file is Flash Video, which browsers play only with a player such as flv.js in the page",
                shown,
                severity=Severity.INFO,
                cause="flv",
            )


def _what(track: Track) -> str:
    return "picture is coded in" if track.kind == "video" else "sound is coded in"


def _right(track: Track) -> str:
    return "H.264" if track.kind == "video" else "AAC"
