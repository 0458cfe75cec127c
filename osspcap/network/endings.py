"""Exchanges that broke off, and TLS handshakes that never began: who ended them, how, and what was still to come.

Only exchanges with OSS are looked at, and only those whose response is missing or not whole; what the capture itself
lost is no break. Cost: only for what broke off.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from osspcap.model.breaks import Break, BreakKind, Closing
from osspcap.model.exchange import Exchange
from osspcap.model.message import Framing, Message
from osspcap.model.operation import Role
from osspcap.model.record import record, replaced
from osspcap.model.stream import Connection, Direction
from osspcap.network.survey import Survey
from osspcap.units import NS_PER_S, FrameNumber, Nanoseconds, StreamId

GAVE_UP_AFTER_NS = NS_PER_S
"""A client that closes sooner than this did not wait: somebody aborted it."""
SERVER_SILENT_NS = 45 * NS_PER_S
"""Behind this, the server counts as silent and the client's patience as long enough; the read timeouts of the SDKs are
5 to 60 s (their source code), and OSS itself answers what it can within seconds."""
OPEN_SILENT_NS = 10 * NS_PER_S
"""A request that the capture shows unanswered for so long, up to its end, is."""
STALLED_NS = 5 * NS_PER_S
"""A transfer without a byte for so long stood still."""
REUSE_REACTION_NS = NS_PER_S
"""How soon, beyond some round trips, a closed socket reacts to a request."""
REUSE_IDLE_NS = NS_PER_S
"""A connection idle for less is not reset for idleness."""
MAX_BREAKS = 10_000
"""Breaks described."""


@record
class _End:
    """What ended a connection, as far as an exchange is concerned."""

    closing: Closing
    side: int
    frame: FrameNumber
    ts_ns: Nanoseconds


def find_breaks(
    seen: Survey, exchanges: Sequence[Exchange], connections: Sequence[Connection], end_ns: int
) -> tuple[list[Break], list[int]]:
    """Return the breaks, and the exchanges that cannot be judged; `end_ns` is the time of the capture's last packet."""
    found: list[Break] = []
    undecided: list[int] = []
    suspects = [exchange for exchange in seen.incomplete if _is_judged(exchange)]
    if seen.left:
        late = (item for item in exchanges if item.stream in seen.left and _came_too_late(item, connections))
        suspects = list({item.id: item for item in (*suspects, *late)}.values())
    before = _last_before(suspects, exchanges)
    for exchange in suspects[:MAX_BREAKS]:
        connection = connections[exchange.stream]
        if _is_holed(exchange, connection):
            undecided.append(exchange.id)
            continue
        broken = _judge(exchange, connection, before.get(exchange.id), end_ns)
        if broken is not None:
            found.append(broken)
        elif exchange.response is None:
            undecided.append(exchange.id)
    return found, undecided


def _is_judged(exchange: Exchange) -> bool:
    operation, request = exchange.operation, exchange.request
    if operation is None or request is None or request.start_offset < 0:
        return False
    return operation.role is not Role.CALLBACK


def _came_too_late(exchange: Exchange, connections: Sequence[Connection]) -> bool:
    """Tell whether a whole answer found its client gone: it had closed before, and reset what came."""
    request, response, operation = exchange.request, exchange.response, exchange.operation
    if request is None or response is None or operation is None or request.start_offset < 0:
        return False
    end = _end_of(connections[exchange.stream], request.frame, None)
    return end is not None and end.frame < response.frame and end.side == connections[exchange.stream].client_side


def _last_before(suspects: Iterable[Exchange], exchanges: Sequence[Exchange]) -> dict[int, Exchange]:
    """Return the exchange before each suspect on its connection, if there is one."""
    wanted = {exchange.stream for exchange in suspects}
    if not wanted:
        return {}
    by_stream: dict[StreamId, list[Exchange]] = {}
    for exchange in exchanges:
        if exchange.stream in wanted:
            by_stream.setdefault(exchange.stream, []).append(exchange)
    return {later.id: earlier for members in by_stream.values() for earlier, later in pairwise(members)}


def _is_holed(exchange: Exchange, connection: Connection) -> bool:
    """Tell whether the capture lacks bytes, so that what seems missing may only be missing here."""
    client, server = connection.from_client, connection.from_server
    if server.packets == 0 or _lacks_bytes(server, client):
        return True
    request, response = exchange.request, exchange.response
    if server.bytes_cut_by_snaplen and (response is None or response.body.first_frame is None):
        return True  # an answer whose head was cut is none that could be read
    return request is not None and not request.body.ended and _lacks_bytes(client, server)


