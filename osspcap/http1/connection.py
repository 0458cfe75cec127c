"""One HTTP/1 connection: both directions' events in, message pairs out. Sans-IO.

    client events -> RequestReader  -> slots -+
                                              Pairing -> MessagePair
    server events -> ResponseReader -> answers+

The two readers run in turn until neither can go on. Each stops where the other's bytes decide, so what comes out
depends on the bytes alone, not on how a capture was sliced. What waits is bounded; beyond the bound a reader decides
with what it knows.

Nothing here raises on traffic: oddities become anomalies of messages and pairs.

Source: RFC 9112; RFC 9110 sections 7.8 (Upgrade), 9.3.6 (CONNECT), 10.1.1 (Expect).
"""

from collections.abc import Sequence

from osspcap.http1.express import take_express
from osspcap.http1.pairing import Pairing
from osspcap.http1.reader import MessageReader
from osspcap.http1.request_reader import RequestReader
from osspcap.http1.response_reader import ResponseReader
from osspcap.model.exchange import MessagePair
from osspcap.model.record import record
from osspcap.model.stream import Chunk, End, Event

MAX_WAITING_BYTES = 1024 * 1024
"""Bytes of one direction that wait for the other; TCP windows that servers grant unasked are smaller."""
MAX_WAITING_EVENTS = 4_096
"""Events of one direction that wait likewise, against floods of tiny packets."""


@record
class Handover:
    """The connection speaks something else from here on."""

    protocol: str
    """`connect` (tunnel) or `upgrade`."""
    token: str
    """Value of the request's Upgrade field, lower case; empty for a tunnel."""
    client: tuple[Event, ...]
    """Events of the client that HTTP did not consume; bytes copied."""
    server: tuple[Event, ...]
    """Events of the server likewise."""


class Http1Connection:
    """Parses one connection, plain or decrypted.

    Args of the constructor:
        is_mid_stream: The first bytes are not the start of the stream: look for the first message.
        keep_bodies: Keep body windows of up to 16 MiB.
    """

    __slots__ = ("_client", "_is_mid_stream", "_is_open", "_keep_bodies", "_pairing", "_server", "handover", "is_over")

    def __init__(self, *, is_mid_stream: bool = False, keep_bodies: bool = False) -> None:
        self._is_mid_stream = is_mid_stream
        self._keep_bodies = keep_bodies
        self._is_open = False
        self.is_over = False
        """True if both directions have ended and every pair has left."""
        self.handover: Handover | None = None
        """Set once the connection left HTTP; nothing is parsed afterwards."""

    def _open(self) -> None:
        """Make the readers: many connections pass without them."""
        self._is_open = True
        self._pairing = pairing = Pairing()
        is_mid_stream, keep_bodies = self._is_mid_stream, self._keep_bodies
        self._client = RequestReader(pairing, is_mid_stream=is_mid_stream, keep_bodies=keep_bodies)
        self._server = ResponseReader(pairing, self._client, is_mid_stream=is_mid_stream, keep_bodies=keep_bodies)
        self._client.watch(self._server)

    def feed(self, client: Sequence[Event], server: Sequence[Event]) -> list[MessagePair]:
        """Take the next events of both directions; return the pairs that are complete, in request order.

        A pair is complete when nothing can change it any more. Small answers therefore wait for what follows them.
        """
        if self.handover is not None or self.is_over:
            return []
        pairs: list[MessagePair] = []
        if self._is_idle if self._is_open else not self._is_mid_stream:
            pairs, client_count, server_count = take_express(client, server)
            if pairs:
                if not self._is_open:
                    if _is_only_end(client, client_count) and _is_only_end(server, server_count):
                        self.is_over = True
                        return pairs
                    self._open()
                client = self._client.skip(client, client_count)
                server = self._server.skip(server, server_count)
        if not self._is_open:
            self._open()
        self._client.push(client)
        self._server.push(server)
        self._run(pairs)
        self._client.unroll()
        self._server.unroll()
        for reader in (self._server, self._client):
            while not self._has_left() and _is_overfull(reader):
                reader.is_forced = True
                if not self._run(pairs):
                    break
            reader.is_forced = False
        self._client.keep()
        self._server.keep()
        has_ended = self._client.is_over and self._server.is_over
        self.is_over = has_ended and self._pairing.is_empty and not self._has_left()
        return pairs

    def finish(self) -> list[MessagePair]:
        """Return what is still open, closed by the end of the capture; idempotent."""
        pairs: list[MessagePair] = []
        if self._has_left() or not self._is_open:
            return pairs
        readers = (self._client, self._server)
        for reader in readers:
            reader.close()
        self._run(pairs)
        while not self._has_left() and not all(reader.is_over for reader in readers):
            for reader in readers:
                reader.is_forced = True
            if not self._run(pairs):
                break
        return pairs

    @property
    def _is_idle(self) -> bool:
        return self._client.is_idle and self._server.is_idle and self._pairing.is_idle

    def _has_left(self) -> bool:
        return self.handover is not None

    def _run(self, pairs: list[MessagePair]) -> bool:
        """Let both readers go on while they can; tell whether anything moved."""
        client, server, pairing = self._client, self._server, self._pairing
        has_moved = False
        while True:
            moved = client.run()
            moved = server.run() or moved
            has_moved = has_moved or moved
            if server.switched is not None:
                self._hand_over(pairs)
                return True
            if pairing.answered:
                pairs += pairing.take_complete(client.settled, is_client_over=client.is_over)
            if not moved or not (client.queue or server.queue):
                return has_moved

    def _hand_over(self, pairs: list[MessagePair]) -> None:
        assert self._server.switched is not None  # noqa: S101 - the caller's condition
        protocol, token = self._server.switched
        self._pairing.end_server()
        self._pairing.request_passed()
        pairs += self._pairing.take_complete(self._client.settled, is_client_over=True)
        self.handover = Handover(protocol, token, _take_rest(self._client), _take_rest(self._server))


def _is_only_end(events: Sequence[Event], index: int) -> bool:
    return len(events) == index + 1 and type(events[index]) is End


def _is_overfull(reader: MessageReader) -> bool:
    queue = reader.queue
    if len(queue) <= 1:
        return False
    if len(queue) > MAX_WAITING_EVENTS:
        return True
    return sum(len(event.data) for event in queue if type(event) is Chunk) > MAX_WAITING_BYTES


def _take_rest(reader: MessageReader) -> tuple[Event, ...]:
    """Return a reader's unconsumed events, the first without its consumed bytes."""
    reader.keep()
    events = list(reader.queue)
    if events and reader.at and type(events[0]) is Chunk:
        first = events[0]
        events[0] = first._replace(offset=first.offset + reader.at, data=first.data[reader.at :])
    reader.queue.clear()
    return tuple(events)
