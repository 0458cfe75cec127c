"""PRX302 request-method-changed-between-captures: the method arrived differently."""

from osspcap.model.comparison import Place
from osspcap.rules.proxy._differences import DifferenceRule


class RequestMethodChangedBetweenCaptures(DifferenceRule):
    """The method of a request arrived differently from how it was sent.

    ## What it finds
    Requests whose method is not the same at two places, such as a HEAD that a CDN turned into a GET.

    ## Why it matters
    The method is part of every signature, and another method is another operation.

    ## How it decides
    The two request lines are compared byte by byte.

    A capture taken on a proxy shows both sides of it; there, a signature that does not match because of the change is
    told by the rules about signatures, and this one only adds a note.

    ## False alarms
    None: both request lines are in the captures.
    """

    code = "PRX302"
    name = "request-method-changed-between-captures"
    places = (Place.METHOD,)
    fix = (
        "Make the device pass methods on unchanged; for CDNs, switch off what fetches whole objects for HEAD.",
        "Send calls of the API to the bucket's own endpoint, past the device.",
    )
    sources = (
        "OSS error page EC 0002-00000040 (a CDN turns HEAD into GET)",
        "RFC 9110 section 9",
    )
