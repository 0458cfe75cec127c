"""REF001 empty-referer-denied: the bucket turns away requests without a Referer."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.rules.refusing import RefusalRule
from osspcap.rules.wording import shortened


class EmptyRefererDenied(RefusalRule):
    """The bucket turns away requests without a Referer.

    ## What it finds
    Requests without a Referer, or with an empty one, that OSS refused because of the bucket's Referer list.

    ## Why it matters
    Apps, address bars, curl, and pages of https that load by http send no Referer. A list that does not allow
    an empty one shuts them all out.

    ## How it decides
    OSS states that the Referer policy denies the request, and the request has no Referer. Requests with an
    Authorization header are not judged: OSS does not check theirs.

    ## False alarms
    Downloads that are meant to be refused.
    """

    code = "REF001"
    name = "empty-referer-denied"
    answers = Cause.REFERER_EMPTY
    fix = (
        (
            "Allow an empty Referer: OSS console > the bucket > Permission Control (Data Security) > Hotlink "
            "Protection > Allow Empty Referer (PutBucketReferer, "
            "`<AllowEmptyReferer>true</AllowEmptyReferer>`)."
        ),
        (
            "Or have the client send a Referer of the list; pages must not say `Referrer-Policy: no-referrer`"
            ' or `rel="noreferrer"`.'
        ),
        (
            "If a CDN is in front, its own Referer list counts as well: set both alike, OSS first, and clear "
            "the browser's cache before you try again."
        ),
    )
    sources = (
        "OSS user guide 2022 in Chinese (E), section 4: hotlink protection",
        "OSS API reference, PutBucketReferer",
        "OSS EC pages: 0003-00000501 to 0003-00000503",
    )

    def told(self, exchange: Exchange, _denial: Denial) -> str:
        """Say what is wrong."""
        bucket = (exchange.operation.bucket if exchange.operation is not None else None) or "(unnamed)"
        return f"bucket {shortened(bucket, 63)} does not allow requests without a Referer, and this one has none"

    def shown(self, exchange: Exchange, denial: Denial) -> Iterator[Evidence]:
        """Show the page that asked, and the host."""
        if denial.referer is not None:
            yield self.evidence(exchange, denial.referer, "a Referer of the bucket's list")
        yield from self.request_evidence(exchange, "with a Referer of the bucket's list")
        yield from self.host_evidence(exchange)

    def group(self, exchange: Exchange, _denial: Denial) -> str:
        """Tell a bucket's requests as one."""
        return "" if exchange.operation is None else f"{exchange.operation.bucket}"
