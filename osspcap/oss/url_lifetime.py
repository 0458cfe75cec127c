"""How long a signed URL was still good when it was used.

In: a request with a signature in its query. Out: `UrlLifetime`, or None where the URL was good for longer than anyone
needs to know. The time that counts is the server's: the `Date` of its answer, else the capture's.

    V1, and S3's older form   Expires = unix seconds
    V2                        x-oss-expires = unix seconds
    V4                        x-oss-date + x-oss-expires seconds
    S3 V4                     X-Amz-Date + X-Amz-Expires seconds

Cost: about 5 us a signed URL. Source: OSS API reference, "Add signatures to a URL"; EC 0002-00000069, 0002-00000236.
"""

import re
from urllib.parse import unquote

from osspcap.model.exchange import Exchange
from osspcap.model.message import Message, frame_at
from osspcap.model.pattern import pattern
from osspcap.model.record import record
from osspcap.model.seen import Seen
from osspcap.oss.dates import parse_date
from osspcap.oss.facts import Context
from osspcap.oss.signing_facts import EXPIRED_ECS
from osspcap.units import NS_PER_S

SHORT_LEFT_NS = 60 * NS_PER_S
"""Less than this left when a URL is used is worth knowing: a retry or a slow queue would have been too late."""
EXPIRED_MESSAGE = "Request has expired"
"""What OSS answers, with AccessDenied, once the time is over."""

_find_parameters = pattern(r"[?&](Expires|x-oss-expires|x-oss-date|X-Amz-Expires|X-Amz-Date)=([^&]*)").findall
_find_date = pattern(rb"\ndate:([^\r\n]*)", re.IGNORECASE).search
_MAX_DIGITS = 20


@record
class UrlLifetime:
    """A signed URL that was used shortly before or after the end of its life, or was refused for its age."""

    expires: Seen[str]
    """The parameter that sets the end."""
    expires_ns: int | None
    """End of its life, ns since 1970; None if it cannot be told."""
    signed: Seen[str] | None
    """V4: the time that the life counts from."""
    lifetime_s: int | None
    """V4: how long the URL lives altogether."""
    server: Seen[str] | None
    """The server's time when it answered; None if its answer has none."""
    used_ns: int
    """That time, else the time of capture."""
    is_refused: bool
    """OSS says that the request has expired."""
    is_silently_refused: bool
    """403 without any reason, after the end of its life."""

    @property
    def left_ns(self) -> int | None:
        """Life left when it was used, negative if over; None if it cannot be told."""
        return None if self.expires_ns is None else self.expires_ns - self.used_ns


def gather_lifetime(exchange: Exchange, context: Context) -> UrlLifetime | None:
    """Return the lifetime of a signed URL if it was short or over; None otherwise."""
    del context
    request, operation = exchange.request, exchange.operation
    if request is None or operation is None:
        return None
    found = dict(_find_parameters(request.target))
    end = _end_of_life(found)
    if end is None:
        return None
    name, expires_ns, start, lifetime_s = end
    is_refused = _is_refused(exchange)
    response = exchange.response
    date = None if response is None else _find_date(response.raw_head)
    server_ns = None if date is None else parse_date(date[1].strip())
    used_ns = server_ns if server_ns is not None else request.ts_ns
    is_over = expires_ns is not None and expires_ns < used_ns
    is_short = expires_ns is not None and expires_ns - used_ns < SHORT_LEFT_NS
    if not (is_refused or is_short):
        return None
    is_silent = is_over and operation.error is None and exchange.status == 403 and not operation.ec
    line = None if response is None or server_ns is None else response.fields().first("Date")
    server = None if response is None or line is None else response.seen(line)
    return UrlLifetime(
        _seen(request, name, found[name]),
        expires_ns,
        None if start is None else _seen(request, start, found[start]),
        lifetime_s,
        server,
        used_ns,
        is_refused,
        is_silent and operation.answered_by_oss,
    )


def _end_of_life(found: dict[str, str]) -> tuple[str, int | None, str | None, int | None] | None:
    """Return parameter, end in ns, parameter of the start and life in seconds, for the scheme that a URL has."""
    for name, start in (("x-oss-expires", "x-oss-date"), ("X-Amz-Expires", "X-Amz-Date"), ("Expires", "")):
        if name not in found:
            continue
        seconds = _number(found[name])
        if start not in found:
            return name, None if seconds is None else seconds * NS_PER_S, None, None
        begun_ns = parse_date(unquote(found[start]).encode("utf-8", "replace"))
        end_ns = None if begun_ns is None or seconds is None else begun_ns + seconds * NS_PER_S
        return name, end_ns, start, seconds
    return None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS else None


def _is_refused(exchange: Exchange) -> bool:
    operation = exchange.operation
    if operation is None or exchange.status is None or exchange.status < 400:
        return False
    if operation.ec in EXPIRED_ECS:
        return True
    error = operation.error
    message = None if error is None else error.message
    return message is not None and message.value.startswith(EXPIRED_MESSAGE)


def _seen(request: Message, name: str, raw: str) -> Seen[str]:
    text = f"{name}={raw}"
    offset = request.raw_head.find(text[:64].encode("latin-1", "replace"))
    frame = frame_at(request.head_frames, max(offset, 0))
    return Seen(unquote(raw), frame, f"request query parameter {name}", raw.encode("latin-1", "replace"))
