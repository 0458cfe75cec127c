"""Where a connection was captured, told by how long each side took in the handshake, and by hop counts.

What a TCP stack answers at once (SYN-ACK, the client's ACK) comes as fast as the way to that side is long. Where all
is too fast to tell, the TTL does: packets that no router has touched still bear what senders begin with.
"""

from osspcap.model.latency import Placing, Vantage
from osspcap.model.stream import Connection, Direction
from osspcap.units import NS_PER_MS, format_duration

MIN_TELLING_NS = NS_PER_MS
"""A handshake faster than this is that of one host or one room: delays of the hosts decide, not the way."""
NEAR_SHARE = 0.15
"""A side that takes no more than this share of the round trip is where the capture was taken."""
_INITIAL_TTLS = frozenset({64, 128, 255})
"""What common systems send with (RFC 1700; Windows 128, Unix 64, devices 255)."""


def place(connection: Connection) -> Placing:
    """Tell where a connection was captured."""
    handshake = connection.handshake
    if handshake is None or handshake.synack_ns is None:
        return Placing(Vantage.UNKNOWN, "the handshake was not captured")
    if handshake.syn_ns is not None and handshake.ack_ns is not None:
        to_server = handshake.synack_ns - handshake.syn_ns
        to_client = handshake.ack_ns - handshake.synack_ns
        whole = to_server + to_client
        if min(to_server, to_client) >= 0 and whole >= MIN_TELLING_NS:
            reason = (
                f"the server's SYN-ACK took {format_duration(to_server)}, the client's ACK {format_duration(to_client)}"
            )
            if to_client <= whole * NEAR_SHARE:
                return Placing(Vantage.CLIENT, reason)
            return Placing(Vantage.SERVER if to_server <= whole * NEAR_SHARE else Vantage.MIDDLE, reason)
    client, server = _is_untouched(connection.from_client), _is_untouched(connection.from_server)
    ttls = f"TTL {_ttl(connection.from_client)} from the client, {_ttl(connection.from_server)} from the server"
    if client == server:
        return Placing(Vantage.UNKNOWN, f"client and server are equally near: {ttls}")
    return Placing(Vantage.CLIENT if client else Vantage.SERVER, ttls)


def _ttl(direction: Direction) -> int:
    return max(direction.ttls, key=lambda ttl: direction.ttls[ttl], default=0)


def _is_untouched(direction: Direction) -> bool:
    """Tell whether no router has counted the packets of a direction down."""
    return _ttl(direction) in _INITIAL_TTLS
