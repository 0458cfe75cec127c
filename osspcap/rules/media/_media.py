"""What the rules about media share: one object, who fetched it, and the bytes that show what it is."""

from abc import abstractmethod
from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence, Finding, Severity, Verdict
from osspcap.model.media import MediaObject, MediaObjects, Track, TrackKind
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule, evidence_at
from osspcap.rules.wording import request_id_note, request_name, shortened

BROWSER = "Mozilla/"
"""How the User-Agent of every browser begins."""
PLAYBACK_SOURCES = (
    "OSS guide 2022 (E) 10: videos that do not play",
    "MDN: Web video codec guide, Web audio codec guide",
    "caniuse.com",
)
TRANSCODE = (
    "Convert the file to H.264 and AAC in MP4, which all browsers play: `ffmpeg -i IN -c:v libx264 -pix_fmt yuv420p "
    "-c:a aac -movflags +faststart OUT.mp4`, or ApsaraVideo Media Processing (MPS) and IMM for objects in OSS."
)


class MediaRule(CaptureRule):
    """Base of the rules that judge one media object at a time."""

    severity = Severity.WARNING
    on_facts = (MediaObjects,)

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield the verdicts on each media object of the capture."""
        media = dissection.facts.get(MediaObjects)
        for item in () if media is None else media.objects:
            yield from self.judge(dissection, item)

    @abstractmethod
    def judge(self, dissection: Dissection, item: MediaObject) -> Iterator[Verdict]:
        """Yield the verdicts on one object."""

    def told(
        self,
        dissection: Dissection,
        item: MediaObject,
        summary: str,
        evidence: tuple[Evidence, ...],
        *,
        explanation: str = "",
        severity: Severity | None = None,
        cause: str = "",
    ) -> Finding:
        """Make a finding about an object; the request and its answer stand behind the evidence."""
        exchanges = [dissection.exchanges[number] for number in item.exchanges]
        first = exchanges[0]
        return self.finding(
            f"{summary}: {request_name(first)}{request_id_note(first)}",
            *evidence,
            *_shown(first),
            explanation=explanation,
            exchanges=exchanges,
            severity=severity,
            cause=f"{_bucket(first)} {cause}",
        )

    def container_evidence(self, dissection: Dissection, item: MediaObject, expected: str = "") -> tuple[Evidence, ...]:
        """Show the bytes that tell the container."""
        return (evidence_at(dissection.exchanges[item.exchanges[0]], item.first.seen, expected),)

    def track_evidence(
        self, dissection: Dissection, item: MediaObject, track: Track, expected: str = ""
    ) -> tuple[Evidence, ...]:
        """Show where a track is described."""
        number = item.media.tracks.index(track)
        if number >= len(item.codecs):
            return ()
        exchange, seen = item.codecs[number]
        return (evidence_at(dissection.exchanges[exchange], seen, expected),)


def severity_of(dissection: Dissection, item: MediaObject) -> Severity:
    """Return a warning for what somebody may want to play, a note for what only programs fetched."""
    downloads = [dissection.exchanges[number] for number in item.downloads]
    if downloads and all(_is_program(exchange) for exchange in downloads):
        return Severity.INFO
    return Severity.WARNING


def _is_program(exchange: Exchange) -> bool:
    """Tell an SDK from browsers and players."""
    operation, request = exchange.operation, exchange.request
    if operation is None or operation.sdk is None or request is None:
        return False
    return not request.fields().get("User-Agent").startswith(BROWSER)


def videos(item: MediaObject) -> tuple[Track, ...]:
    """Return the video tracks."""
    return tuple(track for track in item.media.tracks if track.kind is TrackKind.VIDEO)


def named(track: Track) -> str:
    """Name a track by what its container states: `hvc1, 320x240, Main`."""
    return shortened(f"{track.code}{f', {track.detail}' if track.detail else ''}", 80)


def _bucket(exchange: Exchange) -> str:
    return "" if exchange.operation is None or exchange.operation.bucket is None else exchange.operation.bucket


def _shown(exchange: Exchange) -> Iterator[Evidence]:
    if exchange.request is not None:
        yield evidence_at(exchange, exchange.request.seen_start_line())
    if exchange.response is not None:
        yield evidence_at(exchange, exchange.response.seen_start_line())
        line = exchange.response.fields().first("Content-Type")
        if line is not None and exchange.request is not None and exchange.request.method == "GET":
            yield evidence_at(exchange, exchange.response.seen(line))
