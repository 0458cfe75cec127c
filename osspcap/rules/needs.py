"""What the rules of a family look at: a family is only imported for captures that hold some of it.

In: a `Dissection`. Out: whether a family may have anything to say about it. Most captures have no callback, no form and
no error, and two thirds of the rules are about these; importing a rule takes a third of a millisecond. What a family
needs follows from what its rules say of themselves (`on_facts`, `on_error_only` and the like), and the registry
refuses a rule that looks at more than its family. Kinds of facts are given by name, since to import them is dear too.
"""

from collections.abc import Iterable, Mapping

from osspcap.model.exchange import Exchange
from osspcap.model.facts import NO_FACTS
from osspcap.model.record import record
from osspcap.model.report import Dissection
from osspcap.model.usual import unusual
from osspcap.rules.base import CaptureRule, ComparisonRule, ExchangeRule, Rule, StreamRule

ERROR_STATUS_MIN = 400
"""Statuses from here on are errors (RFC 9110 section 15)."""
CALLBACK_FAILED_STATUS = 203
"""OSS stored the object but its callback failed: an error with a 2xx status (OSS error catalogue, CallbackFailed)."""


@record
class Needs:
    """Traffic of which there must be some, of any of these kinds."""

    facts: frozenset[str] = frozenset()
    """Kinds of facts, about an exchange or the capture."""
    errors: bool = False
    """Exchanges that were answered with an error."""
    resets: bool = False
    """Connections that somebody reset."""
    tls: bool = False
    """Connections that carried TLS."""
    notable: bool = False
    """Exchanges that were not answered, or about which a fact was computed."""


FAMILY_NEEDS: Mapping[str, Needs] = {
    "callback": Needs(frozenset({"CallbackReply", "CallbackSignature", "Callbacks"})),
    "cors": Needs(frozenset({"CrossOriginTraffic"})),
    "integrity": Needs(frozenset({"Integrity", "MultipartUploads"})),
    "media": Needs(frozenset({"MediaObjects", "RangeAnswer"})),
    "multipart": Needs(frozenset({"MultipartUploads"})),
    "network": Needs(frozenset({"Breaks", "Connecting"})),
    "performance": Needs(frozenset({"Slowness"})),
    "permission": Needs(errors=True),
    "post": Needs(frozenset({"FormCase", "PostForm"}), errors=True),
    "proxy": Needs(frozenset({"ForeignAnswer", "Legs", "ProxyTrace", "StaleAnswers"}), errors=True, resets=True),
    "referer": Needs(errors=True),
    "request": Needs(errors=True),
    "signature": Needs(frozenset({"UrlLifetime"}), errors=True),
    "sts": Needs(errors=True),
    "tls": Needs(frozenset({"KeyLogUse"}), tls=True, notable=True),
}
"""By family; one that is not here may have something to say about any capture."""


class Traffic:
    """What a capture holds, by what families ask for."""

    def __init__(self, dissection: Dissection) -> None:
        """Look through a capture once."""
        kinds = set(dissection.facts.kinds())
        has_facts = False
        for exchange in dissection.exchanges:
            if exchange.facts is not NO_FACTS:
                has_facts = True
                kinds.update(exchange.facts.kinds())
        self._facts = {kind.__name__ for kind in kinds}
        others = unusual(dissection.exchanges)
        self._has_errors = any(is_error(exchange) for exchange in others)
        self._has_resets = any(side.resets for connection in dissection.connections for side in connection.directions)
        self._has_tls = any(connection.tls for connection in dissection.connections)
        self._has_notable = has_facts or any(exchange.response is None for exchange in others)

    def meets(self, needs: Needs) -> bool:
        """Tell whether there is anything of what a family looks at."""
        return (
            (needs.errors and self._has_errors)
            or (needs.resets and self._has_resets)
            or (needs.tls and self._has_tls)
            or (needs.notable and self._has_notable)
            or not needs.facts.isdisjoint(self._facts)
        )


def is_error(exchange: Exchange) -> bool:
    """Tell whether an exchange was answered with an error."""
    response = exchange.response
    return response is not None and (response.status >= ERROR_STATUS_MIN or response.status == CALLBACK_FAILED_STATUS)


def is_within(rule: Rule, needs: Needs) -> bool:
    """Tell whether all that a rule looks at is among the needs of its family."""
    match rule:
        case ExchangeRule():
            return (needs.errors and rule.on_error_only) or _are_among(rule.on_facts, needs)
        case StreamRule():
            return (
                (needs.resets and rule.on_resets)
                or (needs.tls and rule.on_tls)
                or (needs.notable and rule.on_notable_exchanges)
            )
        case CaptureRule():
            return (needs.tls and rule.on_tls) or _are_among(rule.on_facts, needs)
        case ComparisonRule():
            return "Legs" in needs.facts
        case _:
            return False


def _are_among(kinds: Iterable[type], needs: Needs) -> bool:
    names = {kind.__name__ for kind in kinds}
    return bool(names) and names <= needs.facts
