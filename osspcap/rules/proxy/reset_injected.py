"""PRX202 reset-injected: a reset that its stated sender probably did not send."""

from collections.abc import Iterator, Sequence

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence, Finding, Severity, Verdict
from osspcap.model.record import record
from osspcap.model.stream import Connection, Direction, Reset
from osspcap.rules.base import StreamRule
from osspcap.rules.wording import counted

MIN_OWN_PACKETS = 4
"""Packets of a side before its usual TTL is known; a handshake alone may be answered by a device in front of it."""
MAX_OWN_TTL_SPREAD = 2
"""Hops by which a side's own packets may differ (paths in parallel); where they differ more, TTLs say nothing."""
MIN_HOPS_APART = 3
"""Hops from the side's own packets at which a reset comes from somewhere else: one more than paths may differ."""
_INITIAL_TTLS = (32, 64, 128, 255)
"""What senders begin with; a device counts down from the next one above (RFC 1700 and common systems)."""


class ResetInjected(StreamRule):
    """A reset that its stated sender probably did not send.

    ## What it finds
    Resets (RST) in mid-conversation that bear the address of one side but marks of somebody else: they came another
    number of hops than that side's own packets, that side went on sending as if nothing had happened, or several of
    them guess at sequence numbers.

    ## Why it matters
    Firewalls and inspection systems end connections that they do not want by resets in the name of both sides.
    Client and server then each believe that the other one hung up, and neither has anything in its log.

    ## How it decides
    Only the same side's own packets of the same connection are compared, at least four of them, all from the same
    distance. Distance is the TTL held against the initial value below which it lies (32, 64, 128, 255), so that a
    system that begins its resets with another value than its data is not suspected. Data behind the reset that the
    side sent after it, and resets ahead of all data, count as well. Two marks make it likely, one possible. Resets
    after all exchanges were complete are let pass.

    ## False alarms
    A load balancer in front of the server that ends connections itself; a route that changed at that very moment. A
    capture on the other side decides: what was injected was never sent there.
    """

    code = "PRX202"
    name = "reset-injected"
    on_resets = True
    severity = Severity.WARNING
    fix = (
        "Capture at both ends at the same time: a reset that its stated sender never sent was injected on the way.",
        "Ask those who run firewall, IPS or traffic control on the way what they ended at this time, and why.",
        "Try HTTPS, another port or a network without the device: if the resets stop, it is the device.",
    )
    sources = (
        "Weaver, Sommer, Paxson: Detecting Forged TCP Reset Packets (NDSS 2009)",
        "RFC 9293 section 3.5.2",
        "RFC 3360",
    )

    def check(self, connection: Connection, exchanges: tuple[Exchange, ...]) -> Iterator[Verdict]:
        """Yield a finding for a connection with resets that do not fit their sender."""
        if not (connection.directions[0].resets or connection.directions[1].resets):
            return
        if not _is_cut_off(connection, exchanges):
            return
        for side in (0, 1):
            signs = _signs(connection, side)
            if signs:
                yield self._finding(connection, side, signs, _hurt(connection, exchanges))

    def _finding(
        self, connection: Connection, side: int, signs: "list[_Sign]", exchanges: Sequence[Exchange]
    ) -> Finding:
        name = "client" if side == connection.client_side else "server"
        reasons = "; ".join(sign.summary for sign in signs)
        return self.finding(
            f"the reset in the name of the {name} {connection.sides[side]} was probably sent by another: {reasons}",
            *(sign.evidence for sign in signs),
            exchanges=exchanges,
            streams=(connection.stream,),
            confidence=Confidence.LIKELY if len(signs) > 1 else Confidence.POSSIBLE,
            cause=f"{name} {connection.server.host} {' '.join(sign.kind for sign in signs)}",
        )


@record
class _Sign:
    """One mark of a forged reset."""

    kind: str
    summary: str
    evidence: Evidence


def _signs(connection: Connection, side: int) -> list[_Sign]:
    sent = connection.directions[side]
    found = (_distance(connection, sent), _went_on(connection, sent), _guesses(connection, sent))
    return [sign for sign in found if sign is not None]


def _distance(connection: Connection, sent: Direction) -> _Sign | None:
    """Compare how many hops the reset and the side's own packets came."""
    if sum(sent.ttls.values()) < MIN_OWN_PACKETS or max(sent.ttls) - min(sent.ttls) > MAX_OWN_TTL_SPREAD:
        return None
    usual = max(sent.ttls, key=lambda ttl: sent.ttls[ttl])
    for reset in sent.resets:
        apart = min(abs(_hops(reset.ttl) - _hops(ttl)) for ttl in sent.ttls)
        if apart >= MIN_HOPS_APART:
            own = counted(sum(sent.ttls.values()), "own packet")
            return _Sign(
                "ttl",
                f"it has TTL {reset.ttl}, the side's {own} TTL {usual}",
                _evidence(connection, reset, "IP TTL of the RST", str(reset.ttl), f"{usual}, as in the {own}"),
            )
    return None


def _hops(ttl: int) -> int:
    return min(initial for initial in _INITIAL_TTLS if initial >= ttl) - ttl


def _went_on(connection: Connection, sent: Direction) -> _Sign | None:
    """Look for new data that the side sent behind its own reset: no system does that (RFC 9293 section 3.5.2)."""
    length = sent.bytes_delivered + sent.bytes_missing
    for reset in sent.resets:
        last = sent.last_data_frame
        if last is not None and last > reset.frame and 0 <= reset.offset < length:
            return _Sign(
                "went on",
                f"data followed it up to frame {last}",
                _evidence(connection, reset, "RST, then data", f"data until frame {last}", "nothing behind a RST"),
            )
    return None


def _guesses(connection: Connection, sent: Direction) -> _Sign | None:
    """Look for resets at several sequence numbers ahead of the data, as those who cannot see it all send them."""
    length = sent.bytes_delivered + sent.bytes_missing
    ahead = sorted({reset.offset for reset in sent.resets if reset.offset > length + 1})
    if len(ahead) < 2:
        return None
    first = next(reset for reset in sent.resets if reset.offset == ahead[0])
    numbers = ", ".join(f"{offset:,}" for offset in ahead[:4])
    return _Sign(
        "guesses",
        f"{len(ahead)} of them lie ahead of all data, at bytes {numbers}",
        _evidence(connection, first, "sequence numbers of RST", numbers, f"{length:,}, where the data ended"),
    )


def _evidence(connection: Connection, reset: Reset, field: str, observed: str, expected: str) -> Evidence:
    return Evidence(reset.frame, connection.stream, None, field, observed, expected)


def _is_cut_off(connection: Connection, exchanges: tuple[Exchange, ...]) -> bool:
    """Tell whether the reset can have hurt: an exchange was open, or nothing could be read of the connection."""
    if exchanges:
        return bool(_hurt(connection, exchanges))
    return any(direction.data_packets for direction in connection.directions)


def _hurt(connection: Connection, exchanges: tuple[Exchange, ...]) -> list[Exchange]:
    """Return the exchanges that were open when the first reset came."""
    first = min(reset.frame for direction in connection.directions for reset in direction.resets)
    return [
        exchange
        for exchange in exchanges
        if exchange.request is not None
        if exchange.response is None or not exchange.response.body.complete or exchange.response.frame > first
        if exchange.request.frame < first
    ]
