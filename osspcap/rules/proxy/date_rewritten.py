"""PRX103 date-rewritten: the date of the request was changed between the point of capture and OSS."""

from osspcap.oss.signing.difference import DifferenceKind, LineDifference
from osspcap.rules.proxy._rewriting import COMMON_FIX, RewriteRule, told


class DateRewritten(RewriteRule):
    """The date of the request was changed between the point of capture and OSS.

    ## What it finds
    A request refused with SignatureDoesNotMatch whose date, in the string that OSS signed, is not the one captured.

    ## Why it matters
    The date is part of the signature, as Date or as x-oss-date. A device that sets Date anew, as some gateways do,
    makes the request fail each time.

    ## How it decides
    The string to sign is rebuilt with either date that the request carries and compared with the one in the error
    document. The line of the date differs from both.

    ## False alarms
    None known: the string that OSS states is byte for byte what it computed. A document that contradicts itself, or
    is masked or cut, is not used.
    """

    code = "PRX103"
    name = "date-rewritten"
    kinds = frozenset({DifferenceKind.DATE_CHANGED})
    fix = (
        ("Where the client can, let it sign `x-oss-date`: devices leave that header alone more often than `Date`."),
        *COMMON_FIX,
    )

    def tell(self, difference: LineDifference) -> str:
        """Say what was changed from what into what."""
        return told("the date", difference)

    def concerns(self, difference: LineDifference) -> bool:
        """The fourth line of a V1 URL is its Expires, which is part of the target."""
        return super().concerns(difference) and difference.role != "expires"
