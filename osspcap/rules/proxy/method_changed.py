"""PRX110 method-changed: the request's method was changed between the point of capture and OSS."""

from osspcap.oss.signing.difference import DifferenceKind, LineDifference
from osspcap.rules.proxy._rewriting import COMMON_FIX, RewriteRule, told


class MethodChanged(RewriteRule):
    """The request's method was changed between the point of capture and OSS.

    ## What it finds
    A request refused with SignatureDoesNotMatch where OSS signed another method than was captured.

    ## Why it matters
    The method is part of the signature. CDNs fetch an object with GET where the client asked with HEAD, to fill
    their cache, and gateways turn PUT into POST.

    ## How it decides
    The first line of the string that OSS signed names another method than the captured request line.

    ## False alarms
    None known: the string that OSS states is byte for byte what it computed. A document that contradicts itself, or
    is masked or cut, is not used.
    """

    code = "PRX110"
    name = "method-changed"
    kinds = frozenset({DifferenceKind.METHOD_CHANGED})
    fix = (
        (
            "Ask for the size or existence of an object with GET and `Range: bytes=0-0` where a CDN turns "
            "HEAD into GET, or send HEAD to the OSS endpoint itself."
        ),
        *COMMON_FIX,
    )

    def tell(self, difference: LineDifference) -> str:
        """Say what was changed from what into what."""
        return told("the method", difference)
