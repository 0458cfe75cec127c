"""PRX106 oss-header-changed: an x-oss- header was given another value behind the point of capture."""

from osspcap.oss.signing.difference import DifferenceKind, LineDifference
from osspcap.rules.proxy._rewriting import COMMON_FIX, RewriteRule, told


class OssHeaderChanged(RewriteRule):
    """The value of a header beginning with x-oss- was changed between the point of capture and OSS.

    ## What it finds
    A request refused with SignatureDoesNotMatch where OSS signed another value of an x-oss- header than was
    captured.

    ## Why it matters
    All x-oss- headers are part of the signature. Devices that recode text, fold long lines or overwrite metadata
    make the request fail.

    ## How it decides
    The string to sign is rebuilt from the captured request and compared line by line with the one in the error
    document. The line of the header has another value.

    ## False alarms
    None known: the string that OSS states is byte for byte what it computed. A document that contradicts itself, or
    is masked or cut, is not used.
    """

    code = "PRX106"
    name = "oss-header-changed"
    kinds = frozenset({DifferenceKind.OSS_HEADER_CHANGED})
    fix = (
        (
            "Send metadata as ASCII: percent-encode or Base64-encode names in other scripts before they go "
            "into a header."
        ),
        *COMMON_FIX,
    )

    def tell(self, difference: LineDifference) -> str:
        """Say what was changed from what into what."""
        name = difference.role.removeprefix("header ")
        return told(f"header {name}", difference)
