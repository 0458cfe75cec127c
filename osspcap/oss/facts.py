"""Facts about single exchanges: which stage looks at which traffic.

In: numbered exchanges with their operation. Out: the same with `facts`. Most exchanges of a capture are healthy and
plain; one regex over each head tells which stages have anything to look at, so that the others cost nothing.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from osspcap.model.exchange import Exchange
from osspcap.model.facts import Facts
from osspcap.model.secrets import NO_SECRETS, Secrets

ERROR = 1 << 0
"""Answered with a status of 400 or more, or 203."""
UNANSWERED = 1 << 1
"""No final response was captured."""
SIGNED = 1 << 2
"""Carries an `Authorization` field."""
URL_SIGNED = 1 << 3
"""Carries a signature in the query."""
ORIGIN = 1 << 4
"""A browser's cross-origin request: has an `Origin` field."""
CALLBACK = 1 << 5
"""Carries callback parameters, or is a callback."""
PROXY = 1 << 6
"""Has a field that proxies and CDNs add, in either direction, or an absolute-form target."""
DATED = 1 << 7
"""Carries a date that can be held against the server's."""

_REQUEST_TRIGGERS = re.compile(
    rb"""\n(?:
        (?P<SIGNED>authorization)
      | (?P<DATED>x-oss-date|date)
      | (?P<ORIGIN>origin)
      | (?P<CALLBACK>x-oss-callback(?:-var)?|x-oss-pub-key-url|x-oss-tag)
      | (?P<PROXY>via|forwarded|x-forwarded-[a-z-]+|x-real-ip|proxy-[a-z-]+|x-client-scheme|ali-cdn-[a-z-]+|cdn-[a-z-]+
          |x-bluecoat-via|x-imforwards|eagleeye-traceid|x-cache|x-swift-[a-z-]+|true-client-ip|cf-[a-z-]+)
      )[ \t]*:
    | [?&](?P<URL_SIGNED>Signature|x-oss-signature|x-oss-credential|OSSAccessKeyId)=
    | [?&](?P<QUERY_CALLBACK>callback(?:-var)?)=
    | \A[A-Za-z]+[ ](?P<ABSOLUTE>https?://)""",
    re.VERBOSE | re.IGNORECASE,
)
_RESPONSE_TRIGGERS = re.compile(
    rb"""\n(?P<PROXY>via|x-cache(?:-lookup)?|eagleid|x-swift-[a-z-]+|ali-swift-[a-z-]+|age|x-squid-error
        |x-site-cache-status|x-proxy-[a-z-]+|x-bluecoat-[a-z-]+|proxy-[a-z-]+|cf-[a-z-]+)[ \t]*:""",
    re.VERBOSE | re.IGNORECASE,
)
_MASKS = {
    "SIGNED": SIGNED,
    "DATED": DATED,
    "ORIGIN": ORIGIN,
    "CALLBACK": CALLBACK,
    "QUERY_CALLBACK": CALLBACK,
    "PROXY": PROXY,
    "ABSOLUTE": PROXY,
    "URL_SIGNED": URL_SIGNED,
}


@dataclass(frozen=True, slots=True)
class Context:
    """What a stage may know beside the exchange itself."""

    exchanges: Sequence[Exchange] = ()
    """All exchanges of the capture, in order; their facts are not there yet."""
    secrets: Secrets = NO_SECRETS
    """Secrets lent by the user."""


Gatherer = Callable[[Exchange, Context], Any]
"""Computes one kind of fact; None if the exchange does not call for it. Never raises on traffic."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One gatherer and the traffic it looks at."""

    triggers: int
    """Runs where the exchange has any of these."""
    gather: Gatherer
    needs: int = 0
    """Runs only where the exchange has all of these as well."""


def triggers_of(exchange: Exchange) -> int:
    """Return the triggers of an exchange as a bit mask; costs about a microsecond a message."""
    mask = 0
    if exchange.request is not None:
        for found in _REQUEST_TRIGGERS.finditer(exchange.request.raw_head):
            mask |= _MASKS[found.lastgroup or ""]
    response = exchange.response
    if response is None:
        return mask | UNANSWERED
    if response.status >= 400 or response.status == 203:
        mask |= ERROR
    if _RESPONSE_TRIGGERS.search(response.raw_head) is not None:
        mask |= PROXY
    return mask


def with_facts(exchange: Exchange, context: Context, stages: Iterable[Stage]) -> Exchange:
    """Run the stages that an exchange calls for; returns the exchange itself if none finds anything."""
    mask = triggers_of(exchange)
    found = [
        fact
        for stage in stages
        if mask & stage.triggers and mask & stage.needs == stage.needs
        if (fact := stage.gather(exchange, context)) is not None
    ]
    return replace(exchange, facts=Facts(found)) if found else exchange
