"""REQ003 no-such-upload: the multipart upload that the request names does not exist."""

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence
from osspcap.model.operation import ErrorDocument, Operation
from osspcap.oss.neighbours import Neighbours, is_successful, query_of
from osspcap.rules.request._stated import StatedErrorRule, Telling, element
from osspcap.rules.wording import shortened

ENDINGS = {"CompleteMultipartUpload": "completed", "AbortMultipartUpload": "aborted"}
"""Operations that end an upload, and what they do to it."""
ABOUT_UPLOADS = frozenset({*ENDINGS, "UploadPart", "UploadPartCopy", "ListParts"})


class NoSuchUpload(StatedErrorRule):
    """The multipart upload that the request names does not exist.

    ## What it finds
    Requests that OSS answered with 404 NoSuchUpload.

    ## Why it matters
    The upload ID is used up or wrong. An upload ends when it is completed or aborted, by whichever client, and when a
    lifecycle rule removes its parts; nothing can be added to it afterwards. If it was completed, the object is there.

    ## How it decides
    OSS states the error code NoSuchUpload. If this capture shows the request that ended the upload, the finding
    names it. A rule that follows the whole upload takes this one's place.

    ## False alarms
    Programs that abort an upload twice to be sure, and retries of a CompleteMultipartUpload that had succeeded.
    """

    code = "REQ003"
    name = "no-such-upload"
    is_generic = True
    answers = ("NoSuchUpload",)
    statuses = (404,)
    fix = (
        (
            "After a repeated CompleteMultipartUpload, ask with HeadObject whether the object is there already: "
            "`ossutil stat oss://BUCKET/KEY`."
        ),
        (
            "Otherwise start again with InitiateMultipartUpload, and delete the checkpoint file that the program "
            "resumes from."
        ),
        (
            "Check that upload ID, key and bucket are those of one InitiateMultipartUpload: "
            "`ossutil ls oss://BUCKET/KEY -m` lists the uploads that are open."
        ),
        "Check the bucket's lifecycle rule for parts (AbortMultipartUpload after N days) if uploads take that long.",
    )
    sources = ("OSS error catalogue: NoSuchUpload", "OSS user guide 2019 (D): error codes")

    def fits(self, exchange: Exchange, operation: Operation) -> bool:  # noqa: ARG002 - the base's signature
        """Only requests about an upload can meet this error."""
        return operation.name in ABOUT_UPLOADS

    def tell(self, exchange: Exchange, operation: Operation, error: ErrorDocument | None) -> Telling:
        """Name the upload, and what ended it if that was captured."""
        upload_id = query_of(exchange).get("uploadId") or element(error, "UploadId")
        name = shortened(upload_id, 60) or "(not named)"
        evidence = (*self.asked(exchange), *self.stated(exchange, error, "UploadId"))
        cause = f"{operation.bucket} {upload_id}"
        ending = _ending(exchange, upload_id)
        if ending is None or ending.operation is None or ending.request is None:
            return Telling(f"upload ID {name} does not exist", evidence, cause=cause)
        done = ENDINGS[ending.operation.name]
        shown = Evidence(
            ending.request.frame,
            ending.stream,
            ending.id,
            f"earlier request, answered {ending.status}",
            ending.request.seen_start_line().value,
        )
        return Telling(
            f"upload ID {name} was {done} already, by the request in frame {ending.request.frame}",
            (*evidence, shown),
            explanation=f"The upload was {done} earlier in this capture, and an upload ends with that."
            + (" The object is stored; nothing is lost." if done == "completed" else ""),
            cause=f"{cause} {done}",
        )


def _ending(exchange: Exchange, upload_id: str) -> Exchange | None:
    """Return the earlier request that ended an upload."""
    around = exchange.facts.get(Neighbours)
    if around is None or not upload_id:
        return None
    for other in reversed(around.earlier):
        is_ending = other.operation is not None and other.operation.name in ENDINGS and is_successful(other)
        if is_ending and query_of(other).get("uploadId") == upload_id:
            return other
    return None
