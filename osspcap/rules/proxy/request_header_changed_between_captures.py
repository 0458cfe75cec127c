"""PRX303 request-header-changed-between-captures: a header field arrived differently."""

from osspcap.model.comparison import Place
from osspcap.rules.proxy._differences import DifferenceRule


class RequestHeaderChangedBetweenCaptures(DifferenceRule):
    """A header field of a request was changed, added or removed on the way.

    ## What it finds
    Request header fields that are not the same at two places, apart from those that belong to one connection or tell
    that a device was passed. These are listed as expected differences.

    ## Why it matters
    Content-Type, Content-MD5, Date and every x-oss- field are part of the signature: a device that touches one of
    them makes the request fail with SignatureDoesNotMatch although client and secret are right. Other fields change
    what OSS does: Range, conditions, encoding.

    ## How it decides
    Values are compared by name; order and case of names do not matter, nor does joining lines of one name. It is an
    error if the signature covers the field and the request failed, else a warning.

    A capture taken on a proxy shows both sides of it; there, a signature that does not match because of the change is
    told by the rules about signatures, and this one only adds a note.

    ## False alarms
    A device that is meant to change the field and whose change does no harm.
    """

    code = "PRX303"
    name = "request-header-changed-between-captures"
    places = (Place.REQUEST_HEADER,)
    fix = (
        "Make the device pass the field named here on unchanged: look for rules that set or remove headers.",
        "If the device has to change a signed field, let the client send the value that the device will set.",
        "Use HTTPS between the client and OSS: what is encrypted cannot be changed on the way.",
    )
    sources = (
        "OSS guide, 403 SignatureDoesNotMatch (D 6 item 6, E 8 item 6)",
        "OSS error page EC 0002-00000040",
        "RFC 9110 section 7.6.1",
    )