def _lacks_bytes(sent: Direction, answers: Direction) -> bool:
    """Tell whether a direction has holes, or its receiver acknowledged with a RST what the capture does not hold."""
    if sent.bytes_missing > sent.bytes_cut_by_snaplen:
        return True
    seen = sent.bytes_delivered + sent.bytes_missing
    return any(reset.peer_offset > seen + 1 for reset in answers.resets)


def _judge(exchange: Exchange, connection: Connection, before: Exchange | None, end_ns: int) -> Break | None:
    """Say how an exchange broke off; None if the capture does not tell."""
    request, response = exchange.request, exchange.response
    if request is None:
        return None
    if response is not None and response.body.ended:
        response = None  # too late for the client
    reused = _reused(request, response, connection, before)
    if reused is not None:
        return replaced(reused, exchange=exchange.id)
    end = _end_of(connection, request.frame, response)
    last_ns = max(request.end_ns, 0 if response is None else response.end_ns)
    if response is not None:
        kind = _kind_of_response(response, connection, end, last_ns)
    elif not request.body.ended:
        kind = _kind_of_upload(connection, end, last_ns)
    else:
        kind = _kind_of_wait(connection, end, last_ns, end_ns)
    if kind is None:
        return None
    broken = _made(kind, connection, end, request, response, exchange.id, _idle(request, before))
    return broken if end is not None else replaced(broken, silent_ns=max(connection.last_ns, end_ns) - last_ns)


def _kind_of_response(response: Message, connection: Connection, end: _End | None, last_ns: int) -> BreakKind | None:
    if end is None:
        return None  # the capture ended in the middle of the body
    if end.side == connection.client_side:
        waited = end.ts_ns - last_ns >= STALLED_NS
        return BreakKind.CLIENT_GAVE_UP if waited else BreakKind.CLIENT_ABORTED
    if end.closing is Closing.FIN:
        return BreakKind.TRUNCATED if response.body.framing is not Framing.UNTIL_CLOSE else None
    return BreakKind.MID_DOWNLOAD


def _kind_of_upload(connection: Connection, end: _End | None, last_ns: int) -> BreakKind | None:
    silent_ns = (connection.last_ns if end is None else end.ts_ns) - last_ns
    is_ignored = not _is_acknowledged(connection) and connection.from_client.retransmitted > 0
    if end is None:
        return BreakKind.NO_RESPONSE if is_ignored and silent_ns >= STALLED_NS else None
    if end.side != connection.client_side:
        return BreakKind.MID_UPLOAD
    return BreakKind.NO_RESPONSE if is_ignored and silent_ns >= GAVE_UP_AFTER_NS else BreakKind.CLIENT_ABORTED


def _kind_of_wait(connection: Connection, end: _End | None, last_ns: int, end_ns: int) -> BreakKind | None:
    if end is None:
        waited_ns = max(connection.last_ns, end_ns) - last_ns
        return BreakKind.NO_RESPONSE if waited_ns >= OPEN_SILENT_NS else None
    silent_ns = end.ts_ns - last_ns
    if end.side != connection.client_side or not _is_acknowledged(connection):
        return BreakKind.NO_RESPONSE
    if silent_ns < GAVE_UP_AFTER_NS:
        return BreakKind.CLIENT_ABORTED
    has_answered = _late_frame(connection, end) is not None
    return BreakKind.CLIENT_GAVE_UP if silent_ns < SERVER_SILENT_NS or has_answered else BreakKind.NO_RESPONSE


def _reused(
    request: Message, response: Message | None, connection: Connection, before: Exchange | None
) -> Break | None:
    """Tell a request that went out on a kept connection while the server was closing it, or after that."""
    if before is None or response is not None or before.response is None or not before.response.body.ended:
        return None
    idle_ns = request.ts_ns - before.response.end_ns
    server = connection.from_server
    patience_ns = REUSE_REACTION_NS + 4 * _rtt_ns(connection)
    fin_frame, fin_ns = server.fin_frame, server.fin_ns
    if fin_frame is not None and fin_ns is not None and fin_ns - request.ts_ns <= patience_ns:
        return _made(
            BreakKind.IDLE_REUSED,
            connection,
            _End(Closing.FIN, 1 - connection.client_side, fin_frame, fin_ns),
            request,
            None,
            None,
            idle_ns,
        )
    for reset in server.resets:
        if reset.frame > request.frame and reset.ts_ns - request.ts_ns <= patience_ns and idle_ns >= REUSE_IDLE_NS:
            end = _End(Closing.RST, 1 - connection.client_side, reset.frame, reset.ts_ns)
            return _made(BreakKind.IDLE_REUSED, connection, end, request, None, None, idle_ns)
    return None


