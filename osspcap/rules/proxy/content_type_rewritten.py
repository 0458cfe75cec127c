"""PRX101 content-type-rewritten: content-Type was changed between the point of capture and OSS."""

from osspcap.oss.signing.difference import DifferenceKind, LineDifference
from osspcap.rules.proxy._rewriting import RewriteRule, told


class ContentTypeRewritten(RewriteRule):
    """Content-Type was changed between the point of capture and OSS.

    ## What it finds
    A request refused with SignatureDoesNotMatch whose Content-Type, in the string that OSS signed, is not the one
    captured.

    ## Why it matters
    Content-Type is part of every OSS signature. A proxy, a gateway or a security agent that sets, drops or
    normalises it makes the request fail each time, whatever the program does.

    ## How it decides
    The string to sign is rebuilt from the captured request and compared line by line with the one in the error
    document (for V4, with its canonical request). The line of the Content-Type differs.

    ## False alarms
    None known: the string that OSS states is byte for byte what it computed. A document that contradicts itself, or
    is masked or cut, is not used.
    """

    code = "PRX101"
    name = "content-type-rewritten"
    kinds = frozenset({DifferenceKind.CONTENT_TYPE_CHANGED})

    def tell(self, difference: LineDifference) -> str:
        """Say what was changed from what into what."""
        return told("Content-Type", difference)
