"""PRX108 resource-changed: bucket, object key or a signed query parameter differ at OSS."""

from osspcap.oss.signing.difference import DifferenceKind, LineDifference
from osspcap.oss.signing.shown import line_name
from osspcap.rules.proxy._rewriting import COMMON_FIX, RewriteRule, told


class ResourceChanged(RewriteRule):
    """Bucket, object key or a signed query parameter was changed between the point of capture and OSS.

    ## What it finds
    A request refused with SignatureDoesNotMatch where OSS resolved another bucket, key or signed query parameter
    than the captured target gives, in another way than by normalising the path.

    ## Why it matters
    The resource is part of the signature. A device that rewrites the host, puts a prefix in front of the path, or
    adds or drops query parameters sends the request somewhere else than the client meant.

    ## How it decides
    The resource is rebuilt from the captured target and compared, part by part, with the one in the string that OSS
    signed. A query parameter alone counts as likely only, because it is not published which parameters V1 signs.

    ## False alarms
    Private deployments that name buckets in a way of their own. An error document whose text was edited is not
    used.
    """

    code = "PRX108"
    name = "resource-changed"
    kinds = frozenset({DifferenceKind.RESOURCE_CHANGED, DifferenceKind.PATH_ENCODED, DifferenceKind.DATE_CHANGED})
    fix = (
        (
            "Let the proxy leave Host and request target as they are: no rewritten host, no path prefix, no "
            "added parameters."
        ),
        *COMMON_FIX,
    )

    def tell(self, difference: LineDifference) -> str:
        """Say what was changed from what into what."""
        how = f" ({difference.detail})" if difference.detail else ""
        if difference.part.startswith("query ") and (difference.ours is None or difference.theirs is None):
            return f"{line_name(difference)} was {difference.detail}"
        return told(line_name(difference), difference) + how

    def concerns(self, difference: LineDifference) -> bool:
        """A path that OSS resolved as it stands on the wire, still encoded, speaks of the client rather."""
        match difference.kind:
            case DifferenceKind.DATE_CHANGED:
                return difference.role == "expires"
            case DifferenceKind.PATH_ENCODED:
                return "stands on the wire" not in difference.detail
            case kind:
                return kind in self.kinds