def _end_of(connection: Connection, after_frame: int, response: Message | None) -> _End | None:
    """Return the first packet behind a frame that ended the connection; None if the capture has none."""
    found: list[_End] = []
    for side, direction in enumerate(connection.directions):
        found += [
            _End(Closing.RST, side, reset.frame, reset.ts_ns) for reset in direction.resets if reset.frame > after_frame
        ]
        fin_frame, fin_ns = direction.fin_frame, direction.fin_ns
        if fin_frame is None or fin_ns is None or fin_frame < after_frame:
            continue
        if side == connection.client_side and _only_half_closed(connection, fin_frame, response):
            continue
        found.append(_End(Closing.FIN, side, fin_frame, fin_ns))
    return min(found, key=lambda end: end.frame, default=None)


def _only_half_closed(connection: Connection, fin_frame: int, response: Message | None) -> bool:
    """Tell whether the client only said that it has nothing more to send, and went on reading."""
    last = connection.from_server.last_data_frame
    return response is not None and last is not None and last > fin_frame and not connection.from_client.resets


def _is_acknowledged(connection: Connection) -> bool:
    """Tell whether the server acknowledged all that the client sent."""
    return _unacknowledged(connection.from_client) <= 0


def _unacknowledged(direction: Direction) -> int:
    if direction.acknowledged is None:
        return 0
    return direction.bytes_delivered + direction.bytes_missing - direction.acknowledged


def _late_frame(connection: Connection, end: _End) -> FrameNumber | None:
    """Return the server's last data if it came after the client had ended the connection."""
    last = connection.from_server.last_data_frame
    return last if last is not None and last > end.frame else None


def _rtt_ns(connection: Connection) -> int:
    rtt_ns = connection.handshake.rtt_ns if connection.handshake is not None else None
    return max(rtt_ns or 0, 0)


def _idle(request: Message, before: Exchange | None) -> int | None:
    if before is None or before.response is None:
        return None
    return max(request.ts_ns - before.response.end_ns, 0)


def _made(
    kind: BreakKind,
    connection: Connection,
    end: _End | None,
    request: Message,
    response: Message | None,
    exchange: int | None,
    idle_ns: int | None,
) -> Break:
    last_ns = max(request.end_ns, 0 if response is None else response.end_ns)
    frame, ts_ns = (connection.last_frame, connection.last_ns) if end is None else (end.frame, end.ts_ns)
    by_client = end is not None and end.side == connection.client_side
    late = _late_frame(connection, end) if end is not None and by_client else None
    broken_off = request if response is None else response
    return Break(
        kind,
        connection.stream,
        exchange,
        Closing.NONE if end is None else end.closing,
        by_client,
        frame,
        ts_ns,
        max(ts_ns - last_ns, 0),
        request.body.captured,
        broken_off.body.announced,
        received=0 if response is None else response.body.captured,
        idle_ns=idle_ns,
        is_acknowledged=_is_acknowledged(connection),
        repeats=connection.from_client.retransmitted,
        late_frame=late,
    )


def find_unanswered_hellos(silent: Iterable[Connection]) -> Iterable[Break]:
    """Return, of TLS connections without a single byte from the server, those that its side ended."""
    for connection in silent:
        hello, server = connection.from_client, connection.from_server
        if not hello.data_packets or hello.first_data_frame is None or not server.packets:
            continue
        end = _end_of(connection, hello.first_data_frame, None)
        if end is None or end.side == connection.client_side:
            continue
        yield Break(
            BreakKind.AFTER_HELLO,
            connection.stream,
            None,
            end.closing,
            by_client=False,
            frame=end.frame,
            ts_ns=end.ts_ns,
            silent_ns=0,
            sent=hello.bytes_delivered,
            announced=None,
            is_acknowledged=_is_acknowledged(connection),
        )
