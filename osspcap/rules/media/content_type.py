"""MED004 content-type: a media object is served under a type that is not its own."""

from collections.abc import Iterator

from osspcap.media.types import right_type, type_fault
from osspcap.model.finding import Confidence, Verdict
from osspcap.model.media import MediaObject
from osspcap.model.report import Dissection
from osspcap.rules.base import evidence_at
from osspcap.rules.media._media import MediaRule, severity_of
from osspcap.rules.wording import request_id_note, request_name


class ContentType(MediaRule):
    """A media object is served under a type that is not its own.

    ## What it finds
    Videos, sound files and pictures in the capture that OSS serves with a Content-Type of something else, or of
    nothing: text/html, application/octet-stream, another format.

    ## Why it matters
    Players go by Content-Type before they look at the bytes. Under a foreign type some browsers refuse to play, offer
    the file for download, or show it as text. OSS serves the type that was set at the upload; where none was set it
    is application/octet-stream.

    ## How it decides
    The format is told by the first bytes of the object, and held against the Content-Type of the answer. Answers that
    are to be saved (Content-Disposition: attachment) and uploads are left out.

    ## False alarms
    Pictures and transport streams are judged leniently, because browsers and players look at the bytes themselves.
    """

    code = "MED004"
    name = "content-type"
    fix = (
        (
            "Set the right type on the object: `ossutil set-meta oss://BUCKET/KEY Content-Type:video/mp4 --update`, or "
            "the console under Set HTTP Headers."
        ),
        "Set Content-Type when you upload: SDKs guess it from the key's ending, so give the key one (`.mp4`).",
        "For a signed URL, `response-content-type` sets it for one answer.",
    )
    sources = (
        "OSS guide 2022 (E) 10: videos that do not play",
        "OSS user guide 2019 (D) 3, FAQ: how to set the type of an object",
        "WHATWG MIME Sniffing Standard",
    )

    def judge(self, dissection: Dissection, item: MediaObject) -> Iterator[Verdict]:
        """Yield a finding for the first download under a wrong type."""
        for number in item.downloads:
            exchange = dissection.exchanges[number]
            response = exchange.response
            if response is None or item.first.start:
                continue
            fields = response.fields()
            line = fields.first("Content-Type")
            fault = type_fault(item.media, "" if line is None else line.value)
            if not fault or fields.get("Content-Disposition").lstrip().lower().startswith("attachment"):
                continue
            right = right_type(item.media)
            seen = response.seen_start_line() if line is None else response.seen(line)
            request = exchange.request
            asked = () if request is None else (evidence_at(exchange, request.seen_start_line()),)
            named = f"{request_name(exchange)}{request_id_note(exchange)}"
            yield self.finding(
                f"the object is {item.media.container}, and {fault}: {named}",
                evidence_at(exchange, seen, right),
                *self.container_evidence(dissection, item),
                *asked,
                exchanges=(exchange,),
                severity=severity_of(dissection, item),
                confidence=Confidence.LIKELY,
                cause=f"{item.media.container} {fault}",
            )
            return
