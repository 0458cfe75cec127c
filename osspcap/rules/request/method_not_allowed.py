"""REQ004 method-not-allowed: the resource does not take this HTTP method."""

from osspcap.model.exchange import Exchange
from osspcap.model.operation import ErrorDocument, Operation
from osspcap.rules.request._stated import StatedErrorRule, Telling, element, header
from osspcap.rules.wording import shortened

MAX_NAME_CHARS = 40
"""Of a method or resource type inside a sentence; real ones are far shorter."""


class MethodNotAllowed(StatedErrorRule):
    """The resource does not take this HTTP method.

    ## What it finds
    Requests that OSS answered with 405 MethodNotAllowed, and 405 answers of OSS without an error document (HEAD).

    ## Why it matters
    OSS knows each method for certain resources only: PUT writes objects, POST takes forms at the bucket and needs a
    parameter (append, uploads, uploadId) at an object. The request fails whatever its permissions.

    ## How it decides
    OSS states the error code MethodNotAllowed; its elements Method and ResourceType, or else the request line, say
    what was asked. The status 405 alone is enough, because OSS uses it for nothing else.

    ## False alarms
    Programs that try out which methods are allowed.
    """

    code = "REQ004"
    name = "method-not-allowed"
    answers = ("MethodNotAllowed",)
    alone = (405,)
    statuses = (405,)
    fix = (
        "Use a method that OSS knows for this resource: PUT, GET, HEAD, DELETE, or POST with a parameter.",
        "Check that no proxy, gateway or redirect changes the method on its way (a 301 or 302 turns POST into GET).",
    )
    sources = (
        "OSS error catalogue: MethodNotAllowed",
        "OSS user guide 2019 (D): operations not supported by OSS",
        "RFC 9110 section 15.5.6",
    )

    def tell(self, exchange: Exchange, operation: Operation, error: ErrorDocument | None) -> Telling:
        """Name the method, the kind of resource, and what is allowed instead."""
        sent = "" if exchange.request is None else exchange.request.method
        method = element(error, "Method") or sent or "the method"
        kind = element(error, "ResourceType") or ("object" if operation.object is not None else "bucket")
        allow = header(exchange.response, "Allow")
        resource = shortened(kind, MAX_NAME_CHARS)
        told = f"{shortened(method, MAX_NAME_CHARS)} is not allowed on a resource of type {resource}"
        if allow is not None and allow.value:
            told += f" (allowed: {shortened(allow.value, MAX_NAME_CHARS)})"
        marker = header(exchange.response, "x-oss-delete-marker")
        steps = _steps(sent.upper(), operation, is_delete_marker=marker is not None and marker.value.lower() == "true")
        explanation = ""
        if sent and element(error, "Method") not in ("", sent):
            explanation = (
                f"The request was captured as {sent}, but OSS speaks of {method}: something behind this place of "
                "capture changed the method."
            )
        return Telling(
            told,
            (
                *self.asked(exchange),
                *self.stated(exchange, error, "Method", "ResourceType"),
                *self.shown(exchange, allow, marker),
            ),
            explanation=explanation,
            fix=(*steps, *self.fix),
            cause=f"{method} {kind} {operation.bucket}",
        )


def _steps(method: str, operation: Operation, *, is_delete_marker: bool) -> tuple[str, ...]:
    """Return what fits this method best."""
    if is_delete_marker:
        return (
            "The version asked for is a delete marker: ask for the version before it, which ListObjectVersions names.",
        )
    if method == "POST" and operation.object is not None:
        return (
            (
                "Send a form upload (PostObject) to the bucket itself, `POST / HTTP/1.1`, with the object's name in "
                "the form field `key`; to store an object under this path use PUT."
            ),
        )
    if method in {"PATCH", "MKCOL", "COPY", "MOVE", "PROPFIND", "LOCK"}:
        return ("OSS knows neither WebDAV nor PATCH: store the whole object with PUT, copy with `x-oss-copy-source`.",)
    if method in {"PUT", "DELETE"} and operation.bucket is None:
        return ("Name the bucket in the Host (`BUCKET.oss-REGION.aliyuncs.com`); the service itself takes GET only.",)
    return ()
