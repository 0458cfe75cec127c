"""Named limits and patience of the TCP stage: what it holds back, for how long, and when it stops waiting.

All decisions are taken packet by packet in file order, so that they do not depend on how the file is cut into tables.
"""

from osspcap.model.record import record
from osspcap.units import NS_PER_MS, NS_PER_S

MAX_ANOMALIES = 32
"""Anomalies kept per connection; a hostile stream could yield one per packet."""
MAX_RESETS = 16
"""RST segments kept per direction."""
MAX_RETRANSMISSIONS = 512
"""Retransmissions kept per direction, with their places; all are counted."""
MAX_SHUT_WINDOWS = 512
"""Stretches of zero window kept per direction."""

MAX_ACK_ADVANCE = 1 << 30
"""Bytes one ACK can newly acknowledge: the largest window (RFC 7323 section 2.3). Beyond it the number is noise."""

LINGER_NS = 60 * NS_PER_S
"""How long after RST or both FINs late segments still count: what common systems hold as TIME-WAIT, which RFC 9293
section 3.4.2 sets at two maximum segment lifetimes."""

FAST_RETRANSMISSION_NS = 20 * NS_PER_MS
"""A segment that follows two duplicate ACKs so soon is a fast retransmission (tshark's rule)."""
OUT_OF_ORDER_NS = 3 * NS_PER_MS
"""A late segment younger than this is out of order, not retransmitted; the handshake's round trip takes its place where
it was captured (tshark's rule)."""


@record
class Limits:
    """Bounds of reassembly; the defaults suit any capture, tests make them small."""

    pending_bytes: int = 8 << 20
    """Bytes of a direction held behind a hole: more than a usual receive window."""
    pending_segments: int = 8192
    """Segments of a direction held behind a hole."""
    pending_bytes_total: int = 48 << 20
    """Bytes held behind holes by all connections together, so that many hostile ones cannot add up. The one limit that
    depends on the order in which connections are served, and so on the table size."""
    patience_packets: int = 64
    """Packets of the connection after the ACK that covers a hole before the hole is a gap. Receivers hold what they
    acknowledge, so only disorder of the capture itself can still bring it, and that spans a few packets."""
    patience_ns: int = 200 * NS_PER_MS
    """The same as time: several times the disorder of a capture of two interfaces or queues."""
    blind_patience_packets: int = 1024
    """Packets to wait where the peer was never captured, so that no ACK can tell: a window of segments."""
    blind_patience_ns: int = 3 * NS_PER_S
    """The same as time: longer than the first retransmission timeout of 1 s (RFC 6298 section 2.1) and its double."""
