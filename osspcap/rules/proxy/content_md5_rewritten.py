"""PRX102 content-md5-rewritten: content-MD5 was changed between the point of capture and OSS."""

from osspcap.oss.signing.difference import DifferenceKind, LineDifference
from osspcap.rules.proxy._rewriting import RewriteRule, told


class ContentMd5Rewritten(RewriteRule):
    """Content-MD5 was changed between the point of capture and OSS.

    ## What it finds
    A request refused with SignatureDoesNotMatch whose Content-MD5, in the string that OSS signed, is not the one
    captured.

    ## Why it matters
    Content-MD5 is part of the signature. A device that drops or computes it anew usually has changed the body as
    well, for example by compressing or scanning it.

    ## How it decides
    The string to sign is rebuilt from the captured request and compared line by line with the one in the error
    document. The line of the Content-MD5 differs.

    ## False alarms
    None known: the string that OSS states is byte for byte what it computed. A document that contradicts itself, or
    is masked or cut, is not used.
    """

    code = "PRX102"
    name = "content-md5-rewritten"
    kinds = frozenset({DifferenceKind.CONTENT_MD5_CHANGED})

    def tell(self, difference: LineDifference) -> str:
        """Say what was changed from what into what."""
        return told("Content-MD5", difference)
