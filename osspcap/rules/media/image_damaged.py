"""MED007 image-damaged: OSS cannot process a picture because its data is damaged."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence, Severity, Verdict
from osspcap.model.media import ImageCheck, ImageState, MediaObjects, MediaSample
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule, answer_evidence, evidence_at
from osspcap.rules.refusing import answer_name


class ImageDamaged(CaptureRule):
    """OSS cannot process a picture because its data is damaged.

    ## What it finds
    Requests for image processing that OSS answered with ImageDamage.

    ## Why it matters
    A part of the picture's data is lost or wrong. Viewers on a desk repair what they can and show it all the same;
    OSS's image processing does not, so that resizing, watermarks and format conversion fail.

    ## How it decides
    OSS states the error. If the picture was captured whole, when it was uploaded or fetched, it is decoded by an
    image library: if that fails too, the file was damaged when it was uploaded; if not, it was damaged later or is of
    a kind that OSS does not take.

    ## False alarms
    None as to the error.
    """

    code = "MED007"
    name = "image-damaged"
    severity = Severity.ERROR
    on_facts = (MediaObjects,)
    explains_error = True
    supersedes = ("REQ016",)
    fix = (
        "Save the picture anew with an image program and upload that: this repairs what viewers only pass over.",
        "Check that the upload was whole: compare the object's size, MD5 or CRC-64 with those of the file.",
        "Check the format: OSS processes JPEG, PNG, BMP, GIF, WebP, TIFF and HEIC, whatever the key's ending says.",
    )
    sources = (
        "OSS user guide 2019 (D) 6 and OSS guide 2022 (E) 8: ImageDamage",
        "OSS error catalogue: ImageDamage",
    )

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each damaged picture, an undecided where the picture could not be looked at."""
        media = dissection.facts.get(MediaObjects)
        for check in () if media is None else media.images:
            exchange = dissection.exchanges[check.exchange]
            source = None if check.source is None else dissection.exchanges[check.source]
            yield self.finding(
                f"OSS finds the picture damaged: {answer_name(exchange)}",
                *_shown(exchange, source, check),
                *answer_evidence(exchange),
                explanation=_explanation(check, source),
                exchanges=(exchange,),
                confidence=Confidence.CONFIRMED,
                cause=f"{answer_name(exchange).partition(' (request ID')[0]} {check.state}",
            )
            if source is not None and check.state is ImageState.OPEN:
                yield self.undecided(f"whether the picture was damaged when it was captured: {check.reason}", exchange)


def _shown(exchange: Exchange, source: Exchange | None, check: ImageCheck) -> Iterator[Evidence]:
    if exchange.request is not None:
        yield evidence_at(exchange, exchange.request.seen_start_line())
    sample = None if source is None else source.facts.get(MediaSample)
    if source is not None and sample is not None:
        yield evidence_at(source, sample.seen, check.reason)


def _explanation(check: ImageCheck, source: Exchange | None) -> str:
    if source is None:
        return (
            "A part of the picture's data is lost or wrong; viewers pass over that, OSS does not. Whether it was so "
            "when it was uploaded cannot be told: the picture itself was not captured whole."
        )
    way = "uploaded" if source.request is not None and source.request.method != "GET" else "fetched"
    match check.state:
        case ImageState.DAMAGED:
            return f"The picture that was {way} in exchange {source.id} does not decode either: {check.reason}."
        case ImageState.SOUND:
            return (
                f"The picture that was {way} in exchange {source.id} is sound: {check.reason}. So the object was "
                "damaged or replaced afterwards, or it is of a kind that OSS's image processing does not take."
            )
        case _:
            return f"The picture was {way} in exchange {source.id}, but was not decoded: {check.reason}."
