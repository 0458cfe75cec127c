"""PRX002 response-came-through-cdn: the answer passed a proxy, a cache or a CDN."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Severity, Verdict
from osspcap.model.operation import Role
from osspcap.oss.proxy import ProxyTrace
from osspcap.rules.base import ExchangeRule
from osspcap.rules.wording import request_name, shortened


class ResponseCameThroughCdn(ExchangeRule):
    """The answer passed a proxy, a cache or a CDN.

    ## What it finds
    Header fields that OSS does not write and caches, proxies and CDNs do: Via, X-Cache, EagleId, X-Swift-*, Age.

    ## Why it matters
    The client does not speak to OSS itself. What it gets may come out of a cache, headers such as ETag or those of a
    CORS rule may be those of the CDN, and uploads through a CDN need the CDN to pass everything on.

    ## How it decides
    By the names of the fields alone. Answers of the same kind of device are one finding.

    ## False alarms
    None: the fields are there. Whether the device is known to those who run the client is another matter.
    """

    code = "PRX002"
    name = "response-came-through-cdn"
    severity = Severity.INFO
    on_error_only = False
    on_facts = (ProxyTrace,)
    on_roles = (Role.OSS, Role.PREFLIGHT)
    fix = (
        "Nothing has to be changed as long as requests succeed and answers are fresh.",
        "Upload to the bucket's own endpoint and use the CDN for downloads.",
        "Where uploads do go through the CDN, let it pass ETag, x-oss- fields and CORS headers on.",
    )
    sources = (
        "OSS FAQ, Python SDK, upload through a proxy such as CDN (A)",
        "OSS documentation, Errors and Troubleshooting",
        "RFC 9111 section 5.1 (Age)",
        "RFC 9110 section 7.6.3 (Via)",
    )

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding for an answer with marks of a cache or CDN; answers of one kind of device become one."""
        trace = exchange.facts.get(ProxyTrace)
        if trace is None or not trace.answered:
            return
        product = trace.response_product
        devices = ", ".join(trace.response_devices[:3])
        name = f"{product} ({devices})" if product and devices else product or devices or "a proxy or cache"
        shown = ", ".join(
            f"{mark.field.removeprefix('response header ')} {shortened(mark.value, 60)}" for mark in trace.answered[:4]
        )
        yield self.finding(
            f"the answer to {request_name(exchange)} came through {name}: {shown}",
            *(self.evidence(exchange, mark) for mark in trace.answered),
            exchanges=(exchange,),
            # A CDN's Via names other caches each time, so that the product alone tells chains apart.
            cause=product or devices or "proxy",
        )
