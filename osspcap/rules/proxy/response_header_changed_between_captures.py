"""PRX306 response-header-changed-between-captures: the client got another header field than OSS sent."""

from osspcap.model.comparison import Place
from osspcap.rules.proxy._differences import DifferenceRule


class ResponseHeaderChangedBetweenCaptures(DifferenceRule):
    """A header field of an answer was changed, added or removed on the way.

    ## What it finds
    Response header fields that are not the same at two places, apart from those that belong to one connection, tell
    that a device was passed, or are rewritten by any proxy (Server, Date). These are listed as expected differences.

    ## Why it matters
    A client that misses ETag cannot complete a multipart upload; without x-oss-hash-crc64ecma it cannot verify; with
    two Access-Control-Allow-Origin a browser refuses the answer; without x-oss-request-id support cannot help.

    ## How it decides
    Values are compared by name; order and case of names do not matter, nor does joining lines of one name.

    ## False alarms
    A device that is meant to add the field.
    """

    code = "PRX306"
    name = "response-header-changed-between-captures"
    places = (Place.RESPONSE_HEADER,)
    fix = (
        "Make the device pass the field named here on unchanged: look for rules that set, add or hide headers.",
        "Where a device compresses answers, switch that off for the OSS endpoint: checksums are of the plain content.",
    )
    sources = (
        "RFC 9110 section 7.6.1",
        "OSS API reference, common response headers",
        "OSS FAQ, Python SDK, ETag behind a CDN (A)",
    )
