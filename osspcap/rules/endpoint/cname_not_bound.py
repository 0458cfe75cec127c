"""END009 cname-not-bound: the custom domain is not bound to a bucket."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.rules.refusing import RefusalRule
from osspcap.rules.wording import shortened


class CnameNotBound(RefusalRule):
    """The custom domain is not bound to a bucket.

    ## What it finds
    Requests by a custom domain that OSS refused because no bucket of the account is bound to it, or another
    account has bound it.

    ## Why it matters
    A DNS entry alone is not enough: OSS has to be told which bucket a domain stands for. An SDK that does not
    know that the endpoint is a custom domain puts the bucket in front of it, and that name is bound to nothing.

    ## How it decides
    OSS states CnameDenied or NoSuchCname, or looks for a bucket of the domain's own name.

    ## False alarms
    Domains that are being set up.
    """

    code = "END009"
    name = "cname-not-bound"
    answers = Cause.CNAME_NOT_BOUND
    supersedes = ("REQ002",)
    fix = (
        (
            "Bind the domain: OSS console > the bucket > Bucket Settings > Domain Names > Map Custom Domain "
            "Name (API: PutCname), and prove ownership with the TXT record if asked."
        ),
        (
            "Tell the SDK that the endpoint is a custom domain: oss2 `is_cname=True`, ali-oss `cname: true`, "
            "Java `setSupportCname(true)`, Go `UseCname(true)`; or it puts the bucket in front."
        ),
        "If another account has bound the domain, release it there first.",
    )
    sources = (
        "OSS error catalogue: CnameDenied",
        "OSS documentation: map custom domain names",
    )

    def told(self, exchange: Exchange, _denial: Denial) -> str:
        """Say what is wrong."""
        operation = exchange.operation
        host = "" if operation is None or operation.endpoint is None else operation.endpoint.host
        return f"the domain {shortened(host, 120) or 'asked'} is not bound to a bucket that this request may use"

    def shown(self, exchange: Exchange, denial: Denial) -> Iterator[Evidence]:
        """Show the host, and the bucket that OSS looked for."""
        yield from self.host_evidence(exchange, "a domain that is bound to the bucket")
        error = None if exchange.operation is None else exchange.operation.error
        bucket = None if error is None else error.fields.get("BucketName")
        if bucket is not None:
            yield self.evidence(exchange, bucket)
        yield from self.signer_evidence(exchange, denial)
