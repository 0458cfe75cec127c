"""Many packets of a connection in one step, where every single one would do just what its columns say.

The handshake of a connection and the runs of `rows` are taken so, and the state behind the orderly connections of
`whole` is made here if more packets come; state and events are those that `Flow.take` would leave packet by packet.
This is where the speed of the stage comes from: orderly traffic is most of any capture.
"""

from osspcap.model.packets import ACK, FIN, RST, SYN, PacketTable
from osspcap.model.stream import Connection, Direction, Event, RoleSource, Train
from osspcap.tcp.facts import set_client_side
from osspcap.tcp.flows import Events, Flow
from osspcap.tcp.handshake import read_syn
from osspcap.tcp.limits import Limits
from osspcap.tcp.reassembly import MASK, Half, Held
from osspcap.tcp.rows import Row, RunSide, SortedRows
from osspcap.tcp.whole import MIN_TRAIN, MIN_TRAIN_BYTES, Rests
from osspcap.units import FrameNumber

_CONTROL = SYN | ACK | FIN | RST
_new = tuple.__new__  # a named tuple's own constructor costs twice as much


def take_opening(flow: Flow, rows: list[Row], table: PacketTable) -> bool:
    """Take SYN, SYN-ACK and ACK in one step if they are the first three packets and just that."""
    if flow.halves is None or flow.number or len(rows) < 3 or not flow.shortcuts:
        return False
    syn, synack, final = rows[:3]
    bit, _, frame, ts_ns, _, seq, ack, flags, window, ttl, _, _, length = syn
    bit2, _, frame2, ts2_ns, _, seq2, ack2, flags2, window2, ttl2, _, _, length2 = synack
    bit3, _, frame3, ts3_ns, _, seq3, ack3, flags3, window3, ttl3, _, _, length3 = final
    base, base2 = (seq + 1) & MASK, (seq2 + 1) & MASK
    if (
        flags & _CONTROL != SYN
        or flags2 & _CONTROL != SYN | ACK
        or flags3 & _CONTROL != ACK
        or bit == bit2
        or bit != bit3
        or ack2 != base
        or ack3 != base2
        or seq3 != base
        or length + length2 + length3
        or window3 == 0
        or (ack3 == ack and window3 == window)
    ):
        return False
    half, peer = flow.halves[bit], flow.halves[1 - bit]
    half.open(seq, base, ack3, window3, ttl3, ts_ns, ts3_ns)
    peer.open(seq2, ack3, ack2, window2, ttl2, ts2_ns, ts2_ns)
    _read_syn(half, syn, table)
    _read_syn(peer, synack, table)
    half.facts.ttls[ttl] = half.facts.ttls.get(ttl, 0) + 1
    half.facts.ttls[ttl3] = half.facts.ttls.get(ttl3, 0) + 1
    peer.facts.ttls[ttl2] = 1
    half.facts.packets, peer.facts.packets = 2, 1
    side, handshake = bit ^ flow.flip, flow.handshake
    handshake.see_syn(side, frame, ts_ns)
    handshake.see_synack(1 - side, frame2, ts2_ns)
    handshake.see_ack(side, frame3, ts3_ns)
    flow.rtt_ns = handshake.rtt_ns()
    set_client_side(flow.connection, side, RoleSource.HANDSHAKE)
    flow.number = 3
    flow.last = (frame3, ts3_ns)
    return True


def resume(connection: Connection, rests: Rests, at: int, held: Held, limits: Limits) -> Flow:
    """Return the flow of an orderly connection as its packets so far leave it; its facts are those of that moment.

    Args:
        connection: The connection.
        rests: What else it left.
        at: Its index there.
        held: Bytes held back by all connections.
        limits: Bounds of what is held back.
    """
    bit = rests.bit.item(at)
    flow = Flow(connection, bit, held, limits, shortcuts=True)
    if flow.halves is not None and connection.handshake is not None:
        acked = [_acked(direction) for direction in connection.directions]
        for side in (0, 1):
            state = (column[side].item(at) for column in (rests.window, rests.top_ns, rests.last_ns))
            _stand(flow.halves[bit ^ side], acked[side], acked[1 - side], *state)
        flow.handshake.resume(connection.handshake)
        flow.rtt_ns = flow.handshake.rtt_ns()
    flow.number = connection.packets
    flow.last = (connection.last_frame, connection.last_ns)
    flow.closed_ns = rests.closed_ns.item(at)
    return flow


