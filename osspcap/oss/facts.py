"""Facts about single exchanges: which stage looks at which traffic.

In: numbered exchanges with their operation. Out: the same with `facts`. Most exchanges of a capture are healthy and
plain; the names of their header fields tell which stages have anything to look at, so that the others cost nothing.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import field
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from osspcap.model.exchange import Exchange
from osspcap.model.facts import NO_FACTS
from osspcap.model.form import PostForm
from osspcap.model.headshape import MAX_SHAPES, HeadShape
from osspcap.model.pattern import pattern
from osspcap.model.record import record, replaced
from osspcap.model.secrets import NO_SECRETS, Secrets
from osspcap.model.stream import Connection
from osspcap.model.usual import UsualExchange, UsualKind

if TYPE_CHECKING:
    from osspcap.oss.signing.callback_rsa import CallbackKey

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
FOREIGN = 1 << 8
"""Addressed to OSS and answered, but nothing in the answer shows that OSS made it."""
FORM = 1 << 9
"""A form was read, and there is something to say about it."""

RANGE = 1 << 10
"""Asks for a range of an object."""

MAX_USUAL_HEAD_BYTES = 4_096
"""Heads up to this size share what is known of their names; larger ones would fill the memory with hostile names."""

MAX_MASKS = 2_048
"""Sets of triggers whose stages are remembered: as many as there are."""

_find_names = re.compile(rb"\n([^:\r\n]+):").findall
_find_signature = re.compile(
    r"[?&](?:Signature|x-oss-signature|X-Amz-Signature|x-oss-credential|OSSAccessKeyId)=", re.IGNORECASE
).search
_find_callback = re.compile(r"[?&]callback(?:-var)?=", re.IGNORECASE).search

_REQUEST_NAMES = pattern(
    rb"""(?P<SIGNED>authorization)
      | (?P<DATED>x-oss-date|date)
      | (?P<ORIGIN>origin)
      | (?P<RANGE>range)
      | (?P<CALLBACK>x-oss-callback(?:-var)?|x-oss-pub-key-url|x-oss-tag)
      | (?P<PROXY>via|forwarded|x-forwarded-[a-z-]+|x-real-ip|proxy-[a-z-]+|x-client-scheme|ali-cdn-[a-z-]+|cdn-[a-z-]+
          |x-bluecoat-via|x-imforwards|eagleeye-traceid|x-cache|x-swift-[a-z-]+|true-client-ip|cf-[a-z-]+)""",
    re.VERBOSE | re.IGNORECASE,
)
_RESPONSE_NAMES = pattern(
    rb"""(?P<PROXY>via|x-cache(?:-lookup)?|eagleid|x-swift-[a-z-]+|ali-swift-[a-z-]+|age|x-squid-error
        |x-site-cache-status|x-proxy-[a-z-]+|x-bluecoat-[a-z-]+|proxy-[a-z-]+|cf-[a-z-]+)""",
    re.VERBOSE | re.IGNORECASE,
)
_MASKS = {"SIGNED": SIGNED, "DATED": DATED, "ORIGIN": ORIGIN, "CALLBACK": CALLBACK, "PROXY": PROXY, "RANGE": RANGE}


def _mask_of_head(raw_head: bytes, known: re.Pattern[bytes]) -> int:
    """Messages of one client have the same fields in the same order, so their names are looked at once."""
    names = tuple(_find_names(raw_head))
    return (_mask_of_usual if len(raw_head) <= MAX_USUAL_HEAD_BYTES else _mask_of)(names, known)


def _mask_of(names: tuple[bytes, ...], known: re.Pattern[bytes]) -> int:
    mask = 0
    for name in names:
        found = known.fullmatch(name.strip())
        if found is not None:
            mask |= _MASKS[found.lastgroup or ""]
    return mask


_mask_of_usual = lru_cache(maxsize=1024)(_mask_of)


@lru_cache(MAX_SHAPES)
def _mask_of_request(shape: HeadShape) -> int:
    return _mask_of(shape.names, _REQUEST_NAMES)


@lru_cache(MAX_SHAPES)
def _mask_of_response(shape: HeadShape) -> int:
    return _mask_of(shape.names, _RESPONSE_NAMES)


@record
class Context:
    """What a stage may know beside the exchange itself."""

    exchanges: Sequence[Exchange] = ()
    """All exchanges of the capture, in order; their facts are not there yet."""
    secrets: Secrets = NO_SECRETS
    """Secrets lent by the user."""
    connections: Sequence[Connection] = ()
    """All connections of the capture; `connections[n].stream == n`."""
    callback_key: "CallbackKey | None" = None
    """Key to verify callbacks with that the user named; None for the one OSS publishes."""
    _spent: dict[str, int] = field(default_factory=dict, repr=False)

    def spend(self, purpose: str, limit: int) -> bool:
        """Count one more piece of dear work in this capture; False once the limit is reached."""
        spent = self._spent.get(purpose, 0)
        self._spent[purpose] = spent + 1
        return spent < limit


Gatherer = Callable[[Exchange, Context], Any]
"""Computes one kind of fact; None if the exchange does not call for it. Never raises on traffic."""


class Stage:
    """One gatherer and the traffic it looks at. Compared by identity: stages are keys on the hot path.

    A gatherer is imported when the first exchange calls for it: most captures call for few.
    """

    __slots__ = ("_gather", "_home", "needs", "triggers")

    def __init__(self, triggers: int, home: str, *, needs: int = 0) -> None:
        """Name a gatherer.

        Args:
            triggers: It runs where the exchange has any of these.
            home: Its module and its name there: `osspcap.oss.cors:gather_cross_origin`.
            needs: It runs only where the exchange has all of these as well.
        """
        self.triggers = triggers
        self.needs = needs
        self._home = home
        self._gather: Gatherer | None = None

    @property
    def gather(self) -> Gatherer:
        """The gatherer."""
        if self._gather is None:
            module, _, name = self._home.partition(":")
            gather: Gatherer = getattr(import_module(module), name)
            self._gather = gather
        return self._gather


def triggers_of(exchange: Exchange) -> int:
    """Return the triggers of an exchange as a bit mask; costs about half a microsecond a message."""
    mask = FORM if exchange.facts is not NO_FACTS and exchange.facts.get(PostForm) is not None else 0
    request, response = exchange.request, exchange.response
    if request is not None:
        shape = request.shape
        mask |= _mask_of_head(request.raw_head, _REQUEST_NAMES) if shape is None else _mask_of_request(shape)
        target = request.target
        if "?" in target:
            mask |= (URL_SIGNED if _find_signature(target) else 0) | (CALLBACK if _find_callback(target) else 0)
        if target[:4].lower() == "http":
            mask |= PROXY
    if response is None:
        return mask | UNANSWERED
    if response.status >= 400 or response.status == 203:
        mask |= ERROR
    operation = exchange.operation
    if operation is not None and not operation.answered_by_oss:
        mask |= FOREIGN
    shape = response.shape
    return mask | (_mask_of_head(response.raw_head, _RESPONSE_NAMES) if shape is None else _mask_of_response(shape))


@lru_cache(MAX_MASKS)
def _wanted(mask: int, stages: tuple[Stage, ...]) -> tuple[Gatherer, ...]:
    """Return the gatherers that an exchange with these triggers calls for."""
    return tuple(stage.gather for stage in stages if mask & stage.triggers and mask & stage.needs == stage.needs)


@lru_cache(MAX_MASKS)
def _wanted_of_kind(kind: UsualKind, stages: tuple[Stage, ...]) -> tuple[Gatherer, ...]:
    """Return the same for usual exchanges: only the names of their fields can call for any."""
    return _wanted(_mask_of_request(kind.asked.shape) | _mask_of_response(kind.answered.shape), stages)


class IdleKinds(dict[UsualKind, bool]):
    """Tells of kinds of usual exchanges whether no stage has to do with them: one look-up an exchange."""

    def __init__(self, stages: tuple[Stage, ...]) -> None:
        super().__init__()
        self._stages = stages

    def __missing__(self, kind: UsualKind) -> bool:
        """Find it out when the first exchange of a kind comes."""
        is_idle = self[kind] = not _wanted_of_kind(kind, self._stages)
        return is_idle


def with_facts(exchange: Exchange, context: Context, stages: tuple[Stage, ...]) -> Exchange:
    """Run the stages that an exchange calls for; returns the exchange itself if none finds anything."""
    if type(exchange) is UsualExchange:
        wanted = _wanted_of_kind(exchange.usual.kind, stages)
    else:
        wanted = _wanted(triggers_of(exchange), stages)
    if not wanted:
        return exchange
    found = [fact for gather in wanted if (fact := gather(exchange, context)) is not None]
    return replaced(exchange, facts=exchange.facts.joined(found)) if found else exchange
