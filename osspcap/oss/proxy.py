"""What devices on the way wrote into an exchange: proxies, CDNs, gateways.

In: an exchange with an operation. Out: `ProxyTrace`, or None without any mark. None of these fields is signed, so none
of them breaks a request; they tell that somebody was able to change the rest.

Source: RFC 9110 section 7.6 (Via), RFC 7239 (Forwarded), RFC 9112 section 3.2.2 (absolute form), RFC 9111 section 5.1
(Age); OSS documentation, "Errors and Troubleshooting". Cost: one split of each head that names such a field.
"""

import re
from collections.abc import Iterable

from osspcap.model.exchange import Exchange
from osspcap.model.message import Field, Message
from osspcap.model.pattern import pattern
from osspcap.model.record import record
from osspcap.model.seen import Seen
from osspcap.oss.facts import Context

MAX_MARKS = 32
"""Fields kept a message: devices write a handful, a hostile head thousands."""
MAX_DEVICES = 8
"""Names kept out of one Via: a chain of more proxies is a loop."""
MAX_DEVICE_CHARS = 100
MAX_VIA_CHARS = 4_096
"""Characters of one Via that are read."""

_PASSED_ON = pattern(
    rb"via|forwarded|x-forwarded-[a-z-]+|x-real-ip|x-client-scheme|ali-cdn-[a-z-]+|cdn-[a-z-]+|x-bluecoat-via"
    rb"|x-imforwards|x-cache|x-swift-[a-z-]+|true-client-ip|cf-[a-z-]+",
    re.IGNORECASE,
)
_WEAK = pattern(rb"eagleeye-traceid", re.IGNORECASE)
"""Written by gateways, but by tracing libraries inside the client as well: counts beside another mark only."""
_ADDRESSED = pattern(rb"proxy-[a-z-]+", re.IGNORECASE)
_ANSWERED = pattern(
    rb"via|x-cache(?:-lookup)?|eagleid|x-swift-[a-z-]+|ali-swift-[a-z-]+|age|x-squid-error|x-site-cache-status"
    rb"|x-proxy-[a-z-]+|x-bluecoat-[a-z-]+|proxy-[a-z-]+|cf-[a-z-]+",
    re.IGNORECASE,
)
_REMARK = pattern(r"\[[^\]]{0,200}\]|\([^()]{0,200}\)")
"""Comments of Via, and the numbers that CDNs put behind a name; both may hold commas."""
_PRODUCTS = (
    (pattern(r"\nx-site-cache-status:"), "Alibaba Cloud ESA"),
    (pattern(r"\n(?:x-swift-|ali-swift-|eagleid:|ali-cdn-)"), "Alibaba Cloud CDN"),
    (pattern(r"\ncf-"), "Cloudflare"),
    (pattern(r"squid"), "Squid"),
    (pattern(r"\nx-bluecoat-"), "Blue Coat ProxySG"),
    (pattern(r"\nx-imforwards:"), "Cisco IronPort"),
    (pattern(r"varnish"), "Varnish"),
    (pattern(r"traffic ?server"), "Apache Traffic Server"),
)
"""What the lower-cased marks of a product hold; the first that fits names it."""


@record
class ProxyTrace:
    """Marks that devices left in one exchange, in wire order."""

    passed_on: tuple[Seen[str], ...] = ()
    """Request fields that a device writes when it passes a request on: Via, Forwarded, X-Forwarded-*, X-Real-IP."""
    addressed: tuple[Seen[str], ...] = ()
    """What shows that the client itself speaks to a proxy: an absolute-form target, Proxy-Connection."""
    answered: tuple[Seen[str], ...] = ()
    """Response fields that proxies, caches and CDNs write: Via, X-Cache, EagleId, X-Swift-*, Age."""
    request_devices: tuple[str, ...] = ()
    """Hosts or pseudonyms that the request's Via names, client side first."""
    response_devices: tuple[str, ...] = ()
    """Those that the response's Via names, server side first."""
    request_product: str = ""
    """What the request's marks are known from; empty if they tell no product."""
    response_product: str = ""
    """Likewise, the response's marks."""

    @property
    def came_through(self) -> bool:
        """True if the request had passed a device before it was captured: what the client signed may have differed."""
        return bool(self.passed_on)


def gather_trace(exchange: Exchange, context: Context) -> ProxyTrace | None:
    """Return the marks of an exchange with OSS; None if it carries none."""
    del context
    if exchange.operation is None:
        return None
    request, response = exchange.request, exchange.response
    passed_on: list[Field] = []
    addressed: list[Seen[str]] = []
    if request is not None:
        fields = request.fields().lines
        passed_on = [line for line in fields if _PASSED_ON.fullmatch(line.raw_name)][:MAX_MARKS]
        if passed_on:
            passed_on += [line for line in fields if _WEAK.fullmatch(line.raw_name)][:1]
        if request.target[:4].lower() == "http":
            addressed.append(request.seen_start_line())
        addressed += [request.seen(line) for line in fields if _ADDRESSED.fullmatch(line.raw_name)][:MAX_MARKS]
    answered = [] if response is None else _matching(response, _ANSWERED)
    if not (passed_on or addressed or answered):
        return None
    return ProxyTrace(
        () if request is None else tuple(request.seen(line) for line in passed_on),
        tuple(addressed),
        () if response is None else tuple(response.seen(line) for line in answered),
        devices_of(passed_on),
        devices_of(answered),
        product_of(passed_on),
        product_of(answered),
    )


def _matching(message: Message, names: re.Pattern[bytes]) -> list[Field]:
    return [line for line in message.fields() if names.fullmatch(line.raw_name)][:MAX_MARKS]


def devices_of(lines: Iterable[Field]) -> tuple[str, ...]:
    """Return who the Via fields among some lines name: `1.1 corp-proxy-01 (squid/4.10), 1.1 b` gives both hosts.

    Source: RFC 9110 section 7.6.3: received-protocol, received-by, optional comment.
    """
    found: dict[str, None] = {}
    for line in lines:
        if line.raw_name.lower() != b"via":
            continue
        for entry in _REMARK.sub("", line.value[:MAX_VIA_CHARS]).split(","):
            words = entry.split()
            # CDNs leave the protocol out: `cache45.l2cn1832[53,0]`.
            name = words[1] if len(words) > 1 else (words[0] if words else "")
            if any(letter.isalpha() for letter in name) and len(found) < MAX_DEVICES:
                found[name[:MAX_DEVICE_CHARS]] = None
    return tuple(found)


def product_of(lines: Iterable[Field]) -> str:
    """Return the product whose marks some header lines hold; empty if they tell none."""
    text = "".join(f"\n{line.name}:{line.value}" for line in lines).lower()
    return next((name for known, name in _PRODUCTS if known.search(text)), "")
