"""Where an exchange spent its time: computed here and nowhere else, for the exchanges that somebody asks about.

A phase is cut out of the connection by the times of the exchange's messages. Inside it, each pause (`tcp/pauses`) is
put down to one thing, by what stood open when it began and by who ended it; the rest is flow.

Assumptions, which the vantage point decides on: a window that leaves no room for a segment holds up the sender; a
sender with room, and nothing under way, has nothing to send, unless the silence is no longer than the round trip of the
handshake and half of it again (seen at the receiver, a sender that waits for ACKs looks idle for as long).

Cost: about 20 us an exchange and 2 us a pause.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from osspcap.model.exchange import Exchange
from osspcap.model.latency import Latency, Limit, Phase, PhaseName
from osspcap.model.message import Message
from osspcap.model.pauses import Pause, Pauses
from osspcap.model.stream import Connection, ZeroWindow
from osspcap.network.placing import place
from osspcap.units import NS_PER_MS

UNKNOWN_RTT_NS = 200 * NS_PER_MS
"""In place of a round trip that was not captured: around the world, and as long as a delayed ACK may take."""
SEGMENT_BYTES = 1_460
"""In place of an MSS that was not captured (RFC 9293 section 3.7.1, on Ethernet)."""
RTT_SLACK = 1.5
"""Silences up to this many round trips are put down to the way."""


def measure(exchange: Exchange, connection: Connection, pauses: Pauses) -> Latency:
    """Return where an exchange spent its time; raises nothing on traffic.

    Args:
        exchange: Any exchange.
        connection: The one that carried it.
        pauses: Of the whole capture.
    """
    silences = pauses.of(connection.stream)
    request, response = exchange.request, exchange.response
    handshake, operation = connection.handshake, exchange.operation
    server_ms = None if operation is None else operation.server_time_ms
    server_ns = None if server_ms is None or server_ms < 0 else server_ms * NS_PER_MS
    rtt_ns = None if handshake is None else handshake.rtt_ns
    is_first = request is not None and request.start_offset == 0
    return Latency(
        exchange.id,
        place(connection),
        rtt_ns if rtt_ns is None or rtt_ns >= 0 else None,
        connect=_connect(connection) if is_first else None,
        tls=_tls(connection, request) if is_first and connection.tls else None,
        sending=None if request is None else _transfer(PhaseName.SENDING, request, connection, silences),
        waiting=_waiting(request, response, connection, silences, server_ns),
        receiving=None if response is None else _transfer(PhaseName.RECEIVING, response, connection, silences),
        server_ns=server_ns,
    )


def _connect(connection: Connection) -> Phase | None:
    handshake = connection.handshake
    if handshake is None or handshake.syn_ns is None or handshake.ack_ns is None or handshake.synack_ns is None:
        return None
    # `syn_ns` is that of the SYN that was answered; the connection begins with the first one.
    first_ns = min(connection.first_ns, handshake.syn_ns)
    end_ns = max(handshake.ack_ns, first_ns)
    return Phase(PhaseName.CONNECT, first_ns, end_ns, retransmission_ns=handshake.syn_ns - first_ns)


def _tls(connection: Connection, request: Message | None) -> Phase | None:
    """Measure the handshake of the outermost TLS; None if it was not captured whole before the request."""
    hello, end_ns = connection.tls[0].client_hello, connection.tls[0].finished_ns
    if hello is None or end_ns is None or request is None or not hello.ts_ns <= end_ns <= request.ts_ns:
        return None
    return Phase(PhaseName.TLS, hello.ts_ns, end_ns)


def _transfer(name: PhaseName, message: Message, connection: Connection, silences: list[Pause]) -> Phase:
    """Measure how a message was carried."""
    sender = connection.client_side if name is PhaseName.SENDING else 1 - connection.client_side
    start_ns, end_ns = message.ts_ns, max(message.end_ns, message.ts_ns)
    spent, retransmission_ns = attribute(connection, silences, sender, start_ns, end_ns)
    shut = connection.directions[1 - sender].shut_windows
    return Phase(
        name,
        start_ns,
        end_ns,
        byte_count=len(message.raw_head) + message.body.captured,
        spent=_ordered(spent),
        retransmission_ns=retransmission_ns,
        zero_window_ns=shut_time(shut, start_ns, end_ns, connection.last_ns),
        is_open=not message.body.ended,
    )


def _waiting(
    request: Message | None,
    response: Message | None,
    connection: Connection,
    silences: list[Pause],
    server_ns: int | None,
) -> Phase | None:
    """Measure the time without a byte of either message; None if the answer began before the request had ended."""
    if request is None or (response is None and not request.body.ended):
        return None
    start_ns = request.end_ns
    end_ns = max(connection.last_ns, start_ns) if response is None else response.ts_ns
    if end_ns < start_ns:
        return None
    whole = end_ns - start_ns
    lost = sum(_overlap(pause, start_ns, end_ns) for pause in _between(silences, start_ns, end_ns) if _is_repair(pause))
    server = min(server_ns or 0, whole - lost)
    spent = {Limit.LOSS: lost, Limit.SERVER: server, Limit.ROUND_TRIP: whole - lost - server}
    return Phase(
        PhaseName.WAITING,
        start_ns,
        end_ns,
        spent=_ordered(spent),
        retransmission_ns=lost,
        is_open=response is None,
    )


def attribute(
    connection: Connection, silences: Sequence[Pause], sender: int, start_ns: int, end_ns: int
) -> tuple[dict[Limit, int], int]:
    """Tell what a transfer spent a stretch of time on.

    Args:
        connection: The connection.
        silences: Its pauses, in order.
        sender: Side that sends the data.
        start_ns: Where the stretch begins.
        end_ns: Where it ends.

    Returns:
        Time by what it went to, which sums up to the stretch; and of it, silence that a retransmission ended.
    """
    spent = dict.fromkeys(Limit, 0)
    retransmission_ns = 0
    rtt_ns = connection.handshake.rtt_ns if connection.handshake is not None else None
    patience_ns = RTT_SLACK * (rtt_ns if rtt_ns is not None and rtt_ns >= 0 else UNKNOWN_RTT_NS)
    for pause in _between(silences, start_ns, end_ns):
        time_ns = _overlap(pause, start_ns, end_ns)
        limit = _limit(connection, pause, sender, patience_ns)
        spent[limit] += time_ns
        if limit is Limit.LOSS:
            retransmission_ns += time_ns
    spent[Limit.FLOW] = max(end_ns - start_ns - sum(spent.values()), 0)
    return spent, retransmission_ns


def _limit(connection: Connection, pause: Pause, sender: int, patience_ns: float) -> Limit:
    """Put a pause of a transfer down to one thing."""
    under_way = pause.outstanding[sender]
    room = window_bytes(connection, 1 - sender, pause.window[1 - sender])
    segment = connection.directions[sender].mss or SEGMENT_BYTES
    if room is not None and under_way >= 0 and room - under_way < segment:
        return Limit.RECEIVER
    if _is_repair(pause):
        return Limit.LOSS
    if pause.side == sender and pause.length:
        return Limit.ROUND_TRIP if pause.duration_ns <= patience_ns else Limit.SENDER
    # The receiver spoke: it acknowledged what was under way, or it was only alive.
    return Limit.SENDER if under_way == 0 else Limit.ROUND_TRIP


def window_bytes(connection: Connection, side: int, raw: int) -> int | None:
    """Return the window that a side advertised, in bytes; None if its scale was not captured."""
    if raw < 0:
        return None
    directions = connection.directions
    if raw == 0:
        return 0
    if any(direction.initial_sequence is None for direction in directions):
        return None
    scales = [direction.window_scale for direction in directions]
    scale = scales[side]
    # RFC 7323 section 2.2: only if both sides offered it.
    return raw if None in scales or scale is None else raw << scale


def shut_time(shut: Iterable[ZeroWindow], start_ns: int, end_ns: int, last_ns: int) -> int:
    """Return for how long a window was shut inside a stretch of time; one never opened was until `last_ns`."""
    total = 0
    for stretch in shut:
        until = last_ns if stretch.end_frame < 0 else stretch.end_ns
        total += max(min(until, end_ns) - max(stretch.start_ns, start_ns), 0)
    return total


def _is_repair(pause: Pause) -> bool:
    """Tell whether a pause ended with a segment that was sent again."""
    return pause.repeats and pause.length > 1


def _between(silences: Sequence[Pause], start_ns: int, end_ns: int) -> Sequence[Pause]:
    """Return the pauses that overlap a stretch of time; pauses of a connection do not overlap each other."""
    first = bisect_right(silences, start_ns, key=lambda pause: pause.end_ns)
    last = bisect_left(silences, end_ns, key=lambda pause: pause.start_ns)
    return silences[first:last]


def _overlap(pause: Pause, start_ns: int, end_ns: int) -> int:
    return max(min(pause.end_ns, end_ns) - max(pause.start_ns, start_ns), 0)


def _ordered(spent: dict[Limit, int]) -> tuple[tuple[Limit, int], ...]:
    """Return what took time, the longest first."""
    return tuple(sorted(((limit, ns) for limit, ns in spent.items() if ns > 0), key=lambda item: -item[1]))
