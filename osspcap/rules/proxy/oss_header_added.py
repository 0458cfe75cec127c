"""PRX104 oss-header-added: a header beginning with x-oss- was added between the point of capture and OSS."""

from osspcap.oss.signing.difference import DifferenceKind, LineDifference
from osspcap.rules.proxy._rewriting import COMMON_FIX, RewriteRule, short


class OssHeaderAdded(RewriteRule):
    """A header beginning with x-oss- was added between the point of capture and OSS.

    ## What it finds
    A request refused with SignatureDoesNotMatch where OSS signed an x-oss- header that the captured request lacks.

    ## Why it matters
    All x-oss- headers are part of the signature. Alibaba Cloud CDN adds x-oss-range-behavior to what it fetches
    from a bucket, and that breaks requests that the client has signed itself.

    ## How it decides
    The string to sign is rebuilt from the captured request and compared line by line with the one in the error
    document. OSS's has a header line for which the captured request has no header.

    ## False alarms
    None known: the string that OSS states is byte for byte what it computed. A document that contradicts itself, or
    is masked or cut, is not used.
    """

    code = "PRX104"
    name = "oss-header-added"
    kinds = frozenset({DifferenceKind.OSS_HEADER_ADDED})
    fix = (
        (
            "If the host is a CDN domain, let the CDN sign its requests to the private bucket, or send "
            "signed requests to the OSS endpoint itself."
        ),
        *COMMON_FIX,
    )

    def tell(self, difference: LineDifference) -> str:
        """Say what was changed from what into what."""
        name = difference.role.removeprefix("header ")
        return f"header {name}: {short(difference.theirs)} was added on the way"
