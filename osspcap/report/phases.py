"""When the parts of an exchange began and ended: what a waterfall draws."""

from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

from osspcap.model.exchange import Exchange
from osspcap.model.pauses import NO_PAUSES, Pauses
from osspcap.model.stream import Connection, GapCause
from osspcap.network.latency import measure
from osspcap.units import NS_PER_MS


class Kind(IntEnum):
    """Parts of an exchange as `PhaseName` has them. The numbers are those of the page's script."""

    CONNECT = 0
    TLS = 1
    SENDING = 2
    WAITING = 3
    RECEIVING = 4


class Span(NamedTuple):
    """One part."""

    kind: Kind
    start_ns: int
    end_ns: int


class MarkKind(IntEnum):
    """What happened at one moment of an exchange."""

    HOLE = 0
    """Bytes that the capture does not hold."""
    RESET = 1
    UNANSWERED = 2
    """Nothing more came."""


class Mark(NamedTuple):
    """A moment."""

    kind: MarkKind
    ts_ns: int
    text: str


LONG_NS = 100 * NS_PER_MS
"""Exchanges that take less are held up by nothing worth a word."""
MAX_MARKS = 12
"""Marks of one exchange."""


def spans_of(exchange: Exchange, connection: Connection) -> list[Span]:
    """Return the parts of an exchange in order of their start; at least one."""
    latency = measure(exchange, connection, NO_PAUSES)  # when, not why
    return [Span(Kind[phase.name.name], phase.start_ns, phase.end_ns) for phase in latency]


def held_up_by(exchange: Exchange, connection: Connection, pauses: Pauses) -> str:
    """Return what took at least half of the time of an exchange that took long; empty otherwise."""
    latency = measure(exchange, connection, pauses)
    if latency.total_ns < LONG_NS or latency.bottleneck is None:
        return ""
    return latency.bottleneck.value


def marks_of(exchange: Exchange, connection: Connection) -> list[Mark]:
    """Return holes, resets and a missing answer, in order of time."""
    return sorted(_marks(exchange, connection), key=lambda mark: mark.ts_ns)[:MAX_MARKS]


def _marks(exchange: Exchange, connection: Connection) -> Iterator[Mark]:
    request, response = exchange.request, exchange.response
    for message in (request, response):
        for gap in () if message is None else message.body.holes:
            if gap.cause is not GapCause.ABORTED:  # what was never sent is told by the reset
                yield Mark(MarkKind.HOLE, gap.ts_ns, f"{gap.length:,} bytes of the body missing: {gap.cause.value}")
    first = request or response
    assert first is not None  # noqa: S101 - the invariant of an exchange
    last_ns = (response or first).end_ns
    is_open = response is None or not response.body.complete or (request is not None and not request.body.complete)
    for who, direction in (("client", connection.from_client), ("server", connection.from_server)):
        for reset in direction.resets[:1]:
            if reset.ts_ns >= first.ts_ns and (reset.ts_ns <= last_ns or is_open):
                yield Mark(MarkKind.RESET, reset.ts_ns, f"reset by the {who} in frame {reset.frame}")
    if response is None:
        yield Mark(MarkKind.UNANSWERED, connection.last_ns, "no answer in the capture")
