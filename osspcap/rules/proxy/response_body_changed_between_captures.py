"""PRX307 response-body-changed-between-captures: the client got another body than OSS sent."""

from osspcap.model.comparison import Place
from osspcap.rules.proxy._differences import DifferenceRule


class ResponseBodyChangedBetweenCaptures(DifferenceRule):
    """The client got another body than OSS sent.

    ## What it finds
    Response bodies whose length, digest or first bytes are not the same at two places.

    ## Why it matters
    The download is wrong, or the error document that says what failed was replaced by a page of the device.

    ## How it decides
    Where both bodies are complete, their lengths and, as far as they were measured, MD5 and CRC-64 are compared; the
    first bytes are compared in any case. A body that was only compressed or unpacked on the way is an expected
    difference.

    ## False alarms
    None where a digest or a byte differs.
    """

    code = "PRX307"
    name = "response-body-changed-between-captures"
    places = (Place.RESPONSE_BODY,)
    fix = (
        "Switch off what converts answers on the device: image optimisation, virus scanners, error pages.",
        "Let the client verify x-oss-hash-crc64ecma or the ETag of what it downloads.",
        "Use HTTPS between the client and OSS: what is encrypted cannot be changed on the way.",
    )
    sources = (
        "RFC 9110 section 7.7",
        "OSS documentation, data verification by CRC-64",
    )
