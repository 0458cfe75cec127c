"""Segments that got lost, and large ones that never get through.

A retransmission is a loss unless the receiver had the bytes already or had no room for them. A capture that holds
every packet twice (two interfaces, a mirror port) shows as many repetitions as segments and no silence: that is no
loss. Cost: only for clients and servers with retransmissions between them.
"""

from collections.abc import Iterable, Sequence

from osspcap.model.breaks import BlackHole, Loss
from osspcap.model.exchange import Exchange
from osspcap.model.lookups import IcmpError, IcmpKind
from osspcap.model.pauses import Pauses
from osspcap.model.stream import Connection, Direction, Retransmission
from osspcap.units import NS_PER_S, FrameNumber, Nanoseconds, StreamId

MAX_PLACES = 10
"""Retransmissions whose places a finding shows."""
MAX_PAIRS = 1_000
"""Clients and servers told apart."""
TWICE_SHARE = 0.45
"""From this share of repetitions on, without silences in front of them, the capture holds each packet twice."""
MIN_REPEATS = 2
"""How often a segment is sent again, at least, before the way is suspected of not passing it."""
MIN_LARGE_BYTES = 1_000
"""Payload of a segment that is large: links for 1280 bytes (RFC 8200) and more pass smaller ones."""
MIN_STUCK_NS = NS_PER_S
"""From the first to the last attempt, at least."""


def find_losses(repeating: Iterable[Connection], connections: Sequence[Connection], pauses: Pauses) -> list[Loss]:
    """Sum up losses by client, server and direction; pairs without any are left out.

    Args:
        repeating: The connections with retransmissions.
        connections: All connections.
        pauses: Of the capture.
    """
    groups: dict[tuple[str, str, bool], list[Connection]] = {}
    lossy = {(connection.client.host, connection.server.host) for connection in repeating}
    if not lossy:
        return []
    for connection in connections:
        pair = (connection.client.host, connection.server.host)
        if pair in lossy and len(groups) < MAX_PAIRS:
            for from_client in (True, False):
                groups.setdefault((*pair, from_client), []).append(connection)
    found = (_summed(members, *key, pauses) for key, members in groups.items())
    return [loss for loss in found if loss is not None]


def _summed(members: list[Connection], client: str, server: str, from_client: bool, pauses: Pauses) -> Loss | None:  # noqa: FBT001
    segments = lost = late = waited_ns = 0
    streams: list[StreamId] = []
    places: list[tuple[FrameNumber, StreamId]] = []
    for connection in members:
        direction = connection.from_client if from_client else connection.from_server
        segments += direction.data_packets
        late += direction.out_of_order
        repeats = real_losses(direction)
        if not repeats:
            continue
        silences = _silences(connection, from_client=from_client, pauses=pauses)
        if _is_captured_twice(direction) and not silences:
            segments -= direction.retransmitted
            continue
        streams.append(connection.stream)
        # Only the first repetitions are kept one by one; the rest counts as they do.
        lost += round(direction.retransmitted * len(repeats) / len(direction.retransmissions))
        waited_ns += silences
        room = max(MAX_PLACES - len(places), 0)
        places += [(FrameNumber(item.frame), connection.stream) for item in repeats[:room]]
    if not lost:
        return None
    return Loss(
        from_client,
        client,
        server,
        tuple(streams),
        segments,
        lost,
        late,
        tuple(places),
        waited_ns,
    )


def real_losses(direction: Direction) -> list[Retransmission]:
    """Return the retransmissions of a direction that something was lost for."""
    return [item for item in direction.retransmissions if not item.is_needless]


def _silences(connection: Connection, *, from_client: bool, pauses: Pauses) -> int:
    """Return the time that one side was silent before it sent something again."""
    side = connection.client_side if from_client else 1 - connection.client_side
    return sum(
        pause.duration_ns
        for pause in pauses.of(connection.stream)
        if pause.side == side and pause.repeats and pause.length > 1
    )


def _is_captured_twice(direction: Direction) -> bool:
    return direction.retransmitted >= direction.data_packets * TWICE_SHARE


def find_black_holes(
    repeating: Iterable[Connection], exchanges: Sequence[Exchange], errors: Sequence[IcmpError]
) -> list[BlackHole]:
    """Return, of the connections with retransmissions, those on which large segments do not get through."""
    told = {
        (e.src, e.sport, e.dst, e.dport): e for e in reversed(errors) if e.kind is IcmpKind.TOO_BIG and not e.is_udp
    }
    found: list[BlackHole] = []
    for connection in repeating:
        for side in (0, 1):
            if not connection.directions[side].retransmitted:
                continue
            src, dst = connection.sides[side], connection.sides[1 - side]
            hole = _stuck(connection, side, told.get((src.host, src.port, dst.host, dst.port)))
            if hole is not None:
                found.append(hole)
    if not found:
        return []
    by_stream: dict[StreamId, list[Exchange]] = {}
    for exchange in exchanges:
        by_stream.setdefault(exchange.stream, []).append(exchange)
    return [
        BlackHole(
            hole.stream,
            tuple(_under_way(by_stream.get(hole.stream, ()), hole)),
            hole.from_client,
            hole.offset,
            hole.length,
            hole.frames,
            hole.first_ns,
            hole.last_ns,
            hole.error_frame,
            hole.mtu,
            hole.router,
            hole.alive_frame,
        )
        for hole in found
    ]


def _under_way(exchanges: Iterable[Exchange], hole: BlackHole) -> Iterable[int]:
    for exchange in exchanges:
        last = exchange.response or exchange.request
        if last is not None and (exchange.response is None or last.end_ns >= hole.first_ns):
            yield exchange.id


def _stuck(connection: Connection, side: int, error: IcmpError | None) -> BlackHole | None:
    """Find a large segment that is sent again and again and never acknowledged, while nothing as large ever was."""
    direction, peer = connection.directions[side], connection.directions[1 - side]
    repeats = direction.retransmissions
    offset = repeats[-1].offset if repeats else 0
    same = [item for item in repeats if item.offset == offset]
    length = max((item.length for item in same), default=0)
    if len(same) < (1 if error is not None else MIN_REPEATS) or length < MIN_LARGE_BYTES:
        return None
    acknowledged = direction.acknowledged or 0
    # Whatever was acknowledged came in smaller pieces: up to here not one segment of this length fits in.
    if acknowledged > offset or acknowledged >= length:
        return None
    if error is None and same[-1].ts_ns - same[0].ts_ns < MIN_STUCK_NS:
        return None
    if error is None and acknowledged == 0 and peer.last_data_frame is None and connection.handshake is None:
        return None
    last_frame = peer.last_data_frame or peer.fin_frame
    return BlackHole(
        connection.stream,
        (),
        side == connection.client_side,
        offset,
        length,
        tuple(FrameNumber(item.frame) for item in same[:MAX_PLACES]),
        Nanoseconds(same[0].ts_ns),
        Nanoseconds(same[-1].ts_ns),
        None if error is None else error.frame,
        None if error is None else error.mtu,
        "" if error is None else error.sender,
        last_frame if last_frame is not None and last_frame > same[0].frame else None,
    )
