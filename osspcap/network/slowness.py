"""Exchanges that took long, measured; OSS's own brakes; connections that could have been kept.

Cost: 0.3 us a connection with OSS; measuring only for exchanges of a second or more.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise

from osspcap.model.exchange import Exchange
from osspcap.model.operation import Role
from osspcap.model.pauses import Pauses
from osspcap.model.slowness import FarServer, Reconnecting, Slowness, Throttled
from osspcap.model.stream import Connection
from osspcap.network.latency import measure
from osspcap.network.survey import Survey
from osspcap.units import NS_PER_MS, NS_PER_S, StreamId

MAX_MEASURED = 1_000
"""Exchanges measured."""
MIN_RECONNECTS = 10
"""Connections with one request each, to one server, before it is a habit."""
MAX_APART_NS = 10 * NS_PER_S
"""How soon after one request the next must follow for keeping the connection to be worth while; OSS keeps idle ones
for about a minute."""
FAR_NS = 100 * NS_PER_MS
"""Round trip from which on a server is far: between continents, or over a detour."""
_THROTTLING_CODES = frozenset(
    {
        "DownloadTrafficRateLimitExceeded",
        "DownloadTrafficLimitExceeded",
        "UploadTrafficRateLimitExceeded",
        "QpsLimitExceeded",
        "TotalQpsLimitExceeded",
        "MetaOperationQpsLimitExceeded",
        "ActiveRequestLimitExceeded",
        "CpuLimitExceeded",
        "SlowDown",
        "RequestRateLimitExceeded",
    }
)
"""Error codes of OSS's brakes. Source: OSS documentation, error codes (EC 0010, 0048), "Limits"."""


def gather_slowness(
    seen: Survey, exchanges: Sequence[Exchange], connections: Sequence[Connection], pauses: Pauses
) -> Slowness | None:
    """Return what took long; None if nothing did."""
    slow = seen.slow[:MAX_MEASURED]
    found = Slowness(
        slow=tuple(measure(exchange, connections[exchange.stream], pauses) for exchange in slow),
        throttled=tuple(_throttled(seen.braked)),
        reconnecting=tuple(_reconnecting(seen.streams, exchanges, connections)),
        far=tuple(_far(seen.streams, connections)),
    )
    return found if found.slow or found.throttled or found.reconnecting or found.far else None


def _throttled(braked: Iterable[Exchange]) -> Iterable[Throttled]:
    for exchange in braked:
        response = exchange.response
        if response is None:
            continue
        if response.status >= 500 or response.status == 429:
            operation = exchange.operation
            error = None if operation is None else operation.error
            if error is not None and error.code.value in _THROTTLING_CODES:
                yield Throttled(exchange.id, None)
        else:
            value = response.fields().get("x-oss-qos-delay-time").strip()
            if value.isascii() and value.isdigit() and int(value[:9]) > 0:
                yield Throttled(exchange.id, int(value[:9]))


def _reconnecting(
    counts: Mapping[StreamId, int], exchanges: Sequence[Exchange], connections: Sequence[Connection]
) -> Iterable[Reconnecting]:
    """Find clients that open a connection for each request, one after the other."""
    if len(counts) < MIN_RECONNECTS or sum(count == 1 for count in counts.values()) < MIN_RECONNECTS:
        return
    groups: dict[tuple[str, str, int], list[Exchange]] = {}
    for exchange in exchanges:
        if counts.get(exchange.stream) == 1 and _could_have_stayed(exchange, connections[exchange.stream]):
            connection = connections[exchange.stream]
            key = (connection.client.host, connection.server.host, connection.server.port)
            groups.setdefault(key, []).append(exchange)
    for (client, _, _), members in groups.items():
        chained = _chained(members, connections)
        if len(chained) < MIN_RECONNECTS:
            continue
        own = [connections[exchange.stream] for exchange in chained]
        yield Reconnecting(
            client,
            own[0].server,
            tuple(item.stream for item in own),
            tuple(exchange.id for exchange in chained),
            sum(_rtt_ns(item) or 0 for item in own),
            own[0].first_frame,
        )


def _could_have_stayed(exchange: Exchange, connection: Connection) -> bool:
    """Tell whether a connection began and ended with one answered request of OSS."""
    request, response = exchange.request, exchange.response
    if request is None or response is None or not response.body.complete or connection.handshake is None:
        return False
    role = None if exchange.operation is None else exchange.operation.role
    return role is Role.OSS and request.start_offset == 0 and any(each.fin_frame for each in connection.directions)


def _chained(members: Sequence[Exchange], connections: Sequence[Connection]) -> list[Exchange]:
    """Return the exchanges whose connection began soon after the one before it had ended."""
    chained: list[Exchange] = []
    for earlier, later in pairwise(sorted(members, key=lambda exchange: connections[exchange.stream].first_ns)):
        answered = earlier.response
        apart_ns = 0 if answered is None else connections[later.stream].first_ns - answered.end_ns
        if 0 <= apart_ns <= MAX_APART_NS:
            chained += [later] if chained else [earlier, later]
    return chained


def _far(streams: Collection[StreamId], connections: Sequence[Connection]) -> Iterable[FarServer]:
    """Return the servers of OSS with long round trips."""
    if not any((_rtt_ns(connections[stream]) or 0) >= FAR_NS for stream in streams):
        return
    groups: dict[tuple[str, str], list[tuple[StreamId, int]]] = {}
    for stream in streams:
        connection = connections[stream]
        rtt_ns = _rtt_ns(connection)
        if rtt_ns is not None:
            groups.setdefault((connection.client.host, connection.server.host), []).append((stream, rtt_ns))
    for (client, server), members in groups.items():
        middle = sorted(rtt_ns for _, rtt_ns in members)[len(members) // 2]
        if middle >= FAR_NS:
            yield FarServer(client, server, tuple(stream for stream, _ in members), middle)


def _rtt_ns(connection: Connection) -> int | None:
    return None if connection.handshake is None else connection.handshake.rtt_ns
