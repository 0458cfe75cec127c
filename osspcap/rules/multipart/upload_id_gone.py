"""MPU006 upload-id-gone: a request names a multipart upload that has ended or never was."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence, Severity, Verdict
from osspcap.model.multipart import MultipartUpload, MultipartUploads
from osspcap.model.report import Dissection
from osspcap.oss.neighbours import is_successful
from osspcap.rules.base import CaptureRule, answer_evidence, evidence_at
from osspcap.rules.multipart._uploads import MAX_ID_CHARS, asked_evidence, bucket_of, uploads_of
from osspcap.rules.refusing import answer_name
from osspcap.rules.wording import counted, shortened

MAX_SHOWN = 4
"""Refused requests whose evidence a finding shows."""


class UploadIdGone(CaptureRule):
    """A request names a multipart upload that has ended or never was.

    ## What it finds
    Requests about a multipart upload that OSS answered with NoSuchUpload, and what ended the upload if the capture
    shows it.

    ## Why it matters
    An upload ID is used up once the upload is completed or aborted, by whichever program, or once a lifecycle rule
    removes its parts. Nothing can be added to it afterwards. If it was completed, the object is there.

    ## How it decides
    OSS states NoSuchUpload. All requests with the same upload ID are followed through the capture: the last successful
    CompleteMultipartUpload or AbortMultipartUpload before the refused request ended the upload; a completion whose
    answer was lost probably did. An abort that finds nothing to abort is a warning only.

    ## False alarms
    Programs that abort an upload twice to be sure.
    """

    code = "MPU006"
    name = "upload-id-gone"
    severity = Severity.ERROR
    on_facts = (MultipartUploads,)
    supersedes = ("REQ003", "REQ016")
    fix = (
        (
            "After a repeated CompleteMultipartUpload, ask with HeadObject whether the object is there already: "
            "`ossutil stat oss://BUCKET/KEY`."
        ),
        "Else start again with InitiateMultipartUpload, and delete the checkpoint file that the program resumes from.",
        "Let only one program work on an upload ID, and no clean-up job abort uploads that are still running.",
        "Check the bucket's lifecycle rule for parts (AbortMultipartUpload after N days) if uploads take that long.",
        "Check that upload ID, key and bucket are those of one InitiateMultipartUpload.",
    )
    sources = ("OSS error catalogue: NoSuchUpload", "OSS user guide 2019 (D): error codes")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield one finding for each upload ID that is gone."""
        for upload in uploads_of(dissection):
            refused = [dissection.exchanges[number] for number in upload.gone]
            if not refused:
                continue
            ending = _ending(upload, dissection, refused[0].id)
            told, why, confidence = _told(upload, ending, refused[0])
            more = f"; {counted(len(refused) - 1, 'more request')} fared alike" if len(refused) > 1 else ""
            is_harmless = all(item.operation and item.operation.name == "AbortMultipartUpload" for item in refused)
            yield self.finding(
                f"{told}: {answer_name(refused[0])}{more}",
                *_shown(refused, ending),
                explanation=why,
                exchanges=refused,
                occurrences=len(refused),
                confidence=confidence,
                severity=Severity.WARNING if is_harmless else None,
                cause=f"{bucket_of(refused[0])} {confidence} {is_harmless} {ending is None}",
            )


def _ending(upload: MultipartUpload, dissection: Dissection, before: int) -> Exchange | None:
    """Return the request that ended the upload; a completion without an answer if there is no better one."""
    numbers = sorted([*(item.exchange for item in upload.completions), *upload.aborts], reverse=True)
    earlier = [dissection.exchanges[number] for number in numbers if number < before]
    unanswered = [item for item in earlier if item.status is None]
    return next((item for item in earlier if is_successful(item)), unanswered[0] if unanswered else None)


def _told(upload: MultipartUpload, ending: Exchange | None, refused: Exchange) -> tuple[str, str, Confidence]:
    """Return the summary, the explanation and how sure it is."""
    name = f"upload ID {shortened(upload.upload_id, MAX_ID_CHARS)}"
    if ending is None or ending.request is None or ending.operation is None:
        if upload.initiation is None or upload.initiation > refused.id:
            return f"{name} does not exist", "", Confidence.CONFIRMED
        return (
            f"{name} was started in this capture and is gone",
            (
                "Nothing in this capture ended the upload: another machine or connection, a clean-up job or a "
                "lifecycle rule did, or the request names another key or bucket than the upload was started for."
            ),
            Confidence.LIKELY,
        )
    done = "completed" if ending.operation.name == "CompleteMultipartUpload" else "aborted"
    stored = " The object is stored; nothing is lost." if done == "completed" else ""
    if ending.status is None:
        return (
            f"{name} was probably {done} already, by the request in frame {ending.request.frame} that got no answer",
            f"The earlier request got no answer in this capture, but OSS seems to have carried it out.{stored}",
            Confidence.LIKELY,
        )
    return (
        f"{name} was {done} already, by the request in frame {ending.request.frame}",
        f"The upload was {done} earlier in this capture, and an upload ends with that.{stored}",
        Confidence.CONFIRMED,
    )


def _shown(refused: list[Exchange], ending: Exchange | None) -> Iterator[Evidence]:
    for exchange in refused[:MAX_SHOWN]:
        yield from asked_evidence(exchange)
        error = None if exchange.operation is None else exchange.operation.error
        if error is not None and "UploadId" in error.fields:
            yield evidence_at(exchange, error.fields["UploadId"])
        yield from answer_evidence(exchange)
    if ending is not None and ending.request is not None:
        answered = "without an answer" if ending.status is None else f"answered {ending.status}"
        yield Evidence(
            ending.request.frame,
            ending.stream,
            ending.id,
            f"earlier request, {answered}",
            ending.request.seen_start_line().value,
        )
