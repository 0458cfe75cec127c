"""END001 bucket-in-another-region: the bucket lies in another region than the endpoint that was asked."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence
from osspcap.oss.address import parse_host
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.rules.refusing import RefusalRule
from osspcap.rules.wording import shortened


class BucketInAnotherRegion(RefusalRule):
    """The bucket lies in another region than the endpoint that was asked.

    ## What it finds
    Requests refused because the bucket must be addressed using the endpoint that the error document names.

    ## Why it matters
    Each region serves its own buckets only. Every request to this bucket by this endpoint fails, whatever its
    permissions.

    ## How it decides
    OSS states it (AccessDenied "must be addressed using the specified endpoint", EC 0003-00001403, or
    PermanentRedirect) and names the right endpoint in Endpoint.

    ## False alarms
    Clients that look for a bucket's region by asking anywhere.
    """

    code = "END001"
    name = "bucket-in-another-region"
    answers = Cause.OTHER_REGION
    fix = (
        "Configure the endpoint of the bucket's own region: OSS console > the bucket > Overview shows it.",
        "With V4 signatures set the region to the same.",
    )
    sources = (
        "OSS error catalogue: AccessDenied",
        "OSS user guides (D) section 6, (E) section 8",
        "OSS EC pages: 0003-00001403",
    )

    def told(self, exchange: Exchange, denial: Denial) -> str:
        """Say what is wrong."""
        operation = exchange.operation
        asked = "" if operation is None or operation.endpoint is None else operation.endpoint.service_host
        bucket = shortened((operation.bucket if operation is not None else None) or "(unnamed)", 63)
        where = "another region" if denial.endpoint is None else shortened(denial.endpoint.value, 100)
        return (
            f"bucket {bucket} is served by {where} and not by {shortened(asked, 100) or 'the endpoint that was asked'}"
        )

    def steps(self, exchange: Exchange, denial: Denial) -> tuple[str, ...]:
        """Name the endpoint, for the inside of its region too."""
        if denial.endpoint is None:
            return self.fix
        host = denial.endpoint.value.strip()
        parts = parse_host(host)
        region = None if parts is None else parts.endpoint.region
        first = f"Configure `https://{host}` as the endpoint in place of `{_asked(exchange)}`."
        if region is None:
            return (first, *self.fix[1:])
        inside = f"oss-{region}-internal.aliyuncs.com"
        return (
            first,
            f"On a host of Alibaba Cloud in {region} use `https://{inside}`: traffic inside a region is free.",
            f"With V4 signatures set the region to `{region}`.",
        )

    def shown(self, exchange: Exchange, denial: Denial) -> Iterator[Evidence]:
        """Show the host that was asked beside the endpoint that OSS names."""
        endpoint = denial.endpoint
        yield from self.host_evidence(exchange, "" if endpoint is None else f"a host under {endpoint.value}")
        if endpoint is not None:
            yield self.evidence(exchange, endpoint)

    def group(self, exchange: Exchange, denial: Denial) -> str:
        """Tell a bucket's requests as one."""
        operation = exchange.operation
        bucket = None if operation is None else operation.bucket
        return f"{bucket} {'' if denial.endpoint is None else denial.endpoint.value}"


def _asked(exchange: Exchange) -> str:
    operation = exchange.operation
    return "the present one" if operation is None or operation.endpoint is None else operation.endpoint.service_host
