"""REQ002 no-such-bucket: the bucket addressed does not exist."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Severity, Verdict
from osspcap.model.seen import Seen
from osspcap.rules.base import ExchangeRule
from osspcap.rules.wording import request_id_note, request_name, shortened

CODE = "NoSuchBucket"


class NoSuchBucket(ExchangeRule):
    """The bucket addressed does not exist.

    ## What it finds
    Requests that OSS answered with 404 NoSuchBucket, in the error document or, for HEAD, in the header x-oss-err.

    ## Why it matters
    Every request to this bucket fails in the same way, whatever its permissions, until the name is right or the
    bucket is created.

    ## How it decides
    OSS states the error code NoSuchBucket. The bucket shown is the one that OSS looked for: the error document
    names it, else the Host header or the request target does.

    ## False alarms
    Programs that ask whether a bucket exists before they create it.
    """

    code = "REQ002"
    name = "no-such-bucket"
    on_codes = frozenset({CODE})
    severity = Severity.ERROR
    fix = (
        "Check the bucket's name in the program's configuration; names have no upper case and no underscore.",
        "With a custom domain, switch on the SDK's CNAME setting, or it puts the bucket's name in front of the domain.",
        "Check in the console that the bucket was not deleted, and to which account it belongs.",
    )
    sources = ("OSS error catalogue: NoSuchBucket", "OSS user guide 2019 (D): error codes")

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding for NoSuchBucket; requests to one bucket become one."""
        operation = exchange.operation
        if operation is None or operation.error is None or operation.error.code.value != CODE:
            return
        bucket = _looked_for(exchange)
        name = operation.bucket if bucket is None else bucket.value
        told_by = [seen for seen in (_host(exchange), bucket) if seen is not None]
        yield self.finding(
            f"bucket {shortened(name or '(unnamed)')} does not exist: OSS answers {request_name(exchange)} with "
            f"{exchange.status} {CODE}{request_id_note(exchange)}",
            *(self.evidence(exchange, fact) for fact in told_by),
            *self.error_evidence(exchange),
            exchanges=(exchange,),
            cause=f"bucket {name}",
        )


def _looked_for(exchange: Exchange) -> Seen[str] | None:
    error = None if exchange.operation is None else exchange.operation.error
    return None if error is None else error.fields.get("BucketName")


def _host(exchange: Exchange) -> Seen[str] | None:
    request = exchange.request
    line = None if request is None else request.fields().first("Host")
    return None if request is None or line is None else request.seen(line)
