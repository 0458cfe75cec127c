"""Answers to requests for OSS that somebody else gave: proxy, firewall, gateway, captive portal.

In: an exchange whose answer does not show that OSS made it. Out: `ForeignAnswer`, or None where the answer may well be
OSS's (an error document without a request ID, an object that lost a header on the way).

Every answer of OSS carries `x-oss-request-id`, or at least `Server: AliyunOSS` or an OSS error document; devices on
the way replace Server at most.

Source: OSS API reference, "Common response headers"; RFC 9110 sections 7.6.3 (Via), 11.7 (proxy authentication), 15.6;
RFC 6585 section 6 (511). Cost: one split of the head and a search in at most `MAX_PAGE_BYTES` of the page.
"""

import re
from enum import StrEnum

from osspcap.model.anomaly import AnomalyName
from osspcap.model.exchange import Exchange
from osspcap.model.message import Fields, Message
from osspcap.model.operation import Role
from osspcap.model.pattern import pattern
from osspcap.model.record import record
from osspcap.model.seen import Seen
from osspcap.oss.address import bare_host
from osspcap.oss.device_table import MAKERS, SERVERS
from osspcap.oss.facts import Context
from osspcap.oss.plain_on_tls import says_port_is_for_tls
from osspcap.oss.proxy import devices_of
from osspcap.oss.target import split_target
from osspcap.units import FrameNumber

MAX_PAGE_BYTES = 16_384
"""Bytes of a page in which its title and its maker are looked for."""
MAX_TITLE_CHARS = 200
MAX_LATER_EXCHANGES = 64
"""Exchanges behind a refused one in which the same request is looked for again."""

_SIGNS = (
    "Server",
    "Via",
    "Proxy-Authenticate",
    "Proxy-Status",
    "X-Squid-Error",
    "X-Cache",
    "X-Swift-Error",
    "EagleId",
    "Location",
    "WWW-Authenticate",
)
_TITLE = pattern(rb"<title[^>]{0,200}>(.{0,2000}?)</title", re.IGNORECASE | re.DOTALL)
_PAGE = pattern(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--(?>.{0,2000}?-->)\s*+)*+"
    rb"<(?:!doctype\s+html|html|head|body|script|meta)\b",
    re.IGNORECASE | re.DOTALL,
)
"""Begins like an HTML page; comments are never tried again, so that a hostile row of them costs one pass."""
_REALM = pattern(r'realm="?([^",]{1,200})', re.IGNORECASE)
_HEAD_CUT = frozenset((AnomalyName.HEADER_INCOMPLETE, AnomalyName.HEADER_TOO_LARGE))
_PAGE_ENDINGS = (".html", ".htm", ".xhtml", ".shtml", ".php", ".jsp", ".asp", ".aspx", "/")
_ROLES = frozenset((Role.OSS, Role.PREFLIGHT, Role.STS, Role.OTHER))


class ForeignKind(StrEnum):
    """What the answer is."""

    PROXY_LOGIN = "asks for a login at the proxy"
    TUNNEL_REFUSED = "refuses the tunnel to OSS"
    GATEWAY_FAILED = "could not get an answer from OSS"
    BLOCKED = "refuses the request"
    PORTAL = "sends the client to another place"
    PAGE = "is a page in the place of OSS's answer"
    FAILED = "is an error"


@record
class ForeignAnswer:
    """An answer that OSS did not give, and what tells who did."""

    kind: ForeignKind
    device: str = ""
    """Product and host that the answer names: `Squid on corp-proxy-01`; empty if it names none."""
    is_named: bool = False
    """True if the answer itself says that it is a proxy's: 407, Via, a proxy's own header, a refused tunnel."""
    signs: tuple[Seen[str], ...] = ()
    """Header fields that tell the device."""
    title: Seen[str] | None = None
    """Title of the HTML page."""
    realm: str = ""
    """What the proxy asks a login for."""
    location: str = ""
    """Where a redirect leads."""
    is_overcome: bool = False
    """True if the same request was sent again soon and then got through."""
    is_head_whole: bool = True
    """False if the head was not captured whole, so that the request ID may be in the missing part."""
    may_be_object: bool = False
    """PAGE only: True if the object asked for may itself be such a page."""


