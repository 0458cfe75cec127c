"""Cross-origin requests: one by one, then preflights joined with the requests that they asked for.

In: exchanges with an `Origin`. Out: a `CrossOrigin` for each that goes to OSS from another origin, and over the whole
capture `CrossOriginTraffic`. A request whose `Origin` is its own host needs no permission and is left out.

A preflight belongs to the next request of the same origin, host, target and method, on whatever connection. Cost: some
20 us a cross-origin request, next to nothing for all others; linear.

Source: Fetch standard, sections "CORS protocol" and "HTTP-network-or-cache fetch"; OSS API reference, PutBucketCors.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from osspcap.model.cors import CrossOrigin, CrossOriginTraffic, Mode, Sender
from osspcap.model.exchange import Exchange
from osspcap.model.facts import NO_FACTS
from osspcap.model.message import Fields, Message
from osspcap.model.operation import Role
from osspcap.model.pattern import pattern
from osspcap.model.seen import Seen
from osspcap.oss.cors_uploads import missing_etags, unreadable_parts
from osspcap.oss.facts import Context

_ORIGIN_HOST = pattern(r"(https?)://([^/?#\s]+)/?", re.IGNORECASE)
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_NEVER_KEPT = pattern(r"\b(?:no-store|private|no-cache)\b", re.IGNORECASE)
_MAY_BE_KEPT = pattern(r"\b(?:public|(?:s-maxage|max-age)\s*=\s*\"?0*[1-9])", re.IGNORECASE)


def gather_cross_origin(exchange: Exchange, _context: Context) -> CrossOrigin | None:
    """Read a cross-origin request and its answer; None for what needs no permission."""
    request, operation = exchange.request, exchange.operation
    if request is None or operation is None or operation.role not in {Role.OSS, Role.PREFLIGHT}:
        return None
    fields = request.fields()
    origin = fields.first("origin")
    host = (fields.get("host") or fields.get(":authority")).lower()
    if origin is None or _is_same_origin(origin.value, host):
        return None
    is_preflight = operation.role is Role.PREFLIGHT
    sender = Sender.BROWSER if is_preflight or _is_browser(fields) else Sender.OTHER
    cookie = fields.first("cookie")
    asked = CrossOrigin(
        exchange=exchange.id,
        host=host,
        target=request.target,
        method=request.method,
        origin=request.seen(origin),
        sender=sender,
        mode=Mode.CORS if is_preflight else _mode(request.method, fields),
        is_preflight=is_preflight,
        asked_method=_seen(request, fields, "access-control-request-method"),
        asked_headers=_seen(request, fields, "access-control-request-headers"),
        has_cookie=None if cookie is None else Seen("sent", cookie.frame, "request header Cookie", b"sent"),
    )
    return asked if exchange.response is None else _with_answer(asked, exchange.response)


def gather_cors(exchanges: Sequence[Exchange], _context: Context) -> CrossOriginTraffic | None:
    """Join what single exchanges told; None if a capture has no cross-origin request and no upload without ETag."""
    told = [exchange for exchange in exchanges if exchange.facts is not NO_FACTS]
    found = [fact for exchange in told if (fact := exchange.facts.get(CrossOrigin)) is not None]
    requests = _joined(found)
    stripped = missing_etags(exchanges)
    if not requests and not stripped:
        return None
    return CrossOriginTraffic(requests, unreadable_parts(requests, exchanges), stripped)


def _with_answer(asked: CrossOrigin, response: Message) -> CrossOrigin:
    """Add what the answer says about permission and caches."""
    fields = response.fields()
    credentials = _seen(response, fields, "access-control-allow-credentials")
    exposed = fields.all("access-control-expose-headers")
    return replace(
        asked,
        allow_origin=tuple(response.seen(line) for line in fields.all("access-control-allow-origin")),
        allow_methods=_joined_values(fields, "access-control-allow-methods"),
        allow_headers=_joined_values(fields, "access-control-allow-headers"),
        allow_credentials=credentials if credentials is not None and credentials.value == "true" else None,
        exposed=response.seen(exposed[0]) if exposed else None,
        exposed_names=frozenset(_names(line.value for line in exposed)),
        varies_by_origin=not {"origin", "*"}.isdisjoint(_names(line.value for line in fields.all("vary"))),
        cache=_cache_sign(response, fields),
        location=_seen(response, fields, "location") if 300 <= response.status < 400 else None,
        etag=_seen(response, fields, "etag"),
    )


def _joined(found: Sequence[CrossOrigin]) -> tuple[CrossOrigin, ...]:
    """Join preflights with the requests that they asked for, by place in the capture.

    Browsers remember the answer for a while, so that one preflight may stand for several equal requests.
    """
    open_preflights: dict[tuple[str, str, str, str], int] = {}
    requests = list(found)
    for place, item in enumerate(found):
        method = item.method if item.asked_method is None else item.asked_method.value
        key = (item.origin.value, item.host, item.target, method)
        if item.is_preflight:
            open_preflights[key] = place
        elif (preflight := open_preflights.get(key)) is not None:
            if requests[preflight].followed_by is None:
                requests[preflight] = replace(requests[preflight], followed_by=item.exchange)
            requests[place] = replace(item, follows=requests[preflight].exchange)
    return tuple(requests)


def _is_same_origin(origin: str, host: str) -> bool:
    found = _ORIGIN_HOST.fullmatch(origin)
    if found is None:
        return False
    port = _DEFAULT_PORTS[found[1].lower()]
    return found[2].lower().removesuffix(port) == host.removesuffix(":80").removesuffix(":443")


def _is_browser(fields: Fields) -> bool:
    return "sec-fetch-mode" in fields or fields.get("user-agent").startswith("Mozilla/")


def _mode(method: str, fields: Fields) -> Mode:
    """Tell whether the answer needs the server's permission to be read.

    Browsers state it in Sec-Fetch-Mode, but only to trustworthy hosts, that is by HTTPS. Without it: a GET or HEAD has
    an Origin only in mode "cors"; methods beyond POST are a script's; a POST may be a form's.
    """
    match fields.get("sec-fetch-mode"):
        case "cors":
            return Mode.CORS
        case "":
            pass
        case _:
            return Mode.FREE
    if method != "POST":
        return Mode.CORS
    if "upgrade-insecure-requests" in fields or fields.get("accept").startswith("text/html"):
        return Mode.FREE
    return Mode.UNSURE


def _cache_sign(response: Message, fields: Fields) -> Seen[str] | None:
    """Return what shows that an answer was kept, else what lets caches keep it; None for a plain one."""
    age = fields.first("age")
    if age is not None and age.value.strip("0"):
        return response.seen(age)
    for name in ("x-cache", "x-cache-lookup", "x-swift-cachetime"):
        line = fields.first(name)
        if line is not None and ("HIT" in line.value.upper() or name == "x-swift-cachetime"):
            return response.seen(line)
    control = fields.first("cache-control")
    if control is not None and not _NEVER_KEPT.search(control.value) and _MAY_BE_KEPT.search(control.value):
        return response.seen(control)
    return None


def _seen(message: Message, fields: Fields, name: str) -> Seen[str] | None:
    line = fields.first(name)
    return None if line is None else message.seen(line)


def _joined_values(fields: Fields, name: str) -> str | None:
    lines = fields.all(name)
    return ", ".join(line.value for line in lines) if lines else None


def _names(values: Iterable[str]) -> list[str]:
    return [name.strip().lower() for value in values for name in value.split(",") if name.strip()]
