"""REQ001 no-such-key: the object asked for does not exist."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence, Severity, Verdict
from osspcap.rules.base import ExchangeRule
from osspcap.rules.wording import request_id_note, request_name

CODE = "NoSuchKey"
STATED_IN_ERROR = ("BucketName", "Key")
"""Elements of the error document that say what OSS looked for."""


class NoSuchKey(ExchangeRule):
    """The object asked for does not exist.

    ## What it finds
    Requests that OSS answered with 404 NoSuchKey, in the error document or, for HEAD, in the header x-oss-err.

    ## Why it matters
    The program works with a name under which nothing is stored: a wrong key, an upload that never happened or
    failed, or an object that was deleted or expired by a lifecycle rule.

    ## How it decides
    OSS states the error code NoSuchKey. The key is shown as OSS decoded it, so that wrong encoding can be seen.

    ## False alarms
    Programs that ask whether an object exists (`object_exists`, `doesObjectExist`) provoke this answer on purpose.
    """

    code = "REQ001"
    name = "no-such-key"
    on_codes = frozenset({CODE})
    severity = Severity.WARNING
    explains_error = True
    fix = (
        "Compare the key with the list of objects, character by character: case, blanks, leading slash, encoding.",
        "Look in this capture or in the access log for the upload of the object, or for its deletion.",
        "Nothing is to be done if the program only asks whether the object exists.",
    )
    sources = ("OSS error catalogue: NoSuchKey", "OSS user guide 2019 (D): error codes")

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding for NoSuchKey; missing keys of one bucket become one."""
        operation = exchange.operation
        if operation is None or operation.error is None or operation.error.code.value != CODE:
            return
        stated = [operation.error.fields[name] for name in STATED_IN_ERROR if name in operation.error.fields]
        yield self.finding(
            f"{request_name(exchange)}: the object does not exist, OSS answers {exchange.status} {CODE}"
            f"{request_id_note(exchange)}",
            *_key_evidence(exchange),
            *(self.evidence(exchange, fact) for fact in stated),
            *self.error_evidence(exchange),
            exchanges=(exchange,),
            cause=f"in bucket {operation.bucket}",
        )


def _key_evidence(exchange: Exchange) -> Iterator[Evidence]:
    """Show the key as the request names it, decoded."""
    request, operation = exchange.request, exchange.operation
    if request is not None and operation is not None and operation.object is not None:
        yield Evidence(
            request.frame, exchange.stream, exchange.id, "object key in the request target, decoded", operation.object
        )
