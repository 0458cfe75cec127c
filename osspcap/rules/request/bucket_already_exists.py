"""REQ013 bucket-already-exists: the bucket to be created exists already."""

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence
from osspcap.model.operation import ErrorDocument, Operation
from osspcap.oss.neighbours import Neighbours, is_successful
from osspcap.rules.request._stated import StatedErrorRule, Telling, header
from osspcap.rules.wording import shortened


class BucketAlreadyExists(StatedErrorRule):
    """The bucket to be created exists already.

    ## What it finds
    PutBucket requests that OSS answered with 409 BucketAlreadyExists.

    ## Why it matters
    Bucket names are unique over all accounts and regions. Either someone else has the name, and no setting will help,
    or the bucket is one's own and the request asks to change what cannot be changed that way: region, storage class or
    redundancy.

    ## How it decides
    OSS states the error code. Its message tells the two cases apart, and so do successful requests to the bucket by
    the same access key in this capture.

    ## False alarms
    Programs that create the bucket on every start and ignore this answer.
    """

    code = "REQ013"
    name = "bucket-already-exists"
    answers = ("BucketAlreadyExists",)
    statuses = (409,)
    fix = (
        "Look whether the bucket is yours: `ossutil ls` lists all buckets of the account.",
        "If it is not, choose another name, for instance with the company's name and the region in it.",
        (
            "If it is, leave out PutBucket: ask with GetBucketInfo first. Change the ACL with PutBucketAcl; region and "
            "redundancy cannot be changed, so copy the objects into a new bucket."
        ),
    )
    sources = ("OSS error catalogue: BucketAlreadyExists", "OSS user guide 2019 (D): error codes")

    def fits(self, exchange: Exchange, operation: Operation) -> bool:  # noqa: ARG002 - the base's signature
        """Only the creation of a bucket can meet this error."""
        return operation.name == "PutBucket"

    def tell(self, exchange: Exchange, operation: Operation, error: ErrorDocument | None) -> Telling:
        """Say whose bucket it is, as far as anything tells."""
        name = shortened(operation.bucket or "(unnamed)")
        message = "" if error is None or error.message is None else error.message.value.lower()
        own = _own(exchange)
        shown = (*self.shown(exchange, header(exchange.request, "Host")), *self.asked(exchange))
        if "modify" in message:
            return Telling(
                f"bucket {name} exists already, with a region or settings that PutBucket cannot change",
                shown,
                explanation="The bucket belongs to the one who asks; the request names another region, storage class "
                "or redundancy than it has.",
                fix=self.fix[2:],
            )
        if own is not None:
            return Telling(
                f"bucket {name} exists already, and the same access key works with it in this capture",
                (*shown, own),
                explanation="Earlier requests with the same access key succeeded in this bucket, so that it is most "
                "probably one's own, and PutBucket asks for what it cannot change.",
                fix=self.fix[2:],
                confidence=Confidence.LIKELY,
            )
        return Telling(f"the bucket name {name} is taken", (*shown, *self.stated(exchange, error, "BucketName")))


def _own(exchange: Exchange) -> Evidence | None:
    """Show an earlier request to the bucket that succeeded with the same access key."""
    around, operation = exchange.facts.get(Neighbours), exchange.operation
    key = None if operation is None or operation.signature is None else operation.signature.access_key_id
    if around is None or key is None:
        return None
    for other in reversed(around.earlier):
        signature = None if other.operation is None else other.operation.signature
        if signature is not None and signature.access_key_id == key and is_successful(other) and other.request:
            field = f"earlier request with the same access key, answered {other.status}"
            line = other.request.seen_start_line().value
            return Evidence(other.request.frame, other.stream, other.id, field, line)
    return None
