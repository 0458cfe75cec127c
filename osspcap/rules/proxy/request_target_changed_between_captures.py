"""PRX301 request-target-changed-between-captures: the path or query arrived differently."""

from osspcap.model.comparison import Place
from osspcap.rules.proxy._differences import DifferenceRule


class RequestTargetChangedBetweenCaptures(DifferenceRule):
    """The path or query of a request arrived differently from how it was sent.

    ## What it finds
    Requests whose target is not the same at two places, where the server resolves the two to different resources or
    parameters. Shown raw and after one round of percent-decoding, which is how a server reads them.

    ## Why it matters
    The resource is part of every signature, so that the request fails with SignatureDoesNotMatch, or it reads and
    writes another object than the one meant.

    ## How it decides
    Both targets are decoded once and compared. What was done is named where it can be told: a round of decoding,
    slashes folded, a prefix added or taken off, parameters added, removed or changed. Another spelling of the same
    resource (`%2F` for `/`) and the whole URL that proxies are addressed with are listed as expected differences.

    A capture taken on a proxy shows both sides of it; there, a signature that does not match because of the change is
    told by the rules about signatures, and this one only adds a note.

    ## False alarms
    None: both targets are in the captures. Rewriting may be wanted, but then the device must sign anew.
    """

    code = "PRX301"
    name = "request-target-changed-between-captures"
    places = (Place.TARGET,)
    fix = (
        "Make the device pass the path as it came: in nginx, `proxy_pass http://upstream;` without a path behind.",
        "Take rules out that rewrite paths or parameters for the OSS endpoint, and switch normalisation of paths off.",
        "Avoid percent signs, plus signs and repeated slashes in object names while the device cannot be changed.",
    )
    sources = (
        "RFC 3986 sections 2.4 and 6.2.2",
        "nginx documentation, proxy_pass",
        "OSS guide, 403 SignatureDoesNotMatch (D 6 item 6, E 8 item 6)",
    )
