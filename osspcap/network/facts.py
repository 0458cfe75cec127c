"""All facts about what the network did, in one step: what `analysis` calls behind the other stages."""

from collections.abc import Iterable, Sequence
from typing import Any

from osspcap.model.breaks import Breaks
from osspcap.model.capture import CaptureInfo
from osspcap.model.datagrams import Datagram
from osspcap.model.exchange import Exchange
from osspcap.model.lookups import IcmpError, Lookup
from osspcap.model.pauses import Pauses
from osspcap.model.stream import Connection
from osspcap.network.survey import Survey, survey


def gather_network(
    capture: CaptureInfo,
    connections: Sequence[Connection],
    exchanges: Sequence[Exchange],
    pauses: Pauses,
    dns_messages: Sequence[Datagram] = (),
) -> Iterable[Any]:
    """Compute the facts; raises nothing on traffic.

    Args:
        capture: The capture, read to its end.
        connections: All connections.
        exchanges: All exchanges, with their own facts.
        pauses: Silences inside connections.
        dns_messages: DNS messages that came over TCP; those over UDP are in `capture`.
    """
    from osspcap.network.slowness import gather_slowness  # noqa: PLC0415 - a start without traffic is quick

    seen = survey(exchanges, connections)
    lookups: list[Lookup] = []
    errors: list[IcmpError] = []
    if capture.datagrams or dns_messages:
        from osspcap.network.dns import read_lookups  # noqa: PLC0415 - likewise
        from osspcap.network.icmp import read_icmp_errors  # noqa: PLC0415 - likewise

        lookups = read_lookups([*capture.datagrams, *dns_messages])
        errors = read_icmp_errors(capture.datagrams)
    connecting = None
    if seen.failed or lookups:
        from osspcap.network.connecting import gather_connecting  # noqa: PLC0415 - likewise

        connecting = gather_connecting(seen, capture, connections, exchanges, lookups, errors, pauses)
    facts = (
        connecting,
        _breaks(seen, connections, exchanges, errors, pauses, int(capture.last_packet_ns or 0)),
        gather_slowness(seen, exchanges, connections, pauses),
    )
    return [fact for fact in facts if fact is not None]


def _breaks(
    seen: Survey,
    connections: Sequence[Connection],
    exchanges: Sequence[Exchange],
    errors: Sequence[IcmpError],
    pauses: Pauses,
    end_ns: int,
) -> Breaks | None:
    if not (seen.incomplete or seen.repeating or seen.left or seen.silent_tls):
        return None
    from osspcap.network.endings import find_breaks, find_unanswered_hellos  # noqa: PLC0415 - as above
    from osspcap.network.losses import find_black_holes, find_losses  # noqa: PLC0415 - likewise

    breaks, undecided = find_breaks(seen, exchanges, connections, end_ns)
    breaks += find_unanswered_hellos(seen.silent_tls)
    found = Breaks(
        tuple(breaks),
        tuple(find_black_holes(seen.repeating, exchanges, errors)),
        tuple(find_losses(seen.repeating, connections, pauses)),
        tuple(undecided),
    )
    return found if any((found.breaks, found.black_holes, found.losses, found.open_requests)) else None
