"""Answers out of a cache where only OSS itself may answer.

In: all exchanges of a capture. Out: `StaleAnswers`, or None without any. Four things prove one: a cache says that it
answered (Age, X-Cache) what no cache may answer; the request ID of the answer had been used for an earlier one; or an
object is older than the version that was stored before it was asked for.

OSS is strongly consistent: a read that starts after a write was answered sees that write.

Source: RFC 9111 sections 3, 4 and 5.1; OSS documentation, "Data consistency". Cost: a dictionary entry an exchange.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from osspcap.model.exchange import Exchange
from osspcap.model.facts import NO_FACTS
from osspcap.model.message import Message
from osspcap.model.operation import Role
from osspcap.model.record import record
from osspcap.model.seen import Seen
from osspcap.model.usual import PERCENT, UsualExchange, UsualKind
from osspcap.oss.facts import Context
from osspcap.oss.head import Head
from osspcap.oss.proxy import ProxyTrace

MAX_STALE_ANSWERS = 1_000
"""Kept of one capture."""
_CACHEABLE = frozenset(("GetObject", "HeadObject", "GetObjectMeta", "unknown"))
_READS = frozenset(("GetObject", "HeadObject"))
_WRITES = frozenset(("PutObject", "PostObject", "CompleteMultipartUpload", "CopyObject", "AppendObject"))
_CACHE_FIELDS = frozenset(("x-cache", "x-site-cache-status", "cf-cache-status"))
_ROLES = frozenset((Role.OSS, Role.PREFLIGHT))
_Written = dict[bytes | None, int]
"""Last write of each object of a bucket, by path."""


class StaleReason(StrEnum):
    """What proves that an answer came out of a cache."""

    NOT_CACHEABLE = "a cache answered what it may not answer"
    ERROR_CACHED = "a cache answered with an error that it had kept"
    ANSWER_REPLAYED = "the answer had been given to an earlier request"
    OLDER_VERSION = "an older version than the one stored before"


@record
class StaleAnswer:
    """One answer that was not fresh."""

    exchange: int
    reason: StaleReason
    signs: tuple[Seen[str], ...]
    """Fields of the answer that show it."""
    earlier: int | None = None
    """The exchange that it contradicts: the first with the same request ID, or the write."""
    earlier_sign: Seen[str] | None = None
    """What that one said."""


@record
class StaleAnswers:
    """All of a capture, in order."""

    answers: tuple[StaleAnswer, ...]


def gather_stale_answers(exchanges: Sequence[Exchange], context: Context) -> StaleAnswers | None:
    """Find the answers that a cache gave in the place of OSS; None if there are none."""
    del context
    found = {stale.exchange: stale for stale in _outdated_reads(exchanges)}
    found |= {stale.exchange: stale for stale in _out_of_caches(exchanges)}
    return StaleAnswers(tuple(found[number] for number in sorted(found)[:MAX_STALE_ANSWERS])) if found else None


def _out_of_caches(exchanges: Sequence[Exchange]) -> Iterator[StaleAnswer]:
    """Yield answers that carry marks of a cache and may not come out of one."""
    marked = [
        (exchange, trace)
        for exchange in exchanges
        if exchange.facts is not NO_FACTS
        if (trace := exchange.facts.get(ProxyTrace)) is not None and trace.answered
    ]
    if not marked:
        return
    first_with: dict[str, int] = {}
    for exchange in exchanges:
        if exchange.operation is not None and exchange.operation.request_id is not None:
            first_with.setdefault(exchange.operation.request_id.value, exchange.id)
    for exchange, trace in marked:
        operation, response = exchange.operation, exchange.response
        if operation is None or response is None or operation.role not in _ROLES:
            continue
        stale = _told_by_cache(exchange, trace, response)
        if stale is None and operation.request_id is not None:
            first = first_with[operation.request_id.value]
            stale = None if first == exchange.id else _replayed(exchange, exchanges[first])
        if stale is not None:
            yield stale


def _outdated_reads(exchanges: Sequence[Exchange]) -> Iterator[StaleAnswer]:
    """Yield reads of an object that are older than the write before them."""
    buckets: dict[str | None, _Written] = {}
    kinds: dict[UsualKind, tuple[str, _Written]] = {}
    for exchange in exchanges:
        if type(exchange) is UsualExchange:
            pair = exchange.usual
            try:
                name, written = kinds[pair.kind]
            except KeyError:
                meaning = exchange.meaning
                name, written = kinds[pair.kind] = (meaning.name, buckets.setdefault(meaning.bucket, {}))
            if not written and name not in _WRITES:
                continue
            path = pair.target.replace(b"%2F", b"/")  # none of the other escapes can arise from it
            place = _place_of(exchange.meaning.object_of(pair)) if PERCENT in path or not path.isascii() else path
        else:
            operation = exchange.operation
            if operation is None:
                continue
            name, written = operation.name, buckets.setdefault(operation.bucket, {})
            place = _place_of(operation.object)
        if name in _WRITES:
            if exchange.status is not None and exchange.status < 300:
                written[place] = exchange.id
        elif name in _READS:
            write = written.get(place)
            stale = None if write is None else _outdated(exchange, exchanges[write])
            if stale is not None:
                yield stale
        elif name == "DeleteObject":
            written.pop(place, None)


def _place_of(name: str | None) -> bytes | None:
    """Return the path of an object in UTF-8: for most it is the target as captured, but for escapes of slashes."""
    return None if name is None else b"/" + name.encode(errors="surrogatepass")


def _told_by_cache(exchange: Exchange, trace: ProxyTrace, response: Message) -> StaleAnswer | None:
    """Look for a cache's own word that it answered, on what only OSS may answer."""
    signs = tuple(_hits(trace))
    operation, request = exchange.operation, exchange.request
    if not signs or operation is None or request is None:
        return None
    if response.status >= 400:
        return StaleAnswer(exchange.id, StaleReason.ERROR_CACHED, signs)
    if request.method in ("GET", "HEAD") and operation.name in _CACHEABLE:
        return None
    return StaleAnswer(exchange.id, StaleReason.NOT_CACHEABLE, signs)


