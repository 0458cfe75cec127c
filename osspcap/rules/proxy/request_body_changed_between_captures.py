"""PRX304 request-body-changed-between-captures: the body arrived differently."""

from osspcap.model.comparison import Place
from osspcap.rules.proxy._differences import DifferenceRule


class RequestBodyChangedBetweenCaptures(DifferenceRule):
    """The body of a request arrived differently from how it was sent.

    ## What it finds
    Request bodies whose length, digest or first bytes are not the same at two places.

    ## Why it matters
    OSS stores what arrives. With Content-MD5 it refuses the request, without it the object is silently wrong.

    ## How it decides
    Where both bodies are complete, their lengths and, as far as they were measured, MD5 and CRC-64 are compared; the
    first bytes are compared in any case. Chunk framing is taken off before.

    ## False alarms
    None where a digest or a byte differs.
    """

    code = "PRX304"
    name = "request-body-changed-between-captures"
    places = (Place.REQUEST_BODY,)
    fix = (
        "Take the device out of the way of uploads, or switch off what inspects, converts or limits bodies there.",
        "Send Content-MD5, or switch the SDK's CRC check on, so that a changed body is refused and not stored.",
        "Use HTTPS between the client and OSS: what is encrypted cannot be changed on the way.",
    )
    sources = (
        "RFC 9110 section 7.7",
        "OSS documentation, data verification by CRC-64",
    )
