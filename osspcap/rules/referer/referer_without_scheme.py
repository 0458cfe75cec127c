"""REF003 referer-without-scheme: the Referer has no scheme, so that no entry of a list can match it."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence, Severity, Verdict
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.oss.referer import split_referer
from osspcap.rules.refusing import RefusalRule
from osspcap.rules.wording import shortened


class RefererWithoutScheme(RefusalRule):
    """The Referer has no scheme, so that no entry of a list can match it.

    ## What it finds
    Refused requests whose Referer does not begin with http:// or https://.

    ## Why it matters
    Entries of the list carry a scheme, as the Referers of browsers do. `www.example.com` alone, as programs set
    it by hand, matches none of them.

    ## How it decides
    OSS refused the request because of the Referer policy, and the Referer lacks a scheme.

    ## False alarms
    None known; an entry `*` matches everything.
    """

    code = "REF003"
    name = "referer-without-scheme"
    answers = Cause.REFERER_NOT_LISTED
    severity = Severity.WARNING
    fix = (
        "Send the whole address, for example `Referer: https://www.example.com/`, as browsers do.",
        "Check that the entries of the bucket's list carry a scheme too: an entry without one is void.",
    )
    sources = (
        "OSS user guide 2022 in Chinese (E), section 4: hotlink protection",
        "OSS API reference, PutBucketReferer",
        "OSS EC pages: 0003-00000501 to 0003-00000503",
    )

    def told(self, _exchange: Exchange, denial: Denial) -> str:
        """Say what is wrong."""
        referer = "" if denial.referer is None else denial.referer.value
        return f"the Referer {shortened(referer)} has no scheme and can match no entry of a list"

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding where the refused Referer lacks a scheme."""
        denial = exchange.facts.get(Denial)
        if denial is not None and denial.referer is not None and not split_referer(denial.referer.value).scheme:
            yield from super().check(exchange)

    def shown(self, exchange: Exchange, denial: Denial) -> Iterator[Evidence]:
        """Show the page that asked, and the host."""
        if denial.referer is not None:
            yield self.evidence(exchange, denial.referer, "http:// or https:// in front")
        yield from self.request_evidence(exchange)
        yield from self.host_evidence(exchange)

    def group(self, exchange: Exchange, denial: Denial) -> str:
        """Tell the requests with one Referer as one."""
        bucket = None if exchange.operation is None else exchange.operation.bucket
        return f"{bucket} {'' if denial.referer is None else denial.referer.value}"
