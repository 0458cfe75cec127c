"""INT005 etag-differs: an ETag is not the MD5 of the content."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Severity, Verdict
from osspcap.model.integrity import Algorithm, BodyCheck, Integrity, Statement
from osspcap.model.multipart import MultipartUploads
from osspcap.model.report import Dissection
from osspcap.oss.etag import bare_etag
from osspcap.rules.base import CaptureRule, answer_evidence, evidence_at
from osspcap.rules.integrity._checks import body_evidence, checks_of, stated_evidence
from osspcap.rules.wording import request_id_note, request_name, shortened


class EtagDiffers(CaptureRule):
    """An ETag is not the MD5 of the content.

    ## What it finds
    Answers to PutObject, UploadPart and GetObject whose ETag has the form of an MD5 and is not that of the captured
    body, and CompleteMultipartUpload whose ETag is not the one that its parts give.

    ## Why it matters
    Programs that compare the ETag with an MD5 of their own report a broken transfer where there is none, or miss one.
    OSS promises the ETag as a tag only: for encrypted, appended and multipart objects it is no MD5. For checks there
    is x-oss-hash-crc64ecma.

    ## How it decides
    The MD5 is known where Content-MD5 was sent, and for short bodies in answers without a CRC-64. If the CRC-64 proves
    the content, only the tag is special. If the answer states no CRC-64, a changed body is possible as well. The ETag
    of a multipart object is the MD5 of its parts' ETags, with their number behind it; OSS does not publish this rule,
    so that a difference there is a note and no more.

    ## False alarms
    None that matter: it is a note.
    """

    code = "INT005"
    name = "etag-differs"
    severity = Severity.INFO
    on_facts = (Integrity, MultipartUploads)
    fix = (
        "Compare x-oss-hash-crc64ecma or Content-MD5 instead of the ETag.",
        "Without a CRC-64 in the answer, download the object once and compare it with the source.",
    )
    sources = ("OSS documentation: ETag and MD5", "OSS API reference, PutObject: ETag")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each such answer; those of one bucket become one."""
        for of_request in (True, False):
            for check, exchange in checks_of(dissection, of_request=of_request):
                for statement in check.statements:
                    if statement.algorithm is Algorithm.ETAG and statement.fits is False:
                        yield self._found(check, exchange, statement)
        uploads = dissection.facts.get(MultipartUploads)
        for upload in () if uploads is None else uploads.uploads:
            for completion in upload.completions:
                stated = completion.stated_etag
                if stated is None or bare_etag(stated.value) in completion.combined_etags:
                    continue
                exchange = dissection.exchanges[completion.exchange]
                yield self.finding(
                    f"the ETag {shortened(stated.value, 60)} of {request_name(exchange)} is not the one that its parts "
                    f"give, {completion.combined_etags[0]}{request_id_note(exchange)}",
                    evidence_at(exchange, stated, f'"{completion.combined_etags[0]}"'),
                    *answer_evidence(exchange),
                    exchanges=(exchange,),
                    confidence=Confidence.POSSIBLE,
                    cause="multipart",
                )

    def _found(self, check: BodyCheck, exchange: Exchange, statement: Statement) -> Verdict:
        is_proved = any(item.fits for item in check.statements)
        message = exchange.request if check.of_request else exchange.response
        assert message is not None  # noqa: S101 - its body was checked
        rest = (
            "the content is right by its checksum, so that the ETag is no MD5 of it"
            if is_proved
            else "the answer states no CRC-64 to tell whether the content was changed or the ETag is no MD5 of it"
        )
        return self.finding(
            f"the ETag {shortened(statement.seen.value, 60)} of {request_name(exchange)} is not the MD5 of the body as "
            f"captured, {statement.captured}: {rest}{request_id_note(exchange)}",
            stated_evidence(exchange, statement),
            body_evidence(exchange, message, statement),
            *answer_evidence(exchange),
            exchanges=(exchange,),
            confidence=Confidence.CONFIRMED if is_proved else Confidence.POSSIBLE,
            cause=f"{'' if exchange.operation is None else exchange.operation.bucket} {is_proved}",
        )
