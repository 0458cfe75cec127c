"""When the parts of an exchange began and ended: what a waterfall draws."""

from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

from osspcap.model.exchange import Exchange
from osspcap.model.stream import Connection, GapCause


class Kind(IntEnum):
    """Parts of an exchange, in order of time. The numbers are those of the page's script."""

    CONNECT = 0
    """From the first SYN to the client's ACK."""
    TLS = 1
    SENDING = 2
    """From the first byte of the request to its last."""
    WAITING = 3
    """From there to the first byte of the answer."""
    RECEIVING = 4
    """From the first byte of the answer to its last."""


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


MAX_MARKS = 12
"""Marks of one exchange."""


def spans_of(exchange: Exchange, connection: Connection, *, is_first: bool) -> list[Span]:
    """Return the parts of an exchange in order of their start; empty parts are left out.

    Args:
        exchange: What happened.
        connection: On which connection.
        is_first: It is the first on its connection, so that opening the connection was for it.
    """
    request, response = exchange.request, exchange.response
    found: list[Span] = []
    handshake = connection.handshake
    if is_first and handshake is not None and handshake.syn_ns is not None and handshake.ack_ns is not None:
        found.append(Span(Kind.CONNECT, handshake.syn_ns, handshake.ack_ns))
    if request is not None:
        found.append(Span(Kind.SENDING, request.ts_ns, request.end_ns))
        until = connection.last_ns if response is None else response.ts_ns
        if until > request.end_ns:
            found.append(Span(Kind.WAITING, request.end_ns, until))
    if response is not None:
        found.append(Span(Kind.RECEIVING, response.ts_ns, response.end_ns))
    return found


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
