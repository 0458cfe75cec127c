"""REQ012 entity-too-large: what was sent is larger than the operation takes."""

from osspcap.model.exchange import Exchange
from osspcap.model.operation import ErrorDocument, Operation
from osspcap.oss.limits import MAX_COPY_BYTES, MAX_PART_BYTES, MAX_SIMPLE_OBJECT_BYTES
from osspcap.rules.request._stated import StatedErrorRule, Telling, element, header
from osspcap.rules.wording import shortened

LIMITS = {
    "PutObject": MAX_SIMPLE_OBJECT_BYTES,
    "PostObject": MAX_SIMPLE_OBJECT_BYTES,
    "AppendObject": MAX_SIMPLE_OBJECT_BYTES,
    "UploadPart": MAX_PART_BYTES,
    "UploadPartCopy": MAX_PART_BYTES,
    "CopyObject": MAX_COPY_BYTES,
}
"""Bytes that an operation takes, by its name."""
BODY_TOO_LARGE_EC = "0017-00000102"
"""InvalidArgument, "Post body size must be less than 5G.": how OSS answers a PutObject over the limit."""
BODY_TOO_LARGE_WORDS = "must be less than 5g"
MAX_NUMBER_CHARS = 40
"""Of a number from the wire inside a sentence."""


class EntityTooLarge(StatedErrorRule):
    """What was sent is larger than the operation takes.

    ## What it finds
    Requests that OSS answered with EntityTooLarge, and with InvalidArgument because the body is over 5 GB.

    ## Why it matters
    PutObject, PostObject, AppendObject and each part of a multipart upload take 5 GB (5,368,709,120 bytes), CopyObject
    less; larger objects need multipart upload. A form's policy may set a lower limit.

    ## How it decides
    OSS states the error; the limit comes from the error document, else from the operation, and the length from the
    request's Content-Length.

    ## False alarms
    None; OSS itself says so. If the policy of a form sets the limit, the rule about forms takes this one's place.
    """

    code = "REQ012"
    name = "entity-too-large"
    is_generic = True
    supersedes = ("REQ016", "REQ011")
    answers = ("EntityTooLarge",)
    alone = (413,)
    statuses = (400, 413)
    fix = (
        (
            "Use multipart upload, which takes objects up to 48.8 TB: `ossutil cp FILE oss://BUCKET/KEY`, or the SDK's "
            "`resumable_upload` (Python), `uploadFile` (Java, Go), `multipartUpload` (Node.js, browser)."
        ),
        "Copy large objects with UploadPartCopy: the SDK's copier, or `ossutil cp oss://SOURCE oss://TARGET`.",
        "For forms, compare the file's size with `content-length-range` of the policy.",
    )
    sources = ("OSS error catalogue: EntityTooLarge", "OSS documentation: Limits", "EC 0017-00000102")

    def is_stated(self, error: ErrorDocument) -> bool:
        """EntityTooLarge by its name, or InvalidArgument about the body's size."""
        if error.code.value in self.answers:
            return True
        if error.code.value != "InvalidArgument":
            return False
        message = "" if error.message is None else error.message.value.lower()
        return BODY_TOO_LARGE_WORDS in message or (error.ec is not None and error.ec.value == BODY_TOO_LARGE_EC)

    def fits(self, exchange: Exchange, operation: Operation) -> bool:
        """A bare 400 may be this only where the announced length is over the limit; 413 always is."""
        if exchange.status in self.alone:
            return True
        request, limit = exchange.request, LIMITS.get(operation.name)
        announced = None if request is None else request.body.announced
        return limit is not None and announced is not None and announced > limit

    def tell(self, exchange: Exchange, operation: Operation, error: ErrorDocument | None) -> Telling:
        """Name the limit and the length announced."""
        length = header(exchange.request, "Content-Length")
        size = element(error, "ProposedSize") or ("" if length is None else length.value)
        limit = element(error, "MaxSizeAllowed")
        known = LIMITS.get(operation.name)
        if not limit and known is not None:
            limit = str(known)
        source = header(exchange.request, "x-oss-copy-source")
        what = "the source object is" if source is not None else f"{_number(size)} bytes are" if size else "the body is"
        told = (
            f"{what} more than the {_number(limit)} bytes that {operation.name} takes" if limit else f"{what} too much"
        )
        shown = () if length is None else (self.evidence(exchange, length, f"at most {limit}" if limit else ""),)
        return Telling(
            told,
            (
                *self.asked(exchange),
                *shown,
                *self.shown(exchange, source),
                *self.stated(exchange, error, "ProposedSize", "MaxSizeAllowed"),
            ),
            cause=f"{operation.bucket} {operation.name}",
        )


def _number(digits: str) -> str:
    """Group the digits of a number from the wire, which may be none."""
    if digits.isascii() and digits.isdigit() and len(digits) <= MAX_NUMBER_CHARS:
        return f"{int(digits):,}"
    return shortened(digits, MAX_NUMBER_CHARS)
