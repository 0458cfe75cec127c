"""REQ014 bucket-not-empty: a bucket cannot be deleted while something is in it."""

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence
from osspcap.model.operation import ErrorDocument, Operation
from osspcap.oss.neighbours import Neighbours, is_successful
from osspcap.rules.request._stated import StatedErrorRule, Telling, header
from osspcap.rules.wording import shortened

STORING = frozenset({"PutObject", "PostObject", "AppendObject", "CopyObject", "CompleteMultipartUpload"})
"""Operations that leave an object behind."""
STARTING = "InitiateMultipartUpload"
"""Leaves an open upload behind until it is completed or aborted."""
ENDING = frozenset({"CompleteMultipartUpload", "AbortMultipartUpload"})
MAX_SHOWN = 3
"""Examples of what is left in the bucket."""


class BucketNotEmpty(StatedErrorRule):
    """A bucket cannot be deleted while something is in it.

    ## What it finds
    DeleteBucket requests that OSS answered with 409 BucketNotEmpty.

    ## Why it matters
    The bucket stays, and goes on costing money. What is left is often invisible in a plain listing: parts of
    unfinished multipart uploads, old versions and delete markers, live channels.

    ## How it decides
    OSS states the error code. Uploads into the bucket that this capture shows without a deletion are named as
    examples; there may be others.

    ## False alarms
    Programs that delete a bucket only if it is empty and ask by trying.
    """

    code = "REQ014"
    name = "bucket-not-empty"
    answers = ("BucketNotEmpty",)
    statuses = (409,)
    fix = (
        (
            "List what is left: `ossutil ls oss://BUCKET` (objects), `ossutil ls oss://BUCKET -m` (parts of unfinished "
            "uploads), `ossutil ls oss://BUCKET --all-versions` (versions and delete markers)."
        ),
        (
            "If all of it may go: `ossutil rm oss://BUCKET -a -r` deletes objects and parts; add `--all-versions` "
            "where versioning was ever on. This cannot be undone."
        ),
        "Delete live channels with DeleteLiveChannel, then the bucket.",
    )
    sources = ("OSS error catalogue: BucketNotEmpty", "OSS user guide 2019 (D): error codes")

    def fits(self, exchange: Exchange, operation: Operation) -> bool:  # noqa: ARG002 - the base's signature
        """Only the deletion of a bucket can meet this error."""
        return operation.name == "DeleteBucket"

    def tell(self, exchange: Exchange, operation: Operation, error: ErrorDocument | None) -> Telling:
        """Name what this capture put into the bucket."""
        left = _left(exchange)
        examples = ", ".join(shortened(name, 60) for name in list(left)[:MAX_SHOWN])
        told = f"bucket {shortened(operation.bucket or '(unnamed)')} is not empty"
        if examples:
            told += f" (stored or begun in this capture and not deleted: {examples})"
        return Telling(
            told,
            (
                *self.shown(exchange, header(exchange.request, "Host")),
                *self.asked(exchange),
                *self.stated(exchange, error, "BucketName"),
                *list(left.values())[:MAX_SHOWN],
            ),
        )


def _left(exchange: Exchange) -> dict[str, Evidence]:
    """Return what earlier requests left in the bucket, by name."""
    around = exchange.facts.get(Neighbours)
    left: dict[str, Evidence] = {}
    for other in () if around is None else around.earlier:
        operation, request = other.operation, other.request
        if operation is None or request is None or operation.object is None or not is_successful(other):
            continue
        key, upload = operation.object, f"parts of {operation.object}"
        shown = Evidence(
            request.frame, other.stream, other.id, "earlier request to this bucket", request.seen_start_line().value
        )
        if operation.name in ENDING:
            left.pop(upload, None)
        if operation.name in STORING:
            left[key] = shown
        elif operation.name == STARTING:
            left[upload] = shown
        elif operation.name == "DeleteObject":
            left.pop(key, None)
    return left
