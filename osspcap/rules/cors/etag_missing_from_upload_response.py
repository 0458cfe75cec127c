"""COR005 etag-missing-from-upload-response: the answer to an upload has lost its ETag."""

from collections.abc import Iterator

from osspcap.model.cors import CrossOriginTraffic
from osspcap.model.finding import Confidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule, answer_evidence, evidence_at
from osspcap.rules.cors._traffic import absence, traffic_of
from osspcap.rules.wording import request_id_note, request_name


class EtagMissingFromUploadResponse(CaptureRule):
    """The answer to an upload has lost its ETag.

    ## What it finds
    PutObject and UploadPart that OSS took (200, with a request ID) and whose answer has no ETag header.

    ## Why it matters
    OSS always states the ETag of what it stored. SDKs fail without it, and a multipart upload cannot be completed:
    every part has to be named with its ETag.

    ## How it decides
    The head of the answer is whole, shows that OSS made it, and has no ETag. A proxy or CDN between OSS and the place
    of the capture took it away; some drop it whenever they might change a body.

    ## False alarms
    Deployments that only imitate OSS.
    """

    code = "COR005"
    name = "etag-missing-from-upload-response"
    severity = Severity.ERROR
    on_facts = (CrossOriginTraffic,)
    fix = (
        (
            "Let the CDN or proxy pass on ETag (in nginx, switch off filters that change bodies; on "
            "a CDN, page optimizing "
            "and header rules), or upload to the bucket's own endpoint."
        ),
        "To find the device, repeat the upload by HTTPS to the bucket's own endpoint: there the ETag has to be.",
    )
    sources = ("OSS API reference, PutObject and UploadPart", "OSS FAQ, Python SDK (A): uploads through a CDN")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each such answer; all of a capture become one."""
        for missing in traffic_of(dissection).missing_etags:
            exchange = dissection.exchanges[missing.exchange]
            yield self.finding(
                f"the answer {exchange.status} to {request_name(exchange)} has no ETag: a device on the way took it "
                f"away{request_id_note(exchange)}",
                *absence(exchange, "ETag", missing.expected or "the ETag of what was stored"),
                *(() if missing.trace is None else (evidence_at(exchange, missing.trace),)),
                *answer_evidence(exchange),
                exchanges=(exchange,),
                confidence=Confidence.LIKELY,
                cause="no ETag",
            )
