"""END008 path-style-not-allowed: the bucket stands in the path, where OSS does not take it."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.rules.refusing import RefusalRule
from osspcap.rules.wording import shortened


class PathStyleNotAllowed(RefusalRule):
    """The bucket stands in the path, where OSS does not take it.

    ## What it finds
    Requests refused with SecondLevelDomainForbidden.

    ## Why it matters
    OSS wants the bucket in the host name, `<bucket>.<endpoint>`. S3 clients put it into the path by default.

    ## How it decides
    OSS states SecondLevelDomainForbidden, or the EC 0003-00001401 does.

    ## False alarms
    None known: the answer itself states the cause.
    """

    code = "END008"
    name = "path-style-not-allowed"
    answers = Cause.PATH_STYLE
    fix = (
        (
            "Switch path style off in the client: `force_path_style=False` (boto3 `addressing_style: "
            "virtual`), `UsePathStyle = false`, or `sldEnable: false`."
        ),
        (
            "Give the client the endpoint without bucket and the bucket by its own setting, so that it sends "
            "`<bucket>.<endpoint>`."
        ),
    )
    sources = (
        "OSS error catalogue: SecondLevelDomainForbidden",
        "OSS documentation: use an S3 SDK with OSS",
        "OSS EC pages: 0003-00001401",
    )

    def told(self, exchange: Exchange, _denial: Denial) -> str:
        """Say what is wrong."""
        host = _wanted(exchange)
        wanted = f", as {shortened(host, 120)}" if host else ""
        return f"the bucket stands in the path and OSS takes it in the host name only{wanted}"

    def shown(self, exchange: Exchange, denial: Denial) -> Iterator[Evidence]:
        """Show target and host."""
        yield from self.request_evidence(exchange)
        yield from self.host_evidence(exchange, _wanted(exchange))
        yield from self.signer_evidence(exchange, denial)


def _wanted(exchange: Exchange) -> str:
    """Return the host that the request should have gone to; empty if that cannot be told."""
    operation = exchange.operation
    if operation is None or not operation.bucket or operation.endpoint is None or operation.endpoint.kind == "ip":
        return ""
    return f"{operation.bucket}.{operation.endpoint.service_host}"
