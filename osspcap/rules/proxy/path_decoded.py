"""PRX107 path-decoded: the path was percent-decoded or normalised between the point of capture and OSS."""

from osspcap.oss.signing.difference import DifferenceKind, LineDifference
from osspcap.rules.proxy._rewriting import COMMON_FIX, RewriteRule, told


class PathDecoded(RewriteRule):
    """The path was percent-decoded or normalised between the point of capture and OSS.

    ## What it finds
    A request refused with SignatureDoesNotMatch where OSS resolved another object key, namely the captured one
    after one more round of percent-decoding, with doubled slashes folded, dot segments resolved or plus signs
    turned into blanks.

    ## Why it matters
    The decoded path is part of the signature. Reverse proxies and firewalls normalise paths by default, and each
    key with such characters then fails while all others work.

    ## How it decides
    The captured target is decoded once, as OSS does, and gives the key that should have been signed. The key in the
    string that OSS signed is the same after the step that the finding names. A %2F in the target beside a slash in
    the string is no difference.

    ## False alarms
    None known: the string that OSS states is byte for byte what it computed. A document that contradicts itself, or
    is masked or cut, is not used.
    """

    code = "PRX107"
    name = "path-decoded"
    kinds = frozenset({DifferenceKind.PATH_DECODED})
    fix = (
        (
            "Let the proxy pass on the request target as it is: in nginx, `proxy_pass http://upstream;` "
            "without a path behind the host, and `merge_slashes off;`."
        ),
        "As a way round, avoid `%`, `+`, `//` and `./` in object keys.",
        *COMMON_FIX,
    )

    def tell(self, difference: LineDifference) -> str:
        """Say what was changed from what into what."""
        how = f" ({difference.detail})" if difference.detail else ""
        return told("the path", difference) + how
