"""Counts of a direction, packet by packet, by the rules of tshark 4.0's `tcp.analysis`.

Where we differ, on purpose: only segments with payload count as retransmitted or out of order (tshark also flags SYN
and FIN; `Handshake.syn_count` holds the former); a segment whose ACK stands before it in the file, but whose bytes are
new, is no "spurious retransmission": it is in order, or out of order if a later one came first; a late segment stamped
earlier than the one it follows is out of order, not retransmitted.
"""

from osspcap.model.anomaly import Anomaly, AnomalyName
from osspcap.model.packets import FIN, SYN
from osspcap.model.stream import Connection, ConnectionEnd, Direction, Retransmission, RoleSource, ZeroWindow
from osspcap.tcp.limits import (
    FAST_RETRANSMISSION_NS,
    MAX_ANOMALIES,
    MAX_RETRANSMISSIONS,
    MAX_SHUT_WINDOWS,
    OUT_OF_ORDER_NS,
)
from osspcap.tcp.reassembly import MASK, Half, signed
from osspcap.units import FrameNumber

_SWAPPED = {
    ConnectionEnd.FIN_CLIENT: ConnectionEnd.FIN_SERVER,
    ConnectionEnd.FIN_SERVER: ConnectionEnd.FIN_CLIENT,
    ConnectionEnd.RST_CLIENT: ConnectionEnd.RST_SERVER,
    ConnectionEnd.RST_SERVER: ConnectionEnd.RST_CLIENT,
}


def set_client_side(connection: Connection, side: int, source: RoleSource) -> None:
    """Correct which side is the client, and with it the words for how the connection ended."""
    if connection.client_side != side:
        connection.client_side = side
        connection.end = _SWAPPED.get(connection.end, connection.end)
    connection.role_source = source


def record(connection: Connection, name: AnomalyName, frame: int, detail: str = "") -> None:
    """Record an anomaly unless the connection has enough of them."""
    if len(connection.anomalies) < MAX_ANOMALIES:
        connection.anomalies.append(Anomaly(name, FrameNumber(frame), detail))


def count(
    half: Half,
    peer: Half,
    frame: int,
    ts_ns: int,
    seq: int,
    ack: int,
    flags: int,
    window: int,
    length: int,
    first_rtt_ns: int,
) -> None:
    """Count what one packet (no RST) shows, and keep what the next ones are compared with.

    The base of `half`, the packet's direction, is set; `first_rtt_ns` is 0 if the handshake was not captured.
    """
    facts = half.facts
    control = flags & (SYN | FIN)
    offset = half.unwrap(seq)
    size = length + (1 if control else 0)
    end, top = offset + size, half.top
    keep_alive = zero_window_probe = False
    if length == 1 and offset == top and peer.window == 0 and half.seen:
        zero_window_probe = True
    elif not control:
        if window == 0:
            facts.zero_windows += 1
        if length <= 1 and half.seen:
            repeats = window == half.window and ack == half.last_ack and not peer.probe
            if offset == top - 1:
                keep_alive = True
                facts.keep_alives += 1
            elif length == 0 and offset == top and window and repeats:
                half.duplicate_acks += 1
                facts.duplicate_acks += 1
    if (window == 0) != (half.window == 0) and not (window == 0 and control):
        _turn(facts, frame, ts_ns, is_shut=window == 0)
    if ack != half.last_ack:
        half.duplicate_acks = 0
    if length and offset < top and not keep_alive and half.seen:
        _count_repeat(half, peer, frame, ts_ns, seq, length, end, first_rtt_ns)
    if (end > top or not half.seen) and not zero_window_probe:
        half.top = end
        half.top_ns = ts_ns
    half.seen = True
    half.probe = keep_alive
    half.window = window
    half.last_ack = ack
    half.last_ack_ns = ts_ns
    half.last_end = (seq + size) & MASK


def _count_repeat(
    half: Half, peer: Half, frame: int, ts_ns: int, seq: int, length: int, end: int, first_rtt_ns: int
) -> None:
    """Tell a retransmission from a segment out of order: tshark's clauses in tshark's order."""
    facts, top = half.facts, half.top
    if peer.last_ack >= 0 and signed(peer.last_ack - seq - length) >= 0:
        # What was acknowledged before it came, and is new to us, was only captured late.
        late = not half.holds(half.unwrap(seq), end)
    elif length > 1 and half.unwrap(seq) == top - 1:
        return  # a probe of a closed window, repeated with more behind it
    else:
        fast = (
            peer.duplicate_acks >= 2 and peer.last_ack == seq and 0 <= ts_ns - peer.last_ack_ns < FAST_RETRANSMISSION_NS
        )
        late = not fast and ts_ns - half.top_ns < (first_rtt_ns or OUT_OF_ORDER_NS) and end != top
    if late:
        facts.out_of_order += 1
        return
    facts.retransmitted += 1
    if facts.first_retransmission_frame is None:
        facts.first_retransmission_frame = FrameNumber(frame)
    kept = facts.retransmissions
    if not isinstance(kept, list):
        kept = facts.retransmissions = []
    if len(kept) < MAX_RETRANSMISSIONS:
        kept.append(Retransmission(frame, ts_ns, half.unwrap(seq), length, _is_needless(half, peer, seq, length)))


def _is_needless(half: Half, peer: Half, seq: int, length: int) -> bool:
    """Tell whether the peer has acknowledged a segment already, or has no room for it."""
    if peer.window == 0 or (peer.last_ack >= 0 and signed(peer.last_ack - seq - length) >= 0):
        return True
    if half.facts.initial_sequence is None or peer.facts.initial_sequence is None:
        return False  # the scale of the window was not captured
    scales = (half.facts.window_scale, peer.facts.window_scale)
    window = peer.window << scales[1] if scales[0] is not None and scales[1] is not None else peer.window
    return half.acked + window - half.top < min(length, half.facts.mss or length)


def _turn(facts: Direction, frame: int, ts_ns: int, *, is_shut: bool) -> None:
    """Note that a side shuts its window or opens it again."""
    kept = facts.shut_windows
    if not is_shut:
        if isinstance(kept, list) and kept[-1].end_frame < 0:
            kept[-1] = kept[-1]._replace(end_frame=frame, end_ns=ts_ns)
        return
    if facts.first_zero_window_frame is None:
        facts.first_zero_window_frame = FrameNumber(frame)
    if not isinstance(kept, list):
        kept = facts.shut_windows = []
    if len(kept) < MAX_SHUT_WINDOWS:
        kept.append(ZeroWindow(frame, ts_ns, -1, -1))
