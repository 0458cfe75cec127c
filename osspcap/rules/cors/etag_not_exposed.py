"""COR004 etag-not-exposed: a page uploads parts and may not read their ETags."""

from collections.abc import Iterator

from osspcap.model.cors import CrossOriginTraffic, UnreadableParts
from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence, Finding, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule, answer_evidence, evidence_at
from osspcap.rules.cors._bucket_rule import BucketRule
from osspcap.rules.cors._traffic import absence, origin_of, place_of, traffic_of
from osspcap.rules.wording import counted, request_id_note, request_name, shortened

_HEADER = "Access-Control-Expose-Headers"
_NEEDED = "a list with ETag"
MAX_SHOWN = 4
"""Parts whose evidence a finding shows."""


class EtagNotExposed(CaptureRule):
    """A page uploads parts and may not read their ETags.

    ## What it finds
    Multipart uploads of a page whose parts OSS took (200, with an ETag) without listing ETag in
    Access-Control-Expose-Headers, and which then failed to complete.

    ## Why it matters
    The ETags are in the answers, but the browser hides them from the page's script. It completes the upload with null
    or nothing for each part, and OSS refuses that with InvalidPart; the browser build of OSS's JavaScript SDK stops
    and says that ETag has to be exposed.

    ## How it decides
    Parts are joined by their upload ID. A completion that sends null or empty ETags, or that OSS refuses with
    InvalidPart, proves it; without a completion in the capture it is likely where that SDK sends, else possible. An
    upload that completes has its ETags from elsewhere and is not reported.

    ## False alarms
    Without a completion: pages that compute the ETags themselves, and captures that ended too early.
    """

    code = "COR004"
    name = "etag-not-exposed"
    severity = Severity.ERROR
    on_facts = (CrossOriginTraffic,)
    supersedes = ("REQ016", "MPU002", "MPU003", "MPU004", "MPU007")
    fix = (
        (
            "In the OSS console open the bucket, Content Security, CORS, and add ETag to Exposed "
            "Headers of the rule that "
            "matches the page."
        ),
        "A CDN or proxy in front of the bucket has to pass on Access-Control-Expose-Headers and ETag as they are.",
        "Then upload again, and delete the fragments that are left with AbortMultipartUpload.",
    )
    sources = (
        "OSS FAQ, Python SDK (A): expose the ETag",
        "OSS user guide 2022, Chinese (E): CORS, Expose Header",
        "Fetch standard: CORS-safelisted response-header name",
    )

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield one finding for each upload."""
        traffic = traffic_of(dissection)
        for upload in traffic.unreadable:
            yield self._finding(dissection, traffic, upload)

    def _finding(self, dissection: Dissection, traffic: CrossOriginTraffic, upload: UnreadableParts) -> Finding:
        """Show the parts, what they expose, and what the page made of it."""
        first = traffic.requests[upload.parts[0]]
        parts = [dissection.exchanges[traffic.requests[place].exchange] for place in upload.parts]
        completion = None if upload.completion is None else dissection.exchanges[upload.completion]
        place = place_of(parts[0], first)
        exposed = "nothing" if first.exposed is None else f"only {shortened(first.exposed.value, 80)}"
        rule = BucketRule.allowing(first.origin.value, ("GET", "PUT", "POST", "DELETE", "HEAD"), ("*",))
        return self.finding(
            f"the page {origin_of(first)} uploads {counted(upload.part_count, 'part')} to {place} but may not read "
            f"their ETag: {_HEADER} lists {exposed}; {_outcome(completion, upload)}",
            *_evidence(dissection, traffic, upload, completion),
            exchanges=[*parts, *(() if completion is None else (completion,))],
            confidence=_confidence(upload),
            fix=(*self.fix, f"A rule that does, for PutBucketCors (it replaces all rules): {rule.as_xml()}"),
            cause=f"{place} {first.origin.value} {completion is None}",
        )


def _outcome(completion: Exchange | None, upload: UnreadableParts) -> str:
    if completion is None:
        return "no CompleteMultipartUpload follows in the capture"
    sent = "" if upload.sent_etag is None else f" with the ETag {upload.sent_etag.value}"
    error = None if completion.operation is None else completion.operation.error
    code = "" if error is None else f" {shortened(error.code.value, 60)}"
    status = "no answer" if completion.status is None else f"{completion.status}{code}"
    return f"it completes the upload{sent} and gets {status}{request_id_note(completion)}"


def _confidence(upload: UnreadableParts) -> Confidence:
    if upload.completion is not None:
        return Confidence.CONFIRMED if upload.sent_etag is not None else Confidence.LIKELY
    return Confidence.LIKELY if upload.by_sdk else Confidence.POSSIBLE


def _evidence(
    dissection: Dissection, traffic: CrossOriginTraffic, upload: UnreadableParts, completion: Exchange | None
) -> Iterator[Evidence]:
    if completion is not None:
        if completion.request is not None:
            yield evidence_at(completion, completion.request.seen_start_line())
        if upload.sent_etag is not None:
            yield evidence_at(completion, upload.sent_etag, "the ETag that OSS gave the part")
        yield from answer_evidence(completion)
    for place in upload.parts[:MAX_SHOWN]:
        item = traffic.requests[place]
        exchange = dissection.exchanges[item.exchange]
        yield evidence_at(exchange, item.origin)
        if item.exposed is not None:
            yield evidence_at(exchange, item.exposed, _NEEDED)
        else:
            yield from absence(exchange, _HEADER, _NEEDED)
        if item.etag is not None:
            yield evidence_at(exchange, item.etag, f"readable for the page that sends {request_name(exchange)}")
