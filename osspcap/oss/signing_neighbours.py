"""What the exchanges around a refused one tell about it: its legs, its bucket, and who was accepted.

In: the exchange and all others of the capture. Only `MAX_NEIGHBOURS` on either side are looked at, so that a capture
of nothing but refusals costs no more than linear time.
"""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.operation import Addressing, Operation
from osspcap.oss.address import parse_host
from osspcap.oss.facts import Context
from osspcap.oss.signing.authentication import Authentication
from osspcap.oss.signing.request import SignedRequest
from osspcap.oss.signing.scheme import URL_SCHEMES

MAX_NEIGHBOURS = 64
"""Exchanges before and after a refused one that are searched."""
MAX_BUCKETS = 8
"""Buckets tried for one request: the one addressed, and those of the requests around it."""
MIN_SIGNATURE_CHARS = 16
"""Shorter signatures are none, and would be found in any target."""


def _around(exchange: Exchange, context: Context) -> Iterator[Exchange]:
    """Yield the exchanges around one in their order, itself left out."""
    start = max(0, exchange.id - MAX_NEIGHBOURS)
    for other in context.exchanges[start : exchange.id + MAX_NEIGHBOURS + 1]:
        if other.id != exchange.id:
            yield other


def buckets_around(exchange: Exchange, operation: Operation, context: Context) -> tuple[str, ...]:
    """Return buckets that the request may be about: as classified, as HostId says, as the same client uses."""
    found: dict[str, None] = {}
    if operation.bucket:
        found[operation.bucket] = None
    error = operation.error
    host = None if error is None or error.host_id is None else parse_host(error.host_id.value)
    if host is not None and host.bucket:
        found[host.bucket] = None
    if operation.addressing is not Addressing.VIRTUAL_HOST or context.secrets:
        for other in _around(exchange, context):
            if len(found) >= MAX_BUCKETS:
                break
            if other.operation is not None and other.operation.bucket:
                found[other.operation.bucket] = None
    return tuple(found)


def legs_of(exchange: Exchange, context: Context) -> tuple[int | None, int | None]:
    """Return the exchanges, on other connections, that carry the same request ID: before and behind this one."""
    operation = exchange.operation
    if operation is None or operation.request_id is None:
        return None, None
    outer = inner = None
    for other in _around(exchange, context):
        asked = other.operation
        if asked is None or asked.request_id is None or asked.role is not operation.role:
            continue  # the callback of an upload carries the upload's request ID
        if asked.request_id.value != operation.request_id.value or other.stream == exchange.stream:
            continue
        if other.id < exchange.id:
            outer = other.id
        elif inner is None:
            inner = other.id
    return outer, inner


def _is_accepted(exchange: Exchange) -> bool:
    response, operation = exchange.response, exchange.operation
    return response is not None and response.status < 400 and operation is not None and operation.answered_by_oss


def accepted_key(exchange: Exchange, operation: Operation, context: Context) -> int | None:
    """Return an exchange that was signed with the same access key ID and accepted."""
    key = None if operation.signature is None else operation.signature.access_key_id
    if key is None:
        return None
    for other in _around(exchange, context):
        told = other.operation.signature if _is_accepted(other) and other.operation is not None else None
        if told is not None and told.access_key_id == key:
            return other.id
    return None


def accepted_twin(exchange: Exchange, split: SignedRequest, auth: Authentication, context: Context) -> int | None:
    """Return an accepted exchange whose URL has the same signature and another rest."""
    if auth.scheme not in URL_SCHEMES or auth.signature is None:
        return None
    sent = auth.signature.raw.decode("latin-1")
    target = split.raw_target.decode("latin-1")
    if len(sent) < MIN_SIGNATURE_CHARS:
        return None
    for other in _around(exchange, context):
        if other.request is not None and sent in other.request.target and _is_accepted(other):
            is_same = other.request.target == target and other.request.method == split.method.decode("latin-1")
            return None if is_same else other.id
    return None