def _hits(trace: ProxyTrace) -> Iterator[Seen[str]]:
    """Yield the fields in which a cache says that it had the answer; `Age: 0` and X-Cache-Lookup do not say so."""
    for seen in trace.answered:
        name = seen.field.rpartition(" ")[2].lower()
        value = seen.value.strip()
        if name == "age":
            if value.isascii() and value.isdigit() and value.strip("0"):
                yield seen
        elif name in _CACHE_FIELDS and value[:3].upper() == "HIT":
            yield seen


def _replayed(exchange: Exchange, first: Exchange) -> StaleAnswer | None:
    """OSS numbers every answer anew: a number that was used before the request was sent comes out of a cache."""
    request, answer = exchange.request, first.response
    if request is None or answer is None or exchange.operation is None or answer.end_ns > request.ts_ns:
        return None  # legs of one request overlap in time
    request_id = exchange.operation.request_id
    if request_id is None or first.operation is None or not request_id.field.startswith("response header"):
        return None
    if exchange.status == 304:
        return None
    is_cacheable = request.method in ("GET", "HEAD") and exchange.operation.name in _CACHEABLE
    if is_cacheable and (exchange.status or 0) < 400:
        return None  # what caches are for; an older version is noticed by its ETag
    return StaleAnswer(exchange.id, StaleReason.ANSWER_REPLAYED, (request_id,), first.id, first.operation.request_id)


def _outdated(exchange: Exchange, write: Exchange) -> StaleAnswer | None:
    """Hold a read against the write before it: another ETag, and last changed before that write was answered."""
    request, response, stored = exchange.request, exchange.response, write.response
    if request is None or response is None or stored is None or stored.end_ns > request.ts_ns:
        return None
    if response.status not in (200, 206) or "versionId" in request.target or "x-oss-process" in request.target:
        return None
    after, before = Head(response), Head(stored)
    etag, stored_etag = after.raw_value(b"\netag:").strip(), before.raw_value(b"\netag:").strip()
    if not etag or not stored_etag or _opaque(etag) == _opaque(stored_etag):
        return None
    changed, written = after.seen(b"\nlast-modified:"), before.seen(b"\ndate:")
    seen, expected = after.seen(b"\netag:"), before.seen(b"\netag:")
    if changed is None or written is None or seen is None or not _is_earlier(changed.value, written.value):
        return None
    age = after.seen(b"\nage:")
    signs = (seen, changed) if age is None else (seen, changed, age)
    return StaleAnswer(exchange.id, StaleReason.OLDER_VERSION, signs, write.id, expected)


def _opaque(etag: bytes) -> bytes:
    """Return what two ETags are compared by: caches make weak ones of them (RFC 9110 section 8.8.3)."""
    return etag.removeprefix(b"W/").strip(b'"').upper()


def _is_earlier(first: str, second: str) -> bool:
    """Compare two HTTP dates; whole seconds, so that equal ones say nothing."""
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - slow to load, and few captures need it

    try:
        return parsedate_to_datetime(first[:40]) < parsedate_to_datetime(second[:40])
    except (ValueError, TypeError, OverflowError, IndexError):
        return False
