"""Other requests for the same object or bucket: what they tell about an error of OSS.

In: a refused exchange whose code calls for a look around. Out: `Neighbours`, the exchanges before and after it that
concern the same object (the same bucket, if the request named no object). They answer: was it repeated with success?
which ETag, length or storage class does the object have? who completed the upload already?

Cost: a window of `MAX_WINDOW` exchanges in each direction, for the first `MAX_LOOKS` errors of a capture, at 0.1 us an
exchange: a capture full of errors costs 0.2 s at most.
"""

from collections.abc import Iterable

from osspcap.model.exchange import Exchange
from osspcap.model.message import Field, Message
from osspcap.model.operation import Operation, Role
from osspcap.model.record import record
from osspcap.model.seen import Seen
from osspcap.oss.facts import Context
from osspcap.oss.target import percent_decode, split_query, split_target

MAX_WINDOW = 2_000
"""Exchanges looked through before and after an error: minutes of traffic, and retries come within seconds."""
MAX_LOOKS = 500
"""Errors of one capture that are looked around: equal ones become one finding anyhow."""
MAX_KEPT = 64
"""Neighbours kept on each side, the nearest ones."""

_CODES = frozenset(
    {
        "PositionNotEqualToLength",
        "PreconditionFailed",
        "NoSuchUpload",
        "BucketAlreadyExists",
        "BucketNotEmpty",
        "InvalidObjectState",
        "RequestTimeout",
    }
)
"""Errors that other requests explain."""
_STATUSES = frozenset({408, 412, 429})
"""Statuses that call for them whatever the code, as 5xx do: conditions, and errors that a retry may overcome."""
_SIGNING_PARAMETERS = frozenset({"Expires", "OSSAccessKeyId", "Signature", "security-token"})
"""Parts of a signed URL that differ between two tries of one request."""


@record
class Neighbours:
    """Exchanges about the same object or bucket as one that failed, in the capture's order."""

    earlier: tuple[Exchange, ...]
    """Begun before it; the nearest is the last."""
    later: tuple[Exchange, ...]
    """Begun after it was answered; the nearest is the first."""
    retries: tuple[Exchange, ...]
    """Those of `later` that repeat the request: same method, object and parameters, signature aside."""


def gather_neighbours(exchange: Exchange, context: Context) -> Neighbours | None:
    """Look around an error that other requests may explain; None if it is none or has no neighbours."""
    operation, response = exchange.operation, exchange.response
    if operation is None or response is None or operation.role is not Role.OSS or exchange.request is None:
        return None
    code = "" if operation.error is None else operation.error.code.value
    if code not in _CODES and response.status not in _STATUSES and response.status < 500:
        return None
    if not context.spend("neighbours", MAX_LOOKS):
        return None
    exchanges = context.exchanges
    at = exchange.id
    before = _about(operation, reversed(exchanges[max(0, at - MAX_WINDOW) : at]))[::-1]
    after = [
        other for other in _about(operation, exchanges[at + 1 : at + 1 + MAX_WINDOW]) if _is_after(other, response)
    ]
    if not before and not after:
        return None
    wanted = _identity(exchange)
    return Neighbours(tuple(before), tuple(after), tuple(other for other in after if _identity(other) == wanted))


def _about(operation: Operation, others: Iterable[Exchange]) -> list[Exchange]:
    """Return the nearest exchanges that concern the same resource."""
    bucket, key = operation.bucket, operation.object
    found: list[Exchange] = []
    for other in others:
        theirs = other.operation
        if theirs is None or theirs.bucket != bucket or (key is not None and theirs.object != key):
            continue
        if theirs.role is not Role.OSS or other.request is None:
            continue
        found.append(other)
        if len(found) >= MAX_KEPT:
            break
    return found


def _is_after(other: Exchange, response: Message) -> bool:
    return other.request is not None and other.request.ts_ns >= response.ts_ns


def _identity(exchange: Exchange) -> tuple[str, str | None, frozenset[tuple[str, str]]]:
    """Return what two tries of one request have in common."""
    operation, request = exchange.operation, exchange.request
    method = "" if request is None else request.method
    parameters = {
        (name, value)
        for name, value in query_of(exchange).items()
        if name not in _SIGNING_PARAMETERS and not name.lower().startswith(("x-oss-", "x-amz-"))
    }
    return method, None if operation is None else operation.object, frozenset(parameters)


def query_of(exchange: Exchange) -> dict[str, str]:
    """Return the decoded parameters of a request's target; empty without a request."""
    request = exchange.request
    if request is None or "?" not in request.target:
        return {}
    query = split_query(split_target(request.target, request.method).query)
    return {name: percent_decode(value) for name, value in query.items()}


def is_successful(exchange: Exchange) -> bool:
    """Tell whether OSS answered with success; 304 counts, 203 (CallbackFailed) does not."""
    status = exchange.status
    return status is not None and status < 400 and status != 203


def stated_by(exchanges: Iterable[Exchange], name: str) -> tuple[Exchange, Seen[str]] | None:
    """Return the first of some exchanges whose successful answer has a header, and what it says."""
    for other in exchanges:
        line = _line(other, name) if is_successful(other) else None
        if other.response is not None and line is not None and line.value:
            return other, other.response.seen(line)
    return None


def _line(exchange: Exchange, name: str) -> Field | None:
    return None if exchange.response is None else exchange.response.fields().first(name)
