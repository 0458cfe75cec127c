"""Two captures of the same requests, taken at two places: what changed in between.

In: the capture nearer to the client and the one nearer to OSS. Out: a `ComparisonReport`. Each capture is dissected as
`analyze` does it; then requests are joined, their differences found, and the rules about them asked.

The captures come from two machines with two clocks. How far apart they are is told by the requests that both hold: a
request is seen later and its answer earlier at the place nearer to OSS, so that the middle of both is the same moment.
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from statistics import median_low
from typing import BinaryIO

from osspcap.analysis import Options, Progress, dissect
from osspcap.model.comparison import ClockOffset, Comparison, ComparisonReport, SightedRequest
from osspcap.model.exchange import Exchange
from osspcap.model.operation import Role
from osspcap.model.report import Dissection
from osspcap.oss.differences import differences_of
from osspcap.oss.matching import Match, is_comparable, match_exchanges
from osspcap.rules.comparing import judge_comparison
from osspcap.rules.registry import select_rules
from osspcap.units import NS_PER_S, Nanoseconds

SIDES = ("client", "server")
"""What `Evidence.capture` says of the two."""
DEFAULTS = Options()
"""All rules, secrets unknown."""
MARGIN_NS = NS_PER_S
"""Time within the ends of a capture in which it may not have run yet, or the answer may still have been on its way."""


def compare(
    client_path: str | os.PathLike[str],
    server_path: str | os.PathLike[str],
    options: Options = DEFAULTS,
    *,
    progress: tuple[Progress | None, Progress | None] = (None, None),
    stdin: BinaryIO | None = None,
) -> ComparisonReport:
    """Compare two captures of the same requests; one of them may be `-` for standard input.

    Args:
        client_path: The capture nearer to the client.
        server_path: The capture nearer to OSS.
        options: As for `analyze`.
        progress: Called while the one and the other is read.
        stdin: What `-` stands for.

    Raises:
        CaptureError: One of the files cannot be read as a capture at all.
        UsageError: The options name a rule that does not exist.
    """
    rules = select_rules(options.select, options.ignore)
    client = dissect(client_path, options, progress=progress[0], stdin=stdin)
    server = dissect(server_path, options, progress=progress[1], stdin=stdin)
    return judge_comparison(join(client, server), rules)


def join(client: Dissection, server: Dissection) -> Comparison:
    """Join the requests of two captures and find what differs."""
    matches = match_exchanges(client.exchanges, server.exchanges)
    clock = _clock_offset(client, server, matches)
    by_client = {match.client: match for match in matches}
    found: list[SightedRequest] = []
    for index, exchange in enumerate(client.exchanges):
        match = by_client.get(index)
        if match is not None:
            found.append(_matched(len(found), exchange, server.exchanges[match.server], match))
        elif _is_shown(exchange):
            found.append(_single(len(found), client=exchange))
    matched_server = {match.server for match in matches}
    for index, exchange in enumerate(server.exchanges):
        if index not in matched_server and _is_shown(exchange):
            found.append(_single(len(found), server=exchange))
    located = [replace(request, blind_spot=_blind_spot(request, client, server, clock)) for request in found]
    return Comparison(client, server, located, clock, _is_order_doubtful(found))


def _is_shown(exchange: Exchange) -> bool:
    """A refused CONNECT counts on its own: it never goes further."""
    operation = exchange.operation
    return is_comparable(exchange) or (operation is not None and operation.role is Role.OTHER)


def _matched(number: int, client: Exchange, server: Exchange, match: Match) -> SightedRequest:
    differences, not_compared = differences_of(client, server)
    return SightedRequest(
        number, client, server, match.matched_by, differences, not_compared, exchanges=(number,), sides=SIDES
    )


def _single(number: int, *, client: Exchange | None = None, server: Exchange | None = None) -> SightedRequest:
    return SightedRequest(number, client, server, None, exchanges=(number,), sides=SIDES)


def _clock_offset(client: Dissection, server: Dissection, matches: Sequence[Match]) -> ClockOffset | None:
    samples = []
    for match in matches:
        ours, theirs = client.exchanges[match.client], server.exchanges[match.server]
        if ours.request is None or theirs.request is None:
            continue
        distance = theirs.request.ts_ns - ours.request.ts_ns
        if ours.response is not None and theirs.response is not None:
            distance = (distance + theirs.response.ts_ns - ours.response.ts_ns) // 2
        samples.append(distance)
    if not samples:
        return None
    middle = median_low(samples)
    return ClockOffset(Nanoseconds(middle), len(samples), max(abs(sample - middle) for sample in samples))


def _is_order_doubtful(requests: Sequence[SightedRequest]) -> bool:
    """Nearer to OSS an answer comes sooner; where most come later, the captures were given the wrong way round."""
    later = sooner = 0
    for request in requests:
        took = [_duration(side) for side in (request.client, request.server)]
        if took[0] is not None and took[1] is not None:
            later += took[1] > took[0]
            sooner += took[1] < took[0]
    return later > sooner


def _duration(exchange: Exchange | None) -> int | None:
    if exchange is None or exchange.request is None or exchange.response is None:
        return None
    return exchange.response.ts_ns - exchange.request.ts_ns


def _blind_spot(request: SightedRequest, client: Dissection, server: Dissection, clock: ClockOffset | None) -> str:
    """Say why one place may have missed what only the other one shows; empty if it must have seen it."""
    lacks_client = request.client is None or request.client.response is None
    lacks_server = request.server is None or request.server.response is None
    if not (lacks_client or lacks_server):
        return ""
    if clock is None:
        return "the two captures have no request in common, so their clocks cannot be aligned"
    # What the server's capture lacks is looked for there, at the time of the client's capture, and the reverse.
    if request.server is None or (lacks_server and not lacks_client):
        return _gap_in(server, SIDES[1], _last_seen(request.client, clock.offset_ns))
    return _gap_in(client, SIDES[0], _last_seen(request.server, -clock.offset_ns))


def _last_seen(exchange: Exchange | None, offset_ns: int) -> int:
    if exchange is None:
        return 0
    last = exchange.response or exchange.request
    return 0 if last is None else last.ts_ns + offset_ns


def _gap_in(dissection: Dissection, name: str, at_ns: int) -> str:
    info = dissection.capture
    if info.first_packet_ns is None or info.last_packet_ns is None:
        return f"the {name} capture is empty"
    if not info.first_packet_ns - MARGIN_NS <= at_ns <= info.last_packet_ns + MARGIN_NS:
        return f"the {name} capture was not running at that time"
    if any(connection.protocol == "tls" for connection in dissection.connections):
        return f"the {name} capture holds encrypted connections that could not be read"
    missing = sum(each.bytes_missing for connection in dissection.connections for each in connection.directions)
    return f"data is missing from the {name} capture" if missing else ""