def gather_foreign_answer(exchange: Exchange, context: Context) -> ForeignAnswer | None:
    """Return what an answer that is not OSS's says about its maker; None if it may be OSS's."""
    operation, response, request = exchange.operation, exchange.response, exchange.request
    if operation is None or response is None or operation.error is not None or operation.role not in _ROLES:
        return None
    fields = response.fields()
    page = response.body.content[:MAX_PAGE_BYTES]
    kind = _kind(exchange, response, fields, page)
    if kind is None or says_port_is_for_tls(response.status, page):
        return None
    signs = tuple(response.seen(line) for name in _SIGNS for line in fields.all(name)[:2])
    title = _title(response, page, fields)
    hosts = devices_of(fields.all("via"))
    product = _product(fields, title, page)
    device = f"{product} on {hosts[-1]}" if product and hosts else product or (hosts[-1] if hosts else "")
    realm = _REALM.search(fields.get("proxy-authenticate"))
    is_tunnel = request is not None and request.method == "CONNECT"
    return ForeignAnswer(
        kind,
        device,
        is_tunnel or response.status == 407 or bool(hosts) or "x-squid-error" in fields or "proxy-status" in fields,
        signs,
        title,
        "" if realm is None else realm[1],
        fields.get("location") if kind is ForeignKind.PORTAL else "",
        is_overcome=_is_overcome(exchange, context),
        is_head_whole=not any(anomaly.name in _HEAD_CUT for anomaly in response.anomalies),
        may_be_object=_may_be_object(exchange),
    )


def _kind(exchange: Exchange, response: Message, fields: Fields, page: bytes) -> ForeignKind | None:
    status, request = response.status, exchange.request
    is_page = _PAGE.match(page) is not None
    is_tunnel = request is not None and request.method == "CONNECT"
    if status == 407:
        return ForeignKind.PROXY_LOGIN
    if status == 511:
        return ForeignKind.PORTAL
    if is_tunnel and status >= 300:
        return ForeignKind.TUNNEL_REFUSED
    if status in (502, 503, 504):
        return ForeignKind.GATEWAY_FAILED
    if status >= 400:
        return ForeignKind.BLOCKED if status in (401, 403, 451) or (is_page and status < 500) else ForeignKind.FAILED
    if status in (301, 302, 303, 307, 308):
        return ForeignKind.PORTAL if _leads_elsewhere(request, fields.get("location")) else None
    if is_page and 200 <= status < 300 and "html" in fields.get("content-type", "html").lower():
        return ForeignKind.PAGE
    return None


def _leads_elsewhere(request: Message | None, location: str) -> bool:
    """Tell a redirect to another host from one to the same host by HTTPS, or to another path there."""
    target = split_target(location)
    if request is None or not target.authority:
        return False
    asked = split_target(request.target).authority or request.fields().get("host")
    return bare_host(target.authority) != bare_host(asked)


def _may_be_object(exchange: Exchange) -> bool:
    """Tell whether a page may be what was asked for: an object that is one, or the index of a website."""
    operation, request = exchange.operation, exchange.request
    if operation is None or request is None or request.method != "GET" or operation.name != "GetObject":
        return operation is not None and operation.name == "unknown"
    key = (operation.object or "/").lower()
    name = key.rpartition("/")[2]
    return key.endswith(_PAGE_ENDINGS) or "." not in name


def _title(response: Message, page: bytes, fields: Fields) -> Seen[str] | None:
    found = _TITLE.search(page)
    if found is None:
        return None
    charset = "gb18030" if "gb" in fields.get("content-type").lower() else "utf-8"
    for encoding in (charset, "gb18030"):
        try:
            text = found[1].decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        text = found[1].decode("utf-8", "replace")
    from html import unescape  # noqa: PLC0415 - brings a table of two thousand names

    text = " ".join(unescape(text).split())[:MAX_TITLE_CHARS]
    if not text:
        return None
    frame = FrameNumber(response.frame if response.body.first_frame is None else response.body.first_frame)
    return Seen(text, frame, "response body <title>", found[1])


def _product(fields: Fields, title: Seen[str] | None, page: bytes) -> str:
    """Return the maker of an answer by its header, else by its title, else by its page; empty if nothing names one."""
    header = "\n".join(f"{line.name}: {line.value}" for line in fields if line.name.lower() not in ("date", "location"))
    telling = f"{header}\n{'' if title is None else title.value}".lower()
    for known, name in (*MAKERS, *SERVERS):
        if known.search(telling):
            return name
    text = page.decode("utf-8", "replace").lower()
    return next((name for known, name in MAKERS if known.search(text)), "")


def _is_overcome(exchange: Exchange, context: Context) -> bool:
    """Tell whether the same request got through soon after: a login in two steps, or a retry."""
    request = exchange.request
    if request is None:
        return False
    for later in context.exchanges[exchange.id + 1 : exchange.id + 1 + MAX_LATER_EXCHANGES]:
        again, answer = later.request, later.response
        if again is None or answer is None or again.method != request.method or again.target != request.target:
            continue
        if answer.status < 300 or (later.operation is not None and later.operation.answered_by_oss):
            return True
    return False
