"""Two connections of one capture that carry the same request: client to proxy, and proxy to OSS.

In: all exchanges of a capture that was taken on the proxy. Out: `Legs`, or None where every request was seen once.
Legs are joined by the request ID of the answers, else by the signature, and always by time: the inner leg begins and
is answered while the outer one is open. Where several inner legs fit (the proxy tried again), the last one is taken,
for its answer is the one that the client got.

Cost: one dictionary entry an exchange. Only exchanges without a request ID are looked at more closely, against
`MAX_NEIGHBOURS` others that began at about the same time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import field
from itertools import pairwise

from osspcap.model.comparison import MatchedBy, SightedRequest
from osspcap.model.exchange import Exchange
from osspcap.model.operation import Role
from osspcap.model.record import record
from osspcap.model.stream import ConnectionEnd
from osspcap.model.usual import UsualExchange
from osspcap.oss.facts import Context
from osspcap.oss.matching import signature_key
from osspcap.oss.proxy import ProxyTrace

MAX_NEIGHBOURS = 64
"""Exchanges after an outer leg that are tried for its inner leg: a proxy passes a request on at once."""
MAX_ORPHANS = 2_000
"""Exchanges without a request ID that are looked at."""
_ROLES = frozenset((Role.OSS, Role.PREFLIGHT, Role.STS))
"""A callback carries the request ID of the upload that caused it and is no leg of it."""


@record
class Legs:
    """Which exchanges are one request, seen before and behind the proxy that captured them."""

    requests: tuple[SightedRequest, ...]
    """`client` is the outer leg, `server` the inner one; `exchanges` are both ids."""
    _inner: dict[int, int] = field(default_factory=dict, repr=False)
    _outer: dict[int, int] = field(default_factory=dict, repr=False)

    def inner_of(self, exchange: int) -> int | None:
        """Return the exchange in which the proxy passed a request on to OSS; None if none was captured."""
        return self._inner.get(exchange)

    def outer_of(self, exchange: int) -> int | None:
        """Return the exchange in which the proxy got a request from the client; None if none was captured."""
        return self._outer.get(exchange)


def gather_legs(exchanges: Sequence[Exchange], context: Context) -> Legs | None:
    """Join the legs of a capture; None if there are none."""
    found: dict[int, tuple[int, MatchedBy]] = {}
    several, orphans = _sorted_by_id(exchanges)
    for outer, inner in _by_request_id(exchanges, several):
        found[outer] = (inner, MatchedBy.REQUEST_ID)
    taken = set(found) | {inner for inner, _ in found.values()}
    for outer, inner in _by_signature(exchanges, orphans, context, taken):
        found[outer] = (inner, MatchedBy.SIGNATURE)
    if not found:
        return None
    from osspcap.oss.differences import differences_of  # noqa: PLC0415 - few captures see a request twice

    requests = []
    for number, outer in enumerate(sorted(found)):
        inner, matched_by = found[outer]
        compared, not_compared = differences_of(exchanges[outer], exchanges[inner])
        requests.append(
            SightedRequest(
                number,
                exchanges[outer],
                exchanges[inner],
                matched_by,
                compared,
                not_compared,
                exchanges=(outer, inner),
                blind_spot=_blind_spot(exchanges[outer], exchanges[inner], context),
            )
        )
    inner_of = {outer: inner for outer, (inner, _) in found.items()}
    return Legs(tuple(requests), inner_of, {inner: outer for outer, inner in inner_of.items()})


def _blind_spot(outer: Exchange, inner: Exchange, context: Context) -> str:
    """Say why the answer on one leg may be there although it was not captured; empty if nothing is missing."""
    for name, leg in (("client", outer), ("server", inner)):
        if leg.response is None and leg.stream < len(context.connections):
            connection = context.connections[leg.stream]
            if connection.from_server.bytes_missing:
                return f"data is missing from the capture of the connection nearer to the {name}"
            if connection.end is ConnectionEnd.OPEN:
                return f"the connection nearer to the {name} was still open when the capture ended"
    return ""


def _sorted_by_id(exchanges: Sequence[Exchange]) -> tuple[list[list[int]], list[int]]:
    """Return the groups of exchanges that share a request ID, and those that have none."""
    numbers: list[int] = []
    ids: list[bytes] = []
    orphans: list[int] = []
    for exchange in exchanges:
        if type(exchange) is UsualExchange:
            ids.append(exchange.usual.answered[exchange.meaning.id_variable])
        else:
            operation = exchange.operation
            if operation is None:
                continue
            if operation.request_id is None:
                if operation.role in _ROLES and exchange.request is not None and len(orphans) < MAX_ORPHANS:
                    orphans.append(exchange.id)
                continue
            ids.append(operation.request_id.value.encode(errors="surrogatepass"))
        numbers.append(exchange.id)
    return _sharing(ids, numbers), orphans


def _sharing(ids: list[bytes], numbers: list[int]) -> list[list[int]]:
    """Return the groups of numbers of the same request ID, of two or more; in most captures there are none."""
    if len(set(ids)) == len(ids):
        return []
    first: dict[bytes, int] = {}
    several: dict[bytes, list[int]] = {}
    for request_id, number in zip(ids, numbers, strict=True):
        earlier = first.setdefault(request_id, number)
        if earlier != number:
            several.setdefault(request_id, [earlier]).append(number)
    return list(several.values())


def _by_request_id(exchanges: Sequence[Exchange], several: list[list[int]]) -> Iterator[tuple[int, int]]:
    for numbers in several:
        legs = [number for number in numbers if _plays_a_part(exchanges[number])]
        # Ids ascend with time, so that each leg follows the one around it; three of them are two proxies in a row.
        for outer, inner in pairwise(legs):
            if is_nested(exchanges[outer], exchanges[inner]):
                yield outer, inner


def _plays_a_part(exchange: Exchange) -> bool:
    return exchange.operation is not None and exchange.operation.role in _ROLES


def _by_signature(
    exchanges: Sequence[Exchange], orphans: list[int], context: Context, taken: set[int]
) -> Iterator[tuple[int, int]]:
    """Join what the request ID cannot join: an answer of the proxy's own on one leg, or no answer at all."""
    keys: dict[int, str] = {}

    def key(number: int) -> str:
        if number not in keys:
            keys[number] = signature_key(exchanges[number])
        return keys[number]

    tried: set[int] = set()
    for orphan in orphans:
        if not key(orphan):
            continue
        for outer in range(max(0, orphan - MAX_NEIGHBOURS), orphan + 1):
            if outer in taken or outer in tried or key(outer) != key(orphan):
                continue
            tried.add(outer)
            fitting = [
                inner
                for inner in range(outer + 1, min(len(exchanges), outer + 1 + MAX_NEIGHBOURS))
                if inner not in taken and key(inner) == key(outer)
                if is_nested(exchanges[outer], exchanges[inner])
                if not (_has_id(exchanges[outer]) and _has_id(exchanges[inner]))
                if _is_passed_on(exchanges[outer], exchanges[inner], context)
            ]
            if fitting:
                taken.update((outer, fitting[-1]))
                yield outer, fitting[-1]


def _has_id(exchange: Exchange) -> bool:
    return exchange.operation is not None and exchange.operation.request_id is not None


def is_nested(outer: Exchange, inner: Exchange) -> bool:
    """Tell whether an exchange begins and is answered while another, on another connection, is open."""
    if outer.stream == inner.stream or outer.request is None or inner.request is None:
        return False
    if inner.request.ts_ns < outer.request.ts_ns:
        return False
    if outer.response is None:
        return True
    last = inner.request if inner.response is None else inner.response
    return last.ts_ns <= outer.response.ts_ns


def _is_passed_on(outer: Exchange, inner: Exchange, context: Context) -> bool:
    """Tell a request that a proxy passed on from one that the client sent again: a signed URL may be used twice."""
    trace, before = inner.facts.get(ProxyTrace), outer.facts.get(ProxyTrace)
    if trace is not None and trace.came_through and not (before is not None and before.came_through):
        return True
    connections = context.connections
    if max(outer.stream, inner.stream) >= len(connections):
        return False
    return connections[outer.stream].server.host == connections[inner.stream].client.host
