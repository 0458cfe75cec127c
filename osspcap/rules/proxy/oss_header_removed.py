"""PRX105 oss-header-removed: a header beginning with x-oss- was removed between the point of capture and OSS."""

from osspcap.oss.signing.difference import DifferenceKind, LineDifference
from osspcap.rules.proxy._rewriting import COMMON_FIX, RewriteRule, short


class OssHeaderRemoved(RewriteRule):
    """A header beginning with x-oss- was removed between the point of capture and OSS.

    ## What it finds
    A request refused with SignatureDoesNotMatch where OSS did not sign an x-oss- header that the captured request
    has.

    ## Why it matters
    All x-oss- headers are part of the signature, and some carry what was asked for: a callback, an ACL, a security
    token. A device that passes on only headers it knows makes the request fail.

    ## How it decides
    The string to sign is rebuilt from the captured request and compared line by line with the one in the error
    document. OSS's lacks the line of a captured header.

    ## False alarms
    None known: the string that OSS states is byte for byte what it computed. A document that contradicts itself, or
    is masked or cut, is not used.
    """

    code = "PRX105"
    name = "oss-header-removed"
    kinds = frozenset({DifferenceKind.OSS_HEADER_REMOVED})
    fix = (
        "Let the proxy or gateway pass on all headers that begin with `x-oss-`.",
        *COMMON_FIX,
    )

    def tell(self, difference: LineDifference) -> str:
        """Say what was changed from what into what."""
        name = difference.role.removeprefix("header ")
        return f"header {name} was removed on the way: {short(difference.ours)} was sent, OSS received none"