def _acked(facts: Direction) -> int:
    """Return the sequence number up to which the peer of an orderly connection acknowledged."""
    return ((facts.initial_sequence or 0) + 1 + (facts.acknowledged or 0)) & MASK


def _stand(half: Half, acked_raw: int, last_ack: int, window: int, top_ns: int, last_ns: int) -> None:
    """Stand where the packets of an orderly connection leave a direction."""
    facts = half.facts
    seq, size, (ttl,) = facts.initial_sequence or 0, facts.bytes_delivered, facts.ttls
    half.open(seq, (seq + 1) & MASK, last_ack, window, ttl, top_ns, last_ns)
    half.acked_raw, half.acked = acked_raw, facts.acknowledged or 0
    half.next = half.top = size
    if facts.fin_frame is not None:
        half.fin = size
        half.top = size + 1
        half.ended = True
    half.last_end = (half.base + half.top) & MASK


def takes_runs(flow: Flow, rows: SortedRows, run: int) -> bool:
    """Tell whether the state is such that each packet of a run does just what its columns say."""
    if flow.halves is None or flow.closed_ns >= 0 or flow.handshake.awaits_ack():
        return False
    low, high = flow.halves
    for half, peer, side in ((low, high, rows.run_sides[0]), (high, low, rows.run_sides[1])):
        if half.pending or half.fin >= 0 or half.window == 0 or half.acked < 0:
            return False
        if side.count[run] and (
            not half.seen
            or half.top != half.next
            or half.last_end != (half.base + half.next) & MASK
            or not peer.ack_known
            or peer.acked_raw != half.last_ack
        ):
            return False
    return True


def take_run(
    flow: Flow, rows: SortedRows, run: int, buffer: memoryview, out: Events, *, as_trains: bool = False
) -> None:
    """Take a run in one step, as trains if wanted and if it is long; `takes_runs` holds."""
    if flow.halves is None:
        return
    low, high = flow.halves
    _follow(low, high, rows.run_sides[0], run, buffer, out[0], as_trains=as_trains)
    _follow(high, low, rows.run_sides[1], run, buffer, out[1], as_trains=as_trains)
    flow.number += rows.run_end[run] - rows.run_start[run]


def _read_syn(half: Half, row: Row, table: PacketTable) -> None:
    start = table.options_start.item(row[1])
    read_syn(half.facts, row[5], table.buffer[start : start + table.options_length.item(row[1])])


def _follow(
    half: Half, peer: Half, side: RunSide, run: int, buffer: memoryview, out: list[Event], *, as_trains: bool
) -> None:
    """Take one direction's part of a run: deliver its payload and bring the state to its last row."""
    packets = side.count[run]
    if not packets:
        return
    facts = half.facts
    facts.packets += packets
    facts.ttls[half.ttl] += packets
    first, end = side.data[run], side.data[run + 1]
    if first < end:
        at = half.next
        size = (side.end[run] - half.last_end) & MASK
        columns = side.columns
        acked = peer.acked + ((side.first_ack[run] - peer.acked_raw) & MASK) if peer.firm else -1
        train = Train(buffer, columns, slice(first, end), base=at, end=at + size, acked=acked)
        if as_trains and end - first >= MIN_TRAIN and size >= MIN_TRAIN_BYTES * (end - first):
            out.append(train)
        else:
            out += train.chunks()
        half.next = half.top = at + size
        half.top_ns = columns.ts_ns.item(end - 1)
        facts.data_packets += end - first
        facts.bytes_delivered += size
        if facts.first_data_frame is None:
            facts.first_data_frame = FrameNumber(columns.frame.item(first))
        facts.last_data_frame = FrameNumber(columns.frame.item(end - 1))
    ack = side.last_ack[run]
    if ack != half.last_ack:
        half.duplicate_acks = 0
        half.last_ack = ack
        peer.acked += (ack - peer.acked_raw) & MASK
        peer.acked_raw = ack
    half.probe = False
    half.last_end = side.end[run]
    half.window = side.window[run]
    half.last_ack_ns = side.ts_ns[run]
