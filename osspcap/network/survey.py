"""One look at every exchange and connection: which of them the other modules have to do with at all.

Cost: 0.3 us an exchange, 0.3 us a connection. In healthy traffic nothing else is done here.
"""

from collections.abc import Sequence
from dataclasses import field

from osspcap.model.exchange import Exchange
from osspcap.model.record import growing_record
from osspcap.model.stream import Connection, ConnectionEnd
from osspcap.model.usual import UsualExchange, UsualKind
from osspcap.units import NS_PER_S, StreamId

SLOW_NS = NS_PER_S
"""Exchanges from here on are measured."""
THROTTLING = b"x-oss-qos-delay-time"
"""Field of answers that OSS held back for a limit; lower case."""
_FAILED = (ConnectionEnd.UNANSWERED, ConnectionEnd.REFUSED)


@growing_record
class Survey:
    """What stands out in a capture; exchanges are those with OSS."""

    streams: dict[StreamId, int] = field(default_factory=dict)
    """Connections with their count of exchanges."""
    incomplete: list[Exchange] = field(default_factory=list)
    """Without a response, or with one that did not end."""
    slow: list[Exchange] = field(default_factory=list)
    """Took a second or more."""
    braked: list[Exchange] = field(default_factory=list)
    """Refused or delayed by OSS, perhaps for a limit."""
    failed: list[Connection] = field(default_factory=list)
    """Connections that did not come about, or whose handshake did not end."""
    repeating: list[Connection] = field(default_factory=list)
    """Connections with retransmitted data."""
    left: set[StreamId] = field(default_factory=set)
    """Connections that the client reset although the server had sent data."""
    silent_tls: list[Connection] = field(default_factory=list)
    """TLS connections without a byte of the server."""


def survey(exchanges: Sequence[Exchange], connections: Sequence[Connection]) -> Survey:
    """Look at all of a capture once."""
    found = Survey()
    _survey_exchanges(exchanges, found)
    for connection in connections:
        one, two = connection.directions
        if one.retransmitted or two.retransmitted:
            found.repeating.append(connection)
        if one.resets or two.resets:
            if connection.from_client.resets and connection.from_server.data_packets:
                found.left.add(connection.stream)
        elif connection.end is ConnectionEnd.OPEN and connection.handshake is None:
            continue
        if connection.end in _FAILED or (connection.handshake is not None and connection.handshake.ack_frame is None):
            found.failed.append(connection)
        if connection.protocol == "tls" and not connection.from_server.data_packets:
            found.silent_tls.append(connection)
    return found


def _survey_exchanges(exchanges: Sequence[Exchange], found: Survey) -> None:
    streams, slow = found.streams, found.slow
    kinds: dict[UsualKind, bool] = {}  # whether OSS says in such answers that it held them back
    for exchange in exchanges:
        if type(exchange) is UsualExchange:
            stream, pair = exchange.stream, exchange.usual
            streams[stream] = streams.get(stream, 0) + 1
            late_ns, kind = pair.asked_ns + SLOW_NS, pair.kind
            if pair.answered_end_ns >= late_ns or pair.asked_end_ns >= late_ns:
                slow.append(exchange)
            if kind not in kinds:
                kinds[kind] = THROTTLING in kind.answered.shape.lines
            if kinds[kind]:
                found.braked.append(exchange)
            continue
        if exchange.operation is None:
            continue
        stream, request, response = exchange.stream, exchange.request, exchange.response
        streams[stream] = streams.get(stream, 0) + 1
        if response is None:
            found.incomplete.append(exchange)
            if request is not None and request.end_ns - request.ts_ns >= SLOW_NS:
                slow.append(exchange)
            continue
        if not response.body.ended:
            found.incomplete.append(exchange)
        begin_ns = response.ts_ns if request is None else request.ts_ns
        if response.end_ns - begin_ns >= SLOW_NS or (request is not None and request.end_ns - begin_ns >= SLOW_NS):
            slow.append(exchange)
        status, shape = response.status, response.shape
        if (
            status >= 500
            or status == 429
            or THROTTLING in (response.raw_head.lower() if shape is None else shape.lines)
        ):
            found.braked.append(exchange)
