"""Joins the exchanges of two captures that are one request, seen at two places.

In: the exchanges of both. Out: pairs, each with what joined it. Passes run from the surest to the weakest key, each
over what the ones before left: request ID, signature, what does not change on the way, and last method and target in
order. O(exchanges) and a few microseconds for each that has no request ID.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from osspcap.model.comparison import MatchedBy
from osspcap.model.exchange import Exchange
from osspcap.model.operation import Role
from osspcap.oss.head import Head
from osspcap.oss.target import percent_decode, split_query, split_target

_ROLES = frozenset((Role.OSS, Role.PREFLIGHT, Role.STS))
"""A callback carries the request ID of the upload that caused it; a refused CONNECT never goes further."""
_QUERY_SIGNATURES = ("x-oss-signature", "Signature", "X-Amz-Signature")
MAX_DECODING_ROUNDS = 3
"""Rounds of percent-decoding that two spellings of one path may be apart."""


class Match(NamedTuple):
    """Positions of one request in the two sequences."""

    client: int
    server: int
    matched_by: MatchedBy


def is_comparable(exchange: Exchange) -> bool:
    """Tell whether an exchange is a request to OSS whose request was captured."""
    return exchange.request is not None and exchange.operation is not None and exchange.operation.role in _ROLES


def match_exchanges(client: Sequence[Exchange], server: Sequence[Exchange]) -> list[Match]:
    """Join the exchanges of two captures, in order of the client's; each is joined once at most."""
    found: list[Match] = []
    mine = [index for index, exchange in enumerate(client) if is_comparable(exchange)]
    theirs = [index for index, exchange in enumerate(server) if is_comparable(exchange)]
    for matched_by, key in _PASSES:
        waiting: dict[str, deque[int]] = {}
        for index in theirs:
            if text := key(server[index]):
                waiting.setdefault(text, deque()).append(index)
        if not waiting:
            continue
        for index in mine:
            partners = waiting.get(key(client[index]))
            if not partners:
                continue
            if partner := _partner(client[index], partners, server):
                found.append(Match(index, partner[0], matched_by))
        taken_mine = {match.client for match in found}
        taken_theirs = {match.server for match in found}
        mine = [index for index in mine if index not in taken_mine]
        theirs = [index for index in theirs if index not in taken_theirs]
    return sorted(found)


def _partner(exchange: Exchange, partners: deque[int], server: Sequence[Exchange]) -> tuple[int] | None:
    """Take the first partner that can be the same request: two different request IDs are two requests."""
    own_id = _request_id(exchange)
    for position, index in enumerate(partners):
        other_id = _request_id(server[index])
        if own_id and other_id and own_id != other_id:
            continue
        del partners[position]
        return (index,)
    return None


def _request_id(exchange: Exchange) -> str:
    operation = exchange.operation
    return "" if operation is None or operation.request_id is None else operation.request_id.value


def signature_key(exchange: Exchange) -> str:
    """Return the signature that a request carries, which no two requests of different content share; empty if none."""
    request = exchange.request
    if request is None:
        return ""
    authorization = Head(request).value(b"\nauthorization:")
    if authorization:
        return authorization
    if "ignature=" not in request.target:
        return ""
    query = split_query(split_target(request.target, request.method).query)
    return next((percent_decode(query[name]) for name in _QUERY_SIGNATURES if query.get(name)), "")


def _content_key(exchange: Exchange) -> str:
    """Return what a device on the way rarely changes: method, decoded path, date, length and digest of the body."""
    request = exchange.request
    if request is None:
        return ""
    head = Head(request)
    date = head.value(b"\nx-oss-date:") or head.value(b"\ndate:")
    body = request.body
    digest = (
        hashlib.md5(body.window, usedforsecurity=False).hexdigest() if 0 < len(body.window) == body.captured else ""
    )
    if not date and not digest:
        return ""
    return "\0".join((request.method, _plain_path(request.target, request.method), date, str(body.captured), digest))


def _order_key(exchange: Exchange) -> str:
    request = exchange.request
    return "" if request is None else f"{request.method}\0{_plain_path(request.target, request.method)}"


def _plain_path(target: str, method: str) -> str:
    """Return the path without any percent-encoding, so that devices that decode or encode it make no difference."""
    path = split_target(target, method).path
    for _ in range(MAX_DECODING_ROUNDS):
        decoded = percent_decode(path)
        if decoded == path:
            break
        path = decoded
    return path


_PASSES: tuple[tuple[MatchedBy, Callable[[Exchange], str]], ...] = (
    (MatchedBy.REQUEST_ID, _request_id),
    (MatchedBy.SIGNATURE, signature_key),
    (MatchedBy.CONTENT, _content_key),
    (MatchedBy.ORDER, _order_key),
)
