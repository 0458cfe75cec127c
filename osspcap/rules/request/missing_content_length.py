"""REQ006 missing-content-length: the length of the body was not announced."""

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence
from osspcap.model.operation import ErrorDocument, Operation
from osspcap.rules.request._stated import StatedErrorRule, Telling, header
from osspcap.rules.wording import shortened

PROXY_HEADERS = ("Via", "X-Forwarded-For", "Proxy-Connection", "Forwarded")
"""Headers that devices on the way add."""


class MissingContentLength(StatedErrorRule):
    """The length of the body was not announced.

    ## What it finds
    Requests that OSS answered with 411 MissingContentLength, and 411 answers without an error document to requests
    that announce no length.

    ## Why it matters
    OSS needs to know where an upload's body ends before it reads it: from Content-Length, or from chunked encoding
    where the operation takes that. Without either the request is refused, whatever it carries.

    ## How it decides
    OSS states the error code MissingContentLength. The finding shows what the request has instead. A request that
    was captured with Content-Length and is refused nevertheless lost it behind the place of capture.

    ## False alarms
    None; OSS itself says so.
    """

    code = "REQ006"
    name = "missing-content-length"
    answers = ("MissingContentLength",)
    alone = (411,)
    statuses = (411,)
    fix = (
        (
            "Send Content-Length with the exact number of bytes: read the stream's size first, or buffer it. Python: "
            "`bucket.put_object(key, data, headers={'Content-Length': str(size)})`; "
            "Java: `metadata.setContentLength(size)`; curl: `curl -T FILE URL` instead of `curl -T - URL`."
        ),
        "For data of unknown length use multipart upload, or AppendObject piece by piece.",
        (
            "If the program does send it, look for a proxy that takes it away: nginx with `proxy_request_buffering "
            "off`, or a gateway that changes HTTP/1.0 requests."
        ),
    )
    sources = (
        "OSS error catalogue: MissingContentLength",
        "OSS user guide 2019 (D): error codes",
        "RFC 9112 section 6",
    )

    def fits(self, exchange: Exchange, operation: Operation) -> bool:
        """A status alone stands for this error only where no length was announced."""
        if operation.name == "AppendObject":  # older tables give 411 to ObjectNotAppendable as well
            return False
        return header(exchange.request, "Content-Length") is None

    def tell(self, exchange: Exchange, operation: Operation, error: ErrorDocument | None) -> Telling:  # noqa: ARG002 - base
        """Say what the request has in place of Content-Length."""
        request = exchange.request
        length, coding = header(request, "Content-Length"), header(request, "Transfer-Encoding")
        devices = self.shown(exchange, *(header(request, name) for name in PROXY_HEADERS))
        cause = f"{operation.bucket} {coding is not None} {length is not None}"
        if request is None:
            return Telling("a request was sent without Content-Length", cause=cause)
        if length is not None:
            return Telling(
                f"the request was captured with Content-Length: {shortened(length.value, 40)}, but reached OSS without",
                (*self.shown(exchange, length, coding), *devices),
                explanation="The captured request announces its length, and OSS did not get it: a device between this "
                "place of capture and OSS took the header away. A capture on the other side of it would prove that.",
                fix=(self.fix[2],),
                confidence=Confidence.LIKELY,
                cause=cause,
            )
        if coding is not None:
            return Telling(
                f"the request was sent with Transfer-Encoding: {shortened(coding.value, 40)} instead of Content-Length",
                (*self.shown(exchange, coding), *self.asked(exchange, "with Content-Length"), *devices),
                explanation="The body was streamed in chunks, so that its length was not known at the start, and OSS "
                "does not take that for this request.",
                cause=cause,
            )
        return Telling(
            f"the {shortened(request.method, 20)} request has neither Content-Length nor Transfer-Encoding",
            (*self.asked(exchange, "with Content-Length"), *devices),
            cause=cause,
        )
