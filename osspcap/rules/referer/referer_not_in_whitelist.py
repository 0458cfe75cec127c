"""REF002 referer-not-in-whitelist: the Referer is not on the bucket's list."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.oss.referer import split_referer
from osspcap.rules.refusing import RefusalRule
from osspcap.rules.wording import shortened


class RefererNotInWhitelist(RefusalRule):
    """The Referer is not on the bucket's list.

    ## What it finds
    Requests with a Referer that OSS refused because of the bucket's Referer list.

    ## Why it matters
    The page that loads the object is not one the owner listed, or the entry for it does not match as it is
    written: other scheme, other port, the domain itself where only sub-domains are listed.

    ## How it decides
    OSS states that the Referer policy denies the request (or the EC says so), and the request names a Referer.
    Requests with an Authorization header are not judged: OSS does not check theirs. The list itself is not on
    the wire.

    ## False alarms
    Other sites that link to the bucket: then the list does what it is for.
    """

    code = "REF002"
    name = "referer-not-in-whitelist"
    answers = Cause.REFERER_NOT_LISTED
    fix = (
        (
            "Add the page's origin to the list: OSS console > the bucket > Permission Control (Data Security)"
            " > Hotlink Protection (PutBucketReferer)."
        ),
        (
            "`http://*.example.com` matches `http://a.example.com` and not `http://example.com`; list both, "
            "and both schemes."
        ),
        "Look at the blacklist as well, if there is one: it wins over the list.",
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

    def told(self, exchange: Exchange, denial: Denial) -> str:
        """Say what is wrong."""
        referer = "" if denial.referer is None else denial.referer.value
        bucket = (exchange.operation.bucket if exchange.operation is not None else None) or "(unnamed)"
        return f"the Referer {shortened(referer)} is not on the list of bucket {shortened(bucket, 63)}"

    def shown(self, exchange: Exchange, denial: Denial) -> Iterator[Evidence]:
        """Show the page that asked, and the host."""
        if denial.referer is not None:
            yield self.evidence(exchange, denial.referer, "an entry of the bucket's list that matches it")
        yield from self.request_evidence(exchange)
        yield from self.host_evidence(exchange)

    def steps(self, _exchange: Exchange, denial: Denial) -> tuple[str, ...]:
        """Name the entries that would match."""
        entries = split_referer("" if denial.referer is None else denial.referer.value).entries
        if not entries:
            return self.fix
        named = ", ".join(f"`{shortened(entry, 120)}`" for entry in entries)
        return (f"{self.fix[0].rstrip('.')}: one of {named} matches, if the page is yours.", *self.fix[1:])

    def group(self, exchange: Exchange, _denial: Denial) -> str:
        """Tell a bucket's requests as one."""
        return "" if exchange.operation is None else f"{exchange.operation.bucket}"
