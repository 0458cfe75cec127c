"""PRX001 request-came-through-proxy: the request passed a proxy, or is addressed to one."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Severity, Verdict
from osspcap.model.operation import Role
from osspcap.model.seen import Seen
from osspcap.oss.proxy import ProxyTrace
from osspcap.rules.base import ExchangeRule
from osspcap.rules.wording import request_name, shortened


class RequestCameThroughProxy(ExchangeRule):
    """The request passed a proxy, or is addressed to one.

    ## What it finds
    Header fields that proxies, gateways and CDNs write when they pass a request on (Via, Forwarded, X-Forwarded-For,
    X-Real-IP and the like), and requests that their client addresses to a proxy (a whole URL as target,
    Proxy-Connection).

    ## Why it matters
    These fields are harmless by themselves: no signature scheme of OSS covers them. But a device that writes them can
    also change what is signed (Content-Type, Date, the path, x-oss- fields), answer in the place of OSS, or hold
    requests back. Where a signature does not match, that device is the first suspect.

    ## How it decides
    By the names of the fields and the form of the target alone. Requests that passed the same devices are one
    finding; Via names the devices.

    ## False alarms
    A program that sets such a field itself.
    """

    code = "PRX001"
    name = "request-came-through-proxy"
    severity = Severity.INFO
    on_error_only = False
    on_facts = (ProxyTrace,)
    on_roles = (Role.OSS, Role.PREFLIGHT, Role.STS)
    fix = (
        "Nothing has to be changed as long as requests succeed.",
        "To see what it changes, capture on both of its sides and run `osspcap compare client.pcap server.pcap`.",
        "To keep devices from changing requests, use HTTPS, or reach OSS without the proxy (`NO_PROXY`).",
    )
    sources = (
        "RFC 9110 section 7.6.3 (Via)",
        "RFC 7239 (Forwarded)",
        "RFC 9112 section 3.2.2 (absolute form)",
        "OSS guide, 403 SignatureDoesNotMatch (D 6 item 6, E 8 item 6)",
        "OSS FAQ, Python SDK, upload through a proxy (A)",
    )

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding for a request with marks of a proxy; equal chains become one."""
        trace = exchange.facts.get(ProxyTrace)
        if trace is None or not (trace.passed_on or trace.addressed):
            return
        marks = (*trace.passed_on, *trace.addressed)
        yield self.finding(
            _summary(exchange, trace),
            *(self.evidence(exchange, mark) for mark in marks),
            exchanges=(exchange,),
            cause=" ".join((*trace.request_devices, *sorted({mark.field.lower() for mark in marks}))),
        )


def _summary(exchange: Exchange, trace: ProxyTrace) -> str:
    where = "; these fields are not signed and harmless by themselves"
    if not trace.passed_on:
        return f"the client sends {request_name(exchange)} to a proxy: {_shown(trace.addressed)}{where}"
    devices = ", ".join(trace.request_devices)
    through = f" {devices}" if devices else " a proxy"
    product = f" ({trace.request_product})" if trace.request_product else ""
    return f"{request_name(exchange)} came through{through}{product}: {_shown(trace.passed_on)}{where}"


def _shown(marks: tuple[Seen[str], ...]) -> str:
    shown = [f"{mark.field.removeprefix('request header ')} {shortened(mark.value, 60)}" for mark in marks[:4]]
    return ", ".join(shown) + (f" and {len(marks) - 4} more" if len(marks) > 4 else "")
