"""END006 bucket-name-invalid: the name of the bucket is not allowed."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.oss.limits import MAX_BUCKET_NAME_CHARS, MIN_BUCKET_NAME_CHARS
from osspcap.rules.refusing import RefusalRule
from osspcap.rules.wording import shortened

_ALLOWED = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


class BucketNameInvalid(RefusalRule):
    """The name of the bucket is not allowed.

    ## What it finds
    Requests refused with InvalidBucketName.

    ## Why it matters
    No bucket can have such a name, so that no request to it succeeds. The name in the configuration is wrong,
    or something else was taken for it.

    ## How it decides
    OSS states InvalidBucketName. What is wrong is told from the name: 3 to 63 lower-case letters, digits and
    hyphens, with no hyphen at either end.

    ## False alarms
    None known: the answer itself states the cause.
    """

    code = "END006"
    name = "bucket-name-invalid"
    answers = Cause.BUCKET_NAME
    fix = (
        (
            "Correct the bucket's name in the configuration: 3 to 63 lower-case letters, digits and hyphens, "
            "beginning and ending with a letter or digit."
        ),
        "Check that the endpoint setting holds the endpoint alone, and the bucket setting the bucket alone.",
    )
    sources = (
        "OSS error catalogue: InvalidBucketName",
        "OSS documentation: Limits, bucket names",
        "OSS EC pages: 0015-00000001",
    )

    def told(self, exchange: Exchange, _denial: Denial) -> str:
        """Say what is wrong."""
        bucket = _name(exchange)
        return f"{shortened(bucket, 80) or 'the name'} is no bucket name: {_fault(bucket)}"

    def shown(self, exchange: Exchange, denial: Denial) -> Iterator[Evidence]:
        """Show where the name stands."""
        yield from self.request_evidence(exchange)
        yield from self.host_evidence(exchange, "3 to 63 of a-z, 0-9 and - in front of the endpoint")
        yield from self.signer_evidence(exchange, denial)


def _name(exchange: Exchange) -> str:
    operation = exchange.operation
    if operation is None:
        return ""
    stated = None if operation.error is None else operation.error.fields.get("BucketName")
    return stated.value.strip() if stated is not None else operation.bucket or ""


def _fault(name: str) -> str:
    """Say what is wrong with a name."""
    if not MIN_BUCKET_NAME_CHARS <= len(name) <= MAX_BUCKET_NAME_CHARS:
        return f"it has {len(name)} characters where {MIN_BUCKET_NAME_CHARS} to {MAX_BUCKET_NAME_CHARS} are allowed"
    odd = sorted({char for char in name if char not in _ALLOWED})
    if odd:
        return f"it holds {' '.join(odd[:8])!r}"
    if "-" in (name[0], name[-1]):
        return "it begins or ends with a hyphen"
    return "OSS does not allow it"
