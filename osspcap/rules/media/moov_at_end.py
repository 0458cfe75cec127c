"""MED005 moov-at-end: an MP4 file has its index behind its media data, or none."""

from collections.abc import Iterator

from osspcap.model.finding import Severity, Verdict
from osspcap.model.media import Layout, MediaObject
from osspcap.model.report import Dissection
from osspcap.rules.media._media import MediaRule, severity_of


class MoovAtEnd(MediaRule):
    """An MP4 file has its index behind its media data, or none.

    ## What it finds
    MP4 and QuickTime files in the capture whose box `mdat` comes before `moov`, and files that end without a `moov`.

    ## Why it matters
    A player needs the index before it can play anything. With the index at the end it has to ask for the end of the
    file first, which costs two more requests, or, where ranges are not answered, the whole file. A file without an
    index was never finished and does not play at all.

    ## How it decides
    The order of the top-level boxes in the captured beginning. Where `mdat` reaches to the end of the object there is
    no index.

    ## False alarms
    Files that are only stored, and never played over the network.
    """

    code = "MED005"
    name = "moov-at-end"
    severity = Severity.INFO
    fix = (
        "Move the index to the front; nothing is coded anew: `ffmpeg -i IN -c copy -movflags +faststart OUT.mp4`.",
        "Have the recorder or encoder write so (`faststart`), or fragmented MP4.",
        "A file without an index was cut off while it was recorded or uploaded: record or upload it again.",
    )
    sources = ("ISO/IEC 14496-12 section 6.2.3", "OSS guide 2022 (E) 10: videos that do not play")

    def judge(self, dissection: Dissection, item: MediaObject) -> Iterator[Verdict]:
        """Yield a note for an index at the end, a warning for none."""
        media = item.media
        shown = self.container_evidence(dissection, item, "the box moov in front of mdat")
        match media.layout:
            case Layout.END:
                where = "" if media.index_offset is None else f" at byte {media.index_offset:,}"
                total = item.first.total
                of_all = "" if total is None else f" of {total:,}"
                yield self.told(
                    dissection,
                    item,
                    f"the {media.container} file has its index (moov) behind the media data{where}{of_all}",
                    shown,
                    cause="end",
                )
            case Layout.MISSING:
                yield self.told(
                    dissection,
                    item,
                    f"the {media.container} file has no index (moov): its media data reaches to its end",
                    shown,
                    severity=severity_of(dissection, item),
                    cause="missing",
                )
            case _:
                return
